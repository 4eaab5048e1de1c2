"""What a chart of the report is, and the few ways in which one is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import altair as alt

ROWS: Final = "rows"  # the data set that a drawing is given when it is shown
COLOURS: Final = tuple(f"var(--colour-{number})" for number in range(1, 6))  # light or dark
SOFT: Final = "var(--soft)"
PERCENT: Final = ".1%"
COUNT: Final = ",d"
MONEY: Final = ",.2f"
DAY: Final = "%-d %b %Y"
MONTH: Final = "%B %Y"
BAR_STEP: Final = 44  # pixels that a bar takes, with the name above it
PLOT_HEIGHT: Final = 220
DAY_LONG: Final = timedelta(days=1)
SHORT: Final = timedelta(days=120)  # a time whose axis names days, not months
FEW: Final = 3  # days that make a line

Row = dict[str, Any]
Rows = Sequence[Row]
Drawing = alt.LayerChart | alt.FacetChart  # the library tells no more of layers than this


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure at the top of the page.

    Its query gives a row a figure: `value` as text, and a `note` that says more of it. `nothing` is
    shown where there are no rows.
    """

    title: str
    sql: str
    nothing: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A question, the query that answers it, and how the answer is drawn.

    Without `draw` the rows are the answer, and are shown as they are. Without `height`, in
    pixels, a drawing is as high as its rows are many. `panel` names the column of whose values each
    has a drawing of its own, such as a currency, in which nothing can be added to that of another;
    `draw` is given the rows of all. `nothing` is said where there are no rows.
    """

    name: str
    section: str
    title: str
    sql: str
    reading: str
    nothing: str
    draw: Callable[[Rows], Drawing] | None = None
    panel: str | None = None
    height: int | None = None
    is_wide: bool = False


def line(rows: Rows, x: str, y: str, x_title: str, y_title: str, **hints: str) -> Drawing:
    """A filled line over time, from zero; a point of it tells its `hints`."""
    days = sorted({row[x] for row in rows})
    ends = (days[0], days[-1]) if days[1:] else (days[0] - DAY_LONG, days[0] + DAY_LONG)
    plot = base().encode(
        x=alt.X(
            x,
            type="temporal",
            title=x_title or None,
            axis=alt.Axis(
                format="%-d %b" if ends[1] - ends[0] < SHORT else "%b %y",
                tickCount=4,
                labelFlush=False,
                values=[alt.DateTime(year=day.year, month=day.month, date=day.day) for day in days]
                if len(days) < FEW
                else alt.Undefined,
            ),
            scale=alt.Scale(domain=[f"{day}T00:00:00" for day in ends]),
        ),
        y=alt.Y(y, type="quantitative", title=y_title),
    )
    # the points are seen by the pointer alone: one need not hit the line itself
    points = plot.mark_point(size=400, opacity=0, filled=True).encode(tooltip=_tooltip(hints))
    area = plot.mark_area(line={"color": COLOURS[0]}, color=COLOURS[0], fillOpacity=0.15)
    # one day is no line, and two are hardly one
    few = alt.condition(f"datum.days < {FEW}", alt.value(1), alt.value(0))
    dots = plot.transform_joinaggregate(days="count()").mark_point(size=60, filled=True)
    return alt.layer(area, dots.encode(opacity=few, color=alt.value(COLOURS[0])), points)


def bars(label: str, value: str, x_title: str, form: str, **hints: str) -> Drawing:
    """A bar a row, in their order, its name above it and its value at its end."""
    named = in_order()
    bar = named.mark_bar(color=COLOURS[0], size=14, tooltip=True).encode(
        x=alt.X(value, type="quantitative", title=x_title, axis=_axis(form)),
        tooltip=_tooltip(hints),
    )
    amount = named.mark_text(align="left", dx=5).encode(
        x=alt.X(value, type="quantitative"),
        text=alt.Text(value, type="quantitative", format=",.0f" if form == MONEY else form),
    )
    return alt.layer(bar, amount, names(named, label))


def parts(
    label: str,
    shares: dict[str, str],
    colours: Sequence[str],
    x_title: str,
    form: str,
    **hints: str,
) -> Drawing:
    """A bar a row that is the sum of some columns, each called something and in a colour."""
    named = in_order()
    columns, called = list(shares), list(shares.values())
    bar = (
        named.transform_fold([*columns], as_=["column", "amount"])
        .transform_calculate(place=f"indexof({columns}, datum.column)")
        .transform_calculate(part=f"{called}[datum.place]")
        .mark_bar(size=14)
        .encode(
            x=alt.X("amount:Q", title=x_title, stack="zero", axis=_axis(form)),
            color=alt.Color(
                "part:N", title=None, scale=alt.Scale(domain=[*called], range=[*colours])
            ),
            order=alt.Order("place:Q"),
            tooltip=_tooltip(hints),
        )
    )
    return alt.layer(bar, names(named, label))


def base() -> alt.Chart:
    """A drawing of the chart's rows, as wide as its place on the page."""
    return alt.Chart(alt.NamedData(ROWS), width="container")


def in_order() -> alt.Chart:
    """The rows beneath one another."""
    numbered: alt.Chart = base().transform_window(row="row_number()")
    return numbered.encode(y=alt.Y("row:O", axis=None))


def names(named: alt.Chart, label: str) -> alt.Chart:
    """What each row is called, above its mark."""
    text: alt.Chart = named.mark_text(align="left", dy=-15, limit={"expr": "width"}, color=SOFT)
    return text.encode(x=alt.value(0), text=alt.Text(label, type="nominal"))


def _axis(form: str) -> alt.Axis:
    """An axis with the shorter form of such numbers."""
    return alt.Axis(
        format="~%" if form == PERCENT else "~s",
        tickMinStep=1 if form == COUNT else alt.Undefined,
        labelExpr="datum.value === 0 ? '0' : datum.label",
    )


def _tooltip(hints: dict[str, str]) -> list[alt.Tooltip]:
    """Columns with their formats; a date's format is one of days or months, a text's is empty."""
    return [
        alt.Tooltip(
            column,
            type="temporal" if form[:1] == "%" else "quantitative" if form else "nominal",
            title=column.replace("_", " "),
            format=form or alt.Undefined,
        )
        for column, form in hints.items()
    ]
