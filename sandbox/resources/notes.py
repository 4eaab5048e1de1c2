"""Notes on contacts, deals, accounts, tasks and entries of a deal's log."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources import tasks
from sandbox.resources.filters import Filter, equals
from sandbox.resources.resource import Owner, Record, Resource

_NOTE: dict[str, Any] = {
    "relid": None,
    "reltype": "Subscriber",
    "userid": "1",
    "is_draft": "0",
    "cdate": None,
    "mdate": None,
    "note": "",
    "user": "1",
    "owner": None,
}
OWNERS: Final = {**tasks.OWNERS, "DealTask": "dealTasks", "Activity": "dealActivities"}
_OWNER_TYPES: Final = {
    "Subscriber": "contact",
    "Deal": "deal",
    "CustomerAccount": "account",
    "DealTask": "dealTask",  # a guess: no reply on record shows it
    "Activity": "activity",
}


def _complete_note(note: Record) -> None:
    note["relid"] = str(note["relid"])
    note["owner"] = {"type": _OWNER_TYPES[note["reltype"]], "id": note["relid"]}


RESOURCES: Final = (
    Resource(
        key="notes",
        template=_NOTE,
        links=("activities", "user", "mentions", "notes", "owner"),
        class_name="Note",
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
        aliases={"user": "userid"},
        mentions={"user": "users"},
        owner=Owner("reltype", "relid", OWNERS),
        complete=_complete_note,
        total="number",
        orders={"cdate": "cdate"},
        filters={
            "filters[reltype]": Filter(("reltype",), equals),
            "filters[relid]": Filter(("relid",), equals),
        },
    ),
)
