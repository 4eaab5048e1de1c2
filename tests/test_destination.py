"""How packages get into the database."""

from pathlib import Path

import duckdb

from sandbox.account import Account
from sandbox.server import serve
from tests.runs import Runs


def test_a_package_is_merged_straight_into_the_raw_tables(tmp_path: Path) -> None:
    folder = tmp_path / "o'clock" / "day=1"  # ends a literal, and looks like a partition
    folder.mkdir(parents=True)
    account = Account.generate(contacts=20, seed=3)
    with serve(account) as server:
        runs = Runs(server, folder / "warehouse.duckdb", "--select", "tags", "users")
        runs.completes()
        with duckdb.connect(str(runs.database)) as database:
            database.execute("create schema activecampaign_raw_staging")  # an earlier version had
            database.execute(
                "create table activecampaign_raw_staging._dlt_version (version bigint)"
            )
        account.update("tags", 1, tag="renamed")
        runs.completes()
    with duckdb.connect(str(runs.database), read_only=True) as database:
        tags = database.execute(
            "select id, payload->>'tag' from activecampaign_raw.tags order by id::int"
        ).fetchall()
        schemas = database.execute(
            "select schema_name from duckdb_schemas() where starts_with(schema_name, 'active')"
        ).fetchall()
    assert tags == [(tag["id"], tag["tag"]) for tag in account.records("tags")]
    assert tags[0] == ("1", "renamed")
    assert schemas == [("activecampaign_raw",)]
