"""What was recorded of the API, served as it was recorded, goes through the loader and dbt.

Nothing of the sandbox takes part.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import BUILT, DOCUMENTED_MODELS, Dbt, run_loader
from tests.recorded import CONTRACT, RECORDED, Samples, served
from tests.test_documented_rows import expected, path, shown

# documented, but in no recorded reply; the names of tasks are looked up, not served
UNRECORDED = {
    ("accounts_custom_fields_data", "fieldcurrency"),
    ("contacts", "email_empty"),
    ("users", "cdate"),
    ("users", "udate"),
    ("users", "password_updated_utc_timestamp"),
}
LOOKED_UP = {("contacts_tasks", "contact_name"), ("deals_tasks", "deal_name")}


Replay = tuple[Samples, Path]


@pytest.fixture(scope="module", params=["beside the deals", "own list"])
def replay(
    request: pytest.FixtureRequest, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory
) -> Replay:
    """The samples, and the database that loader and dbt made of them."""
    samples = Samples(form=request.param)
    database = tmp_path_factory.mktemp("replay") / "warehouse.duckdb"
    with served(samples.replies) as url:
        run_loader(url, database)
    # the samples come from many accounts, so that most references point nowhere
    built = dbt.build(database, *DOCUMENTED_MODELS)
    assert built.returncode == 0, built.stdout
    return samples, database


@pytest.mark.parametrize("table", BUILT)
def test_a_documented_table_holds_what_was_recorded(table: str, replay: Replay) -> None:
    samples, database = replay
    rows = shown(database, table)
    assert len(rows) == len(set(rows))
    assert set(rows) == expected(samples, table)
    assert rows


def test_what_no_recorded_reply_holds_is_known() -> None:
    unrecorded = {
        (table, column)
        for table in CONTRACT
        if "[]" not in RECORDED[table]["data_key"]
        for column in CONTRACT[table]
        if (table, column) not in LOOKED_UP and not _is_recorded(table, path(table, column))
    }
    assert unrecorded == UNRECORDED


def _is_recorded(table: str, member: str) -> bool:
    sample: Any = RECORDED[table]["sample"]
    if table == "contacts_tags":
        collection, _, member = member.partition(".")
        sample = RECORDED[table]["sample_tag" if collection == "tags" else "sample"]
    for name in member.split("."):
        if name not in sample:
            return False
        sample = sample[name]
    return True
