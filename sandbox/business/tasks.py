"""What there is to do for deals, contacts and accounts, and how it turned out."""

from collections import Counter, defaultdict
from random import Random
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.profile import NOTES
from sandbox.business.timeline import DAY, PRESENT, days_ago, later
from sandbox.dates import epoch, iso, moment, wall
from sandbox.resources import Record
from sandbox.resources.tasks import OWNERS
from sandbox.tasks import choose_next, list_outcomes

_TYPES: Final[tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...]] = (
    # id, title, outcomes, what differs from the usual; the first four come with the product
    ("1", "Call", ("1", "2", "3"), {"cdate": None, "udate": None}),
    ("2", "Email", ("2", "1"), {"cdate": None, "udate": None}),
    ("3", "Lunch", (), {"cdate": None, "udate": None}),
    ("4", "Meeting", ("5", "6"), {"cdate": None, "udate": None, "defduration": "60"}),
    # 5 was deleted
    ("6", "Calibration on site", ("7", "6"), {"created_by": "1", "updated_by": "2"}),
    ("7", "Demo \u2013 \u201eLX-200\u201c \U0001f52c", ("5", "1"), {"defduration": "90"}),
    (
        "8",
        "Fax",
        (),
        {
            "status": "1",  # since then
            "udate": iso(days_ago(500)),
            "updated_utc_timestamp": wall(days_ago(500)),
            "created_by": "1",
        },
    ),
)
_OUTCOMES: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    # id, title, sentiment, what differs from the usual
    ("1", "Interested", "POSITIVE", {}),
    ("2", "No answer", "NEUTRAL", {}),
    ("3", 'Said "not now" & hung up', "NEGATIVE", {"created_by": "2", "updated_by": "2"}),
    # 4 was deleted
    ("5", "Offer wanted", "POSITIVE", {}),
    ("6", "Postponed", "NEUTRAL", {"created_by": None, "updated_by": None}),
    (
        "7",
        "Erf\u00fcllt \u2713",
        "POSITIVE",
        {"disabled": "1", "updated_utc_timestamp": iso(days_ago(300))},
    ),
)
_KINDS: Final = (*("Deal", "Subscriber") * 4, "Deal", "CustomerAccount")  # one after the other
_TITLES: Final = (
    "Call back",
    None,
    "Send the calibration certificate",
    "",
    "R\u00fcckruf \u2013 \u5929\u79e4 \U0001f4de",
    'Bring "the heavy one" & cables',
)
_DURATIONS: Final = ("0", "15", "60")
_USERS: Final = ("1", "2", "3", "5")
_CREATED: Final = {"accounts": "createdTimestamp"}  # the others have cdate


def set_up(account: Account) -> None:
    """Make the types of tasks and how tasks of each may turn out."""
    for id, title, sentiment, differing in _OUTCOMES:
        members = {"title": title, "sentiment": sentiment, **differing}
        account.create("taskOutcomes", days_ago(1900), id=id, **members)
    for order, (id, title, outcomes, differing) in enumerate(_TYPES):
        members = {"title": title, "display_order": str(order), **differing}
        account.create("dealTasktypes", days_ago(1900 - 100 * order), id=id, **members)
        for place, outcome in enumerate(outcomes):
            members = {"display_order": str(place), "created_by": "1" if place else "0"}
            related = {"tasktype": id, "outcome": outcome, **members}
            account.create("tasktypeOutcomeRels", days_ago(1900 - 100 * order), **related)
        list_outcomes(account, id)


def pick(account: Account, resource: str, random: Random) -> tuple[str, int] | None:
    """Any record's id and the second of its creation; None where there is no record."""
    numbers = account.collections[resource].numbers
    record = account.find(resource, random.choice(numbers)) if numbers else None
    if record is None:
        return None
    return record["id"], int(epoch(record[_CREATED.get(resource, "cdate")]))


