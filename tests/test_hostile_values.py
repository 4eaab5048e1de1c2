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
from tests.conftest import Dbt, run_loader
from tests.recorded import CONTRACT, RECORDED, Record, Replies, Samples, served
from tests.test_documented_rows import CASTS, flag, path

ODD_VALUES: list[Any] = [
    "abc", "1,5", "inf", "-infinity", "nan", "1e400", "9" * 400, 10**29, 1.5, True, False, "", " ",
    None, [], [1, 2], {"a": 1}, [[["deep"]]], "2026-13-45", "2026-02-30 25:61:00", "infinity",
    "0000-00-00", "0000-00-00T00:00:00-05:00", "99999-01-01", "2026-06-31T04:05:17-05:00", "||",
    "\ud800", "\udc00\ud800", "\0", "\u202e\ufeff", '\\"\n', "x" * 20_000,
]  # fmt: skip
HUGE = "y" * 3_000_000
JOINED = {"contactTags", "tags", "userGroups[]", "users[]", "parent"}  # collections, no members
NONE = {"", "[]", "0000-00-00", "0000-00-00 00:00:00"}


def odd(sample: Record, first_id: int) -> Iterator[Record]:
    """A record with each odd value in all members, one of its id alone, one of three megabytes.

    The last is as the API makes them but for its id, which no integer of 64 bits holds.

    Members that hold members have the value in those, in records of their own.
    """
    yield {"id": str(first_id)}
    for id, value in enumerate(ODD_VALUES, start=first_id + 1):
        yield {**dict.fromkeys([*sample, "unheard_of"], value), "id": str(id)}
        inside = {name: filled(held, value) for name, held in sample.items() if held}
        nested = {name: held for name, held in inside.items() if held != value}
        if nested:
            yield {**nested, "id": str(id + 500)}
    yield {next(iter(sample)): HUGE, "unheard_of": HUGE, "id": str(10**29 + first_id)}
    yield {**sample, "id": str(10**30 + first_id)}


def in_order(records: Iterator[Record]) -> list[Record]:
    """The records as an ordered list serves them."""
    return sorted(records, key=lambda record: int(record["id"]))


def filled(held: Any, value: Any) -> Any:
    """A sample's value with another in each of its members; the other itself where it has none."""
    if isinstance(held, dict):
        return dict.fromkeys(held, value)
    if isinstance(held, list) and isinstance(held[0], dict):
        return [dict.fromkeys(held[0], value)]
    return value


@pytest.fixture(scope="module")
def replies() -> Replies:
    made: Replies = {}
    for name, reply in Samples(form="beside the deals").replies.items():
        made[name] = {key: in_order(odd(samples[0], 1)) for key, samples in reply.items()}
    sample = RECORDED["deals_custom_fields_data"]["sample_B"]
    made["dealCustomFieldData"] = {"dealCustomFieldData": in_order(odd(sample, 1001))}
    return made


@pytest.fixture(scope="module")
def built(replies: Replies, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("hostile") / "warehouse.duckdb"
    with served(replies) as url:
        run_loader(url, database)
    made = dbt.build(database)
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


def inside(record: Any, names: list[str]) -> Iterator[Any]:
    """What a record holds where a path of the mapping leads, each of a list's elements."""
    if not names:
        yield record
        return
    name, rest = names[0].removesuffix("[]"), names[1:]
    # what should hold members may be an id alone
    held = record.get(name) if isinstance(record, dict) else record if name == "id" else None
    if names[0].endswith("[]"):
        listed = list(held.values()) if isinstance(held, dict) else held
        for element in listed if isinstance(listed, list) else []:
            yield from inside(element, rest)
    elif rest:
        yield from inside(held, rest)
    else:
        yield held


MEMBER = r"record(?:\.|\[')(\w+)"  # in what is cast
LATER = {  # what is cast outside staging -> the member it comes from
    "outcome": "outcomes[].id",
    "outcome_order": "outcomes[].display_order",
    "custom_field_number_value": "custom_field_number_value",
    "custom_field_currency_value": "custom_field_currency_value",
    "custom_field_date_value": "custom_field_date_value",
}


def test_each_value_that_did_not_cast_is_counted(replies: Replies, built: Path) -> None:
    expected: Counter[str] = Counter()
    for raw_table, records in served_records(replies).items():
        members = {
            (path(table, name), column["type"])
            for table, columns in CONTRACT.items()
            if snake_case(re.split(r"\W", RECORDED[table]["data_key"])[0]) == raw_table
            for name, column in columns.items()
            if column["type"] != "text" and RECORDED[table]["mapping"][name]
        }
        for mapped, to in members:
            names = [name for name in mapped.split(".") if name not in JOINED]
            found = sum(
                is_uncast(value, mapped, to)
                for record in records.values()
                for value in inside(record, names)
            )
            if found:
                expected[f"{raw_table} {'.'.join(names)}"] = found
    counted: dict[str, int] = {}
    for model, value, number in rows(
        built,
        "select model_name, cast_value, max(uncast_values) "
        "from activecampaign_analytics.uncast_values group by all",
    ):
        raw_table = re.sub("^..._activecampaign__|_routed_by_type$|_unnested.*$", "", model)
        member = re.search(MEMBER, value)
        counted[f"{raw_table} {member[1] if member else LATER.get(value, value)}"] = number
    for mapped in expected:
        known = counted.pop(mapped, None) or counted.pop(mapped.partition(".")[0], None)
        assert known == expected[mapped], mapped
    assert sum(expected.values()) > 5000
    # what is left are members that no documented column has
    served = served_records(replies)
    for mapped, number in counted.items():
        raw_table, _, name = mapped.partition(" ")
        names = ["owner", "id"] if name == "owner" else [name]
        values = [value for one in served[raw_table].values() for value in inside(one, names)]
        assert number in [sum(is_uncast(one, name, to) for one in values) for to in CASTS], mapped
