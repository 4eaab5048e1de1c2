"""Every list of the API: all rows of all endpoints are in raw and in staging, id by id."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest

from loader.endpoints import ENDPOINTS
from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.server import Server, serve
from tests.conftest import SOAK_EXAMPLES, Dbt, Load, Loaded

CONTACTS: Final = 2_000 if SOAK_EXAMPLES else 60
OPT_IN: Final = [one.path for one in ENDPOINTS if one.opt_in]
KEYS: Final = {one.raw_table: one.key for one in ENDPOINTS} | {
    beside.raw_table: beside.key for one in ENDPOINTS for beside in one.beside
}
STUBS: Final = {one.stubs_table for one in ENDPOINTS}
OF_CUSTOM_OBJECTS: Final = ("--select", "customObjects")


def held(account: Account, table: str) -> set[str]:
    """The ids that an account's raw table owes; those of a record without an id are its name."""
    [key] = {one.id_key for one in ENDPOINTS if one.raw_table == table} or {"id"}
    return {str(record[key]) for record in account.records(KEYS[table])}


def test_every_row_of_every_list_is_in_raw_and_in_staging(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=CONTACTS, seed=6)
    with serve(account) as server:
        load(server, every=True)
        loaded = load(server, "--select", *OPT_IN)
    assert loaded.exit_code == 0, loaded.output
    built = dbt("run", loaded.database, "--select", "path:dbt_project/models/staging")
    assert built.returncode == 0, built.stdout
    for table in KEYS.keys() - STUBS:
        expected = held(account, table)
        assert expected, table
        for relation in (
            f"activecampaign_raw.{table}",
            f"activecampaign_staging.stg_activecampaign__{table}",
        ):
            ids = [id for (id,) in loaded.rows(f"select id from {relation}")]
            assert len(ids) == len(set(ids)), relation
            assert set(ids) == expected, relation


@pytest.fixture
def account() -> Account:
    return Account.generate(contacts=60, seed=6)


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running


def asked(server: Server, path: str, parameter: str) -> set[str]:
    """What a parameter held in the requests for a list so far, and from now on anew."""
    held = {
        value
        for one in server.requests
        if one.path.startswith(path)
        for value in one.query.get(parameter, [""])
    }
    server.requests.clear()
    return held


def test_activities_are_asked_for_since_the_last_read(
    account: Account, server: Server, load: Load
) -> None:
    log = ("--select", "activities")
    load(server, *log)
    assert asked(server, "activities", "after") == {"1970-01-01T00:00:00+00:00"}
    new = account.add("activities", subscriberid="1", reference_type="SubscriberEmail")
    loaded = load(server, *log)
    [after] = asked(server, "activities", "after")
    assert datetime.fromisoformat(new["tstamp"]) - datetime.fromisoformat(after) < timedelta(days=1)
    ids = {id for (id,) in loaded.rows("select id from activecampaign_raw.activities")}
    assert ids == held(account, "activities")
    load(server, *log, "--full")
    assert asked(server, "activities", "after") == {"1970-01-01T00:00:00+00:00"}


def changed_object(account: Account) -> str:
    """The id of a custom object that was given another external id."""
    record = account.records("records")[0]["id"]
    account.update("records", record, externalId="changed")
    return str(record)


def external_ids(loaded: Loaded) -> dict[str, str]:
    return dict(
        loaded.rows(
            "select id, payload ->> 'externalId' from activecampaign_raw.custom_object_records "
            "where deleted_in_run is null"
        )
    )


def test_custom_objects_are_asked_for_since_the_last_read(
    account: Account, server: Server, load: Load
) -> None:
    since = "filters[updatedTimestamp][gt]"
    load(server, *OF_CUSTOM_OBJECTS)
    assert asked(server, "customObjects/records", since) == {""}
    changed = changed_object(account)
    loaded = load(server, *OF_CUSTOM_OBJECTS)
    [after] = asked(server, "customObjects/records", since)
    assert after.endswith("Z")
    assert external_ids(loaded)[changed] == "changed"
    assert external_ids(loaded).keys() == held(account, "custom_object_records")


