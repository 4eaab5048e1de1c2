"""`dbt build` on every kind of account, and where it cannot run."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.account import Account
from sandbox.resources import RESOURCES
from sandbox.server import serve
from tests.conftest import Dbt, Load, Loaded


def assert_green(dbt: Dbt, loaded: Loaded, *, severity: str = "error") -> None:
    assert loaded.exit_code == 0, loaded.output
    built = dbt("build", loaded.database, severity=severity)
    assert built.returncode == 0, built.stdout
    assert "WARN=0 ERROR=0" in built.stdout, built.stdout
    assert "deprecat" not in built.stdout.lower()


def one_of_each() -> Account:
    """Of every resource one record, as the API makes it."""
    account = Account.empty()
    for key, resource in RESOURCES.items():
        account.add(key, **dict.fromkeys(resource.references, "1"))
    return account


def barest_of_each() -> Account:
    """Of every resource a record of nothing but its id, and what it goes with."""
    account = Account.empty()
    for key, resource in RESOURCES.items():
        account.put(key, {"id": "1", **dict.fromkeys(resource.references, "1")})
    return account


@pytest.mark.parametrize(
    "account",
    [Account.empty(), Account.generate(contacts=0, seed=1), one_of_each(), barest_of_each()],
    ids=["empty", "no contacts", "one record each", "one bare record each"],
)
def test_small_accounts_build_green(account: Account, load: Load, dbt: Dbt) -> None:
    with serve(account) as server:
        loaded = load(server)
    assert_green(dbt, loaded)
    for table, resource in {"contacts": "contacts", "contacts_tags": "contactTags"}.items():
        [(rows,)] = loaded.rows(f"select count(*) from activecampaign.{table}")
        assert rows == len(account.records(resource))


ODD_VALUES: list[Any] = [
    "abc", "1,5", "inf", "nan", "2026-13-45", "infinity", "9" * 400, [1, 2], {"a": 1}, True, "",
    None, "\ud800", "\0", "x" * 1_000_000,
]  # fmt: skip


def test_values_of_no_type_become_null_and_stop_nothing(load: Load, dbt: Dbt) -> None:
    account = barest_of_each()
    for number, value in enumerate(ODD_VALUES, start=2):
        members = ("cdate", "sentcnt", "bounced_date", "orgid", "email_empty", "firstName")
        account.put("contacts", {"id": str(number), **dict.fromkeys(members, value)})
    with serve(account) as server:
        loaded = load(server)
    assert_green(dbt, loaded)
    rows = loaded.rows(
        "select cdate, bounced_date, sentcnt, orgid, nullif(email_empty, true) "
        "from activecampaign.contacts where id > 1"
    )
    assert rows == [(None,) * 5] * len(ODD_VALUES)
    kept = loaded.rows("select firstname from activecampaign.contacts where id > 1 order by id")
    texts = [text for (text,) in kept]
    assert texts[0] == "abc"
    assert texts[7:10] == ["[1,2]", '{"a":1}', "true"]
    assert texts[-1] == "x" * 1_000_000


def test_deleted_records_leave_the_documented_tables(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=60, seed=4)
    gone = account.records("contacts")[5]["id"]
    with serve(account) as server:
        assert_green(dbt, load(server))
        account.delete("contacts", gone)
        account.update("contacts", account.records("contacts")[0]["id"], firstName="Renamed")
        loaded = load(server)
    assert_green(dbt, loaded)  # the second build is incremental
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


def test_an_unknown_time_zone_is_named(dbt: Dbt, warehouse: Path, tmp_path: Path) -> None:
    built = dbt("build", warehouse, activecampaign_timezone="Mars/Olympus")
    assert built.returncode != 0
    assert "Mars/Olympus" in built.stdout
    assert "activecampaign_timezone" in built.stdout


def test_descriptions_reach_the_database(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        [(undescribed,)] = connection.execute(
            "select count(*) from duckdb_columns() "
            "where schema_name = 'activecampaign' and comment is null"
        ).fetchall()
    assert undescribed == 0
