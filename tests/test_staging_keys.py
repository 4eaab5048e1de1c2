"""Staging names the API's keys exactly: a misspelt one finds nothing and says nothing."""

import json
import re
from collections import defaultdict

import pytest
import yaml

from loader.endpoints import ENDPOINTS, snake_case
from tests.conftest import ROOT

STAGING = ROOT / "dbt_project/models/staging"
TABLES = sorted(path.stem.split("__")[1] for path in STAGING.glob("*.sql"))

VARIABLES = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
LEFT_OUT = VARIABLES["activecampaign_keys_left_out"]
RARE = VARIABLES["activecampaign_keys_rare"]
# Recorded by their keys only, without a sample.
UNSAMPLED = {
    "geo_addresses": {
        *("ip4", "country2", "country", "state", "city", "zip", "area", "lat", "lon", "tz"),
        "tstamp",
    },
}


def known_keys() -> dict[str, set[str]]:
    """The keys of the API's sample records and of the documented columns, by raw table."""
    endpoints = json.loads((ROOT / "tests/data/endpoints.json").read_text(encoding="utf-8"))
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for table, names in (*RARE.items(), *UNSAMPLED.items()):
        keys[table] |= {*names}
    tables = {key: one.raw_table for one in ENDPOINTS for key in (one.key, one.other_key) if key}
    for entry in endpoints["tables"] + endpoints["extras"]:
        key = re.split(r"\W", entry["data_key"])[0]
        table = tables.get(key, snake_case(key))
        keys[table] |= entry.get("keys", {}).keys()
        samples = (entry["sample"], entry.get("sample_B"))
        paths = [key for sample in samples if sample for key in sample]
        paths += entry.get("mapping", {}).values()
        keys[table] |= {path for path in paths if path and path.isidentifier()}
    return keys


def staged_keys(table: str) -> tuple[list[str], set[str]]:
    """The keys that a staging model parses, and those that it makes columns of."""
    sql = (STAGING / f"stg_activecampaign__{table}.sql").read_text(encoding="utf-8")
    parsed = re.search(r"parse_payload\(\[(.*?)\]\)", sql, re.DOTALL)
    assert parsed
    used = re.findall(r"\brecord(?:\.(\w+)|\['(\w+)'\])", sql)
    return re.findall(r"'(\w+)'", parsed[1]), {member or quoted for member, quoted in used}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_the_api_is_staged(table: str) -> None:
    parsed, _ = staged_keys(table)
    assert known_keys()[table] - set(parsed) <= {*LEFT_OUT["all"], *LEFT_OUT.get(table, ())}


@pytest.mark.parametrize("table", sorted({*LEFT_OUT, *RARE} - {"all"}))
def test_keys_are_declared_as_left_out_or_rare_where_that_is_so(table: str) -> None:
    parsed, _ = staged_keys(table)
    assert {*LEFT_OUT["all"], *LEFT_OUT.get(table, ())}.isdisjoint(parsed)
    assert {*RARE.get(table, ())} <= {*parsed}


@pytest.mark.parametrize("table", TABLES)
def test_no_key_is_staged_that_the_api_does_not_serve(table: str) -> None:
    parsed, _ = staged_keys(table)
    assert set(parsed) - known_keys()[table] == set()


@pytest.mark.parametrize("table", TABLES)
def test_every_key_parsed_becomes_a_column(table: str) -> None:
    parsed, used = staged_keys(table)
    assert len(parsed) == len(set(parsed))
    assert set(parsed) == used
