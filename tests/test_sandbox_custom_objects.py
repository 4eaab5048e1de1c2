"""Custom objects of the sandbox: UUIDs, a list of records for each schema, nanoseconds."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.dates import NOW
from sandbox.resources.resource import UUID_FORM
from sandbox.server import Server, serve
from tests.conftest import Get, Load
from tests.test_sandbox import sample_of
from tests.test_sandbox_account import by_id, time

SCHEMAS, RECORDS = "customObjects/schemas", "customObjects/records"
NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
Record = dict[str, Any]


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 600 contacts that no test changes."""
    return Account.generate(contacts=600, seed=3)


@pytest.fixture(scope="module")
def server(generated: Account) -> Iterator[Server]:
    with serve(generated) as running:
        yield running


def schema_of(account: Account, slug: str) -> str:
    return next(id for id, row in by_id(account, "schemas").items() if row["slug"] == slug)


def test_schemas_and_records_look_like_the_recorded_ones(generated: Account, get: Get) -> None:
    page = get(SCHEMAS, showFields="all")
    assert page["meta"] == {"limit": 20, "offset": 0, "count": 3, "total": 3}
    made = [schema["createdTimestamp"] for schema in page["schemas"]]
    assert made == sorted(made)
    balance = schema_of(generated, "balance")
    for key, records in (
        ("schemas", page["schemas"]),
        ("records", get(f"{RECORDS}/{balance}")["records"]),
    ):
        for record in records:
            assert list(record) == list(sample_of(key))
            assert UUID_FORM.fullmatch(record["id"])
            for name in ("createdTimestamp", "updatedTimestamp"):
                assert NANOSECONDS.fullmatch(record[name])
    assert get(f"{SCHEMAS}/{balance}")["schema"] == by_id(generated, "schemas")[balance]
    get("schemas", expect=404)
    get("records", expect=404)


def test_each_schema_has_a_list_of_its_own(generated: Account, get: Get) -> None:
    seen: set[str] = set()
    for schema in generated.records("schemas"):
        held = [row for row in generated.records("records") if row["schemaId"] == schema["id"]]
        held.sort(key=lambda row: str(row["createdTimestamp"]))
        walked: list[Record] = []
        order = {"orders[createdTimestamp]": "ASC"}
        while rows := (
            page := get(f"{RECORDS}/{schema['id']}", limit=7, offset=len(walked), **order)
        )["records"]:
            assert page["meta"] == {
                **{"limit": 7, "offset": len(walked)},
                **{"count": len(rows), "total": len(held)},
            }
            walked += rows
        assert walked == held
        seen |= {row["id"] for row in held}
    assert seen == by_id(generated, "records").keys()
    assert schema_of(generated, "unused-object")


def test_filters_by_time(generated: Account, get: Get) -> None:
    balance = schema_of(generated, "balance")
    rows = [row for row in generated.records("records") if row["schemaId"] == balance]
    for name in ("createdTimestamp", "updatedTimestamp"):
        rows.sort(key=lambda row: str(row[name]))
        border = rows[5][name]
        found = get(f"{RECORDS}/{balance}", limit=100, **{f"filters[{name}][gt]": border})
        assert {row["id"] for row in found["records"]} == {row["id"] for row in rows[6:]}
        assert found["meta"]["total"] == len(rows) - 6
        asked = {f"filters[{name}][gt]": f"{border[:19]}.000Z"}
        assert get(f"{RECORDS}/{balance}", **asked)["meta"]["total"] == len(rows) - 5
    get(f"{RECORDS}/{balance}", expect=422, **{"filters[updatedTimestamp][gt]": "soon"})


def test_one_record_and_none(generated: Account, get: Get) -> None:
    record = generated.records("records")[0]
    path = f"{RECORDS}/{record['schemaId']}/{record['id']}"
    assert get(path) == {"record": record}
    other = next(row for row in generated.records("schemas") if row["id"] != record["schemaId"])
    get(f"{RECORDS}/{other['id']}/{record['id']}", expect=404)
    for path in (f"{RECORDS}/{record['id']}", f"{RECORDS}/x", f"{SCHEMAS}/{record['id']}"):
        assert "CustomObjectSchema" in str(get(path, expect=404))


