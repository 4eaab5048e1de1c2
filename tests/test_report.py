"""The report: each chart is drawn from what its query gives, and the page needs nothing else."""

import json
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
import vl_convert

from docs.database import models_read, opened
from docs.report.__main__ import REPORT
from docs.report.chart import Chart
from docs.report.charts import CHARTS, FIGURES, SECTIONS
from docs.report.page import CONFIG, page
from docs.site.examples import examples
from docs.site.load_state import QUALITY
from tests.conftest import run_command

MARTS = "activecampaign_analytics"
HOSTILE = "</script><script>alert('Mäuse')</script>"


class Page(HTMLParser):
    """A report as a browser takes it apart: articles, scripts, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.articles: dict[str, str] = {}
        self.sections: dict[str, list[str]] = {}
        self.drawings: dict[str, list[int]] = {}
        self.scripts: list[str] = []
        self.loads: list[str] = []
        self.within: dict[str, set[str]] = {}  # a tag, and the tags that it was found in
        self.focusable: list[dict[str, str | None]] = []
        self.policy = ""
        self._open: list[str] = []
        self._article: str | None = None
        self._is_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.within.setdefault(tag, set()).update(self._open)
        if tag not in ("meta", "br"):
            self._open.append(tag)
        if "tabindex" in given:
            self.focusable.append(given)
        self.loads += [str(given[name]) for name in ("src", "href", "srcset") if name in given]
        self._is_script = tag == "script"
        if tag == "section":
            self.sections[str(given["id"])] = []
        elif tag == "article":
            self._article = str(given["id"])
            self.sections[list(self.sections)[-1]].append(self._article)
            self.articles[self._article] = ""
            self.drawings[self._article] = []
        elif "data-drawing" in given and self._article:
            self.drawings[self._article].append(int(given["data-drawing"] or -1))
        elif given.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(given["content"])

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False
        assert self._open.pop() == tag
        if tag == "article":
            self._article = None

    def handle_data(self, data: str) -> None:
        if self._is_script:
            self.scripts.append(data)
        elif self._article:
            self.articles[self._article] += f"{data} "

    def specs(self, name: str) -> list[dict[str, Any]]:
        """The drawings of a chart."""
        every = json.loads(self.scripts[0])["drawings"]
        return [every[number] for number in self.drawings[name]]

    def drawn(self, name: str) -> list[dict[str, Any]]:
        """The rows that a chart's drawings are given."""
        return [row for spec in self.specs(name) for row in spec["datasets"]["rows"]]

    def panels(self, chart: Chart) -> dict[str, int]:
        """What the panels of a chart are called, and how many rows each has."""
        held = [spec["datasets"]["rows"] for spec in self.specs(chart.name)]
        return {rows[0][chart.panel]: len(rows) for rows in held}


@pytest.fixture(scope="module")
def text(warehouse: Path) -> str:
    with opened(warehouse) as connection:
        return page(connection)


@pytest.fixture(scope="module")
def report(text: str) -> Page:
    return Page(text)


@pytest.fixture
def changed(warehouse: Path, tmp_path: Path) -> Callable[..., str]:
    """Writes the report of the same database after some statements."""

    def write(*statements: str) -> str:
        database = tmp_path / warehouse.name
        shutil.copyfile(warehouse, database)
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)
        with opened(database) as connection:
            return page(connection)

    return write


def chart_named(name: str) -> Chart:
    return next(chart for chart in CHARTS if chart.name == name)


def top_of(text: str) -> str:
    """The part of the page that has the key figures."""
    return text[text.index('<div class="figures">') : text.index("<section")]


def svg(spec: dict[str, Any]) -> str:
    """A drawing as the page shows it."""
    return vl_convert.vegalite_to_svg(spec | {"width": 400}, config=CONFIG)


def in_json(value: object) -> object:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}T00:00:00"  # midnight of the reader, for the same day anywhere
    return float(value) if isinstance(value, Decimal) else value


