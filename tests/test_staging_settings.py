"""Staging of forms, segments, templates and settings holds what the account holds, typed."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
import yaml

from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import ROOT, Dbt
from tests.runs import Runs
from tests.test_documented_rows import flag, number, text, timestamp

TABLES = {
    "forms": "forms",
    "segments": "segments",
    "templates": "templates",
    "saved_responses": "savedResponses",
    "personalizations": "personalizations",
    "addresses": "addresses",
    "brandings": "brandings",
    "calendars": "calendars",
    "webhooks": "webhooks",
    "configs": "configs",
    "event_tracking_events": "eventTrackingEvents",
}
OPT_IN = {"configs"}
ODD = ("configs", "forms", "addresses", "webhooks")
REFERENCES = {
    *("parent_form_id", "user_id", "address_id", "automation_id", "last_sent_user_id"),
    *("group_id", "list_id", "created_by", "updated_by"),
}
Record = dict[str, Any]
Row = dict[str, Any]


def members(table: str) -> dict[str, str]:
    """The member of a record that each column holds, in lower case, by the column's doc block."""
    path = ROOT / f"dbt_project/models/staging/stg_activecampaign__{table}.yml"
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    found = {
        column["name"]: re.search(r"doc\('(\w+?)__(\w+)'\)", column["description"])
        for column in model["columns"]
    }
    return {name: doc[2] for name, doc in found.items() if doc and doc[1] == table}


def staged(database: Path, table: str) -> tuple[dict[str, str], dict[str, Row]]:
    """The types of a staging model's columns, and its rows by id."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.sql(f"from activecampaign_staging.stg_activecampaign__{table}")
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    assert len({row["id"] for row in rows}) == len(rows)
    return types, {row["id"]: row for row in rows}


def expected(column: str, kind: str, value: Any) -> Any:
    """What a column of that type owes to a member's value."""
    if column in REFERENCES and value in (0, "0", ""):
        return None
    if kind == "JSON":
        return value
    casts = {"DOUBLE": number, "TIMESTAMP": timestamp, "BOOLEAN": flag, "VARCHAR": text}
    return casts[kind](value)


def check(database: Path, account: Account, table: str) -> None:
    types, rows = staged(database, table)
    key = "name" if table == "event_tracking_events" else "id"
    records = {record[key]: record for record in account.records(TABLES[table])}
    assert rows.keys() == records.keys()
    assert records
    for id, record in records.items():
        values = {member.lower(): value for member, value in record.items()}
        for column, member in members(table).items():
            held = rows[id][column]
            value = values.get(member)
            if types[column] == "JSON" and held is not None:
                held = json.loads(held)
            if column == "url_host":
                value = urlsplit(str(value)).netloc.rpartition("@")[2] or None
            wanted = id if column == "id" else expected(column, types[column], value)
            assert held == wanted, (table, column, id)


@pytest.mark.parametrize("table", sorted(TABLES.keys() - OPT_IN))
def test_a_staging_model_holds_what_the_account_holds(
    table: str, warehouse: Path, sandbox_server: Server
) -> None:
    check(warehouse, sandbox_server.account, table)


@pytest.fixture(scope="module")
def odd_account() -> Account:
    """Settings of users, and records in other spellings and of no type."""
    account = Account.generate(contacts=0, seed=1)
    old = {"company_name": "Old Ltd", "address_1": "1 Way", "address_2": "", "is_default": 1}
    account.put("addresses", {"id": "70", **old, "links": []})
    urls = [
        *("https://a:b@c.example/x@y?z#q", "//u@h.example/p", "u:p@h.example", "?token=1", "a#b"),
        *("mailto:me@here.example", " https:///p@s@h.example", "h.example/a@b", "no address"),
    ]
    for nth, url in enumerate(urls, start=80):
        account.put("webhooks", {"id": str(nth), "url": url, "events": "abc", "listid": "x"})
    values: tuple[Any, ...] = ([], "\ud800", {"a": 1}, "soon", True, 1.5, "{", None)
    for nth, value in enumerate(values, start=80):
        filled = dict.fromkeys(("style", "cdate", "entries"), value)
        account.put("forms", {"id": str(nth), **filled})
    return account


@pytest.fixture(scope="module")
def odd(odd_account: Account, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("settings") / "warehouse.duckdb"
    with serve(odd_account) as server:
        Runs(server, database, "--select", *ODD).completes()
    built = dbt("run", database, "--select", *(f"stg_activecampaign__{name}" for name in ODD))
    assert built.returncode == 0, built.stdout
    return database


def test_settings_are_staged_where_they_were_asked_for(odd: Path, odd_account: Account) -> None:
    check(odd, odd_account, "configs")


def test_an_address_in_the_older_spelling_is_the_same_address(odd: Path) -> None:
    row = staged(odd, "addresses")[1]["70"]
    names = ("company_name", "address_1", "address_2", "is_default")
    assert [row[name] for name in names] == ["Old Ltd", "1 Way", "", 1]


def test_a_webhook_s_address_is_staged_without_what_opens_it(odd: Path) -> None:
    rows = staged(odd, "webhooks")[1]
    assert [rows[str(nth)]["url_host"] for nth in range(80, 89)] == [
        *("c.example", "h.example", "h.example", None, "a"),
        *("here.example", "h.example", "h.example", "no"),
    ]
    assert {rows[str(nth)]["list_id"] for nth in range(80, 89)} == {None}
    assert [one["column_name"] for one in rows["80"]["uncast"]] == ["list_id"]
    assert rows["80"]["events"] is None


def test_what_is_of_no_type_is_null_and_named(odd: Path) -> None:
    rows = staged(odd, "forms")[1]
    odd_ones = [rows[str(nth)] for nth in range(80, 88)]
    styles = ["[]", None, '{"a":1}', None, "true", "1.5", None, None]
    assert [row["style"] for row in odd_ones] == styles
    assert [row["entries"] for row in odd_ones] == [*[None] * 5, 1.5, None, None]
    named = [{one["column_name"] for one in row["uncast"] or ()} for row in odd_ones]
    both = {"entries", "created_at"}
    assert named == [set(), both, both, both, both, {"created_at"}, both, set()]