def generate(account: Account, count: int, random: Random) -> None:
    """Make so many tasks, the oldest first, and tell deals which is next."""
    starts = []
    for index in range(count):
        kind = _KINDS[index % len(_KINDS)]
        found = pick(account, OWNERS[kind], random)
        if found:
            starts.append((later(random, found[1]), kind, found[0]))
    made: Counter[str] = Counter()  # by kind
    choices = _Choices(account)
    for at, kind, id in sorted(starts):
        deal = account.find("deals", id) if kind == "Deal" else None
        is_over = deal is not None and deal["status"] != "0"
        task = _task(made[kind], at, is_over, choices, random)
        account.create("dealTasks", moment(at), reltype=kind, relid=id, **task)
        made[kind] += 1
    for deal_id in sorted({id for _, kind, id in starts if kind == "Deal"}, key=int):
        choose_next(account, deal_id)


class _Choices:
    """Types of tasks and their outcomes, as they can be chosen at a time."""

    def __init__(self, account: Account) -> None:
        self._types = account.records("dealTasktypes")
        self._ended = {
            row["id"]: epoch(row["updated_utc_timestamp"])
            for row in account.records("taskOutcomes")
            if row["disabled"] == "1"
        }
        self._outcomes: defaultdict[str, list[str]] = defaultdict(list)
        for row in account.records("tasktypeOutcomeRels"):
            self._outcomes[row["tasktype"]].append(row["outcome"])

    def types(self, at: float) -> list[str]:
        """Those that there were then, without those that were disabled."""
        return [
            row["id"]
            for row in self._types
            if row["cdate"] is None
            or (epoch(row["cdate"]) <= at and (row["status"] == "0" or at < epoch(row["udate"])))
        ]

    def outcomes(self, type_id: str, at: float) -> list[str]:
        """Those of a type that were not disabled then."""
        return [id for id in self._outcomes[type_id] if at < self._ended.get(id, PRESENT + 1)]


def _task(nth: int, at: int, is_over: bool, choices: _Choices, random: Random) -> Record:
    """The nth task of its kind, made at that second: due in the days after, mostly done.

    `is_over` says that it hangs on a closed deal, where nothing is left to do.
    """
    types = choices.types(at)
    type_id = types[nth % len(types)]
    due = at + random.randrange(20 * DAY)
    if nth % 8 == 3:
        due = PRESENT + random.randrange(1, 60 * DAY)
    if is_over:
        due = min(due, PRESENT)
    is_open = due > PRESENT or (random.random() < 0.15 and not is_over)
    duration = _DURATIONS[nth % len(_DURATIONS)]
    done = {} if is_open else _done(nth, at, due, type_id, choices, random)
    status = "0" if is_open else "1"
    updated = moment(epoch(done["donedate"]) if done else at)
    return {
        "dealTasktype": type_id,
        "user": random.choice(_USERS),
        "assignee": random.choice(_USERS),
        "automation": str(1 + nth % 6) if nth % 9 == 2 else None,
        "duedate": iso(moment(due)),
        "edate": iso(moment(due + 60 * (int(duration) or 15))),
        "duration": duration,
        "status": int(status) if nth % 7 == 4 else status,
        "title": random.choice(_TITLES),
        "note": NOTES[nth % len(NOTES)] if nth % 2 else "",
        "triggerAutomationOnCreate": str(1 + nth % 6) if nth % 13 == 6 else None,
        "udate": iso(updated),
        "updated_utc_timestamp": wall(updated),
        "updated_by": random.choice(_USERS) if nth % 3 else None,
        **done,
    }


def _done(nth: int, at: int, due: int, type_id: str, choices: _Choices, random: Random) -> Record:
    """How a task was done, by a user or by an automation."""
    done = moment(min(max(at, due + random.randrange(-DAY, 2 * DAY)), PRESENT))
    is_automated = nth % 10 == 1
    outcomes = choices.outcomes(type_id, done.timestamp())
    outcome = random.choice(outcomes) if outcomes and nth % 5 else None
    return {
        "donedate": iso(done),
        "done_utc_timestamp": wall(done),
        "done_by": None if is_automated else random.choice(_USERS),
        "doneAutomation": str(1 + nth % 6) if is_automated else None,
        "outcomeId": int(outcome) if outcome and nth % 4 == 2 else outcome,
        "outcomeInfo": NOTES[nth % len(NOTES)] if outcome and nth % 3 else None,
    }