def test_each_section_has_its_charts(report: Page) -> None:
    assert report.sections == {
        section: [chart.name for chart in CHARTS if chart.section == section]
        for section in SECTIONS
    }
    assert all(report.sections.values())
    for chart in CHARTS:
        assert chart.title in report.articles[chart.name]
        assert chart.reading in report.articles[chart.name]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_chart_shows_what_its_query_gives(chart: Chart, report: Page, warehouse: Path) -> None:
    with opened(warehouse) as connection:
        result = connection.execute(chart.sql)
        columns = [column[0] for column in result.description]
        rows = result.fetchall()
    assert rows
    article = report.articles[chart.name]
    assert chart.sql.strip() in article
    for model in models_read(chart.sql):
        assert model in article
    assert all(column.replace("_", " ") in article for column in columns)
    if not chart.draw:
        assert all(row[columns.index("question")] in article for row in rows)
        return
    drawn = report.drawn(chart.name)
    expected = [dict(zip(columns, map(in_json, row), strict=True)) for row in rows]
    assert drawn == expected
    panels = {row[chart.panel] for row in drawn} if chart.panel else {None}
    assert len(report.drawings[chart.name]) == len(panels)


def test_each_panel_holds_one_value(report: Page) -> None:
    for chart in CHARTS:
        for spec in report.specs(chart.name) if chart.panel else ():
            assert len({row[chart.panel] for row in spec["datasets"]["rows"]}) == 1


def test_the_figures_are_at_the_top(text: str, warehouse: Path) -> None:
    top = unescape(top_of(text))
    with opened(warehouse) as connection:
        for figure in FIGURES:
            rows = connection.execute(figure.sql).fetchall()
            assert rows
            for value, note in rows:
                assert f"<b>{value}</b><span>{note}</span>" in top
            assert figure.sql.strip() in top


def test_nothing_is_fetched_when_the_page_is_looked_at(text: str, report: Page) -> None:
    data, script = report.scripts
    assert [link for link in report.loads if not link.startswith("#")] == []
    assert not re.search(r"url\(|@import", text[: text.index("<body>")])
    assert "http" not in data
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    assert report.policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src 'sha256-{allowed}'"
    )


def test_what_users_call_things_is_text_and_no_code(changed: Callable[..., str]) -> None:
    called = {
        "account_quality": ("question", "example", "look_in"),
        "campaign_performance": ("campaign_name",),
        "deal_forecast": ("currency", "pipeline_name", "stage_name"),
        "deal_pipeline": ("pipeline_name", "stage_name"),
        "list_growth_daily": ("list_name",),
        "message_performance": ("campaign_name", "subject"),
        "owner_performance": ("currency", "user_name"),
        "pipeline_funnel": ("pipeline_name", "stage_name"),
        "unsubscribe_reasons": ("reason",),
    }
    text = changed(
        f"update activecampaign_raw.runs set account = $${HOSTILE}$$",
        *(
            f"update {MARTS}.{mart} set {', '.join(f'{name} = $${HOSTILE}$$' for name in columns)}"
            for mart, columns in called.items()
        ),
    )
    report = Page(text)
    assert "<script>alert" not in text
    assert len(report.scripts) == 2
    assert unescape(top_of(text)).count(HOSTILE) >= 2  # a currency, the questions answered by no
    for chart in CHARTS:
        if {"campaign_calendar", "contact_engagement"}.isdisjoint(models_read(chart.sql)):
            said = report.articles[chart.name] + json.dumps(report.drawn(chart.name))
            assert HOSTILE.split("Mäuse")[0] in said or chart.name == "joined_and_left"


def test_a_rate_of_nothing_is_no_number(changed: Callable[..., str]) -> None:
    report = Page(
        changed(
            f"update {MARTS}.pipeline_funnel "
            "set still_there = entered, advanced = 0, moved_back = 0, won = 0, lost = 0"
        )
    )
    assert {row["went_on_rate"] for row in report.drawn("funnel")} == {None}


