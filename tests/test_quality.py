"""What is amiss in the data, as the quality models tell it."""

import shutil
from pathlib import Path

import duckdb
import pytest

from sandbox.account import Account
from sandbox.server import serve
from tests.conftest import Dbt, Load, Loaded


@pytest.mark.parametrize(
    ("counts", "passes"),
    [
        ("100, 51, 7, true", False),
        ("100, 50, 7, true", True),
        ("99, 99, 7, true", True),
        ("100, 100, 0, true", True),
        ("100, 100, 7, false", True),
    ],
    ids=["most of many", "half", "few in all", "nothing to refer to", "doubtful reference"],
)
def test_a_reference_that_mostly_points_nowhere_fails_the_build(
    counts: str, passes: bool, warehouse: Path, dbt: Dbt, tmp_path: Path
) -> None:
    database = tmp_path / warehouse.name
    shutil.copy(warehouse, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from activecampaign_analytics.orphan_references")
        connection.execute(f"""
            insert into activecampaign_analytics.orphan_references by name
            select 'deals' as table_name, 'owner' as column_name, 'users.id' as refers_to,
                orphan_count / reference_count as orphan_share, *
            from (values ({counts}))
                as counts (reference_count, orphan_count, referred_count, is_proven)
        """)
    tested = dbt("test", database, "--select", "orphan_references,test_name:few_orphans")
    assert "1 of 1 START test few_orphans" in tested.stdout, tested.stdout
    assert (tested.returncode == 0) is passes, tested.stdout


def uncast(loaded: Loaded) -> set[tuple[str, str]]:
    """Where values did not cast, and a record that has one."""
    query = "select column_name, example_id from activecampaign_analytics.uncast_values"
    return {(column, id) for column, id in loaded.rows(query)}


def test_only_what_exists_and_is_due_is_counted(load: Load, dbt: Dbt) -> None:
    account = Account.empty()
    account.add("accounts", name="one")
    account.put("contacts", {"id": "1", "cdate": "abc"})
    account.add("dealGroups", title="one")
    account.add("dealStages", title="first", group="1")
    account.add("dealCustomFieldMeta", fieldLabel="Units", fieldType="number")
    account.add("deals", contact="1", group="1", stage="1")
    account.add("dealCustomFieldData", dealId="1", customFieldId="1", fieldValue="abc")
    owner = {"type": "deal", "id": "999"}  # no account, so no reference to one
    account.put("notes", {"id": "1", "reltype": "CustomerAccount", "relid": "1", "owner": owner})
    with serve(account) as server:
        loaded = load(server)
        assert dbt.build(loaded.database, severity="warn").returncode == 0
        assert uncast(loaded) == {("created_at", "1"), ("number_value", "1")}
        assert loaded.rows(
            "select column_name, reference_count from activecampaign_analytics.orphan_references "
            "where table_name = 'accounts_notes' order by all"
        ) == [("account_id", 1), ("owner_id", 0), ("userid", 0)]
        for key in ("dealCustomFieldData", "contacts"):
            account.delete(key, "1")
        loaded = load(server)
    assert dbt.build(loaded.database, severity="warn").returncode == 0
    assert uncast(loaded) == set()
