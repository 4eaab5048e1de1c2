"""What a change does to other records: the dates, counts and copied names that move along.

What moves a contact's dates and what does not is partly proven and partly guessed by those who
watched the API. Guessed moves are made where `account.children_move_parent` is set.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox.automations import AUTOMATIONS
from sandbox.dates import iso, wall
from sandbox.mailings import MAILINGS
from sandbox.resources import Record
from sandbox.sales import SALES
from sandbox.tasks import TASKS

if TYPE_CHECKING:
    from sandbox.account import Account

Consequence = Callable[["Account", Record | None, Record | None, datetime], None]
"""Called with the account, the record before and after a change (None: not there), and when."""

_NULL_UNTIL_EDITED: Final = ("created_by", "updated_by", "best_send_hour", "sms_consent")


def _move_contact(account: "Account", child: Record, at: datetime, *, is_proven: bool) -> None:
    if is_proven or account.children_move_parent:
        stamps = {
            "udate": iso(at),
            "updated_timestamp": wall(at),
            "updated_utc_timestamp": wall(at),
        }
        account.amend("contacts", child["contact"], stamps)


def _contact(account: "Account", before: Record | None, after: Record | None, at: datetime) -> None:
    """An edit fills what was null before the first one; names are copied to the memberships.

    Their own dates stay. A mail moves `edate`, and `updated_timestamp` with it, but not `udate`.
    """
    if before is None or after is None:
        return
    if after["udate"] != before["udate"]:
        first = {name: "0" for name in _NULL_UNTIL_EDITED if after.get(name, "") is None}
        account.amend("contacts", after["id"], first)
    elif after["edate"] != before["edate"] and after["edate"]:
        moved = wall(datetime.fromisoformat(after["edate"]))
        stamps = {"updated_timestamp": moved, "updated_utc_timestamp": moved}
        account.amend("contacts", after["id"], stamps)
    names = {"first_name": after["firstName"], "last_name": after["lastName"]}
    if (before["firstName"], before["lastName"]) != tuple(names.values()):
        for number in account.collections["contactLists"].children("contact", int(after["id"])):
            account.amend("contactLists", number, names)


def _field_value(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """A new value moves the contact's dates; an edited or deleted one perhaps."""
    child = after or before
    assert child
    _move_contact(account, child, at, is_proven=before is None)


def _contact_list(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """A changed status dates the membership and moves the contact's dates; counts follow.

    `sdate` is the last subscription, `udate` the last unsubscription; neither takes the other
    back. A new membership moves the contact's dates perhaps.
    """
    child = after or before
    assert child
    status = before and before["status"]
    if after and after["status"] != status:
        amended = {} if before else _copied_names(account, after["contact"])
        dated = {"1": "sdate", "2": "udate"}.get(after["status"])
        if dated and (after[dated] == before[dated] if before else after[dated] is None):
            amended[dated] = iso(at)
        account.amend("contactLists", after["id"], amended)
    for membership, one in ((before, -1), (after, 1)):
        if membership:
            active = one if membership["status"] == "1" else 0
            counts = {"non_deleted_subscribers": one, "active_subscribers": active}
            account.count("lists", membership["list"], counts)
    is_proven = bool(before and after and after["status"] != status)
    _move_contact(account, child, at, is_proven=is_proven)


def _copied_names(account: "Account", contact_id: str) -> Record:
    contact = account.find("contacts", contact_id) or {}
    return {
        "first_name": contact.get("firstName", ""),
        "last_name": contact.get("lastName", ""),
    }


def _contact_tag(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """Adding or removing moves the tag's updated_timestamp; adding moves the contact's dates."""
    for tagging, one in ((before, -1), (after, 1)):
        if tagging:
            account.count("tags", tagging["tag"], {"subscriber_count": one})
            account.amend("tags", tagging["tag"], {"updated_timestamp": wall(at)})
            _move_contact(account, tagging, at, is_proven=one == 1)


def _score_value(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """Nobody has seen what a score does to the contact's dates."""
    child = after or before
    assert child
    _move_contact(account, child, at, is_proven=False)


CONSEQUENCES: Final[Mapping[str, Consequence]] = {
    "contacts": _contact,
    "fieldValues": _field_value,
    "contactLists": _contact_list,
    "contactTags": _contact_tag,
    "scoreValues": _score_value,
    **SALES,
    **MAILINGS,
    **TASKS,
    **AUTOMATIONS,
}
