"""The report as one page of HTML that needs nothing beside it."""

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

import altair as alt
import duckdb
import vl_convert

from docs.database import last_run, models_read
from docs.report.chart import BAR_STEP, ROWS, Chart, Figure, Row
from docs.report.charts import CHARTS, FIGURES, SECTIONS

PAGE: Final = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
START: Final = Path(__file__).with_name("start.js").read_text(encoding="utf-8")
FEW_PANELS: Final = 3  # as many have more room each
# what every drawing looks like; the colours are the page's
CONFIG: Final = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "aria": False,  # the table beneath is what a screen reader is to read
    "text": {"color": "var(--ink)", "fontSize": 12},
    "axis": {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "tickCount": 5,
        "labelOverlap": True,
    },
    "axisX": {"grid": False, "labelFlush": False},
    "legend": {
        "orient": "top",
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "labelLimit": 300,
        "columns": {"expr": "width < 420 ? 2 : 4"},  # a phone has no room for more
        "symbolType": "square",
    },
}


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """The report of what the database holds.

    Raises:
        duckdb.Error: dbt has not built the marts.
    """
    account, loaded_at = last_run(connection)
    drawings: list[dict[str, Any]] = []
    sections = "".join(
        _section(connection, section, title, drawings) for section, title in SECTIONS.items()
    )
    script = _script()
    return PAGE.substitute(
        account=escape(account),
        loaded_at=f"{loaded_at:%-d %B %Y, %H:%M} UTC",
        links="".join(f'<a href="#{name}">{title}</a>' for name, title in SECTIONS.items()),
        figures="".join(_figure(connection, figure) for figure in FIGURES),
        sections=sections,
        drawings=_json({"config": CONFIG, "drawings": drawings}),
        script=script,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


@cache
def _script() -> str:
    """What draws the charts: the library and the few lines that start it."""
    script = vl_convert.javascript_bundle(START, alt.SCHEMA_VERSION.rpartition(".")[0])
    return script.replace("</script", r"<\/script")


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """What a query gives, a dictionary a row."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _section(
    connection: duckdb.DuckDBPyConnection,
    section: str,
    title: str,
    drawings: list[dict[str, Any]],
) -> str:
    charts = "".join(
        _article(connection, chart, drawings) for chart in CHARTS if chart.section == section
    )
    return f'<section id="{section}"><h2>{title}</h2><div class="charts">{charts}</div></section>'


def _figure(connection: duckdb.DuckDBPyConnection, figure: Figure) -> str:
    shown = rows(connection, figure.sql) or [{"value": "none", "note": figure.nothing}]
    values = "".join(
        f"<p><b>{escape(row['value'] or 'unknown')}</b><span>{escape(row['note'] or '')}</span></p>"
        for row in shown
    )
    return f"<div><h2>{figure.title}</h2>{values}{_source(figure.sql)}</div>"


def _article(
    connection: duckdb.DuckDBPyConnection, chart: Chart, drawings: list[dict[str, Any]]
) -> str:
    found = rows(connection, chart.sql)
    if not found:
        shown = f'<p class="nothing">{chart.nothing}</p>'
    elif chart.draw is None:
        shown = _table(chart.title, found)
    else:
        shown = _drawn(chart, found, drawings)
    numbers = (
        f"<details><summary>Numbers</summary>{_table(chart.title, found)}</details>"
        if found and chart.draw
        else ""
    )
    wide = ' class="wide"' if chart.is_wide else ""
    return (
        f'<article id="{chart.name}"{wide}><h3>{chart.title}</h3>{shown}'
        f'<p class="reading">{chart.reading}</p>'
        f"{numbers}{_source(chart.sql)}</article>"
    )


def _drawn(chart: Chart, found: list[Row], drawings: list[dict[str, Any]]) -> str:
    assert chart.draw
    spec = chart.draw(found).to_dict() | {"autosize": {"type": "fit-x", "contains": "padding"}}
    del spec["$schema"], spec["config"]  # an address, and what CONFIG says
    panels: dict[str | None, list[Row]] = {}
    for row in found:
        panels.setdefault(row[chart.panel] if chart.panel else None, []).append(row)
    figures = []
    for name, held in panels.items():
        caption = f"<figcaption>{escape(name)}</figcaption>" if name else ""
        label = escape(f"{chart.title} {name or ''}".strip())
        figures.append(
            f'<figure>{caption}<div class="drawing" data-drawing="{len(drawings)}" role="img" '
            f'aria-label="{label}"></div></figure>'
        )
        drawings.append(
            spec
            | {"height": chart.height or BAR_STEP * len(held)}
            | {"datasets": spec.get("datasets", {}) | {ROWS: [_drawable(row) for row in held]}}
        )
    if not chart.panel:
        return figures[0]
    few = " few" if len(figures) <= FEW_PANELS else ""
    return f'<div class="panels{few}">{"".join(figures)}</div>'


def _source(sql: str) -> str:
    models = ", ".join(f"<code>{model}</code>" for model in models_read(sql))
    return (
        f"<details><summary>SQL on {models}</summary>"
        f"<pre><code>{escape(sql.strip())}</code></pre></details>"
    )


def _table(title: str, found: Sequence[Row]) -> str:
    heads = "".join(
        f'<th scope="col"{_numeric(column, found)}>{escape(column.replace("_", " "))}</th>'
        for column in found[0]
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td{_numeric(column, found)}>{_cell(column, value)}</td>"
            for column, value in row.items()
        )
        + "</tr>"
        for row in found
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Numbers: {escape(title)}">'
        f"<table><thead><tr>{heads}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def _numeric(column: str, found: Sequence[Row]) -> str:
    held = {type(row[column]) for row in found} - {type(None)}
    return ' class="number"' if held and held <= {int, float, Decimal} else ""


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if column == "answer":
        return f'<span class="{value}">{value}</span>'
    if column.endswith("rate") or column.startswith("lift"):
        return f"{value:.1%}"
    if isinstance(value, float | Decimal):
        return f"{value:,.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(str(value))


def _drawable(row: Row) -> Row:
    return {column: _plain(value) for column, value in row.items()}


def _plain(value: object) -> object:
    """A value as JavaScript takes it; a day is its midnight wherever the reader is."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value}T00:00:00"
    return float(value) if isinstance(value, Decimal) else value


def _json(value: object) -> str:
    """JSON that a page may hold: no text in it can end the script that it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
