"""`dbt build` on every kind of account, and where it cannot run."""

import time
from pathlib import Path

import duckdb
import pytest

from loader.endpoints import ENDPOINTS
from sandbox.account import Account
from sandbox.resources import RESOURCES, Resource
from sandbox.server import serve
from tests.conftest import Dbt, Load, Loaded


def assert_green(dbt: Dbt, loaded: Loaded, *models: str) -> None:
    """All models, or these and what they are made of, build without a warning."""
    assert loaded.exit_code == 0, loaded.output
    built = dbt.build(loaded.database, *models)
    assert built.returncode == 0, built.stdout
    assert "WARN=0 ERROR=0" in built.stdout, built.stdout
    assert "deprecat" not in built.stdout.lower()


OF_DEALS = ("+deals", "+deals_custom_fields_data", "+deals_tasks")
OF_CONTACTS = (
    *("+contacts", "+contacts_tags", "+contacts_list_activity"),
    "+contacts_custom_fields_data",
)


def references(resource: Resource, number: str) -> dict[str, str]:
    """What a record names, if it goes with the records of this number."""
    named = dict.fromkeys(resource.references, number)
    if owner := resource.owner:
        named |= {owner.kind: next(iter(owner.resources)), owner.id: number}
    return named


def two_of_each() -> Account:
    """Of every resource a record of nothing but its id, and one as the API makes it.

    Each with what it goes with.
    """
    account = Account.empty()
    for key, resource in RESOURCES.items():
        account.put(key, {resource.id_key: "1", **references(resource, "1")})
    for key, resource in RESOURCES.items():
        account.add(key, **references(resource, "2"))
    return account


COLUMNS = {  # of custom fields, by their labels
    "Email": "email_3",  # the contact's own column
    "Order": "order_4",  # a word of SQL
    "Über „uns“?": None,
    "uber-uns": "uber_uns_6",  # the name of one that was deleted is not free
    "天秤": "field_7",
    "1st": "field_1st",
    "Größe 9": "grosse_9",
    "Größe": "grosse",
    "Grosse": "grosse_11",
    "grosse 13": "grosse_13",
    "größe!": "grosse_13_2",
}
GONE = "Über „uns“?"


def with_labels(account: Account) -> Account:
    """The account, and custom fields with labels that are no column's name as they are."""
    for label in COLUMNS:
        account.add("fields", title=label)
    return account


@pytest.mark.parametrize(
    "account",
    [Account.empty(), with_labels(two_of_each())],
    ids=["empty", "a bare and a whole record each"],
)
def test_small_accounts_build_green(account: Account, load: Load, dbt: Dbt) -> None:
    with serve(account) as server:
        loaded = load(server, every=True)
    with duckdb.connect(str(loaded.database)) as connection:
        connection.execute(
            "update activecampaign_raw.fields set deleted_in_run = run_id "
            "where payload ->> 'title' = ?",
            [GONE],
        )
    assert_green(dbt, loaded)
    for table, resource in {"contacts": "contacts", "contacts_tags": "contactTags"}.items():
        [(rows,)] = loaded.rows(f"select count(*) from activecampaign.{table}")
        assert rows == len(account.records(resource))
    named = {one["id"]: COLUMNS.get(str(one.get("title"))) for one in account.records("fields")}
    said = loaded.rows(
        "select regexp_extract(comment, 'Custom field ([0-9]+)', 1), column_name "
        "from duckdb_columns() where table_name = 'contacts_wide' and comment like 'Custom field%'"
    )
    assert {id: column for id, column in said if named[id]} == {
        id: column for id, column in named.items() if column
    }
    assert len(said) == sum(one.get("title") != GONE for one in account.records("fields"))


LACKING = {
    **dict.fromkeys(
        (one.path for one in ENDPOINTS if one.group in ("deals", "tasks")),
        b'{"message":"You do not have permission to access Deals"}',
    ),
    **dict.fromkeys((one.path for one in ENDPOINTS if not one.documented), b""),
    "scores": b"",
}


