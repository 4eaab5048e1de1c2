"""What an incremental model takes in when it is built again."""

import duckdb

from sandbox.account import Account
from sandbox.server import serve
from tests.conftest import Dbt, Load, Loaded

STAGED = "activecampaign_staging.stg_activecampaign__contacts"


def emails(loaded: Loaded) -> set[str]:
    return {email for (email,) in loaded.rows(f"select email from {STAGED}")}


def test_the_last_run_is_taken_in_again_only_where_it_was_broken_off(
    load: Load, dbt: Dbt, account: Account
) -> None:
    with serve(account) as server:
        loaded = load(server)

    def build() -> None:
        built = dbt("run", loaded.database, "--select", "stg_activecampaign__contacts")
        assert built.returncode == 0, built.stdout

    build()
    served = emails(loaded)
    with duckdb.connect(str(loaded.database)) as connection:
        connection.execute(f"update {STAGED} set email = 'as it was built'")
    build()
    assert emails(loaded) == {"as it was built"}
    with duckdb.connect(str(loaded.database)) as connection:
        connection.execute("use activecampaign_raw")
        connection.execute("update runs set finished_at = null")
        connection.execute(
            """insert into contacts by name select * replace ('999999' as id, """
            """'{"email": "late"}' as payload) from contacts limit 1"""
        )
    build()
    assert emails(loaded) == served | {"late"}
