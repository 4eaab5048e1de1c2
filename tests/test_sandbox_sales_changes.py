"""Changes of accounts, deals and what hangs on them: logged, dated and counted as the API does."""

from collections import Counter
from typing import Any

import pytest

from sandbox.account import Account
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]


def test_a_contact_that_leaves_a_deal_is_marked_in_its_log(account: Account) -> None:
    deal = account.add("deals", title="Left", owner="1")["id"]
    first, other = (contact["id"] for contact in account.records("contacts")[:2])
    joined = account.add("contactDeals", deal=deal, contact=first, created_by="3")
    account.add("contactDeals", deal=deal, contact=other)
    account.delete("contactDeals", joined["id"])
    rows = [row for row in account.records("dealActivities") if row["deal"] == deal]
    told = [(row["dataId"], row["user"], row["deleted"]) for row in rows[1:]]
    assert told == [(first, "3", "1"), (other, "1", "0")]


@pytest.mark.parametrize(
    ("member", "value", "kind"),
    [
        ("stage", "2", "d_stageid"),
        ("stage", "7", "d_stageid"),  # of the other pipeline
        ("owner", "3", "userid"),
        ("status", "1", "status"),
        ("value", "777", "value"),
        ("title", "Renamed", None),
    ],
)
def test_a_change_of_a_deal_is_logged(
    member: str, value: str, kind: str | None, account: Account
) -> None:
    contact = account.records("contacts")[0]["id"]
    before = account.add("deals", contact=contact, stage=1, owner="1")
    account.update("deals", before["id"], **{member: value})
    after = by_id(account, "deals")[before["id"]]
    assert time(after["mdate"]) > time(before["mdate"])
    assert (before["group"], after["group"]) == ("1", "2" if value == "7" else "1")
    log = [row for row in account.records("dealActivities") if row["deal"] == before["id"]]
    assert after["activitycount"] == str(len(log)) == ("2" if kind else "1")
    assert [row["dataType"] for row in log] == ["", *([kind] if kind else [])]
    if kind:
        assert (log[1]["dataAction"], log[1]["dataOldval"]) == (value, before[member])
        assert log[1]["stage"] == (value if member == "stage" else None)
        assert log[1]["cdate"] == after["mdate"]
    counts = Counter(deal["group"] for deal in account.records("deals"))
    for id, group in by_id(account, "dealGroups").items():
        assert group["count"] == str(counts[id])


def test_the_next_task_of_a_deal_has_three_forms(account: Account) -> None:
    deal = account.add("deals", title="No task yet")
    assert "nextTask" not in deal
    assert account.update("deals", deal["id"], nexttaskid="9")["nextTask"] == "9"
    assert account.update("deals", deal["id"], nexttaskid="0")["nextTask"] is None
    assert "nextTask" not in account.update("deals", deal["id"], nexttaskid=None)


def test_deals_and_contacts_of_a_deleted_account_are_nobody_s(account: Account) -> None:
    company = account.add("accounts", name="Short Lived")["id"]
    contact = account.add("contacts", orgid=company)["id"]
    deal = account.add("deals", contact=contact, account=int(company))
    assert deal["organization"] == deal["customerAccount"] == company
    account.add("accountContacts", account=company, contact=contact)
    row = by_id(account, "accounts")[company]
    assert (row["contactCount"], row["dealCount"]) == ("1", "1")
    account.delete("accounts", company)
    freed = by_id(account, "deals")[deal["id"]]
    assert (freed["account"], freed["organization"], freed["customerAccount"]) == (None,) * 3
    left = by_id(account, "contacts")[contact]
    assert (left["orgid"], left["organization"]) == ("0", None)


@pytest.mark.parametrize("children_move_parent", [True, False])
def test_what_moves_the_date_of_a_deal(children_move_parent: bool, account: Account) -> None:
    account.children_move_parent = children_move_parent
    contact = account.add("contacts")["id"]
    for key, members in (
        ("dealCustomFieldData", {"dealCustomFieldMetumId": 8, "fieldValue": "x"}),
        ("contactDeals", {"contact": contact}),
    ):
        before = account.add("deals", title="Moved?")
        parent = {"deal": before["id"], "dealId": before["id"]}
        name = "dealId" if key == "dealCustomFieldData" else "deal"
        account.add(key, **{name: parent[name]}, **members)
        after = by_id(account, "deals")[before["id"]]
        assert (time(after["mdate"]) > time(before["mdate"])) is children_move_parent
    assert after["activitycount"] == "2"


def test_a_value_is_one_a_deal_and_field(account: Account) -> None:
    deal = account.records("deals")[-1]["id"]
    field = account.add("dealCustomFieldMeta", fieldLabel="New")["id"]
    key = {"dealId": deal, "dealCustomFieldMetumId": field}
    first = account.add("dealCustomFieldData", fieldValue="a", **key)
    second = account.add("dealCustomFieldData", fieldValue="b", **key)
    assert (first["id"], second["fieldValue"]) == (second["id"], "b")
    assert first["customFieldId"] == first["dealCustomFieldMetumId"] == int(field)
    assert second["updatedTimestamp"] > first["updatedTimestamp"]
