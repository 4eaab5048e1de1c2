"""Staged automations and conversions: what the account holds, and what becomes of odd values."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from loader.endpoints import snake_case
from sandbox.server import Server
from tests.conftest import Dbt, run_loader
from tests.recorded import Record, Replies, served
from tests.test_documented_rows import number, text, timestamp
from tests.test_hostile_values import in_order, is_uncast, odd
from tests.test_sandbox import sample_of


def reference(value: Any) -> float | None:
    return number(value) or None


CASTS: Final[dict[str, Callable[[Any], Any]]] = {
    "reference": reference,
    "number": number,
    "timestamp": timestamp,
    "text": text,
    "json": lambda value: value,
}
# By data key, the columns of each type as `column=member`, or the name of both; several members are
# spellings of one thing, of which the first that is there counts.
STAGED: Final[dict[str, dict[str, str]]] = {
    "automations": {
        "reference": "automation_id=id user_id=userid",
        "text": "name description defaultscreenshot screenshot",
        "number": "status source entered exited hidden entitlements_violation exit_on_unsubscribe"
        " exit_on_conversion multientry",
        "timestamp": "created_at=cdate updated_at=mdate",
    },
    "automationBlocks": {
        "reference": "automation_block_id=id automation_id=automation parent_block_id=parent",
        "text": "block_type=type",
        "json": "params",
        "number": "ordernum deleted",
        "timestamp": "created_at=cdate updated_at=mdate",
    },
    "contactAutomations": {
        "reference": "contact_automation_id=id contact_id=contact"
        " automation_id=seriesid,automation start_id=startid last_block_id=lastblock"
        " last_log_id=lastlogid",
        "text": "batch_id=batchid",
        "number": "status timespan in_als completed_elements=completedElements"
        " total_elements=totalElements complete_value=completeValue completed",
        "timestamp": "adddate remdate lastdate",
    },
    "goals": {
        "reference": "goal_id=id automation_id=seriesid,automation"
        " automation_block_id=blockid,automationBlock,automation_block",
        "text": "name",
        "number": "dirty_stats=dirty_stats,dirtyStats",
        "timestamp": "created_at=cdate",
    },
    "contactGoals": {
        "reference": "contact_goal_id=id goal_id=goalid,goal automation_id=seriesid,automation"
        " contact_id=subscriberid,contact"
        " contact_automation_id=subscriberseriesid,contactAutomation",
        "number": "timespan",
        "timestamp": "tstamp",
    },
    "siteMessages": {
        "reference": "site_message_id=id automation_id=automation",
        "text": "name",
        "json": "template",
        "timestamp": "ldate",
    },
    "sms": {
        "reference": "sms_id=id user_id=userid,user automation_id=seriesid,automation",
        "text": "msg",
        "number": "tf_day tf_hr_from tf_hr_to sent failed unsubscribes replies uniquereplies",
        "timestamp": "tstamp sdate ldate",
    },
    "conversions": {
        "reference": "conversion_id=id",
        "text": "name currency",
        "number": "value conversion_limit=limit enforcelimit",
        "timestamp": "created_at=cdate updated_at=udate",
    },
    "conversionTriggers": {
        "reference": "conversion_trigger_id=id conversion_id=conversion"
        " automation_block_id=automationBlock",
        "text": "trigger_type modifier",
        "number": "value dynamic retroactive",
        "timestamp": "created_at=cdate updated_at=udate",
    },
    "contactConversions": {
        "reference": "contact_conversion_id=id contact_id=contact conversion_id=conversion"
        " conversion_trigger_id=conversionTrigger,conversiontrigger,conversion_trigger"
        " converted_by_id=converted_by_id,convertedById,convertedBy,converted_by",
        "text": "converted_by_type=converted_by_type,convertedByType"
        " trigger_type=trigger_type,triggerType modifier currency",
        "number": "value dynamic",
        "timestamp": "created_at=cdate",
    },
}
LOAD: Final = {"id", "is_deleted", "changed_in_run", "extracted_at", "key_set", "uncast"}
SPELLINGS: Final[dict[str, list[tuple[Record, Record]]]] = {  # as served, as staged
    "goals": [
        (
            {"automation_block": "3", "dirtyStats": "1", "automation": "4"},
            {"automation_block_id": 3, "dirty_stats": 1, "automation_id": 4},
        ),
        ({"seriesid": "0", "blockid": 5}, {"automation_id": None, "automation_block_id": 5}),
    ],
    "contactConversions": [
        (
            {"conversion_trigger": 5, "convertedById": "7", "convertedByType": "a"},
            {"conversion_trigger_id": 5, "converted_by_id": 7, "converted_by_type": "a"},
        ),
        (
            {"conversiontrigger": "6", "conversionTrigger": "0", "convertedBy": "8"},
            {"conversion_trigger_id": 6, "converted_by_id": 8},
        ),
        (
            {"converted_by": "9", "conversionTrigger": "1", "triggerType": "tag"},
            {"converted_by_id": 9, "conversion_trigger_id": 1, "trigger_type": "tag"},
        ),
    ],
}


def columns(key: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, type and members of each staged column."""
    for kind, listed in STAGED[key].items():
        for column in listed.split():
            name, _, members = column.partition("=")
            yield name, kind, (members or name).split(",")


