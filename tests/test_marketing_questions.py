"""The marketing manager's ten questions, answered from the account's records without any table."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from docs.site.guide import GUIDE
from loader.trial import DEFAULT_CONTACTS, DEFAULT_SEED
from sandbox.account import Account
from tests.test_documented_rows import timestamp

Rows = list[tuple[Any, ...]]
Records = Callable[[str], list[dict[str, Any]]]
QUESTIONS = dict(
    re.findall(
        r"^## (.*?)\n\n```sql\n(.*?)```",
        (GUIDE / "marketing.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
)


def moment(text: str) -> datetime:
    """A date of the API, UTC."""
    at = timestamp(text)
    assert at
    return at


def rate(part: float, base: float, digits: int = 1, times: int = 100) -> float | None:
    return round(times * part / base, digits) if base else None


def delivered(record: dict[str, Any]) -> int:
    sent, hard, soft = (int(record[key]) for key in ("send_amt", "hardbounces", "softbounces"))
    return sent - hard - soft


def clicked_most(records: Records) -> Rows:
    sent = [one for one in records("campaigns") if one["seriesid"] == "0" and int(one["send_amt"])]
    share = {
        one["id"]: int(one["subscriberclicks"]) / delivered(one) for one in sent if delivered(one)
    }
    sent.sort(key=lambda one: (-share.get(one["id"], -1), one["name"]))
    return [
        (
            one["name"],
            moment(one["sdate"]).date(),
            delivered(one),
            rate(int(one["subscriberclicks"]), delivered(one)),
            int(one["unsubscribes"]),
        )
        for one in sent[:5]
    ]


def winners(records: Records) -> Rows:
    tests = {one["id"]: one for one in records("campaigns") if one["type"] == "split"}
    variants = [
        one for one in records("campaignMessages") if one["campaignid"] in tests and delivered(one)
    ]
    rows = []
    for one in variants:
        others = [
            other
            for other in variants
            if other["campaignid"] == one["campaignid"] and other is not one
        ]
        n, m = delivered(one), sum(map(delivered, others))
        p = int(one["subscriberclicks"]) / n
        q = sum(int(other["subscriberclicks"]) for other in others) / m
        near_p, near_q = (p * n + 1) / (n + 2), (q * m + 1) / (m + 2)
        variance = near_p * (1 - near_p) / (n + 2) + near_q * (1 - near_q) / (m + 2)
        low, high = (near_p - near_q + 1.96 * sqrt(variance) * sign for sign in (-1, 1))
        winner = tests[one["campaignid"]]["split_winner_messageid"]
        lift = 100 * (p - q), 100 * low, 100 * high
        rows.append((int(one["campaignid"]), one["subject"], one["messageid"] == winner, n, *lift))
    rows.sort(key=lambda row: (row[0], -row[4]))
    return [(*row[1:4], *(round(value, 1) for value in row[4:])) for row in rows]


def too_much(records: Records) -> Rows:
    joined: dict[str, date] = {}
    for one in records("contactLists"):
        if one["status"] == "1":
            day = moment(one["sdate"]).date() if one["sdate"] else date.min
            joined[one["contact"]] = min(day, joined.get(one["contact"], date.max))
    single = [
        (moment(one["sdate"]).date(), int(one["send_amt"]))
        for one in records("campaigns")
        if one["seriesid"] == "0" and one["type"] in ("single", "split") and one["sdate"]
        if int(one["send_amt"])
    ]
    first = date(2025, 12, 1).toordinal()
    rows = []
    for month in range(1, 11):
        days = [
            day
            for day in map(date.fromordinal, range(first, first + 400))
            if (day.year, day.month) == (2026, month)
        ]
        fatigue = [
            sum(sent for at, sent in single if 0 <= (day - at).days < 30)
            / sum(start <= day for start in joined.values())
            for day in days
        ]
        of_month = [sent for at, sent in single if at in days]
        rows.append((month, len(of_month), sum(of_month), round(max(fatigue), 2)))
    return rows


def growth(records: Records) -> Rows:
    bounced = {one["id"]: one["bounced_date"] for one in records("contacts")}
    start, end = date(2026, 1, 1), date(2026, 10, 31)
    joined, lost = Counter[str](), Counter[str]()
    for one in records("contactLists"):
        at = moment(one["sdate"] or one["created_timestamp"]).date()
        if one["status"] != "0" and start <= at <= end:
            joined[one["list"]] += 1
        gone = None
        if one["status"] == "2":
            gone = moment(one["udate"] or one["updated_timestamp"]).date()
        elif one["status"] == "3":
            gone = date.fromisoformat(bounced[one["contact"]]) if bounced[one["contact"]] else at
        if gone and start <= max(gone, at) <= end:
            lost[one["list"]] += 1
    rows = [
        (int(one["id"]), one["name"], joined[one["id"]], lost[one["id"]])
        for one in records("lists")
    ]
    rows.sort(key=lambda row: (row[3] - row[2], row[0]))
    return [(name, new, left, new - left) for _, name, new, left in rows]


def stay(records: Records) -> Rows:
    bounced = {one["id"]: one["bounced_date"] for one in records("contacts")}
    left: Counter[str] = Counter()
    days = defaultdict(list)
    for one in records("contactLists"):
        if one["status"] not in ("2", "3"):
            continue
        how = "unsubscribed" if one["status"] == "2" else "bounced"
        left[how] += 1
        joined = moment(one["sdate"] or one["created_timestamp"]).date()
        if how == "unsubscribed":
            until = moment(one["udate"] or one["updated_timestamp"]).date()
            days[how].append(max((until - joined).days, 0))
        elif day := bounced[one["contact"]]:
            days[how].append(max((date.fromisoformat(day) - joined).days, 0))
    return [(how, count, round(median(days[how]))) for how, count in left.most_common()]


def buyers(records: Records) -> Rows:
    won = {one["contact"] for one in records("deals") if one["status"] == "1"}
    tagged = defaultdict(set)
    for one in records("contactTags"):
        tagged[one["tag"]].add(one["contact"])
    rows = [
        (one["tag"], len(tagged[one["id"]]), len(tagged[one["id"]] & won))
        for one in records("tags")
        if len(tagged[one["id"]]) >= 20
    ]
    rows.sort(key=lambda row: (-row[2] / row[1], row[0]))
    return [(*row, rate(row[2], row[1])) for row in rows[:5]]


def reasons(records: Records) -> Rows:
    given = Counter(
        " ".join((one["unsubreason"] or "").lower().split()) or "none given"
        for one in records("contactLists")
        if one["status"] == "2"
    )
    return sorted(given.items(), key=lambda row: (-row[1], row[0]))[:5]


def finished(records: Records) -> Rows:
    names = {one["id"]: one["name"] for one in records("automations")}
    entries = defaultdict(list)
    for one in records("contactAutomations"):
        entries[one["seriesid"]].append(one)
    rows = [
        (
            int(automation),
            names.get(automation),
            len(found),
            sum(one["status"] == "1" and not int(one["completed"]) for one in found),
            rate(sum(int(one["completed"]) for one in found), len(found)),
        )
        for automation, found in entries.items()
    ]
    return [row[1:] for row in sorted(rows, key=lambda row: (-(row[4] or 0), row[0]))]


def clicks(records: Records) -> Rows:
    names = {one["id"]: one["name"] for one in records("campaigns")}
    rows = [
        (names.get(one["campaignid"]), one["link"], int(one["uniquelinkclicks"]), int(one["id"]))
        for one in records("links")
        if one["messageid"] not in (None, "0")
    ]
    return [row[:3] for row in sorted(rows, key=lambda row: (-row[2], row[3]))[:5]]


def forms(records: Records) -> Rows:
    names = {one["id"]: one["name"] for one in records("forms")}
    came = defaultdict(list)
    for one in records("contactLists"):
        if one["form"] not in (None, "0"):
            came[one["form"]].append(one["status"] == "1")
    rows = [(int(form), names.get(form), len(found), sum(found)) for form, found in came.items()]
    rows.sort(key=lambda row: (-row[3] / row[2], row[0]))
    return [(*row[1:], rate(row[3], row[2])) for row in rows]


ANSWERS: list[Callable[[Records], Rows]] = [
    clicked_most,
    winners,
    too_much,
    growth,
    stay,
    buyers,
    reasons,
    finished,
    clicks,
    forms,
]


@pytest.fixture(scope="module")
def records() -> Records:
    return Account.generate(DEFAULT_CONTACTS, DEFAULT_SEED).records


@pytest.mark.parametrize(
    ("question", "answer"), list(zip(QUESTIONS, ANSWERS, strict=True)), ids=list(QUESTIONS)
)
def test_the_answer_is_what_the_records_say(
    question: str, answer: Callable[[Records], Rows], records: Records, sandbox_database: Path
) -> None:
    with duckdb.connect(str(sandbox_database), read_only=True) as connection:
        rows = connection.execute(QUESTIONS[question]).fetchall()
    assert rows == answer(records)