def test_what_key_or_plan_lack_is_empty_and_said(load: Load, dbt: Dbt) -> None:
    with serve(Account.generate(contacts=60, seed=4)) as server:
        server.behaviour.forbidden = LACKING
        loaded = load(server, every=True)
    assert loaded.exit_code == 0, loaded.output
    built = dbt.build(loaded.database)
    assert built.returncode == 0, built.stdout
    for path in ("deals", "scores", "automations", "ecomOrders", "customObjects/schemas"):
        assert f"{path}: skipped" in loaded.output
    assert "status 403" in loaded.output
    for table in (
        *("deals", "deals_activities", "deals_custom_fields_data", "pipelines", "contacts_tasks"),
        "scores",
    ):
        assert loaded.rows(f"select count(*) from activecampaign.{table}") == [(0,)]
    assert loaded.rows("select count(*) > 0 from activecampaign.contacts") == [(True,)]


def test_deals_that_the_key_may_not_see_are_rows_with_what_is_known(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=60, seed=4)
    pipeline = account.records("deals")[0]["group"]
    hidden = {float(one["id"]) for one in account.records("deals") if one["group"] == pipeline}
    with serve(account) as server:
        server.behaviour.closed_pipelines = {pipeline}
        loaded = load(server, "--full")
        assert_green(dbt, loaded, *OF_DEALS)
        deals = "select id, owner is not null from activecampaign.deals where isdisabled"
        assert set(loaded.rows(deals)) == {(id, False) for id in hidden}
        server.behaviour.closed_pipelines = set()
        load(server, "--full")
        server.behaviour.closed_pipelines = {pipeline}
        loaded = load(server, "--full")
    assert dbt("run", loaded.database, "--select", *OF_DEALS).returncode == 0
    assert set(loaded.rows(deals)) == {(id, True) for id in hidden}
    [(total,)] = loaded.rows("select count(*) from activecampaign.deals")
    assert total == len(account.records("deals"))


def test_deleted_records_leave_the_documented_tables(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=60, seed=4)
    gone = account.records("contacts")[5]["id"]
    with serve(account) as server:
        assert_green(dbt, load(server, "--full"), *OF_CONTACTS)
        account.delete("contacts", gone)
        account.update("contacts", account.records("contacts")[0]["id"], firstName="Renamed")
        loaded = load(server, "--full")
    assert dbt("run", loaded.database, "--select", *OF_CONTACTS).returncode == 0  # incremental
    ids = {int(id) for (id,) in loaded.rows("select id from activecampaign.contacts")}
    assert ids == {int(record["id"]) for record in account.records("contacts")}
    for table in ("contacts_tags", "contacts_list_activity", "contacts_custom_fields_data"):
        assert not loaded.rows(f"select 1 from activecampaign.{table} where contact = ?", int(gone))
    assert loaded.rows("select 1 from activecampaign.contacts where firstname = 'Renamed'")
    assert loaded.rows(
        "select is_deleted from activecampaign_staging.stg_activecampaign__contacts where id = ?",
        gone,
    ) == [(True,)]


def test_dbt_before_any_load_says_to_load_first(dbt: Dbt, tmp_path: Path) -> None:
    built = dbt("build", tmp_path / "warehouse.duckdb")
    assert built.returncode != 0
    assert "python -m loader" in built.stdout
    assert built.stdout.count("Nothing loaded yet") == 1


def test_an_unknown_time_zone_is_named(dbt: Dbt, tmp_path: Path) -> None:
    built = dbt("build", tmp_path / "warehouse.duckdb", activecampaign_timezone="Mars/Olympus")
    assert built.returncode != 0
    assert "Mars/Olympus" in built.stdout
    assert "activecampaign_timezone" in built.stdout


def test_raw_tables_that_were_loaded_anew_need_a_full_refresh(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=3, seed=5)
    with serve(account) as server:
        loaded = load(server, "--full")
        models = ("--select", "stg_activecampaign__contacts")
        assert dbt("run", loaded.database, *models).returncode == 0
        with duckdb.connect(str(loaded.database)) as database:
            database.execute("drop schema activecampaign_raw cascade")
        time.sleep(1)  # runs are numbered by the second
        account.delete("contacts", 2)
        load(server, "--full")
    refused = dbt("run", loaded.database, *models)
    assert refused.returncode != 0
    assert "dbt build --full-refresh" in refused.stdout
    assert dbt("run", loaded.database, *models, "--full-refresh").returncode == 0
    ids = loaded.rows("select id from activecampaign_staging.stg_activecampaign__contacts")
    assert sorted(ids) == [("1",), ("3",)]
    with duckdb.connect(str(loaded.database)) as database:
        database.execute("alter table activecampaign_raw.endpoint_reads drop column outcome")
    older = dbt("run", loaded.database, *models)
    assert older.returncode != 0
    assert "earlier version: run `python -m loader` once more" in older.stdout
