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

from docs.database import models_read, opened
from docs.report.__main__ import REPORT
from docs.report.chart import Chart
from docs.report.charts import CHARTS, FIGURES, SECTIONS
from docs.report.page import page
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
        self.policy = ""
        self._article: str | None = None
        self._is_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
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
        if tag == "article":
            self._article = None

    def handle_data(self, data: str) -> None:
        if self._is_script:
            self.scripts.append(data)
        elif self._article:
            self.articles[self._article] += f"{data} "

    def drawn(self, chart: Chart) -> list[dict[str, Any]]:
        """The rows that a chart's drawings are given."""
        specs = json.loads(self.scripts[0])["drawings"]
        return [
            row for number in self.drawings[chart.name] for row in specs[number]["datasets"]["rows"]
        ]


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
    drawn = report.drawn(chart)
    expected = [dict(zip(columns, map(in_json, row), strict=True)) for row in rows]
    assert drawn == expected
    panels = {row[chart.panel] for row in drawn} if chart.panel else {None}
    assert len(report.drawings[chart.name]) == len(panels)


def test_each_panel_holds_one_value(report: Page) -> None:
    specs = json.loads(report.scripts[0])["drawings"]
    for chart in CHARTS:
        for number in report.drawings[chart.name] if chart.panel else ():
            rows = specs[number]["datasets"]["rows"]
            assert len({row[chart.panel] for row in rows}) == 1


def test_the_figures_are_at_the_top(text: str, warehouse: Path) -> None:
    top = unescape(text[text.index("<dl") : text.index("</dl>")])
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
    text = changed(
        f"update {MARTS}.campaign_performance set campaign_name = $${HOSTILE}$$",
        f"update {MARTS}.list_growth_daily set list_name = $${HOSTILE}$$",
        f"update {MARTS}.message_performance set campaign_name = $${HOSTILE}$$",
        f"update activecampaign_raw.runs set account = $${HOSTILE}$$",
    )
    report = Page(text)
    assert "<script>alert" not in text
    assert len(report.scripts) == 2
    (chart,) = (chart for chart in CHARTS if chart.name == "latest_campaigns")
    assert {row["campaign"] for row in report.drawn(chart)} == {HOSTILE}


def test_a_rate_of_nothing_is_no_number(changed: Callable[..., str]) -> None:
    report = Page(
        changed(
            f"update {MARTS}.pipeline_funnel "
            "set still_there = entered, advanced = 0, moved_back = 0, won = 0, lost = 0"
        )
    )
    (chart,) = (chart for chart in CHARTS if chart.name == "funnel")
    assert {row["went_on_rate"] for row in report.drawn(chart)} == {None}


def test_where_there_is_nothing_the_page_says_so(changed: Callable[..., str]) -> None:
    read = {model for shown in (*CHARTS, *FIGURES) for model in models_read(shown.sql)}
    text = changed(*(f"delete from {MARTS}.{model}" for model in read))
    report = Page(text)
    assert json.loads(report.scripts[0])["drawings"] == []
    for chart in CHARTS:
        assert chart.nothing in report.articles[chart.name]
        assert not report.drawings[chart.name]
    top = text[text.index("<dl") : text.index("</dl>")]
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
