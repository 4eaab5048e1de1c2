"""Row by row: the documented tables hold what the account holds, by an independent reading."""

import json
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import duckdb
import pytest

from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import BUILT, DOCUMENTED_MODELS, Dbt, Load
from tests.recorded import CONTRACT, RECORDED, Record

ZONE = ZoneInfo("America/Chicago")
NO_DATE = {None, "", "0000-00-00", "0000-00-00 00:00:00"}
# references in all but name: docs/contract/NOTES.md
TEXT_REFERENCES = {("lists_contacts", "form"), ("lists_contacts", "automation")}
# tables that hold the part of a collection that hangs on one kind of thing, by its reltype
PARTS = {
    "accounts_notes": "CustomerAccount",
    "contacts_notes": "Subscriber",
    "contacts_tasks": "Subscriber",
    "deals_tasks": "Deal",
}
# where the value of a deal's custom field is, by the field's type; elsewhere it is text
TYPED = {
    "textarea": "custom_field_text_blob",
    "date": "custom_field_date_value",
    "datetime": "custom_field_date_value",
    "number": "custom_field_number_value",
    "currency": "custom_field_currency_value",
}


def number(value: Any) -> float | None:
    try:
        parsed = float(value)
    except (TypeError, ValueError):
        return None
    return parsed if math.isfinite(parsed) else None


def timestamp(value: Any) -> datetime | None:
    if value in NO_DATE:
        return None
    parsed = datetime.fromisoformat(value)
    # of the two instants that wall time names in autumn, DuckDB takes the later
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE, fold=1)
    return aware.astimezone(UTC).replace(tzinfo=None)


def day(value: Any) -> date | None:
    return None if value in NO_DATE else date.fromisoformat(value[:10])


def text(value: Any) -> str | None:
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return None if value is None else str(value)


def flag(value: Any) -> bool | None:
    return {"1": True, "true": True, "0": False, "false": False}.get(str(value).lower())


CASTS: dict[str, Callable[[Any], Any]] = {
    "float": number,
    "timestamp": timestamp,
    "date": day,
    "text": text,
    "boolean": flag,
}


def cast(value: Any, column: dict[str, Any], *, is_reference: bool) -> Any:
    if is_reference and value in (0, "0", ""):
        return None
    return CASTS[column["type"]](value)


class Holder(Protocol):
    """An account, or what was recorded of one."""

    def records(self, resource: str) -> list[Record]:
        """Its records by data key."""


def records(account: Holder, table: str) -> Iterator[Record]:
    """The account's records for a table, with the members its mapping names."""
    if table == "contacts_tags":
        tags = {tag["id"]: tag for tag in account.records("tags")}
        for row in account.records("contactTags"):
            yield {
                **{f"contactTags.{key}": value for key, value in row.items()},
                **{f"tags.{key}": value for key, value in tags[row["tag"]].items()},
            }
        return
    if table == "tasks_types__outcomes":
        for task_type in account.records("dealTasktypes"):
            for outcome in task_type["outcomes"]:
                listed = {f"outcomes[].{key}": value for key, value in outcome.items()}
                yield {"parent.id": task_type["id"], **listed}
        return
    if table == "deals_custom_fields_data":
        metas = account.records("dealCustomFieldMeta")
        types = {str(meta["id"]): meta["fieldType"] for meta in metas}
        yield from (typed(row, types) for row in account.records("dealCustomFieldData"))
        return
    names = owner_names(account, table)
    for row in account.records(re.split(r"\W", RECORDED[table]["data_key"])[0]):
        if table not in PARTS or row["reltype"] == PARTS[table]:
            owner = row["owner"] if "owner.id" in RECORDED[table]["mapping"].values() else {}
            yield {
                **row,
                **{f"owner.{key}": value for key, value in owner.items()},
                "owner_name": names.get(row.get("relid")),
            }


def owner_names(account: Holder, table: str) -> dict[Any, str]:
    """The names of what the tasks of a table are of, by id."""
    if table == "deals_tasks":
        return {deal["id"]: deal["title"] for deal in account.records("deals")}
    if table == "contacts_tasks":
        return {
            contact["id"]: " ".join(
                name for member in ("firstName", "lastName") if (name := contact[member].strip())
            )
            or contact["email"]
            for contact in account.records("contacts")
        }
    return {}


def typed(row: Record, types: dict[str, str]) -> Record:
    """A deal's custom field value as it comes beside deals, days as midnight in UTC."""
    if "fieldValue" in row:
        kind = types.get(str(row["customFieldId"]))
        value = row["fieldValue"]
        if isinstance(value, list):
            value = "||" + "".join(f"{choice}||" for choice in value)
        row = {
            "id": row["id"],
            "deal_id": row["dealId"],
            "custom_field_id": row["customFieldId"],
            "dealCustomFieldMetum": row["dealCustomFieldMetumId"],
            "created_timestamp": row["createdTimestamp"],
            "updated_timestamp": row["updatedTimestamp"],
            "custom_field_currency_type": row.get("fieldCurrency"),
            TYPED.get(kind or "", "custom_field_text_value"): value,
        }
    date_value = row.get("custom_field_date_value")
    if date_value and types.get(str(row["custom_field_id"])) != "datetime":
        row = {**row, "custom_field_date_value": f"{date_value[:10]}T00:00:00+00:00"}
    return row


def path(table: str, column: str) -> str:
    """The member of a record that a column holds, without the mapping's remarks."""
    mapped = RECORDED[table]["mapping"][column] or "owner_name"  # what a task is of: looked up
    found: str = mapped.split(" ")[0]
    if table == "users__user_groups":
        return "userid" if column == "user_id" else found.removeprefix("userGroups[].")
    return found


def expected(account: Holder, table: str) -> set[tuple[Any, ...]]:
    """The rows that a documented table owes to an account."""
    columns = CONTRACT[table]
    return {
        tuple(
            cast(
                record.get(path(table, name)),
                column,
                is_reference="references" in column or (table, name) in TEXT_REFERENCES,
            )
            for name, column in columns.items()
        )
        for record in records(account, table)
    }


@pytest.mark.parametrize("table", BUILT)
def test_a_documented_table_holds_what_the_account_holds(
    table: str, warehouse: Path, sandbox_server: Server
) -> None:
    rows = shown(warehouse, table)
    assert len(rows) == len(set(rows))
    assert set(rows) == expected(sandbox_server.account, table)
    assert rows


def shown(database: Path, table: str) -> list[tuple[Any, ...]]:
    """A documented table as a user selects it."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f'select * from activecampaign."{table}"').fetchall()


@pytest.mark.parametrize("contacts", [1, 2_000])
def test_accounts_of_any_size_arrive_whole(contacts: int, load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=contacts, seed=11)
    with serve(account) as server:
        loaded = load(server)
    assert loaded.exit_code == 0, loaded.output
    built = dbt("run", loaded.database, "--select", *DOCUMENTED_MODELS)
    assert built.returncode == 0, built.stdout
    for table in BUILT:
        rows = shown(loaded.database, table)
        assert len(rows) == len(set(rows)), table
        assert set(rows) == expected(account, table), table