def test_a_deal_that_the_key_may_not_see_is_said_to_be_one(changed: Callable[..., str]) -> None:
    text = changed(
        f"delete from {MARTS}.deal_forecast",
        f"insert into {MARTS}.deal_forecast (deals, deals_unweighted) values (1, 1)",
        f"delete from {MARTS}.deal_pipeline",
        f"insert into {MARTS}.deal_pipeline (deal_id, status_name) values (1, 'open')",
        f"update {MARTS}.campaign_calendar set subscribers = null",
    )
    report = Page(text)
    assert "<b>no value</b><span>1 deal, currency unknown, no forecast yet</span>" in text
    assert "<b>unknown</b><span>contacts active" in text
    (forecast,) = report.drawn("forecast")
    assert forecast["stage"] == "deals that the key may not see"
    assert forecast["currency"] == "currency unknown"
    assert [row["stage"] for row in report.drawn("stalled")] == [forecast["stage"]]


def test_value_without_a_forecast_is_a_part_of_its_own(
    changed: Callable[..., str], report: Page
) -> None:
    unweighted = (
        "expected_value = null, product_value = null, history_value = null, "
        "deals_unweighted = deals, unweighted_value = value"
    )
    text = changed(
        f"update {MARTS}.deal_forecast set {unweighted} where currency = 'EUR'",
        f"""
update {MARTS}.deal_forecast set {unweighted}
where currency = 'USD' and owner_id = (
    select min(owner_id) from {MARTS}.deal_forecast where currency = 'USD'
)
""",
    )
    euros = [row for row in Page(text).drawn("forecast") if row["currency"] == "EUR"]
    dollars = [row for row in Page(text).drawn("forecast") if row["currency"] == "USD"]
    assert euros
    assert dollars
    for row in euros:
        assert (row["expected"], row["rest"], row["no_forecast"]) == (0, 0, row["value"])
    for row in dollars:
        whole = row["expected"] + row["rest"] + row["no_forecast"]
        assert whole == pytest.approx(row["value"])
    assert any(row["expected"] and row["rest"] and row["no_forecast"] for row in dollars)
    assert re.search(r"EUR</b><span>\d+ deals?, no forecast yet<", text)
    assert re.search(r"USD</b><span>\d+ deals, expected [\d,]+, \d+ without a forecast<", text)
    called = "no forecast yet"
    assert called in json.dumps(Page(text).specs("forecast"))
    assert called not in json.dumps(report.specs("forecast"))


def test_what_does_not_fit_is_left_out_in_whole_panels(changed: Callable[..., str]) -> None:
    currencies = ("AUD", "CAD", "CHF", "DKK", "JPY", "NOK")
    report = Page(
        text := changed(
            f"delete from {MARTS}.pipeline_funnel",
            f"""
insert into {MARTS}.pipeline_funnel by name
select
    pipeline_id, format('P{{}}', pipeline_id) as pipeline_name, stage as stage_order,
    pipeline_id * 10 + stage as stage_id, 'S' || stage as stage_name, 100 - pipeline_id as entered,
    10 as advanced, 0 as moved_back, 0 as moved_elsewhere, 0 as won, 0 as lost, 0 as still_there
from range(10) as pipelines (pipeline_id), range(9) as stages (stage)
""",
            f"delete from {MARTS}.deal_forecast",
            f"""
insert into {MARTS}.deal_forecast by name
select
    1 as pipeline_id, stage as stage_id, 'P' as pipeline_name, format('S{{}}', stage) as stage_name,
    stage as stage_order, currency, 0 as deals_unweighted, stage as value,
    7 - list_position({list(currencies)}, currency) as deals, stage / 2 as expected_value,
    0 as unweighted_value
from range(9) as stages (stage), (select unnest({list(currencies)}) as currency)
""",
            f"""
update {MARTS}.deal_pipeline set
    stage_id = deal_id % 20, stage_name = format('S{{:.0f}}', deal_id % 20), pipeline_id = 1,
    stage_order = deal_id % 20, is_stalled = deal_id % 20 > 12
where status_name = 'open'
""",
            f"""
insert into {MARTS}.owner_performance by name
select
    unnest({list(currencies)}) as currency, 1 as user_id, max(month) as month, 1 as deals_won,
    0 as deals_lost, 1 as won_value
from {MARTS}.owner_performance
""",
        )
    )
    assert report.panels(chart_named("funnel")) == {f"P{number}": 9 for number in range(6)}
    assert report.panels(chart_named("forecast")) == dict.fromkeys(currencies[:4], 8)
    assert {row["stage"] for row in report.drawn("forecast")} == {f"P: S{n}" for n in range(1, 9)}
    assert len(report.panels(chart_named("won_value"))) == 4
    assert all(f" {currency}</b>" in top_of(text) for currency in currencies)
    stalled = [row["stalled"] for row in report.drawn("stalled")]
    assert len(stalled) == 12
    assert stalled == sorted(stalled, reverse=True)
    assert stalled[6] > 0


