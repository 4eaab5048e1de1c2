"""Accounts, pipelines and deals as the sandbox serves them: what is special about them."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.behaviour import WITHOUT_DEALS
from sandbox.server import Server, serve
from tests.conftest import Get, asking
from tests.test_sandbox import RECORDED, ids
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]
INCLUDE = {"include": "dealCustomFieldData", "orders[id]": "ASC"}
COLUMNS = {  # by type of field, where the other form of its values is
    "textarea": "custom_field_text_blob",
    "date": "custom_field_date_value",
    "datetime": "custom_field_date_value",
    "number": "custom_field_number_value",
    "currency": "custom_field_currency_value",
}


@pytest.fixture
def server(held: Account) -> Iterator[Server]:
    """A server of its own for each test, which may set its behaviour."""
    with serve(held) as running:
        yield running


def test_both_forms_of_a_deal_s_values_agree(held: Account, get: Get) -> None:
    page = get("deals", limit=100, **INCLUDE)
    assert list(page) == ["dealCustomFieldData", "deals", "meta"]
    beside = {row["id"]: row for row in page["dealCustomFieldData"]}
    flat = by_id(held, "dealCustomFieldData")
    assert beside.keys() == flat.keys()
    types = {id: meta["fieldType"] for id, meta in by_id(held, "dealCustomFieldMeta").items()}
    keys = recorded_keys()
    for id, row in beside.items():
        other = flat[id]
        kind = types[row["custom_field_id"]]
        column = COLUMNS.get(kind, "custom_field_text_value")
        value = other["fieldValue"]
        assert row.keys() == keys
        assert (row["deal_id"], row["custom_field_id"]) == (
            row["deal"],
            row["dealCustomFieldMetum"],
        )
        assert (int(row["deal"]), int(row["custom_field_id"])) == (
            other["dealId"],
            other["customFieldId"],
        )
        if isinstance(value, list):
            assert row[column].strip("|").split("||") == value
        elif column == "custom_field_date_value":
            assert time(row[column]) == time(value)
            assert "T" not in row[column]
        else:
            assert row[column] == (None if value is None else str(value))
        assert row["custom_field_currency_type"] == other.get("fieldCurrency")
        values = {name for name in row if name.startswith("custom_field_")} - {"custom_field_id"}
        assert {name for name in values if row[name] is not None} <= {
            column,
            "custom_field_currency_type",
        }
    for deal in page["deals"]:
        own = [id for id, row in flat.items() if str(row["dealId"]) == deal["id"]]
        assert deal["dealCustomFieldData"] == own
    assert set(types.values()) == {types[row["custom_field_id"]] for row in beside.values()}


def recorded_keys() -> set[str]:
    """The keys of the recorded form beside deals."""
    (entry,) = (e for e in RECORDED["tables"] if e["name"] == "deals_custom_fields_data")
    return set(entry["sample"])


def test_a_value_of_another_kind_than_its_field_s(account: Account) -> None:
    deal = account.records("deals")[0]["id"]
    for value, text in (("soon", "soon"), (None, None), ([], "||"), (1.5, "1.5")):
        field = account.add("dealCustomFieldMeta", fieldType="date")["id"]
        id = account.add(
            "dealCustomFieldData", dealId=deal, dealCustomFieldMetumId=field, fieldValue=value
        )["id"]
        with serve(account) as server:
            reply = asking(server)("deals", **INCLUDE)
        (row,) = (row for row in reply["dealCustomFieldData"] if row["id"] == id)
        assert row["custom_field_date_value"] == text


def test_deals_of_a_closed_pipeline(held: Account, server: Server, get: Get) -> None:
    server.behaviour.closed_pipelines = {"2"}
    groups = {deal["id"]: deal["group"] for deal in held.records("deals")}
    page = get("deals", limit=100, **INCLUDE)
    assert page["meta"]["total"] == len(page["deals"]) == len(groups) == 100
    closed = [deal for deal in page["deals"] if deal["isDisabled"]]
    assert {deal["id"] for deal in closed} == {id for id in groups if groups[id] == "2"}
    assert all(list(deal) == ["title", "status", "id", "isDisabled"] for deal in closed)
    assert {groups[row["deal"]] for row in page["dealCustomFieldData"]} == {"1"}
    assert get(f"deals/{closed[0]['id']}")["deal"] == closed[0]


@pytest.mark.parametrize("limit", [20, 50])
def test_deals_change_places_from_page_to_page(limit: int, held: Account, get: Get) -> None:
    def walk(**order: str) -> list[str]:
        pages = [get("deals", limit=limit, offset=n, **order) for n in range(0, 100, limit)]
        return [id for page in pages for id in ids(page["deals"])]

    walked = walk()
    assert walk() == walked
    assert len(walked) == 100
    assert 80 <= len(set(walked)) < 100
    for order in ("id", "cdate", "mdate", "title", "value"):
        assert sorted(walk(**{f"orders[{order}]": "ASC"}), key=int) == ids(held.records("deals"))
    values = {deal["id"]: int(deal["value"]) for deal in held.records("deals")}
    walked = walk(**{"orders[value]": "DESC"})
    assert [values[id] for id in walked] == sorted(values.values(), reverse=True)


def test_accounts_are_counted_on_request(held: Account, get: Get) -> None:
    counts = ("contactCount", "dealCount")
    for params in ({}, {"count_deals": "false"}):
        assert {row[name] for row in get("accounts", **params)["accounts"] for name in counts} == {
            "0"
        }
    counted = get("accounts", limit=100, count_deals="true")["accounts"]
    assert counted == held.records("accounts")
    contacts = Counter(row["account"] for row in held.records("accountContacts"))
    deals = Counter(deal["account"] for deal in held.records("deals"))
    for row in counted:
        assert [row[name] for name in counts] == [str(contacts[row["id"]]), str(deals[row["id"]])]
    assert max(deals.values()) > 1


FILTERED: list[tuple[str, Record, Callable[[Record], bool]]] = [
    ("accounts", {"search": "labs"}, lambda row: "labs" in row["name"].lower()),
    ("accountContacts", {"filters[account]": 1}, lambda row: row["account"] == "1"),
    ("accountContacts", {"filters[contact]": 1}, lambda row: row["contact"] == "1"),
    (
        "accountCustomFieldData",
        {"filters[customerAccountId]": 3},
        lambda row: row["accountId"] == 3,
    ),
    ("dealGroups", {"filters[title]": "service"}, lambda row: row["id"] == "2"),
    ("dealStages", {"filters[d_groupid]": 2}, lambda row: row["group"] == "2"),
    ("deals", {"filters[stage]": 1}, lambda row: row["stage"] == "1"),
    ("deals", {"filters[status]": 2}, lambda row: row["status"] == "2"),
    ("deals", {"filters[group]": 2}, lambda row: row["group"] == "2"),
    ("deals", {"filters[minimum_value]": 900_000}, lambda row: int(row["value"]) >= 900_000),
    ("deals", {"filters[maximum_value]": 900_000}, lambda row: int(row["value"]) <= 900_000),
    ("deals", {"filters[nonsense]": 1}, lambda row: True),
    ("deals", {"filters[updated_after]": "2026-09-01"}, lambda row: row["mdate"] > "2026-09-01"),
    ("deals", {"filters[created_before]": "2024-01-01"}, lambda row: row["cdate"] < "2024"),
    ("dealActivities", {"deal": 5}, lambda row: row["deal"] == "5"),
    ("dealActivities", {"filters[data_type]": "value"}, lambda row: row["dataType"] == "value"),
    ("dealCustomFieldData", {"filters[dealId]": 1}, lambda row: row["dealId"] == 1),
]


@pytest.mark.parametrize(("path", "params", "expected"), FILTERED)
def test_filters(
    path: str, params: Record, expected: Callable[[Record], bool], held: Account, get: Get
) -> None:
    wanted = [row["id"] for row in held.records(path) if expected(row)]
    assert wanted
    found = get(path, limit=100, **{"count_deals": "true", "orders[id]": "ASC"}, **params)[path]
    assert ids(found) == wanted[:100]


@pytest.mark.parametrize("path", ["dealCustomFieldData", "accountCustomFieldMeta"])
def test_filters_that_are_refused(path: str, get: Get) -> None:
    errors = get(path, 422, **{"filters[dealCustomFieldMetumId]": 1})["errors"]
    assert (errors[0]["status"], errors[0]["title"]) == (
        422,
        "Invalid attribute: dealCustomFieldMetumId",
    )


def test_mails_can_be_left_out_of_the_log(account: Account) -> None:
    deal = account.records("deals")[0]["id"]
    account.add("dealActivities", deal=deal, dataType="connection_email", dataAction="add")
    with serve(account) as server:
        get = asking(server)
        totals = [
            int(get("dealActivities", **params)["meta"]["total"])
            for params in ({}, {"exclude": "1"})
        ]
    assert totals[0] == totals[1] + 1


def test_what_all_deals_are_worth(held: Account, get: Get) -> None:
    meta = get("deals", limit=3, **{"filters[status]": 1})["meta"]
    won = [deal for deal in held.records("deals") if deal["status"] == "1"]
    assert meta["total"] == len(won)
    euros = [int(deal["value"]) for deal in won if deal["currency"] == "eur"]
    assert meta["currencies"]["EUR"] == {
        "total": str(len(euros)),
        "value": str(sum(euros)),
        "currency": "EUR",
        "isDisabled": False,
    }


def test_single_records(get: Get) -> None:
    for path, name in (
        ("dealActivities/1", "dealActivity"),
        ("dealCustomFieldMeta/1", "dealCustomFieldMetum"),
        ("accountCustomFieldData/1", "accountCustomFieldDatum"),
        ("accounts/1", "account"),
    ):
        assert get(path)[name]["id"] == "1"
    assert list(get("dealGroups")) == ["dealStages", "dealGroups", "meta"]
    assert [row["dealId"] for row in get("deals/1/dealCustomFieldData")["dealCustomFieldData"]]


def test_a_key_without_deals(server: Server, get: Get) -> None:
    server.behaviour.forbidden |= WITHOUT_DEALS
    for path in ("deals", "dealStages", "deals/1/dealActivities", "contactDeals"):
        assert "permission" in get(path, 403)["message"]
    assert get("accounts")["accounts"]


@pytest.mark.parametrize(
    ("path", "link", "member"),
    [
        ("deals", "owner", "owner"),
        ("deals", "account", "account"),
        ("deals", "nextTask", "nextTask"),
        ("accounts", "owner", "owner"),
        ("notes", "user", "user"),
        ("dealTasks", "assignee", "assignee"),
    ],
)
def test_the_record_that_a_link_leads_to(
    path: str, link: str, member: str, held: Account, get: Get
) -> None:
    row = next(row for row in held.records(path) if row.get(member) and row[member] != "0")
    (found,) = get(f"{path}/{row['id']}/{link}").values()
    assert found["id"] == str(row[member])


def test_the_records_that_links_of_a_contact_and_an_outcome_lead_to(
    held: Account, get: Get
) -> None:
    deal = next(deal for deal in held.records("deals") if deal["contact"])
    found = get(f"contacts/{deal['contact']}/deals", limit=100)["deals"]
    assert deal["id"] in [row["id"] for row in found]
    task = next(task for task in held.records("dealTasks") if task["outcomeId"])
    found = get(f"taskOutcomes/{task['outcomeId']}/dealTasks", limit=100)["dealTasks"]
    assert {str(row["outcomeId"]) for row in found} == {str(task["outcomeId"])}