def rows(database: Path, key: str) -> list[Record]:
    """The rows of a staging model."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            f"select * from activecampaign_staging.stg_activecampaign__{snake_case(key)}"
        )
        names = [one[0] for one in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def comes_to(record: Record, kind: str, members: list[str]) -> Any:
    values = (CASTS[kind](record.get(member)) for member in members)
    return next((value for value in values if value is not None), None)


@pytest.mark.parametrize("key", STAGED)
def test_a_staging_model_holds_what_the_account_holds(
    key: str, warehouse: Path, sandbox_server: Server
) -> None:
    shown = {row["id"]: row for row in rows(warehouse, key)}
    held = {record["id"]: record for record in sandbox_server.account.records(key)}
    assert held
    assert shown.keys() == held.keys()
    for id, record in held.items():
        row = shown[id]
        assert row.keys() - LOAD == {name for name, *_ in columns(key)}
        for name, kind, members in columns(key):
            value = json.loads(row[name]) if kind == "json" and row[name] else row[name]
            assert value == comes_to(record, kind, members), name


@pytest.fixture(scope="module")
def replies() -> Replies:
    """Records with values of no type in every member, and some with the rarer spellings."""
    made: Replies = {}
    for key in STAGED:
        names = {name for _, _, members in columns(key) for name in members} - {"id"}
        sample = {**dict.fromkeys(sorted(names)), **sample_of(key)}
        records = [*odd(sample, 1), *spelt(key)]
        made[key] = {key: in_order(iter(records))}
    return made


def spelt(key: str) -> Iterator[Record]:
    for id, (record, _) in enumerate(SPELLINGS.get(key, ()), start=2001):
        yield {**record, "id": str(id)}


@pytest.fixture(scope="module")
def built(replies: Replies, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("automations") / "warehouse.duckdb"
    with served(replies) as url:
        run_loader(url, database)
    models = [f"stg_activecampaign__{snake_case(key)}" for key in STAGED]
    made = dbt("run", database, "--select", *models)
    assert made.returncode == 0, made.stdout
    return database


@pytest.mark.parametrize("key", STAGED)
def test_values_of_no_type_are_null_and_told(key: str, replies: Replies, built: Path) -> None:
    shown = rows(built, key)
    held = replies[key][key]
    assert {row["id"] for row in shown} == {record["id"] for record in held}
    counted = Counter(
        (told["column_name"], told["cast_value"].removeprefix("record").strip(".[]'"))
        for row in shown
        for told in row["uncast"] or ()
    )
    expected = {
        (name, member): sum(
            is_uncast(record.get(member), member, "timestamp" if kind == "timestamp" else "float")
            for record in held
        )
        for name, kind, members in columns(key)
        if kind in ("reference", "number", "timestamp")
        for member in members
    }
    assert counted == {found: told for found, told in expected.items() if told}
    assert counted


@pytest.mark.parametrize("key", SPELLINGS)
def test_every_spelling_is_taken(key: str, built: Path) -> None:
    shown = {row["id"]: row for row in rows(built, key)}
    for id, (_, expected) in enumerate(SPELLINGS[key], start=2001):
        assert expected.items() <= shown[str(id)].items()
