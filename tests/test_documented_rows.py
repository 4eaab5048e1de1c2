"""Row by row: the documented tables hold what the account holds, by an independent reading."""

import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml

from sandbox.account import Account
from sandbox.server import Server
from tests.conftest import BUILT, ROOT

ZONE = ZoneInfo("America/Chicago")
NO_DATE = {None, "", "0000-00-00", "0000-00-00 00:00:00"}
CONTRACT = {
    table["table"]: table["columns"]
    for table in yaml.safe_load((ROOT / "docs/contract/documented_tables.yml").read_text())
}
RECORDED = {
    table["name"]: table
    for table in json.loads((ROOT / "tests/data/endpoints.json").read_text())["tables"]
}
# references in all but name: docs/contract/NOTES.md
TEXT_REFERENCES = {("lists_contacts", "form"), ("lists_contacts", "automation")}
Record = dict[str, Any]


def number(value: Any) -> float | None:
    try:
        parsed = float(value)
    except (TypeError, ValueError):
        return None
    return parsed if math.isfinite(parsed) else None


def timestamp(value: Any) -> datetime | None:
    if value in NO_DATE:
        return None
    parsed = datetime.fromisoformat(value)
    # of the two instants that wall time names in autumn, DuckDB takes the later
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE, fold=1)
    return aware.astimezone(UTC).replace(tzinfo=None)


def day(value: Any) -> date | None:
    return None if value in NO_DATE else date.fromisoformat(value[:10])


def text(value: Any) -> str | None:
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return None if value is None else str(value)


def flag(value: Any) -> bool | None:
    return {"1": True, "true": True, "0": False, "false": False}.get(str(value).lower())


CASTS: dict[str, Callable[[Any], Any]] = {
    "float": number,
    "timestamp": timestamp,
    "date": day,
    "text": text,
    "boolean": flag,
}


def cast(value: Any, column: dict[str, Any], *, is_reference: bool) -> Any:
    if is_reference and value in (0, "0", ""):
        return None
    return CASTS[column["type"]](value)


def records(account: Account, table: str) -> Iterator[Record]:
    """The account's records for a table, with the members its mapping names."""
    if table == "contacts_tags":
        tags = {tag["id"]: tag for tag in account.records("tags")}
        for row in account.records("contactTags"):
            yield {
                **{f"contactTags.{key}": value for key, value in row.items()},
                **{f"tags.{key}": value for key, value in tags[row["tag"]].items()},
            }
        return
    yield from account.records(re.split(r"\W", RECORDED[table]["data_key"])[0])


def path(table: str, column: str) -> str:
    """The member of a record that a column holds, without the mapping's remarks."""
    found: str = RECORDED[table]["mapping"][column].split(" ")[0]
    if table == "users__user_groups":
        return "userid" if column == "user_id" else found.removeprefix("userGroups[].")
    return found


@pytest.mark.parametrize("table", BUILT)
def test_a_documented_table_holds_what_the_account_holds(
    table: str, warehouse: Path, sandbox_server: Server
) -> None:
    columns = CONTRACT[table]
    expected = {
        tuple(
            cast(
                record.get(path(table, name)),
                column,
                is_reference="references" in column or (table, name) in TEXT_REFERENCES,
            )
            for name, column in columns.items()
        )
        for record in records(sandbox_server.account, table)
    }
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(f'select * from activecampaign."{table}"').fetchall()
    assert len(rows) == len(set(rows))
    assert set(rows) == expected
    assert expected
