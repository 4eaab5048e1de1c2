"""What a change of a deal, an account or what hangs on them does to other records.

A deal's log holds what was done to it: that it was made, and each new stage, owner, status and
value. `dataType` names what was changed, `dataAction` and `dataOldval` are the new and the old.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox.dates import iso
from sandbox.resources import Record

if TYPE_CHECKING:
    from sandbox.account import Account
    from sandbox.consequences import Consequence

LOGGED: Final = {"stage": "d_stageid", "owner": "userid", "status": "status", "value": "value"}
"""member of a deal -> dataType of the log's row on a change of it"""


def made(deal: Record) -> Record:
    """The log's row of a new deal, for what a new deal holds."""
    return _row(deal, dataId=deal["id"], dataAction="add", d_stageid=deal["stage"])


def changed(deal: Record, member: str, old: str | None) -> Record:
    """The log's row of a changed member, for what the deal holds since."""
    stage = deal["stage"] if member == "stage" else None
    kind, new = LOGGED[member], deal[member]
    return _row(
        deal, dataId=deal["id"], dataType=kind, dataAction=new, dataOldval=old, d_stageid=stage
    )


def added(deal: Record, kind: str, data_id: str, user: str | None = None) -> Record:
    """The log's row of a `contact`, `note` or `task` added; without user by the owner."""
    is_task = "1" if kind == "task" else "0"
    return _row(
        deal, dataId=data_id, dataType=kind, dataAction="add", isAddtask=is_task, userid=user
    )


def _row(deal: Record, **members: str | None) -> Record:
    held = {name: value for name, value in members.items() if value is not None}
    return {"d_id": deal["id"], "userid": deal["owner"], **held}


def log(account: "Account", row: Record, at: datetime) -> None:
    """Write a row into the log of its deal, if there is one; that moves its date perhaps."""
    if account.find("deals", row["d_id"]) is not None:
        account.create("dealActivities", at, **row)
        account.count("deals", row["d_id"], {"activitycount": 1})
        _move(account, "deals", row["d_id"], "mdate", at)


def _deal(account: "Account", before: Record | None, after: Record | None, at: datetime) -> None:
    """A deal is in the pipeline of its stage; it is logged, and counted where it belongs."""
    if after:
        stage = account.find("dealStages", after["stage"])
        if stage and stage["group"] != after["group"]:
            after = after | {"group": stage["group"]}
            account.amend("deals", after["id"], {"group": stage["group"]})
    if after and not before:
        log(account, made(after), at)
    elif after and before:
        for member in LOGGED:
            if after[member] != before[member]:
                log(account, changed(after, member, before[member]), at)
    for deal, one in ((before, -1), (after, 1)):
        if deal:
            account.count("dealGroups", deal["group"], {"count": one})
            account.count("accounts", deal["account"], {"dealCount": one})


def _activity(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """A deal knows how long its log is."""
    for row, one in ((before, -1), (after, 1)):
        if row:
            account.count("deals", row["d_id"], {"activitycount": one})


def _contact_deal(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """A further contact is logged, marked when it leaves, and moves the deal's date perhaps."""
    child = after or before
    assert child
    deal = account.find("deals", child["deal"])
    if deal and not before:
        log(account, added(deal, "contact", child["contact"], child["created_by"]), at)
    elif not after:
        _mark_deleted(account, child)
    _move(account, "deals", child["deal"], "mdate", at)


def _mark_deleted(account: "Account", contact_deal: Record) -> None:
    for number in account.collections["dealActivities"].children("d_id", int(contact_deal["deal"])):
        row = account.find("dealActivities", number) or {}
        if (row["dataType"], row["dataId"]) == ("contact", contact_deal["contact"]):
            account.amend("dealActivities", number, {"deleted": "1"})


def _deal_data(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """Nobody has proven that a value of a custom field moves the deal's date."""
    child = after or before
    assert child
    _move(account, "deals", child["dealId"], "mdate", at)


def _account_data(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """As with deals."""
    child = after or before
    assert child
    _move(account, "accounts", child["accountId"], "updatedTimestamp", at)


def _move(account: "Account", resource: str, record_id: object, date: str, at: datetime) -> None:
    if account.children_move_parent:
        account.amend(resource, record_id, {date: iso(at)})


def _account_contact(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """An account counts its contacts."""
    for row, one in ((before, -1), (after, 1)):
        if row:
            account.count("accounts", row["account"], {"contactCount": one})


def _account(account: "Account", before: Record | None, after: Record | None, at: datetime) -> None:
    """Deals and contacts of an account that is gone are nobody's."""
    if after or not before:
        return
    nobody = {"account": None, "organization": None, "customerAccount": None}
    _free(account, "deals", "account", before["id"], nobody)
    _free(account, "contacts", "organization", before["id"], {"orgid": "0", "organization": None})


def _free(account: "Account", resource: str, member: str, value: str, members: Record) -> None:
    for number in list(account.collections[resource].children(member, int(value))):
        account.amend(resource, number, members)


SALES: Final[Mapping[str, "Consequence"]] = {
    "accounts": _account,
    "accountContacts": _account_contact,
    "accountCustomFieldData": _account_data,
    "deals": _deal,
    "dealActivities": _activity,
    "contactDeals": _contact_deal,
    "dealCustomFieldData": _deal_data,
}
