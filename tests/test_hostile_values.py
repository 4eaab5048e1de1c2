"""Values of no type in every member of every record: nothing stops, nothing is lost unseen."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from loader.endpoints import snake_case
from tests.conftest import LOADER, Dbt, run_command
from tests.recorded import RECORDED, Record, Replies, Samples, served
from tests.test_documented_rows import CASTS, CONTRACT, flag, path

ODD_VALUES: list[Any] = [
    "abc", "1,5", "inf", "-infinity", "nan", "1e400", "9" * 400, 10**29, 1.5, True, False, "", " ",
    None, [], [1, 2], {"a": 1}, [[["deep"]]], "2026-13-45", "2026-02-30 25:61:00", "infinity",
    "0000-00-00", "0000-00-00T00:00:00-05:00", "99999-01-01", "2026-06-31T04:05:17-05:00", "||",
    "\ud800", "\udc00\ud800", "\0", "\u202e\ufeff", '\\"\n', "x" * 20_000,
]  # fmt: skip
HUGE = "y" * 3_000_000
NONE = {"", "0000-00-00", "0000-00-00 00:00:00"}


def odd(sample: Record, first_id: int) -> Iterator[Record]:
    """A record with each odd value in all members, one of its id alone, one of three megabytes."""
    yield {"id": str(first_id)}
    for id, value in enumerate(ODD_VALUES, start=first_id + 1):
        yield {**dict.fromkeys([*sample, "unheard_of"], value), "id": str(id)}
    yield {next(iter(sample)): HUGE, "unheard_of": HUGE, "id": str(10**29 + first_id)}


@pytest.fixture(scope="module")
def replies() -> Replies:
    made: Replies = {}
    for name, reply in Samples(form="beside the deals").replies.items():
        made[name] = {key: list(odd(samples[0], 1)) for key, samples in reply.items()}
    sample = RECORDED["deals_custom_fields_data"]["sample_B"]
    made["dealCustomFieldData"] = {"dealCustomFieldData": list(odd(sample, 1001))}
    return made


@pytest.fixture(scope="module")
def built(replies: Replies, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("hostile") / "warehouse.duckdb"
    with served(replies) as url:
        loaded = run_command(
            *LOADER,
            environment={
                "ACTIVECAMPAIGN_API_URL": url,
                "ACTIVECAMPAIGN_API_KEY": "hostile",
                "ACTIVECAMPAIGN_DUCKDB": str(database),
                "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": "0",
            },
        )
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr
    made = dbt("build", database, severity="warn")
    assert made.returncode == 0, made.stdout
    return database


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def served_records(replies: Replies) -> dict[str, dict[str, Record]]:
    """What was served, by raw table and id; what is no Unicode as the loader mends it."""
    found: dict[str, dict[str, Record]] = {}
    for reply in replies.values():
        for key, records in reply.items():
            text = re.sub(r"\\ud[0-9a-f]{3}", r"\\ufffd", json.dumps(records))
            found.setdefault(snake_case(key), {}).update(
                {record["id"]: record for record in json.loads(text)}
            )
    return found


def test_raw_has_every_value_as_it_was_served(replies: Replies, built: Path) -> None:
    for table, records in served_records(replies).items():
        query = f"select id, payload from activecampaign_raw.{table}"
        if table == "deals":
            query += " union all select id, payload from activecampaign_raw.deals_stubs"
        assert {id: json.loads(text) for id, text in rows(built, query)} == records, table


def test_no_row_is_dropped(replies: Replies, built: Path) -> None:
    for table, records in served_records(replies).items():
        query = f"select id from activecampaign_staging.stg_activecampaign__{table}"
        assert {id for (id,) in rows(built, query)} == set(records), table


def is_uncast(value: Any, member: str, to: str) -> bool:
    """Whether a value that is there fails its cast, by an independent reading."""
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    if value is None or text in NONE:
        return False
    casts = [CASTS[to], *([flag] if member == "mfaEnabled" else [])]
    try:
        return all(cast(text) is None for cast in casts)
    except ValueError:
        return True


def test_each_value_that_did_not_cast_is_counted(replies: Replies, built: Path) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for raw_table, records in served_records(replies).items():
        members = {
            (path(table, name).rpartition(".")[2], column["type"])
            for table, columns in CONTRACT.items()
            if snake_case(re.split(r"\W", RECORDED[table]["data_key"])[0]) == raw_table
            for name, column in columns.items()
            if column["type"] != "text" and RECORDED[table]["mapping"][name]
        }
        for member, to in members:
            expected[raw_table, member] = sum(
                is_uncast(record[member], member, to)
                for record in records.values()
                if member in record
            )
    counted = {
        (re.sub("^..._activecampaign__|_routed_by_type$", "", model), member): number
        for model, member, number in rows(
            built,
            "select model_name, regexp_extract(cast_value, '(\\w+)\\W*$', 1), max(uncast_values) "
            "from activecampaign_analytics.uncast_values group by all",
        )
    }
    missed = {key: number for key, number in expected.items() if counted.get(key, 0) != number}
    assert missed == {}
    assert sum(expected.values()) > 1000
