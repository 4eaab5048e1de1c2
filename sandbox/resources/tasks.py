"""Tasks on deals, contacts and accounts, their types, and how they may turn out."""

from typing import Any, Final

from sandbox.dates import NOW, iso, wall
from sandbox.resources.filters import Filter, Predicate, before, contains, equals, since
from sandbox.resources.resource import Owner, Record, Relation, Resource

_TASK: dict[str, Any] = {
    "relid": None,
    "reltype": "Deal",
    "dealTasktype": None,
    "user": "1",
    "assignee": "1",
    "assigned_date": None,
    "automation": None,
    "cdate": None,
    "duedate": None,
    "edate": None,
    "duration": "0",
    "status": "0",
    "title": "",
    "note": "",
    "donedate": None,
    "doneAutomation": None,
    "triggerAutomationOnCreate": None,
    "udate": None,
    "outcomeId": None,
    "outcomeInfo": None,
    "updated_by": None,
    "done_by": None,
    "created_utc_timestamp": None,
    "updated_utc_timestamp": None,
    "done_utc_timestamp": None,
    "owner": None,
}
_TASK_TYPE: dict[str, Any] = {
    "title": "",
    "status": "0",
    "defduration": "0",
    "display_order": "0",
    "cdate": None,
    "udate": None,
    "created_by": "0",
    "updated_by": None,
    "created_utc_timestamp": None,
    "updated_utc_timestamp": None,
    "outcomes": [],
}
_OUTCOME: dict[str, Any] = {
    "title": "",
    "sentiment": "NEUTRAL",
    "disabled": "0",
    "created_by": "1",
    "updated_by": "1",
    "created_utc_timestamp": None,
    "updated_utc_timestamp": None,
    "dealTasktype_ids": [],  # empty in every reply on record; the relation is a resource of its own
}
_OUTCOME_REL: dict[str, Any] = {
    "tasktype_id": "0",
    "outcome_id": "0",
    "display_order": "0",
    "created_by": "0",
    "created_utc_timestamp": None,
    "updated_by": None,
    "updated_utc_timestamp": None,
    "tasktype": None,
    "outcome": None,
    "createdBy": None,
}
OWNERS: Final = {"Deal": "deals", "Subscriber": "contacts", "CustomerAccount": "accounts"}
_OWNER_TYPES: Final = {"Deal": "deal", "Subscriber": "contact", "CustomerAccount": "account"}
_SENTIMENTS: Final = {"1": "NEGATIVE", "2": "NEUTRAL", "3": "POSITIVE"}


def _complete_task(task: Record) -> None:
    task["relid"] = str(task["relid"])
    task["owner"] = {"type": _OWNER_TYPES[task["reltype"]], "id": task["relid"]}


def _sentiment(code: str) -> Predicate:
    return equals(_SENTIMENTS.get(code, code))


def _day(value: str) -> Predicate:
    return lambda held: held.startswith(value)


def _range(value: str) -> Predicate:
    """`2026-03-01 2026-03-31` (the blank was a +), or a word; raises ValueError for neither."""
    if value == "overdue":
        return before(iso(NOW))
    if value in ("upcoming", "scheduled"):
        return since(iso(NOW))
    first, last = value.replace("+", " ").split()
    starts, ends = since(first), before(f"{last} 23:59:59.999999")
    return lambda held: starts(held) and ends(held)


RESOURCES: Final = (
    Resource(
        key="dealTasktypes",
        template=_TASK_TYPE,
        class_name="DealTasktype",
        created={
            "cdate": iso,
            "udate": iso,
            "created_utc_timestamp": iso,
            "updated_utc_timestamp": wall,
        },
        changed={"udate": iso, "updated_utc_timestamp": wall},
        unedited=frozenset({"outcomes"}),
    ),
    Resource(
        key="taskOutcomes",
        template=_OUTCOME,
        links=("tasktypeOutcomeRels", "dealTasks"),
        class_name="TaskOutcome",
        created={"created_utc_timestamp": iso, "updated_utc_timestamp": iso},
        changed={"updated_utc_timestamp": iso},
        filters={"filters[sentiment]": Filter(("sentiment",), _sentiment)},
        relations={
            "tasktypeOutcomeRels": Relation("tasktypeOutcomeRels", "outcome"),
            "dealTasks": Relation("dealTasks", "outcomeId"),
        },
    ),
    Resource(
        key="tasktypeOutcomeRels",
        template=_OUTCOME_REL,
        links=("tasktype", "outcome", "createdBy"),
        class_name="TasktypeOutcomeRel",
        created={"created_utc_timestamp": iso, "updated_utc_timestamp": wall},
        changed={"updated_utc_timestamp": wall},
        aliases={"tasktype": "tasktype_id", "outcome": "outcome_id", "createdBy": "created_by"},
        references={"tasktype": "dealTasktypes", "outcome": "taskOutcomes"},
        unique=("tasktype", "outcome"),
    ),
    Resource(
        key="dealTasks",
        template=_TASK,
        links=(
            "activities",
            "automation",
            "dealTasktype",
            "doneAutomation",
            "notes",
            "owner",
            "taskNotifications",
            "user",
            "assignee",
        ),
        class_name="DealTask",
        created={
            "cdate": iso,
            "udate": iso,
            "assigned_date": iso,
            "created_utc_timestamp": wall,
            "updated_utc_timestamp": wall,
        },
        changed={"udate": iso, "updated_utc_timestamp": wall},
        references={"dealTasktype": "dealTasktypes"},
        mentions={"user": "users", "assignee": "users", "outcomeId": "taskOutcomes"},
        owner=Owner("reltype", "relid", OWNERS),
        complete=_complete_task,
        filters={
            "filters[title]": Filter(("title",), contains),
            "filters[note]": Filter(("note",), contains),
            "filters[reltype]": Filter(("reltype",), equals),
            "filters[relid]": Filter(("relid",), equals),
            "filters[status]": Filter(("status",), equals),
            "filters[d_tasktypeid]": Filter(("dealTasktype",), equals),
            "filters[userid]": Filter(("user",), equals),
            "filters[assignee_userid]": Filter(("assignee",), equals),
            "filters[outcome_id]": Filter(("outcomeId",), equals),
            "filters[duedate]": Filter(("duedate",), _day),
            "filters[due_after]": Filter(("duedate",), since),
            "filters[due_before]": Filter(("duedate",), before),
            "filters[duedate_range]": Filter(("duedate",), _range),
        },
        relations={"notes": Relation("notes", "DealTask")},
    ),
)
