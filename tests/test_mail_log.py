"""Links, lists of campaigns and the logs arrive in staging as the account holds them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.server import Server
from tests.test_documented_rows import number, timestamp

Record = dict[str, Any]
Columns = Mapping[str, Callable[[Record], Any]]


def reference(member: str) -> Callable[[Record], float | None]:
    return lambda record: number(record[member]) or None


def count(member: str) -> Callable[[Record], float | None]:
    return lambda record: number(record[member])


def text(*members: str) -> dict[str, Callable[[Record], Any]]:
    """Columns that are called like their members."""
    return {member: lambda record, member=member: record[member] for member in members}  # type: ignore[misc]


def when(member: str) -> Callable[[Record], Any]:
    return lambda record: timestamp(record[member])


STAGED: Mapping[str, tuple[str, Columns]] = {
    "campaign_lists": (
        "campaignLists",
        {
            "campaign_list_id": count("id"),
            "campaign_id": reference("campaign"),
            "list_id": reference("list"),
            "user_id": reference("user"),
            **text("name"),
            "list_amt": count("list_amt"),
            "created_at": when("cdate"),
            "updated_at": when("udate"),
        },
    ),
    "links": (
        "links",
        {
            "link_id": count("id"),
            "campaign_id": reference("campaign"),
            "message_id": reference("message"),
            "created_by": reference("created_by"),
            "updated_by": reference("updated_by"),
            **text("link", "name", "ref"),
            "linkclicks": count("linkclicks"),
            "uniquelinkclicks": count("uniquelinkclicks"),
            "tracked": count("tracked"),
            "created_at": when("created_timestamp"),
            "updated_at": when("updated_timestamp"),
        },
    ),
    "link_data": (
        "linkData",
        {
            "link_data_id": count("id"),
            "contact_id": reference("contact"),
            "campaign_id": reference("campaign"),
            "link_id": reference("link"),
            **text("email"),
            "occurred_at": when("tstamp"),
        },
    ),
    "message_activities": (
        "messageActivities",
        {
            "message_activity_id": count("id"),
            "contact_id": reference("contact"),
            "campaign_id": reference("campaign"),
            **text("event", "email"),
            "occurred_at": when("tstamp"),
        },
    ),
    "bounce_logs": (
        "bounceLogs",
        {
            "bounce_log_id": count("id"),
            "contact_id": reference("contact"),
            "campaign_id": reference("campaign"),
            "message_id": reference("message"),
            "bounce_id": reference("bounce"),
            "code_id": reference("code"),
            "created_by": reference("created_by"),
            "updated_by": reference("updated_by"),
            **text("email", "error", "source"),
            "occurred_at": when("tstamp"),
            "created_at": when("created_timestamp"),
            "updated_at": when("updated_timestamp"),
        },
    ),
    "activities": (
        "activities",
        {
            "activity_id": count("id"),
            "contact_id": reference("subscriberid"),
            "user_id": reference("user"),
            "reference_id": reference("reference_id"),
            **text("reference_type", "reference_action", "permission"),
            "reference_model_name": lambda record: record["reference"]["type"],
            "json_data": lambda record: record["jsonData"],
            "notes": lambda record: json.dumps(record["notes"]),
            "recipients": lambda record: json.dumps(record["recipients"]),
            "occurred_at": when("tstamp"),
        },
    ),
    "email_activities": (
        "emailActivities",
        {
            "email_activity_id": count("id"),
            "contact_id": reference("contact"),
            "user_id": reference("user"),
            "deal_id": reference("deal"),
            "account_id": reference("account"),
            "rel_id": reference("relid"),
            **text("reltype", "from_name", "from_address", "to_address", "cc_address"),
            **text("subject", "message", "message_html"),
            "reference_type": lambda record: dict(record["reference"]).get("type") or None,
            "occurred_at": when("tstamp"),
        },
    ),
    "contact_emails": (
        "contactEmails",
        {
            "contact_email_id": count("id"),
            "contact_id": reference("contact"),
            "user_id": reference("user"),
            "deal_id": reference("deal"),
            "message_id": reference("message"),
            "automation_id": reference("seriesid"),
            "account_id": reference("account"),
            **text("ip", "source"),
            "message_header": lambda record: record["messageheader"],
            "sent_at": when("sdate"),
        },
    ),
}
LOADED = {"id", "is_deleted", "changed_in_run", "extracted_at", "uncast"}


@pytest.mark.parametrize("table", STAGED)
def test_a_staging_model_holds_what_the_account_holds(
    table: str, warehouse: Path, sandbox_server: Server
) -> None:
    key, columns = STAGED[table]
    model = f"activecampaign_staging.stg_activecampaign__{table}"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        described = connection.execute(f"describe {model}").fetchall()
        assert {name for name, *_ in described} - {"key_set"} == {*columns, *LOADED}
        shown = ", ".join(f'"{name}"' for name in columns)
        rows = connection.execute(f"select {shown} from {model} where not is_deleted").fetchall()
    records = sandbox_server.account.records(key)
    expected = {tuple(value(record) for value in columns.values()) for record in records}
    assert len(rows) == len(records) > 0
    assert set(rows) == expected