def test_a_filter_that_only_some_schemas_ignore_marks_nothing(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *OF_CUSTOM_OBJECTS)
    changed = changed_object(account)
    last = max(one["id"] for one in account.records("schemas"))

    def ignore(path: str) -> None:
        filters = {"filters[updatedTimestamp][gt]"} if path.endswith(last) else set()
        server.behaviour.ignored_filters = filters

    server.behaviour.before_reply = ignore
    loaded = load(server, *OF_CUSTOM_OBJECTS)
    assert "ignored the filter" in loaded.output
    assert external_ids(loaded)[changed] == "changed"
    assert external_ids(loaded).keys() == held(account, "custom_object_records")


def test_objects_of_a_schema_that_is_gone_are_gone(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *OF_CUSTOM_OBJECTS)
    account.delete("schemas", account.records("schemas")[0]["id"])
    loaded = load(server, *OF_CUSTOM_OBJECTS, "--full")
    assert external_ids(loaded).keys() == held(account, "custom_object_records")


def test_objects_of_a_new_schema_are_read_however_old_they_are(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *OF_CUSTOM_OBJECTS)
    known, old = account.records("schemas")[0], account.records("records")[0]
    schema, record = (
        "0000000a-0000-4000-8000-00000000000a",
        "0000000b-0000-4000-8000-00000000000b",
    )
    account.put("schemas", {**known, "id": schema, "slug": "new"})
    account.put("records", {**old, "id": record, "schemaId": schema})
    loaded = load(server, *OF_CUSTOM_OBJECTS)
    assert external_ids(loaded).keys() == held(account, "custom_object_records") >= {record}


def test_a_read_that_may_not_know_all_schemas_is_nothing_to_go_on_with(
    server: Server, load: Load
) -> None:
    load(server, *OF_CUSTOM_OBJECTS)
    server.behaviour.faults = [Fault(path="customObjects/schemas", status=422)]
    loaded = load(server, *OF_CUSTOM_OBJECTS)
    assert loaded.rows(
        "select next_cursor is not null from activecampaign_raw.endpoint_reads "
        "where collection = 'custom_object_records' order by run_id"
    ) == [(True,), (False,)]


def test_lists_of_a_contact_go_with_it_though_they_are_not_read_again(
    account: Account, server: Server, load: Load
) -> None:
    load(server)
    loaded = load(server, "--select", *OPT_IN)
    owners = "select count(*), count_if(parent_id is distinct from payload ->> 'contact') from "
    [(logs, others)] = loaded.rows(f"{owners} activecampaign_raw.tracking_logs")
    assert logs
    assert not others
    gone = account.records("trackingLogs")[0]["contact"]
    account.delete("contacts", gone)
    loaded = load(server, "--select", "contact[s]", "--full")
    for table in ("tracking_logs", "geo_ips"):
        left = loaded.rows(
            "select distinct parent_id, deleted_in_run is null "
            f"from activecampaign_raw.{table} where parent_id = ? or deleted_in_run is not null",
            gone,
        )
        assert set(left) <= {(gone, False)}
    assert loaded.rows(
        "select 1 from activecampaign_raw.tracking_logs where deleted_in_run is not null"
    )


def test_lists_that_are_all_refused_are_not_asked_for_contact_by_contact(
    server: Server, load: Load
) -> None:
    load(server)
    server.requests.clear()
    server.behaviour.faults = [Fault(path="contacts/{id}/trackingLogs", status=404)]
    loaded = load(server, "--select", "contacts/{id}/trackingLogs")
    assert (loaded.exit_code, "trackingLogs: skipped" in loaded.output) == (0, True)
    assert len({one.path for one in server.requests if "trackingLogs" in one.path}) == 10


@pytest.mark.parametrize("status", [400, 405])
def test_a_list_that_the_plan_lacks_may_say_so_in_other_ways(
    status: int, server: Server, load: Load
) -> None:
    server.behaviour.faults = [Fault(path="sms", status=status)]
    loaded = load(server, "--select", "sms")
    assert loaded.exit_code == 0, loaded.output
    assert f"status {status}" in loaded.output


def test_a_plan_without_custom_objects_answers_400(server: Server, load: Load) -> None:
    server.behaviour.faults = [Fault(path="customObjects/*", status=400)]
    loaded = load(server, *OF_CUSTOM_OBJECTS)
    assert loaded.exit_code == 0, loaded.output
    assert "customObjects/schemas: skipped" in loaded.output
    assert "status 400" in loaded.output
