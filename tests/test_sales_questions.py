"""The sales lead's ten questions, answered from the account's records without any table."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from docs.site.guide import GUIDE
from loader.trial import DEFAULT_CONTACTS, DEFAULT_SEED
from sandbox.account import Account
from tests.selling import STATUS, Record, Sales, done_at, moment, quantile

Rows = list[tuple[Any, ...]]
QUESTIONS = dict(
    re.findall(
        r"^## (.*?)\n\n```sql\n(.*?)```",
        (GUIDE / "sales.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
)


def quarter(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def units(cents: int) -> Decimal:
    return Decimal(cents) / 100


def days_by_stage(sales: Sales) -> dict[str, list[float]]:
    found = defaultdict(list)
    for visit in sales.visits:
        if visit.days is not None:
            found[visit.stage["id"]].append(visit.days)
    return found


def in_order(sales: Sales) -> list[Record]:
    """Stages as they follow in their pipelines."""
    return sorted(sales.stages.values(), key=lambda one: (int(one["group"]), int(one["order"])))


def forecast(sales: Sales) -> Rows:
    ever = {(visit.stage["id"], visit.deal["id"]): visit.deal["status"] for visit in sales.visits}
    history = Counter((stage, status) for (stage, _), status in ever.items())
    found: defaultdict[tuple[str, str], list[tuple[int, float, bool]]] = defaultdict(list)
    for deal in sales.deals:
        if deal["status"] == "0":
            won, lost = (history[deal["stage"], status] for status in ("1", "2"))
            chance = deal["winProbability"]
            weight = won / (won + lost) if chance is None else chance / 100
            key = deal["group"], deal["currency"].upper()
            found[key].append((int(deal["value"]), weight, chance is not None))
    rows = [
        (
            int(group),
            sales.pipelines[group],
            currency,
            len(deals),
            round(sum(cents for cents, _, _ in deals) / 100),
            round(sum(cents * weight for cents, weight, _ in deals) / 100),
            sum(by_product for _, _, by_product in deals),
            sum(not by_product for _, _, by_product in deals),
        )
        for (group, currency), deals in found.items()
    ]
    return [row[1:] for row in sorted(rows, key=lambda row: (row[0], -row[5]))]


def standing(sales: Sales) -> Rows:
    usual = {stage: quantile(days, 0.75) for stage, days in days_by_stage(sales).items()}
    last = {visit.deal["id"]: visit for visit in sales.visits}
    rows = []
    for deal in sales.deals:
        since, limit = last[deal["id"]].entered.date(), usual[deal["stage"]]
        if (deal["status"], deal["currency"]) != ("0", "usd"):
            continue
        if (date(2026, 11, 1) - since).days > limit:
            stage = sales.stages[deal["stage"]]["title"]
            names = deal["title"], sales.users[deal["owner"]], stage
            row = *names, units(int(deal["value"])), since, round(limit)
            rows.append((-int(deal["value"]), int(deal["id"]), row))
    return [row for _, _, row in sorted(rows)[:5]]


def busy(sales: Sales) -> Rows:
    times: list[list[datetime | None]] = [
        [moment(deal["cdate"]) for deal in sales.deals],
        [sales.closed(deal) for deal in sales.deals if deal["status"] == "1"],
        [sales.closed(deal) for deal in sales.deals if deal["status"] == "2"],
        [visit.entered for visit in sales.visits if visit.number > 1],
        [done_at(task) for task in sales.records("dealTasks")],
        [
            *(moment(note["cdate"]) for note in sales.records("notes")),
            *(moment(mail["tstamp"]) for mail in sales.records("emailActivities")),
        ],
    ]
    counts = [Counter(quarter(at.date()) for at in one if at) for one in times]
    quarters = (date(2025, 7, 1), date(2025, 10, 1), *(date(2026, month, 1) for month in (1, 4, 7)))
    return [(day, *(count[day] for count in counts)) for day in quarters]


def stays(sales: Sales) -> Rows:
    found = days_by_stage(sales)
    return [
        (
            sales.pipelines[stage["group"]],
            stage["title"],
            len(days),
            round(median(days), 1),
            round(quantile(days, 0.75), 1),
        )
        for stage in in_order(sales)
        if (days := found[stage["id"]])
    ]


def ways_back(sales: Sales) -> Rows:
    visits = Counter(visit.stage["id"] for visit in sales.visits)
    back = Counter(visit.stage["id"] for visit in sales.visits if visit.moved == "backward")
    stages = [sales.stages[one] for one in sorted(back, key=lambda one: (-back[one], int(one)))]
    return [
        (sales.pipelines[one["group"]], one["title"], visits[one["id"]], back[one["id"]])
        for one in stages
    ]


def losses(sales: Sales) -> Rows:
    left = {}
    for visit, following in zip(sales.visits, [*sales.visits[1:], None], strict=True):
        way = following.moved if following and following.deal is visit.deal else visit.ended_as
        if moment(visit.deal["cdate"]) >= datetime(2025, 1, 1):
            left[visit.stage["id"], visit.deal["id"]] = way
    counts: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
    for (stage, _), way in left.items():
        counts[stage][way] += 1
    return [
        (
            sales.pipelines[stage["group"]],
            stage["title"],
            found.total(),
            *(found[way] for way in ("forward", "won", "lost")),
            round(100 * (found["forward"] + found["won"]) / found.total()),
        )
        for stage in in_order(sales)
        if (found := counts[stage["id"]])
    ]


def closed_between(sales: Sales, first: date, last: date) -> list[tuple[Record, date]]:
    closed = [(deal, sales.closed(deal)) for deal in sales.deals]
    return [(deal, at.date()) for deal, at in closed if at and first <= at.date() <= last]


def winners(sales: Sales) -> Rows:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for deal, _ in closed_between(sales, date(2026, 1, 1), date(2026, 10, 31)):
        found[deal["owner"]].append(deal)
    rows = []
    for owner, deals in found.items():
        won = [deal for deal in deals if deal["status"] == "1"]
        usd = sum(int(deal["value"]) for deal in won if deal["currency"] == "usd")
        share = round(100 * len(won) / len(deals))
        row = sales.users[owner], len(won), len(deals) - len(won), share, units(usd)
        rows.append((-share, int(owner), row))
    return [row for _, _, row in sorted(rows)]


def won_by_quarter(sales: Sales) -> Rows:
    found: defaultdict[tuple[date, str], list[int]] = defaultdict(list)
    for deal, day in closed_between(sales, date(2026, 1, 1), date(2026, 9, 30)):
        if STATUS[deal["status"]] == "won":
            found[quarter(day), deal["currency"].upper()].append(int(deal["value"]))
    return [(*key, len(cents), units(sum(cents))) for key, cents in sorted(found.items())]


def in_time(sales: Sales) -> Rows:
    sentiments = {one["id"]: one["sentiment"] for one in sales.records("taskOutcomes")}
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for task in sales.records("dealTasks"):
        due, done = moment(task["duedate"]), done_at(task)
        monday = due.date() - timedelta(days=due.weekday())
        if date(2026, 1, 1) <= monday <= date(2026, 10, 26):
            counts = found[task["assignee"]]
            counts["done"] += done is not None
            counts["on time"] += done is not None and done.date() <= due.date()
            counts["overdue"] += done is None
            if done and task["outcomeId"]:
                counts[sentiments[str(task["outcomeId"])]] += 1
    rows = [
        (
            sales.users[user],
            counts["done"],
            counts["on time"],
            counts["overdue"],
            round(100 * counts["on time"] / (counts["done"] + counts["overdue"])),
            counts["POSITIVE"],
            counts["NEGATIVE"],
        )
        for user, counts in sorted(found.items(), key=lambda one: int(one[0]))
    ]
    return sorted(rows, key=lambda row: -row[4])


def left_alone(sales: Sales) -> Rows:
    touches: defaultdict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for note in sales.records("notes"):
        touches[note["reltype"], note["relid"]].append((moment(note["cdate"]), "note"))
    for task in sales.records("dealTasks"):
        if done := done_at(task):
            touches[task["reltype"], task["relid"]].append((done, "task_done"))
    for mail in sales.records("emailActivities"):
        touches["Subscriber", mail["subscriberid"]].append((moment(mail["tstamp"]), "email"))
    parts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for link in sales.records("accountContacts"):
        parts[link["account"]].append(("Subscriber", link["contact"]))
    for deal in sales.deals:
        parts[deal["account"]].append(("Deal", deal["id"]))
        touches["Deal", deal["id"]] += sales.touches(deal)
    status = Counter((deal["account"], deal["status"]) for deal in sales.deals)
    rows = []
    for one in sales.records("accounts"):
        if status[one["id"], "1"]:
            own = [("CustomerAccount", one["id"]), *parts[one["id"]]]
            at, kind = max(touch for part in own for touch in touches[part])
            counts = status[one["id"], "1"], status[one["id"], "0"]
            row = one["name"], sales.users.get(one["owner"]), *counts, kind, at.date()
            rows.append((at, int(one["id"]), row))
    return [row for _, _, row in sorted(rows)[:5]]


ANSWERS: list[Callable[[Sales], Rows]] = [
    forecast,
    standing,
    busy,
    stays,
    ways_back,
    losses,
    winners,
    won_by_quarter,
    in_time,
    left_alone,
]


@pytest.fixture(scope="module")
def sales() -> Sales:
    return Sales(Account.generate(DEFAULT_CONTACTS, DEFAULT_SEED).records)


@pytest.mark.parametrize(
    ("question", "answer"), list(zip(QUESTIONS, ANSWERS, strict=True)), ids=list(QUESTIONS)
)
def test_the_answer_is_what_the_records_say(
    question: str, answer: Callable[[Sales], Rows], sales: Sales, sandbox_database: Path
) -> None:
    with duckdb.connect(str(sandbox_database), read_only=True) as connection:
        rows = connection.execute(QUESTIONS[question]).fetchall()
    assert rows == answer(sales)