@pytest.mark.parametrize("contacts", [1, 20, 600])
def test_what_records_hold_and_belong_to_is_there(contacts: int) -> None:
    account = Account.generate(contacts=contacts, seed=3)
    schemas = by_id(account, "schemas")
    held = {name: by_id(account, name) for name in ("contacts", "accounts", "deals")}
    for record in account.records("records"):
        schema = schemas[record["schemaId"]]
        named = [field["id"] for field in record["fields"]]
        assert len(named) == len(set(named))
        assert set(named) <= {field["id"] for field in schema["fields"]}
        relations = {one["id"]: one for one in schema["relationships"]}
        made, edited = time(record["createdTimestamp"]), time(record["updatedTimestamp"])
        assert time(schema["createdTimestamp"]) <= made <= edited < NOW + timedelta(seconds=1)
        for name, ids in record["relationships"].items():
            assert len(ids) <= 1 or relations[name]["hasMany"]
            for id in ids:
                related = held[relations[name]["namespace"]][id]
                since = related.get("cdate") or related["createdTimestamp"]
                assert time(since) <= made
    assert account.records("records")


def test_values_are_of_every_form(generated: Account) -> None:
    values = [field["value"] for row in generated.records("records") for field in row["fields"]]
    assert {type(value) for value in values} == {str, int, float, list}
    assert {row["externalId"] for row in generated.records("records")} > {None, ""}
    assert {} in [row["relationships"] for row in generated.records("records")]


def test_a_record_that_is_added_changed_and_deleted(account: Account) -> None:
    balance = schema_of(account, "balance")
    added = account.add("records", schemaId=balance, fields=[{"id": "serial", "value": "1"}])
    assert UUID_FORM.fullmatch(added["id"])
    assert added["createdTimestamp"] == added["updatedTimestamp"]
    after = account.update("records", added["id"], externalId="x")
    assert after["updatedTimestamp"] > added["updatedTimestamp"]
    assert after["createdTimestamp"] == added["createdTimestamp"]
    account.delete("records", added["id"])
    assert added["id"] not in by_id(account, "records")
    account.delete("schemas", balance)
    assert {row["schemaId"] for row in account.records("records")} == {
        schema_of(account, "calibration")
    }


def test_a_run_asks_each_schema_for_what_changed_since(account: Account, load: Load) -> None:
    with serve(account) as server:
        first = load(server, "--select", "customObjects")
        assert first.exit_code == 0, first.output
        now = account.present
        record = account.records("records")[0]
        account.clock = lambda: now + timedelta(days=3)
        account.update("records", record["id"], externalId="changed")
        server.requests.clear()
        second = load(server, "--select", "customObjects")
    asked = [one for one in server.requests if one.path.startswith(f"{RECORDS}/")]
    schemas = by_id(account, "schemas").keys()
    assert {one.path.removeprefix(f"{RECORDS}/") for one in asked} == schemas
    for one in asked:
        (since,) = one.query["filters[updatedTimestamp][gt]"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", since)
        assert datetime.fromisoformat(since) < now.astimezone(UTC)
    rows = second.rows(
        "select id, payload ->> 'externalId', run_id = (select max(run_id) from "
        "activecampaign_raw.runs) from activecampaign_raw.custom_object_records"
    )
    assert {id for id, *_ in rows} == by_id(account, "records").keys()
    assert [(id, name) for id, name, is_new in rows if is_new] == [(record["id"], "changed")]


@pytest.mark.parametrize("status", [400, 404])
def test_a_plan_without_custom_objects_is_said(status: int, account: Account, load: Load) -> None:
    lacking = Fault("customObjects/*", status=status, body=b'{"message":"Not in your plan"}')
    with serve(account) as server:
        server.behaviour.faults = [lacking]
        loaded = load(server, "--select", "customObjects")
    assert loaded.exit_code == 0
    assert "customObjects/schemas: skipped" in loaded.output
    assert loaded.rows("select * from activecampaign_raw.custom_object_records") == []
