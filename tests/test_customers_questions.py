"""A customer success lead's five questions, answered from the records without any table."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from docs.site.guide import GUIDE
from loader.trial import DEFAULT_CONTACTS, DEFAULT_SEED
from sandbox.account import Account
from tests.test_customers_marts import (
    STATES,
    Purchase,
    Records,
    choices,
    engaged,
    happened,
    in_order,
    purchases,
    touches,
    units,
)
from tests.test_documented_rows import timestamp

Rows = list[tuple[Any, ...]]
LARGEST = 73
QUESTIONS = dict(
    re.findall(
        r"^## (.*?)\n\n```sql\n(.*?)```",
        (GUIDE / "customers.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
)


def stages(records: Records) -> Rows:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for said in engaged(records, datetime(2026, 11, 1)).values():
        counted = found[said["lifecycle_stage"]]
        counted["contacts"] += 1
        counted["on_a_list"] += said["lists"] > 0
        counted["won_deals"] += said["won_deals"]
        counted["orders"] += said["orders"]
    rows = [(stage, *counted.values()) for stage, counted in found.items()]
    return sorted(rows, key=lambda row: -row[1])


def best(records: Records) -> Rows:
    emails = {float(one["id"]): one["email"] for one in records("contacts")}
    bought: defaultdict[float, list[Purchase]] = defaultdict(list)
    for purchase in purchases(records):
        if purchase.currency == "USD":
            bought[purchase.contact].append(purchase)
    rows = []
    for contact, found in bought.items():
        orders = [one.cents for one in found if one.id.startswith("order")]
        deals = [one.cents for one in found if one.id.startswith("deal")]
        of_orders, of_deals = units(sum(orders)), units(sum(deals))
        total = of_orders + of_deals
        of = len(orders), of_orders, len(deals), of_deals
        rows.append((contact, emails[contact], *of, total))
    return sorted(rows, key=lambda row: (-row[6], row[0]))[:5]


def lately(records: Records) -> Rows:
    stages = {one["id"]: one["title"] for one in records("dealStages")}
    moves = {one["id"]: stages.get(one["dataAction"]) for one in records("dealActivities")}
    worth = {
        f"{kind}:{one['id']}": (
            f"{units(int(one[value])):.2f} {one['currency'].upper()}",
            STATES.get(str(one.get("state"))),
        )
        for kind, key, value in (("deal", "deals", "value"), ("order", "ecomOrders", "totalPrice"))
        for one in records(key)
    }
    campaigns = {float(one["id"]): one["name"] for one in records("campaigns")}
    lists = {float(one["id"]): one["name"] for one in records("lists")}
    titles = {one["id"]: one["title"] for one in records("fields")}
    held = {one["id"]: f"{titles[one['field']]}: {one['value']}" for one in records("fieldValues")}
    events = [event for event in happened(records) if event.contact == LARGEST]
    rows: Rows = []
    for event in sorted(sorted(events), key=lambda event: event.at, reverse=True)[:8]:
        number = event.id.partition(":")[2]
        detail = {
            "deal_stage": moves.get(number),
            "deal_won": worth.get(f"deal:{number}", ("",))[0],
            "order": " ".join(filter(None, worth.get(f"order:{number}", ("",)))),
            "opened": campaigns.get(event.object_id),
            "subscribed": lists.get(event.object_id),
            "field_set": held.get(number),
        }[event.kind]
        rows.append((event.at.date(), event.kind, event.object, detail))
    return rows


def brought(records: Records) -> Rows:
    names = {
        kind: {float(one["id"]): one[member] for one in records(key)}
        for kind, key, member in (
            *(("list", "lists", "name"), ("form", "forms", "name"), ("tag", "tags", "tag")),
            ("automation", "automations", "name"),
        )
    }
    known = sorted(touches(records), key=in_order)
    shares: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    for purchase in purchases(records):
        if purchase.currency != "USD":
            continue
        before: list[tuple[str | None, str | None]] = [
            (touch.kind, names[touch.kind][touch.object_id])
            for touch in known
            if touch.contact == purchase.contact and touch.at < purchase.at
        ] or [(None, None)]
        shares[before[0]][0] += purchase.cents
        shares[before[-1]][1] += purchase.cents
        for nth, touch in enumerate(before):
            done, more = (purchase.cents * (nth + more) // len(before) for more in (0, 1))
            shares[touch][2] += more - done
    rows: Rows = [(*touch, *map(units, cents)) for touch, cents in shares.items()]
    return sorted(rows, key=lambda row: -row[4])[:6]


def due(records: Records) -> Rows:
    fields = {one["title"]: one["id"] for one in records("fields")}
    held = {(one["contact"], one["field"]): one["value"] or "" for one in records("fieldValues")}
    rows: Rows = []
    for one in records("contacts"):
        at = timestamp(held.get((one["id"], fields["Next Calibration"])))
        if at and datetime(2026, 9, 1) <= at < datetime(2026, 11, 1):
            certificates = choices(held.get((one["id"], fields["Certificates"]), ""))
            rows.append((at, one["email"], at.date(), certificates))
    return [row[1:] for row in sorted(rows)]


ANSWERS: list[Callable[[Records], Rows]] = [stages, best, lately, brought, due]


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


def test_the_largest_customer_is_the_one_that_is_looked_at(records: Records) -> None:
    revenue: Counter[float] = Counter()
    for purchase in purchases(records):
        revenue[purchase.contact] += purchase.cents
    assert max(revenue, key=lambda contact: revenue[contact]) == LARGEST
    assert best(records)[0][0] == LARGEST
    assert best(records)[0][6] >= Decimal(50_000)
