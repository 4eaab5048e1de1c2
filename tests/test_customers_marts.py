"""The marts on customers hold what the account holds, counted by an independent reading."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from sandbox.server import Server
from tests.test_documented_rows import day, number, timestamp
from tests.test_marketing_campaigns import Row, read

Record = Mapping[str, Any]
Records = Callable[[str], Iterable[Record]]

BOUGHT = {"1": "completed", "3": "recovered"}
STATES = BOUGHT | {"0": "pending", "4": "waiting", "2": "abandoned"}
ACTS = {"subscribed", "clicked", "order", "cart_abandoned", "converted"}
TOUCHES = ACTS | {
    *("unsubscribed", "email", "note", "task_done", "tracked"),
    *("deal_created", "deal_stage", "deal_won", "deal_lost"),
}


class Event(NamedTuple):
    """What happened with a contact."""

    id: str
    contact: float
    at: datetime
    object: str
    object_id: float

    @property
    def kind(self) -> str:
        return self.id.partition(":")[0]


class Purchase(NamedTuple):
    """An order that was paid for, or a deal that was won."""

    id: str
    contact: float
    currency: str
    cents: int
    at: datetime


class Touch(NamedTuple):
    """What came before purchases."""

    at: datetime
    id: str
    contact: float
    kind: str
    object_id: float


@pytest.fixture(scope="module")
def records(sandbox_server: Server) -> Records:
    return sandbox_server.account.records


@pytest.fixture
def marts(warehouse: Path) -> Iterable[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set schema = 'activecampaign_analytics'")
        yield connection


def moment(value: str | None) -> datetime:
    at = timestamp(value)
    assert at
    return at


def units(cents: int) -> Decimal:
    return Decimal(cents) / 100


def buyers(records: Records) -> dict[str, float]:
    """The contact of each order: addresses are alike in any case."""
    contacts = {one["email"].lower(): float(one["id"]) for one in records("contacts")}
    customers = {one["id"]: one["email"].lower() for one in records("ecomCustomers")}
    return {one["id"]: contacts[customers[str(one["customer"])]] for one in records("ecomOrders")}


def closed_at(records: Records) -> dict[str, datetime]:
    """When each deal that is not open was won or lost."""
    entries = [one for one in records("dealActivities") if one["dataType"] == "status"]
    entries.sort(key=lambda one: (moment(one["cdate"]), int(one["id"])))
    said = {one["d_id"]: (one["dataAction"], one["cdate"]) for one in entries}  # the last
    found = {}
    for one in records("deals"):
        status, at = said.get(one["id"], ("", ""))
        if one["status"] != "0":
            found[one["id"]] = moment(at if status == one["status"] else one["mdate"])
    return found


def purchases(records: Records) -> Iterator[Purchase]:
    contacts, closings = buyers(records), closed_at(records)
    for order in records("ecomOrders"):
        if str(order["state"]) in BOUGHT:
            id, at = order["id"], moment(order["orderDate"])
            cents = int(order["totalPrice"])
            yield Purchase(f"order:{id}", contacts[id], order["currency"].upper(), cents, at)
    for deal in records("deals"):
        if deal["status"] == "1":
            id, contact, cents = deal["id"], float(deal["contact"]), int(deal["value"])
            at = closings[id]
            yield Purchase(f"deal_won:{id}", contact, deal["currency"].upper(), cents, at)


SIMPLE = (  # event, list, contact, when, kind and number of the thing
    ("created", "contacts", "id", "cdate", "contact", "id"),
    ("tagged", "contactTags", "contact", "cdate", "tag", "tag"),
    ("field_set", "fieldValues", "contact", "udate", "field", "field"),
    ("automation_entered", "contactAutomations", "contact", "adddate", "automation", "seriesid"),
    ("goal_met", "contactGoals", "contact", "tstamp", "goal", "goal"),
    ("converted", "contactConversions", "contact", "cdate", "conversion", "conversion"),
    ("clicked", "linkData", "contact", "tstamp", "campaign", "campaign"),
    ("bounced", "bounceLogs", "contact", "tstamp", "campaign", "campaign"),
    ("email", "emailActivities", "contact", "tstamp", "contact", "contact"),
)


def happened(records: Records) -> Iterator[Event]:
    """All that has a date and a contact."""
    for event, key, contact, at, kind, thing in SIMPLE:
        for one in records(key):
            id, of = f"{event}:{one['id']}", float(one[contact])
            yield Event(id, of, moment(one[at]), kind, float(one[thing] or 0))
    for one in records("contactLists"):
        of, on = float(one["contact"]), float(one["list"])
        if one["status"] in ("1", "2", "3"):
            yield Event(f"subscribed:{one['id']}", of, moment(one["sdate"]), "list", on)
        if one["status"] == "2":
            yield Event(f"unsubscribed:{one['id']}", of, moment(one["udate"]), "list", on)
    for one in records("contactAutomations"):
        if one["remdate"]:
            event = "automation_completed" if str(one["completed"]) == "1" else "automation_left"
            of, at_end = float(one["contact"]), moment(one["remdate"])
            automation = float(one["seriesid"])
            yield Event(f"{event}:{one['id']}", of, at_end, "automation", automation)
    for one in records("messageActivities"):
        if one["event"] == "open":
            of, campaign = float(one["contact"]), float(one["campaign"])
            yield Event(f"opened:{one['id']}", of, moment(one["tstamp"]), "campaign", campaign)
    yield from happened_in_sales(records)
    yield from happened_in_shops(records)


def happened_in_sales(records: Records) -> Iterator[Event]:
    contacts = {one["id"]: float(one["contact"]) for one in records("deals")}
    closings = closed_at(records)
    for one in records("deals"):
        of = contacts[one["id"]]
        number = float(one["id"])
        yield Event(f"deal_created:{one['id']}", of, moment(one["cdate"]), "deal", number)
        if one["status"] != "0":
            event = "deal_won" if one["status"] == "1" else "deal_lost"
            yield Event(f"{event}:{one['id']}", of, closings[one["id"]], "deal", number)
    for one in records("dealActivities"):
        if one["dataType"] == "d_stageid":
            of = contacts[one["d_id"]]
            at = moment(one["cdate"])
            assert at <= closings.get(one["d_id"], at)  # which would be no event
            yield Event(f"deal_stage:{one['id']}", of, at, "deal", float(one["d_id"]))
    for event, key, date in (
        ("note", "notes", "cdate"),
        ("task", "dealTasks", "cdate"),
        ("task_done", "dealTasks", "donedate"),
    ):
        for one in records(key):
            is_undone = event == "task_done" and str(one["status"]) != "1"
            if one["reltype"] in ("Subscriber", "Deal") and one[date] and not is_undone:
                is_deal = one["reltype"] == "Deal"
                of = contacts[str(one["relid"])] if is_deal else float(one["relid"])
                kind = "deal" if is_deal else "contact"
                at = moment(one[date])
                yield Event(f"{event}:{one['id']}", of, at, kind, float(one["relid"]))


def happened_in_shops(records: Records) -> Iterator[Event]:
    contacts = buyers(records)
    for one in records("ecomOrders"):
        of, number = contacts[one["id"]], float(one["id"])
        if STATES[str(one["state"])] != "abandoned":
            yield Event(f"order:{one['id']}", of, moment(one["orderDate"]), "order", number)
        if one.get("abandonedDate"):
            at = moment(one["abandonedDate"])
            yield Event(f"cart_abandoned:{one['id']}", of, at, "order", number)


def test_the_timeline_has_every_dated_event_of_every_contact(
    marts: duckdb.DuckDBPyConnection, records: Records
) -> None:
    rows = read(marts, "from contact_timeline")
    expected = list(happened(records))
    names = ("event_id", "contact_id", "occurred_at", "object")
    found = {(*(row[name] for name in names), row["object_id"] or 0) for row in rows}
    assert found == set(map(tuple, expected))
    assert len(rows) == len(expected)
    assert {row["event"] for row in rows} == {event.kind for event in expected}
    assert len({row["event"] for row in rows}) == 23  # all but those that no account has by itself
    assert all(row["event"] == row["event_id"].partition(":")[0] for row in rows)


def test_each_event_says_in_words_what_it_was(
    marts: duckdb.DuckDBPyConnection, records: Records
) -> None:
    said = {row["event_id"]: row["detail"] for row in read(marts, "from contact_timeline")}
    names = {
        key: {one["id"]: one[member] for one in records(key)}
        for key, member in (
            *(("tags", "tag"), ("lists", "name"), ("fields", "title"), ("dealStages", "title")),
            *(("automations", "name"), ("campaigns", "name"), ("goals", "name")),
            ("conversions", "name"),
        )
    }
    for one in records("contactTags"):
        assert said[f"tagged:{one['id']}"] == names["tags"][one["tag"]]
    for one in records("contactLists"):
        if one["status"] == "2":
            assert said[f"unsubscribed:{one['id']}"] == names["lists"][one["list"]]
    for one in records("fieldValues"):
        parts = names["fields"][one["field"]], (one["value"] or "")[:100]
        assert said[f"field_set:{one['id']}"] == ": ".join(parts[: 1 + (one["value"] is not None)])
    for one in records("dealActivities"):
        if one["dataType"] == "d_stageid":
            assert said[f"deal_stage:{one['id']}"] == names["dealStages"][one["dataAction"]]
    for one in records("contactAutomations"):
        assert said[f"automation_entered:{one['id']}"] == names["automations"][one["seriesid"]]
    for one in records("linkData"):
        assert said[f"clicked:{one['id']}"] == names["campaigns"][one["campaign"]]
    for one in records("contactGoals"):
        assert said[f"goal_met:{one['id']}"] == names["goals"][one["goal"]]
    for one in records("contactConversions"):
        assert said[f"converted:{one['id']}"] == names["conversions"][one["conversion"]]
    for one in records("notes"):
        if one["reltype"] in ("Subscriber", "Deal"):
            assert said[f"note:{one['id']}"] == one["note"][:100]
    for one in records("ecomOrders"):
        worth = f"{units(int(one['totalPrice'])):.2f} {one['currency'].upper()}"
        if str(one["state"]) != "2":
            assert said[f"order:{one['id']}"] == f"{worth} {STATES[str(one['state'])]}"
    for one in records("deals"):
        worth = f"{units(int(one['value'])):.2f} {one['currency'].upper()}"
        assert said[f"deal_created:{one['id']}"] == worth


def test_revenue_is_what_each_contact_bought_in_each_currency(
    marts: duckdb.DuckDBPyConnection, records: Records
) -> None:
    expected: defaultdict[tuple[float, str], list[Purchase]] = defaultdict(list)
    for one in purchases(records):
        expected[one.contact, one.currency].append(one)
    emails = {float(one["id"]): one["email"] for one in records("contacts")}
    rows = read(marts, "from customer_revenue")
    assert {(row["contact_id"], row["currency"]) for row in rows} == expected.keys()
    assert len(rows) == len(expected) > 20
    assert len({row["currency"] for row in rows}) > 1
    for row in rows:
        bought = expected[row["contact_id"], row["currency"]]
        orders = [one.cents for one in bought if one.id.startswith("order")]
        deals = [one.cents for one in bought if one.id.startswith("deal")]
        assert row == {
            "contact_id": row["contact_id"],
            "currency": row["currency"],
            "email": emails[row["contact_id"]],
            "orders": len(orders),
            "order_revenue_cents": sum(orders),
            "order_revenue": units(sum(orders)),
            "won_deals": len(deals),
            "won_value_cents": sum(deals),
            "won_value": units(sum(deals)),
            "total_revenue_cents": sum(orders) + sum(deals),
            "total_revenue": units(sum(orders) + sum(deals)),
            "first_purchase_at": min(one.at for one in bought),
            "last_purchase_at": max(one.at for one in bought),
        }


def touches(records: Records) -> Iterator[Touch]:
    for one in records("contactLists"):
        if one["status"] in ("1", "2", "3"):
            id, kind = f"list:{one['id']}", "form" if one["form"] else "list"
            yield Touch(moment(one["sdate"]), id, float(one["contact"]), kind, float(one[kind]))
    for one in records("contactAutomations"):
        id, of = f"automation:{one['id']}", float(one["contact"])
        yield Touch(moment(one["adddate"]), id, of, "automation", float(one["seriesid"]))
    for one in records("contactTags"):
        id, of = f"tag:{one['id']}", float(one["contact"])
        yield Touch(moment(one["cdate"]), id, of, "tag", float(one["tag"]))


def in_order(touch: Touch) -> tuple[datetime, int, int]:
    """What may bring about the other comes first, of touches in the same second."""
    kind, number = touch.id.split(":")
    return touch.at, ("list", "automation", "tag").index(kind), int(number)


def test_each_purchase_is_put_down_to_the_touches_before_it(
    marts: duckdb.DuckDBPyConnection, records: Records
) -> None:
    of_contact: defaultdict[float, list[Touch]] = defaultdict(list)
    for touch in touches(records):
        of_contact[touch.contact].append(touch)
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read(marts, "from revenue_attribution order by revenue_id, touch_number"):
        rows[row["revenue_id"]].append(row)
    bought = list(purchases(records))
    assert rows.keys() == {one.id for one in bought}
    lengths = Counter[int]()
    for one in bought:
        before = sorted(
            (touch for touch in of_contact[one.contact] if touch.at < one.at), key=in_order
        )
        lengths[len(before)] += 1
        found = rows[one.id]
        names = ("touched_at", "touch_id", "contact_id", "touch", "object_id")
        known = [tuple(row[name] for name in names) for row in found]
        assert known == (list(map(tuple, before)) or [(None, None, one.contact, None, None)])
        count = max(len(before), 1)
        whole, none = one.cents, [0] * (count - 1)
        assert [row["first_touch_value_cents"] for row in found] == [whole, *none]
        assert [row["last_touch_value_cents"] for row in found] == [*none, whole]
        shares = [row["linear_value_cents"] for row in found]
        assert sum(shares) == whole
        assert max(shares) - min(shares) <= 1
        assert {row["currency"] for row in found} == {one.currency}
        assert {row["touches"] for row in found} == {len(before)}
        for row in found:
            for rule in ("first_touch", "last_touch", "linear"):
                assert row[f"{rule}_value"] == units(row[f"{rule}_value_cents"])
    assert lengths[0] > 0 < lengths[1]
    assert max(lengths) > 3


def engaged(records: Records, loaded: datetime) -> dict[float, Row]:
    """What is to be said of each contact."""
    events: defaultdict[float, list[Event]] = defaultdict(list)
    for event in happened(records):
        events[event.contact].append(event)
    bought: defaultdict[float, list[Purchase]] = defaultdict(list)
    for purchase in purchases(records):
        bought[purchase.contact].append(purchase)
    deals: defaultdict[float, Counter[str]] = defaultdict(Counter)
    for one in records("deals"):
        deals[float(one["contact"])][one["status"]] += 1
    lists: defaultdict[float, Counter[str]] = defaultdict(Counter)
    for one in records("contactLists"):
        lists[float(one["contact"])][one["status"]] += 1
    tag_names = {one["id"]: one["tag"] for one in records("tags")}
    tags: defaultdict[float, list[str]] = defaultdict(list)
    for one in records("contactTags"):
        tags[float(one["contact"])].append(tag_names[one["tag"]])
    score_names = {one["id"]: one["name"] for one in records("scores")}
    scores: defaultdict[float, list[Row]] = defaultdict(list)
    for one in records("scoreValues"):
        if one["contact"]:
            of = {"score_name": score_names[one["score"]], "points": number(one["scoreValue"])}
            scores[float(one["contact"])].append(of)
    by_form = {f"subscribed:{one['id']}" for one in records("contactLists") if one["form"]}
    found: dict[float, Row] = {}
    for one in records("contacts"):
        id = float(one["id"])
        clicked = timestamp(one["last_click_date"])
        own = [one for one in events[id] if one.kind != "subscribed" or one.id in by_form]
        acts = [event.at for event in own if event.kind in ACTS]
        touched = max((event.at for event in own if event.kind in TOUCHES), default=None)
        lately = sum(loaded.date() - at.date() < timedelta(days=365) for at in acts)
        acted = max([*acts, *([clicked] if clicked else [])], default=None)
        orders = [purchase for purchase in bought[id] if purchase.id.startswith("order")]
        of_currency: dict[str, Row] = {}
        for purchase in sorted(bought[id], key=lambda purchase: purchase.currency):
            of_currency.setdefault(
                purchase.currency,
                {"currency": purchase.currency, "won_value": 0, "order_revenue": 0},
            )
            column = "order_revenue" if purchase in orders else "won_value"
            of_currency[purchase.currency][column] += units(purchase.cents)
        found[id] = {
            "email": one["email"],
            "lists": lists[id]["1"],
            "lists_left": lists[id]["2"] + lists[id]["3"],
            "tags": len(tags[id]),
            "tag_names": sorted(tags[id]) or None,
            "scores": sorted(scores[id], key=lambda score: str(score["score_name"])) or None,
            "hard_bounced": int(one["bounced_hard"]),
            "deals": deals[id].total(),
            "open_deals": deals[id]["0"],
            "won_deals": deals[id]["1"],
            "lost_deals": deals[id]["2"],
            "orders": len(orders),
            "revenue": list(of_currency.values()) or None,
            "acts_365d": lately,
            "days_since_act": (loaded.date() - acted.date()).days if acted else None,
            "days_since_touch": (loaded.date() - touched.date()).days if touched else None,
            "last_act_at": acted,
            "last_touch_at": touched,
            "last_clicked_at": clicked,
            "last_opened_at": timestamp(one["last_open_date"]),
            "lifecycle_stage": stage(bool(bought[id]), deals[id], lists[id]["1"]),
        }
        found[id]["segment"] = segment(found[id]["days_since_act"], lately)
    return found


def stage(has_bought: bool, deals: Mapping[str, int], lists: int) -> str:
    if has_bought:
        return "customer"
    if deals["0"]:
        return "opportunity"
    if deals["2"]:
        return "lost"
    return "lead" if lists else "unreachable"


def segment(days: int | None, acts: int) -> str:
    if days is None:
        return "never"
    if days > 365:
        return "dormant"
    often = acts >= 3
    return ("at risk" if often else "cooling") if days > 90 else ("loyal" if often else "recent")


def test_contacts_are_what_they_have_done(
    marts: duckdb.DuckDBPyConnection, records: Records
) -> None:
    ((loaded,),) = marts.execute("select max(run_started_at) from load_audit").fetchall()
    expected = engaged(records, loaded)
    rows = read(marts, "from contact_engagement")
    assert len(rows) == len(expected) == 300
    last: defaultdict[float, set[str | None]] = defaultdict(set)
    for event in happened(records):
        if event.at == expected[event.contact]["last_touch_at"]:
            last[event.contact].add(event.kind)
    for row in rows:
        said = expected[row["contact_id"]]
        assert {name: row[name] for name in said} == said
        assert row["last_touch"] in (last[row["contact_id"]] or {None})
    assert len({row["lifecycle_stage"] for row in rows}) == 5
    assert len({row["segment"] for row in rows}) > 3


def word(label: str) -> str:
    return re.sub(r"\W+", "_", label.lower()).strip("_")


def choices(value: str) -> list[str] | None:
    listed = json.loads(value) if value.startswith("[") else value.split("||")
    return [one for one in listed if one] or None


KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "number": ("DOUBLE", number),
    "currency": ("DECIMAL(20,2)", lambda value: units(int(value))),
    "date": ("DATE", day),
    "datetime": ("TIMESTAMP", timestamp),
    **dict.fromkeys(("checkbox", "listbox", "multiselect"), ("VARCHAR[]", choices)),
}
TEXT: tuple[str, Callable[[str], Any]] = ("VARCHAR", lambda value: value or None)


@pytest.mark.parametrize(
    ("mart", "parents", "fields", "label", "values", "names"),
    [
        *(("contacts_wide", "contacts", "fields", "title", "fieldValues", "contact field value"),),
        *(
            (
                f"{kind}s_wide",
                f"{kind}s",
                f"{kind}CustomFieldMeta",
                "fieldLabel",
                f"{kind}CustomFieldData",
                f"{kind}Id customFieldId fieldValue",
            )
            for kind in ("account", "deal")
        ),
    ],
)
def test_each_custom_field_is_a_column_of_its_type(
    mart: str,
    parents: str,
    fields: str,
    label: str,
    values: str,
    names: str,
    marts: duckdb.DuckDBPyConnection,
    records: Records,
) -> None:
    parent, field, value = names.split()
    described = {row[0]: row[1] for row in marts.execute(f"describe {mart}").fetchall()}
    expected: dict[str, Row] = {one["id"]: Counter() for one in records(parents)}
    columns = set()
    for one in records(fields):
        column = word(one[label])
        kind, read_value = KINDS.get(str(one.get("type") or one.get("fieldType")), TEXT)
        columns.add(column)
        assert described[column] == kind
        for row in expected.values():
            row[column] = None
        for held in records(values):
            if str(held[field]) == one["id"]:
                text = held[value] or ""
                text = text if isinstance(text, str) else json.dumps(text)
                expected[str(held[parent])][column] = read_value(text)
                expected[str(held[parent])]["filled_fields"] += text != ""
                if kind.startswith("DECIMAL"):
                    expected[str(held[parent])][f"{column}_cents"] = int(text)
                    of = held["fieldCurrency"]
                    expected[str(held[parent])][f"{column}_currency"] = of
    rows = read(marts, f"from {mart}")
    key = f"{parents.removesuffix('s')}_id"
    assert {row[key] for row in rows} == {float(id) for id in expected}
    assert len(rows) == len(expected)
    for row in rows:
        said = expected[f"{row[key]:.0f}"]
        assert {name: row[name] for name in said} == dict(said)
    filled = [name for name in columns if any(row[name] is not None for row in rows)]
    assert len(filled) > 10
    commented = marts.execute(
        "select column_name from duckdb_columns() where table_name = ? "
        "and comment like 'Custom field %'",
        [mart],
    ).fetchall()
    assert columns <= {name for (name,) in commented}
    assert {name for (name,) in commented if name in described} - columns <= {
        f"{name}_{part}" for name in columns for part in ("cents", "currency")
    }