def test_how_much_is_shown_at_most_is_said() -> None:
    words = {4: "four", 6: "six", 8: "eight", 10: "ten", 12: "twelve"}
    for chart in CHARTS:
        limits = re.findall(r"(?:limit|\) <=|place <=) (\d+)", chart.sql)
        assert all(words[int(limit)] in chart.reading.lower() for limit in limits), chart.name
        assert limits or chart.name not in ("funnel", "forecast", "stalled", "owners")


def test_an_account_of_one_day_has_points_to_look_at(
    changed: Callable[..., str], report: Page
) -> None:
    young = Page(
        changed(
            *(
                f"delete from {MARTS}.{mart} where day < (select max(day) from {MARTS}.dates)"
                for mart in ("list_growth_daily", "campaign_calendar")
            ),
            f"update {MARTS}.campaign_calendar set sent_30_days = 5",
        )
    )
    # what a drawing shows of a point: a symbol that is not transparent, and the day beneath it
    point = re.compile(r'<path (?![^>]*opacity="0")[^>]*fill="var\(--colour-1\)"')
    for name in ("list_growth", "mail_a_subscriber"):
        for spec in young.specs(name):
            (row,) = spec["datasets"]["rows"]
            drawn = svg(spec)
            assert len(point.findall(drawn)) == 2, name  # an area of no width, a point
            day = date.fromisoformat(str(row.get("day") or row["week"])[:10])
            assert re.findall(r">(\d+ [A-Z][a-z]+)<", drawn) == [f"{day:%-d %b}"]
    assert all(len(point.findall(svg(spec))) == 1 for spec in report.specs("mail_a_subscriber"))


def test_the_last_twelve_months_are_those_before_the_load(
    changed: Callable[..., str], report: Page
) -> None:
    task = f"""
insert into {MARTS}.owner_performance by name
select
    user_id, user_name, currency, date '2099-01-01' as month, 0 as deals_created, 0 as deals_won,
    0 as deals_lost, 1 as tasks_done, 0 as won_value, 0 as lost_value
from {MARTS}.owner_performance
limit 1
"""
    mistaken = Page(changed(task))
    silent = Page(changed(f"update {MARTS}.owner_performance set month = month - interval 4 year"))
    for name in ("owners", "won_value"):
        assert mistaken.drawn(name) == report.drawn(name)
        assert chart_named(name).nothing in silent.articles[name]


def test_namesakes_are_told_apart(changed: Callable[..., str], report: Page) -> None:
    named = Page(
        changed(
            f"update {MARTS}.pipeline_funnel set pipeline_name = 'Sales'",
            f"update {MARTS}.message_performance set campaign_name = 'Test', sent_at = "
            f"(select max(sent_at) from {MARTS}.message_performance)",
        )
    )
    for chart in map(chart_named, ("funnel", "split_tests")):
        assert len(named.panels(chart)) == len(report.panels(chart)) > 1
        assert all(re.fullmatch(r"(Sales|Test, .*) \(\d+\)", name) for name in named.panels(chart))
        assert not any(re.search(r"\(\d+\)$", name) for name in report.panels(chart))


