"""The cast macros, value by value, as DuckDB computes them."""

import json
from datetime import datetime
from typing import Any

import pytest

from tests.conftest import Dbt

Cases = dict[str | None, Any]

NONE: list[str | None] = [None, "", "abc", "1,5", "nan", "inf", "-infinity", "epoch", "[]"]
NO_DAY = [
    *NONE, "0", "12", "1715000000", "true", "0000-00-00", "0000-00-00 00:00:00", "2026-13-45",
    "294247-01-10 00:00:00", "294247-01-10 00:00:00Z", "-4713-01-01 00:00:00",
]  # fmt: skip

NUMBERS: Cases = {
    **dict.fromkeys(NONE),
    "0": 0,
    "-1.5": -1.5,
    " 12 ": 12,
    "1e3": 1000,
    "9007199254740991": 9007199254740991,
    "true": None,
    "2026-05-28": None,
}
REFERENCES: Cases = NUMBERS | {"0": None, "00": None, "0.0": None}
TEXT_REFERENCES: Cases = {None: None, "": None, "0": None, "7": "7", "abc": "abc", " ": " "}
FLAGS: Cases = {
    **dict.fromkeys([*NONE, "t", "yes", "2", "on"]),
    **dict.fromkeys(["1", "true", "TRUE"], True),
    **dict.fromkeys(["0", "false", "False"], False),
}
DATES: Cases = {
    **dict.fromkeys(NO_DAY),
    "2026-03-15": "2026-03-15",
    "2026-03-15 00:00:00": "2026-03-15",
    "2026-03-15T00:00:00-05:00": "2026-03-15",
    "2026-03-15T23:59:59Z": "2026-03-15",
}
TIMESTAMPS: Cases = {
    **dict.fromkeys(NO_DAY),
    # with an offset, in each of its forms
    "2026-05-28T04:05:17-05:00": "2026-05-28 09:05:17",
    "2026-05-28T04:05:17-0500": "2026-05-28 09:05:17",
    "2026-05-28T04:05:17-05": "2026-05-28 09:05:17",
    "2026-05-28T09:05:17Z": "2026-05-28 09:05:17",
    "2026-05-28 14:35:17+05:30": "2026-05-28 09:05:17",
    "2026-05-28T04:05:17.123-05:00": "2026-05-28 09:05:17.123",
    "2026-01-01T23:30:00-06:00": "2026-01-02 05:30:00",
    # without one: Chicago's wall time, in winter and in summer
    "2026-01-15 12:00:00": "2026-01-15 18:00:00",
    "2026-07-15 12:00:00": "2026-07-15 17:00:00",
    "2026-07-15T12:00:00.5": "2026-07-15 17:00:00.5",
    "2026-07-15": "2026-07-15 00:00:00",  # a calendar date: its midnight is not moved
    # on the days on which the clock changes
    "2026-03-08 01:59:59": "2026-03-08 07:59:59",
    "2026-03-08 02:30:00": "2026-03-08 08:30:00",  # skipped: counted from before
    "2026-03-08 03:00:00": "2026-03-08 08:00:00",
    "2026-11-01 00:59:59": "2026-11-01 05:59:59",
    "2026-11-01 01:30:00": "2026-11-01 07:30:00",  # passed twice: the later
    "2026-11-01 02:00:00": "2026-11-01 08:00:00",
}
CASES: dict[str, Cases] = {
    "to_number": NUMBERS,
    "to_reference": REFERENCES,
    "to_text_reference": TEXT_REFERENCES,
    "to_flag": FLAGS,
    "to_date": DATES,
    "to_timestamp": TIMESTAMPS,
}


def quoted(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


@pytest.fixture(scope="module")
def results(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What each macro makes of its values, in their order."""
    selects = [
        f"select '{macro}' as macro, {number} as number,"
        f" cast({{{{ {macro}('value') }}}} as varchar) as result"
        f" from (select cast({quoted(value)} as varchar) as value)"
        for macro, cases in CASES.items()
        for number, value in enumerate(cases)
    ]
    query = f"select * from ({' union all '.join(selects)}) order by macro, number"
    options = ("--quiet", "--output", "json", "--limit", "-1")
    database = tmp_path_factory.mktemp("casts") / "warehouse.duckdb"
    shown = dbt("show", database, *options, "--inline", query)
    assert shown.returncode == 0, shown.stdout
    made: dict[str, list[Any]] = {}
    for row in json.loads(shown.stdout)["show"]:
        made.setdefault(row["macro"], []).append(row["result"])
    return made


def typed(macro: str, result: str | None) -> Any:
    if result is None or macro in {"to_text_reference", "to_date"}:
        return result
    if macro == "to_flag":
        return {"true": True, "false": False}[result]
    return datetime.fromisoformat(result) if macro == "to_timestamp" else float(result)


@pytest.mark.parametrize("macro", CASES)
def test_a_macro_casts(macro: str, results: dict[str, list[Any]]) -> None:
    made = dict(zip(CASES[macro], results[macro], strict=True))
    assert {value: typed(macro, result) for value, result in made.items()} == {
        value: datetime.fromisoformat(expected)
        if macro == "to_timestamp" and expected
        else expected
        for value, expected in CASES[macro].items()
    }
