"""README, guide and docs site: what they show is what their reader gets."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from docs.site.__main__ import DIAGRAMS, write_site
from docs.site.diagrams import Graph, diagrams
from docs.site.examples import Example, examples, result
from docs.site.guide import GUIDE
from docs.site.load_state import load_state
from loader.endpoints import ENDPOINTS
from tests.conftest import BUILT, ROOT, Dbt
from tests.recorded import CONTRACT

OVERVIEW = ROOT / "dbt_project/docs/__overview__.md"
AREAS = 5
# elsewhere 3, a page an area
QUESTIONS = {"README": 1, "marketing": 10, "sales": 10, "customers": 5}
STOPPERS = set(
    re.split(" ", "a an and as at by for in is it its of on or that the this to was with")
)


@pytest.mark.parametrize("example", list(examples()), ids=lambda one: one.page.stem)
def test_a_query_gives_the_result_shown(example: Example, sandbox_database: Path) -> None:
    with duckdb.connect(str(sandbox_database), read_only=True) as connection:
        assert result(connection, example.query).strip() == example.shown.strip()
    assert not re.search(r"\b0 rows", example.shown)


def test_every_query_of_the_documentation_is_run() -> None:
    shown = Counter(example.page for example in examples())
    assert len(shown) == len(QUESTIONS) + AREAS
    for page, count in shown.items():
        assert page.read_text(encoding="utf-8").count("```sql") == count
        assert count == QUESTIONS.get(page.stem, 3)


@pytest.fixture(scope="module")
def graph(manifest: dict[str, Any]) -> Graph:
    return Graph.read(manifest)


def test_the_arrows_are_the_documented_references(graph: Graph) -> None:
    drawn = {(one.table, one.column, f"{one.to_table}.{one.to_column}") for one in graph.references}
    assert len(graph.references) == len(drawn) == 64
    assert drawn == {
        (table, name, column.get("tested", column["references"]))
        for table, columns in CONTRACT.items()
        for name, column in columns.items()
        if "references" in column
    }
    assert sorted(graph.tables) == BUILT
    assert len(graph.areas) == AREAS


def test_the_diagrams_are_drawn_from_the_tests_as_they_are(graph: Graph) -> None:
    """`make docs` draws them anew."""
    drawn = dict(diagrams(graph))
    assert {path.name for path in DIAGRAMS.iterdir()} == drawn.keys()
    for name, svg in drawn.items():
        assert (DIAGRAMS / name).read_text(encoding="utf-8") == svg, name


def arrows(svg: str) -> int:
    return len(re.findall(r'<path [^>]*class="connection"', svg))


def test_each_arrow_is_in_the_whole_picture_and_in_that_of_one_area() -> None:
    svgs = {path.stem: path.read_text(encoding="utf-8") for path in DIAGRAMS.iterdir()}
    assert arrows(svgs.pop("documented_tables")) == 64
    assert len(svgs) == AREAS
    assert sum(map(arrows, svgs.values())) == 64


def test_the_front_page_leads_to_every_table_and_picture(graph: Graph) -> None:
    text = OVERVIEW.read_text(encoding="utf-8")
    tables = re.findall(r"\(#!/model/model\.activecampaign\.(\w+)\)", text)
    assert Counter(name for name in tables if name in BUILT) == Counter(BUILT)
    pictures = set(re.findall(r"\(docs/diagrams/(\w+\.svg)\)", text))
    assert pictures == {path.name for path in DIAGRAMS.iterdir()}
    pages = set(re.findall(r"\(guide/(\w+)\.html\)", text))
    assert pages == {path.stem for path in GUIDE.glob("*.md")}


def test_the_metrics_are_those_that_columns_are_described_by() -> None:
    page = (GUIDE / "metrics.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE))
    assert shown == {
        name.removeprefix("metric__"): " ".join(text.split())
        for name, text in blocks().items()
        if name.startswith("metric__")
    }


class Links(HTMLParser):
    """What a page of the guide refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def test_the_site_is_whole(warehouse: Path, dbt: Dbt, tmp_path: Path) -> None:
    generated = dbt("docs generate", warehouse)
    assert generated.returncode == 0, generated.stdout
    write_site(dbt.folder / "target", tmp_path, load_state(warehouse))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "INLINE DATA" not in page
    assert "Was each list read to its end" in page
    assert "load state -->" not in page
    assert "Account **127.0.0.1" in page
    for path in (tmp_path / "guide").glob("*.html"):
        links = Links()
        links.feed(path.read_text(encoding="utf-8"))
        local = [link for link in links.found if not link.startswith(("http", "#"))]
        assert local
        for link in local:
            assert (path.parent / link).resolve().exists(), f"{path.name}: {link}"