def test_ids_that_no_integer_holds_and_owners_that_nobody_named(
    changed: Callable[..., str],
) -> None:
    report = Page(
        changed(
            f"update {MARTS}.list_growth_daily set list_name = null, list_id = list_id * 1e30",
            f"update {MARTS}.pipeline_funnel set pipeline_name = null, pipeline_id = "
            "pipeline_id * 1e30",
            f"update {MARTS}.owner_performance set user_name = null, user_id = "
            "case when user_id > 1 then user_id * 1e30 end",
        )
    )
    owners = {row["owner"] for row in report.drawn("owners") + report.drawn("won_value")}
    assert "nobody" in owners
    assert all(re.fullmatch(r"nobody|a user who is gone \(\d{30,}\)", owner) for owner in owners)
    assert all(
        re.fullmatch(r"a list that is gone \(\d{30,}\)", row["list"])
        for row in report.drawn("list_growth")
    )


def test_the_stages_of_a_contact_are_told_in_the_order_of_their_rule(
    manifest: dict[str, Any],
) -> None:
    rule = manifest["nodes"]["model.activecampaign.contact_engagement"]["raw_code"]
    stages = re.findall(r"(?:then|else) '(\w+)'", rule[: rule.index("as lifecycle_stage")])
    assert len(stages) == 5
    said = re.findall("|".join(stages), chart_named("lifecycle").reading)
    assert said == stages


def test_what_is_read_out_is_named_and_what_is_opened_can_be_printed(
    text: str, report: Page
) -> None:
    assert report.within["details"].isdisjoint({"dl", "p", "dt", "span"})
    assert len(report.focusable) == len(CHARTS)
    for region in report.focusable:
        assert region["role"] == "region"
    labels = {region["aria-label"] for region in report.focusable}
    assert labels == {f"Numbers: {chart.title}" for chart in CHARTS}
    printed = text[text.index("@media print") : text.index("</style>")]
    assert re.findall(r"[^{};]*details[^{]*", printed) == ["\n  nav, details:not([open]) "]
    assert re.search(r"\.scroll \{[^}]*max-height: none", printed)


def test_where_there_is_nothing_the_page_says_so(changed: Callable[..., str]) -> None:
    read = {model for shown in (*CHARTS, *FIGURES) for model in models_read(shown.sql)}
    text = changed(*(f"delete from {MARTS}.{model}" for model in read))
    report = Page(text)
    assert json.loads(report.scripts[0])["drawings"] == []
    for chart in CHARTS:
        assert chart.nothing in report.articles[chart.name]
        assert not report.drawings[chart.name]
    top = top_of(text)
    for figure in FIGURES:
        assert figure.nothing in top


def test_a_database_that_was_not_built_is_told_what_to_run(tmp_path: Path) -> None:
    loaded = tmp_path / "loaded.duckdb"
    with duckdb.connect(str(loaded)) as connection:
        connection.execute("create schema activecampaign_raw")
        connection.execute(
            "create table activecampaign_raw.runs as "
            "select 'larkfield' as account, now() as started_at, 1 as run_id"
        )
    before = REPORT.stat().st_mtime_ns if REPORT.exists() else None
    for database in (loaded, tmp_path / "missing.duckdb"):
        done = run_command(
            *(sys.executable, "-m", "docs.report"),
            environment={"ACTIVECAMPAIGN_DUCKDB": str(database)},
        )
        assert done.returncode == 1
        assert "python -m loader && dbt build" in done.stderr
        assert "Traceback" not in done.stderr
    assert before == (REPORT.stat().st_mtime_ns if REPORT.exists() else None)


def test_exposures_are_what_is_shipped_and_the_models_that_it_reads(
    manifest: dict[str, Any],
) -> None:
    pages: dict[str, set[str]] = {}
    for example in examples():
        pages.setdefault(example.page.stem, set()).update(models_read(example.query))
    marts = {node["name"] for node in manifest["nodes"].values() if node["schema"] == MARTS}
    expected = {f"guide_{page}": read for page, read in pages.items() if read <= marts}
    expected["docs_site"] = set(models_read(QUALITY))
    expected["report"] = {
        model for shown in (*CHARTS, *FIGURES) for model in models_read(shown.sql)
    }
    assert {
        exposure["name"]: {node.rpartition(".")[-1] for node in exposure["depends_on"]["nodes"]}
        for exposure in manifest["exposures"].values()
    } == expected
