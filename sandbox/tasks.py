"""What a change of a task, a note or a task's possible outcomes does to other records."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox import sales
from sandbox.dates import epoch, iso, wall
from sandbox.resources import Record

if TYPE_CHECKING:
    from sandbox.account import Account
    from sandbox.consequences import Consequence

_OPEN: Final = "0"
_UNDONE: Final = {"donedate": None, "done_utc_timestamp": None, "done_by": None}


def choose_next(account: "Account", deal_id: str) -> None:
    """Give a deal its next task: of those still open the one that is due first."""
    numbers = account.collections["dealTasks"].children("Deal", int(deal_id))
    tasks = [task for number in numbers if (task := account.find("dealTasks", number))]
    held = [task for task in tasks if str(task["status"]) == _OPEN]
    task = min(held, key=_due, default=None)
    members = {
        "nexttaskid": task["id"] if task else "0",
        "nextTask": task["id"] if task else None,
        "nextdate": task["duedate"] if task else None,
    }
    account.amend("deals", deal_id, members)


def _due(task: Record) -> tuple[float, int]:
    """When a task is due, one without a date last; of two, the older first."""
    due = task["duedate"]
    return epoch(due) if due else float("inf"), int(task["id"])


def list_outcomes(account: "Account", type_id: str) -> None:
    """Give a type of task the outcomes that relate to it, in the order of display."""
    numbers = account.collections["tasktypeOutcomeRels"].children("tasktype", int(type_id))
    rows = [row for number in numbers if (row := account.find("tasktypeOutcomeRels", number))]
    rows.sort(key=lambda row: int(row["display_order"]))
    outcomes = [{"id": row["outcome_id"], "display_order": row["display_order"]} for row in rows]
    account.amend("dealTasktypes", type_id, {"outcomes": outcomes})


def _task(account: "Account", before: Record | None, after: Record | None, at: datetime) -> None:
    """A task is dated when it is done; its deal logs a new one and knows which is next."""
    was_open = before is None or str(before["status"]) == _OPEN
    if after and was_open and str(after["status"]) != _OPEN:
        done = {"donedate": iso(at), "done_utc_timestamp": wall(at), "done_by": after["assignee"]}
        missing = {name: value for name, value in done.items() if after[name] is None}
        account.amend("dealTasks", after["id"], missing)
    elif after and not was_open and str(after["status"]) == _OPEN:
        account.amend("dealTasks", after["id"], _UNDONE)
    if after and before is None:
        _log(account, after, "task", at)
    ids = {task["relid"] for task in (before, after) if task and task["reltype"] == "Deal"}
    for deal_id in ids:
        if account.find("deals", deal_id):
            choose_next(account, deal_id)


def _note(account: "Account", before: Record | None, after: Record | None, at: datetime) -> None:
    """A new note on a deal is logged there."""
    if after and before is None:
        _log(account, after, "note", at)


def _log(account: "Account", record: Record, kind: str, at: datetime) -> None:
    deal = account.find("deals", record["relid"]) if record["reltype"] == "Deal" else None
    if deal:
        sales.log(account, sales.added(deal, kind, record["id"], record["user"]), at)


def _outcome_rel(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """A type of task lists its outcomes."""
    for type_id in {row["tasktype_id"] for row in (before, after) if row}:
        list_outcomes(account, type_id)


TASKS: Final[Mapping[str, "Consequence"]] = {
    "dealTasks": _task,
    "notes": _note,
    "tasktypeOutcomeRels": _outcome_rel,
}