def blocks() -> dict[str, str]:
    """The texts that columns are described by, by their names."""
    return {
        name: text.strip()
        for path in (ROOT / "dbt_project/docs").glob("*.md")
        for name, text in re.findall(
            r"{% docs (\w+) %}(.*?){% enddocs %}", path.read_text(encoding="utf-8"), re.DOTALL
        )
    }


def described() -> Iterator[tuple[str, str, str]]:
    """Model, column and description, of every layer."""
    texts = blocks()
    for path in (ROOT / "dbt_project/models").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ()):
            for column in model["columns"]:
                text = column["description"]
                for name in re.findall(r"{{ doc\('(\w+)'\) }}", text):
                    text = texts[name]
                yield model["name"], column["name"], text


def words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())} - STOPPERS


def test_no_description_only_repeats_the_name() -> None:
    idle = []
    for model, column, text in described():
        own = re.split(r"\bAPI:", text)[0]
        new = words(own) - words(column.replace("_", " ")) - {column}
        if len(new) < (2 if model in BUILT else 1):
            idle.append((model, column, text))
    assert idle == []


def test_each_column_of_a_documented_table_says_where_it_comes_from() -> None:
    silent = [
        (model, column)
        for model, column, text in described()
        if model in BUILT and "API" not in text
    ]
    assert silent == []


def test_every_description_is_a_comment_in_the_database(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        silent = connection.execute("""
            select schema_name, table_name, column_name from duckdb_columns()
            where schema_name like 'activecampaign%' and schema_name not like '%raw%'
                and comment is null
            union all
            select schema_name, table_name, null from duckdb_tables()
            where schema_name like 'activecampaign%' and schema_name not like '%raw%'
                and comment is null
            union all
            select schema_name, view_name, null from duckdb_views()
            where schema_name like 'activecampaign%' and schema_name not like '%raw%'
                and comment is null
        """).fetchall()
    assert silent == []


def test_the_grain_is_in_the_first_sentence_of_each_model(manifest: dict[str, Any]) -> None:
    silent = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and not re.search(r"one row per|grain:", node["description"].split(". ")[0], re.IGNORECASE)
    ]
    assert silent == []


def test_the_dates_of_reads_are_how_fresh_the_sources_are(
    warehouse: Path, dbt: Dbt, manifest: dict[str, Any], tmp_path: Path
) -> None:
    database = tmp_path / warehouse.name
    database.write_bytes(warehouse.read_bytes())
    states = {}
    for days in (0, 3, 8):
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "update activecampaign_raw.endpoint_reads "
                f"set finished_at = now() - interval {days} day where collection = 'contacts'"
            )
        checked = dbt("source freshness", database, "--output", str(tmp_path / "sources.json"))
        sources = json.loads((tmp_path / "sources.json").read_text(encoding="utf-8"))["results"]
        states[days] = {one["unique_id"].rsplit(".", 1)[-1]: one["status"] for one in sources}
        assert (checked.returncode == 0) is (days < 8), checked.stdout
    assert [states[days]["contacts"] for days in (0, 3, 8)] == ["pass", "warn", "error"]
    assert set(states[0].values()) == {"pass"}
    # what is read only where it is named is never late
    named = {one.raw_table for one in ENDPOINTS if one.opt_in} | {"geo_addresses"}
    assert manifest["sources"].keys() - {one["unique_id"] for one in sources} == {
        f"source.activecampaign.activecampaign_raw.{table}" for table in named
    }
