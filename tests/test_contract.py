"""The built database is what docs/contract/documented_tables.yml promises."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import BUILT
from tests.recorded import CONTRACT

TYPES = {
    "float": "DOUBLE",
    "text": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
UNFILLED = {  # and why the sandbox leaves them so
    ("contacts", "email_empty"): "in no recorded reply",
    ("users", "cdate"): "in no recorded reply",
    ("users", "udate"): "in no recorded reply",
    ("users", "password_updated_utc_timestamp"): "in no recorded reply",
    ("contacts", "email_local"): "empty in every recorded reply",
    ("lists", "analytics_domains"): "null in every recorded reply",
    ("lists", "facebook_session"): "null in every recorded reply",
    ("contacts", "deleted_at"): "what is deleted is not served",
    ("lists", "deletestamp"): "what is deleted is not served",
}


@pytest.fixture(scope="module")
def columns(warehouse: Path) -> dict[str, list[tuple[str, str, str | None]]]:
    """Name, type and comment of each column in order, by table of the documented schema."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("""
            select table_name, column_name, data_type, column_comment
            from information_schema.columns
            where table_schema = 'activecampaign'
            order by table_name, ordinal_position
        """).fetchall()
    tables: dict[str, list[tuple[str, str, str | None]]] = {}
    for table, *column in rows:
        tables.setdefault(table, []).append((column[0], column[1], column[2]))
    return tables


def test_the_contract_is_whole() -> None:
    references = [c for table in CONTRACT.values() for c in table.values() if "references" in c]
    assert len(CONTRACT) == 33
    assert sum(len(table) for table in CONTRACT.values()) == 642
    assert len(references) == 64


def test_the_schema_holds_the_documented_tables_and_no_others(
    columns: dict[str, list[tuple[str, str, str | None]]],
) -> None:
    assert sorted(columns) == sorted(CONTRACT) == BUILT


@pytest.mark.parametrize("table", BUILT)
def test_columns_have_the_documented_names_order_and_types(
    table: str, columns: dict[str, list[tuple[str, str, str | None]]]
) -> None:
    documented = [(name, TYPES[column["type"]]) for name, column in CONTRACT[table].items()]
    assert [(name, data_type) for name, data_type, _ in columns[table]] == documented


@pytest.mark.parametrize("table", BUILT)
def test_every_column_is_described_in_the_database(
    table: str, columns: dict[str, list[tuple[str, str, str | None]]]
) -> None:
    assert [name for name, _, comment in columns[table] if not comment] == []


def test_references_are_tested_where_they_point_in_truth(manifest: dict[str, Any]) -> None:
    documented = {
        (table, name, column.get("tested", column["references"]))
        for table, columns in CONTRACT.items()
        for name, column in columns.items()
        if "references" in column
    }
    assert len(documented) == 64
    tested = set()
    for node in manifest["nodes"].values():
        if node.get("test_metadata", {}).get("name") == "relationships":
            table = node["attached_node"].split(".")[-1]
            if table in BUILT:
                to, field = (node["test_metadata"]["kwargs"][key] for key in ("to", "field"))
                tested.add((table, node["column_name"], f"{to.split(chr(39))[1]}.{field}"))
    assert tested == documented


def test_every_column_is_filled_somewhere(warehouse: Path) -> None:
    unfilled = set()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table, columns in CONTRACT.items():
            counts = ", ".join(f"count(nullif(cast({name} as text), ''))" for name in columns)
            row = connection.execute(f"select {counts} from activecampaign.{table}").fetchone()
            assert row
            unfilled |= {
                (table, name) for name, count in zip(columns, row, strict=True) if not count
            }
    assert unfilled == set(UNFILLED)


def test_the_references_counted_are_those_documented(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, column_name, reference_count > 0 "
            "from activecampaign_analytics.orphan_references where orphan_count = 0"
        ).fetchall()
    assert sorted(rows) == sorted(
        (table, name, True)
        for table, columns in CONTRACT.items()
        for name, column in columns.items()
        if "references" in column
    )
