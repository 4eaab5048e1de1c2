"""Value by value: staging of visits, roles and permissions holds what the account holds."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from loader.endpoints import snake_case
from sandbox.account import Account
from sandbox.server import serve
from tests.conftest import ROOT, Dbt, run_loader
from tests.recorded import Record
from tests.test_documented_rows import CASTS

STAGING = ROOT / "dbt_project/models/staging"
KEYS = (
    *("contactData", "trackingLogs", "geoIps", "geoAddresses", "dealRoles", "dealGroupUsers"),
    *("groupMembers", "groupLimits", "listGroups"),
)
PARENTS = (
    *("contacts", "campaigns", "campaignMessages", "messages", "users", "groups", "lists"),
    *("fields", "dealGroups"),
)
PER_CONTACT = ("contacts/{id}/trackingLogs", "contacts/{id}/geoIps")
KINDS = {"DOUBLE": "float", "TIMESTAMP": "timestamp", "VARCHAR": "text"}
TWICE = {"contact": "subscriberid", "geoAddress": "geoaddrid", "group": "groupid"}  # one id


@pytest.fixture(scope="module")
def account() -> Account:
    """An account whose last row of each list has nothing that a type would take."""
    account = Account.generate(contacts=40, seed=6)
    for key in KEYS:
        row = account.records(key)[-1]
        odd = dict.fromkeys(set(row) - {"id", "links"}, "abc")
        named = {"contact": row["contact"]} if "contact" in row else {}
        account.put(key, row | odd | named)
    return account


@pytest.fixture(scope="module")
def built(account: Account, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("tracking") / "warehouse.duckdb"
    with serve(account) as server:
        run_loader(server.url, database, server.api_key)
        run_loader(server.url, database, server.api_key, "--select", *PER_CONTACT)
    models = [f"stg_activecampaign__{snake_case(key)}" for key in (*KEYS, *PARENTS)]
    # no tests of other models that refer to these
    made = dbt("build", database, "--select", *models, "--indirect-selection", "cautious")
    assert made.returncode == 0, made.stdout
    assert "WARN=0 ERROR=0" in made.stdout, made.stdout
    return database


def documented(table: str) -> dict[str, str]:
    """The member that each column comes from, in lower case, by the text that describes it."""
    text = (STAGING / f"stg_activecampaign__{table}.yml").read_text(encoding="utf-8")
    (model,) = yaml.safe_load(text)["models"]
    found = {
        column["name"]: re.search(rf"doc\('{table}__(\w+)'\)", column["description"])
        for column in model["columns"]
    }
    return {name: match[1] for name, match in found.items() if match}


def expected(record: Record, name: str, kind: str, *, is_reference: bool) -> Any:
    """What a column should hold of a record, by an independent reading."""
    for member in (name, TWICE.get(name)):
        value = record.get(member) if member else None
        try:
            cast = CASTS[kind](value)
        except ValueError:
            cast = None
        if cast is not None and not (is_reference and cast == 0):
            return cast
    return None


@pytest.mark.parametrize("key", KEYS)
def test_staging_holds_each_record_s_values(key: str, account: Account, built: Path) -> None:
    table = snake_case(key)
    members = {name.lower(): name for record in account.records(key) for name in record}
    columns = documented(table)
    query = f"select id, {', '.join(columns)} from activecampaign_staging.stg_activecampaign__"
    with duckdb.connect(str(built), read_only=True) as connection:
        rows = connection.execute(query + table)
        kinds = [KINDS[str(described[1])] for described in rows.description][1:]
        found = {id: values for id, *values in rows.fetchall()}
    assert found.keys() == {str(record["id"]) for record in account.records(key)}
    for record in account.records(key):
        wanted = [
            expected(
                record,
                members.get(name, name),
                kind,
                is_reference=column.endswith(("_id", "_by")) and column not in ("fb_id", "tw_id"),
            )
            for (column, name), kind in zip(columns.items(), kinds, strict=True)
        ]
        assert found[str(record["id"])] == wanted
