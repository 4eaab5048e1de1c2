"""The marts on sales hold what the account holds, counted by an independent reading."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from sandbox.server import Server
from tests.selling import DAY, STATUS, Record, Sales, Visit, done_at, full_name, moment, quantile
from tests.test_customers_marts import engaged as engaged_contacts

Row = dict[str, Any]
Marts = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def sales(sandbox_server: Server) -> Sales:
    return Sales(sandbox_server.account.records)


@pytest.fixture(scope="module")
def marts(warehouse: Path) -> Iterator[Marts]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set schema = 'activecampaign_analytics'")
        yield connection


@pytest.fixture(scope="module")
def today(marts: Marts) -> date:
    """The day of the last load."""
    [(loaded,)] = marts.execute("select max(run_started_at) from load_audit").fetchall()
    assert isinstance(loaded, datetime)
    return loaded.date()


def read(marts: Marts, query: str) -> list[Row]:
    answer = marts.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def units(cents: int) -> Decimal:
    return Decimal(cents) / 100


def month(at: datetime) -> date:
    return at.date().replace(day=1)


def close_to(row: Row, expected: Row) -> None:
    """The members are equal, doubles but for the last digits."""
    for name, value in expected.items():
        wanted = pytest.approx(value, abs=1e-6) if isinstance(value, float) else value
        assert row[name] == wanted, (name, row)


def all_tasks(sales: Sales) -> list[Record]:
    return sales.records("dealTasks")


def test_a_deal_has_a_row_with_how_it_stands(marts: Marts, sales: Sales, today: date) -> None:
    accounts, contacts = sales.by_id("accounts"), sales.by_id("contacts")
    last = {visit.deal["id"]: visit for visit in sales.visits}
    finished: defaultdict[str, list[float]] = defaultdict(list)
    for visit in sales.visits:
        if visit.days is not None:
            finished[visit.stage["id"]].append(visit.days)
    usual = {
        stage: quantile(days, 0.75) if len(days) >= 5 else None for stage, days in finished.items()
    }
    open_tasks: defaultdict[str, list[Record]] = defaultdict(list)
    for task in all_tasks(sales):
        if task["reltype"] == "Deal" and str(task["status"]) == "0":
            open_tasks[task["relid"]].append(task)
    rows = {row["deal_id"]: row for row in read(marts, "from deal_pipeline")}
    assert len(rows) == len(sales.deals)
    for deal in sales.deals:
        row, visit, closed = rows[float(deal["id"])], last[deal["id"]], sales.closed(deal)
        contact = contacts[deal["contact"]]
        until = closed.date() if closed else today
        days = ((visit.left.date() if visit.left else today) - visit.entered.date()).days
        limit = usual.get(deal["stage"])
        tasks = sorted(open_tasks[deal["id"]], key=lambda one: (moment(one["duedate"]), one["id"]))
        following = tasks[0] if tasks else None
        due = moment(following["duedate"]) if following else None
        probability = deal["winProbability"]
        close_to(
            row,
            {
                "deal_title": deal["title"],
                "status_name": STATUS[deal["status"]],
                "pipeline_name": sales.pipelines[deal["group"]],
                "stage_id": float(deal["stage"]),
                "stage_name": sales.stages[deal["stage"]]["title"],
                "stage_order": int(sales.stages[deal["stage"]]["order"]),
                "owner_name": sales.users[deal["owner"]],
                "account_name": accounts[deal["account"]]["name"] if deal["account"] else None,
                "contact_name": full_name(contact, contact["email"]),
                "currency": deal["currency"].upper(),
                "value_cents": int(deal["value"]),
                "value": units(int(deal["value"])),
                "win_probability": None if probability is None else probability / 100,
                "age_days": (until - moment(deal["cdate"]).date()).days,
                "days_in_stage": days,
                "stage_days_p75": limit,
                "is_stalled": closed is None and limit is not None and days > limit,
                "next_task_title": following["title"] if following else None,
                "next_task_due_at": due,
                "is_next_task_overdue": due is not None and due.date() < today,
                "created_at": moment(deal["cdate"]),
                "stage_entered_at": visit.entered,
                "last_activity_at": moment(sales.log[deal["id"]][-1]["cdate"]),
                "closed_at": closed,
                "closed_at_source": "activity" if closed else None,
            },
        )
    for flag in ("is_stalled", "is_next_task_overdue"):
        assert {row[flag] for row in rows.values()} == {True, False}


def test_visits_are_what_the_log_tells(marts: Marts, sales: Sales) -> None:
    rows = read(marts, "from deal_stage_visits order by deal_id, visit_number")
    expected = sorted(sales.visits, key=lambda visit: (int(visit.deal["id"]), visit.number))
    assert len(rows) == len(expected)
    for row, visit in zip(rows, expected, strict=True):
        close_to(
            row,
            {
                "deal_id": float(visit.deal["id"]),
                "visit_number": visit.number,
                "pipeline_id": float(visit.stage["group"]),
                "pipeline_name": sales.pipelines[visit.stage["group"]],
                "stage_id": float(visit.stage["id"]),
                "stage_name": visit.stage["title"],
                "moved": visit.moved,
                "entered_by": float(visit.by),
                "ended_as": visit.ended_as,
                "is_current": visit.ended_as is None,
                "entered_at_source": "activity",
                "days": visit.days,
                "entered_at": visit.entered,
                "left_at": visit.left,
            },
        )
    assert {row["moved"] for row in rows} == {None, "forward", "backward"}
    assert {row["ended_as"] for row in rows} == {None, "moved", "won", "lost"}


def test_a_deal_counts_once_in_each_stage_of_the_funnel(marts: Marts, sales: Sales) -> None:
    last: dict[tuple[str, str], Visit] = {}
    following: dict[tuple[str, int], Visit] = {}
    times: Counter[tuple[float, date]] = Counter()
    days: defaultdict[tuple[float, date], list[float]] = defaultdict(list)
    for visit in sales.visits:
        last[visit.deal["id"], visit.stage["id"]] = visit
        following[visit.deal["id"], visit.number - 1] = visit
        key = float(visit.stage["id"]), month(moment(visit.deal["cdate"]))
        times[key] += 1
        days[key] += [] if visit.days is None else [visit.days]
    counts: defaultdict[tuple[float, date], Counter[str]] = defaultdict(Counter)
    for (deal_id, stage_id), visit in last.items():
        next_one = following.get((deal_id, visit.number))
        outcomes = {"forward": "advanced", "backward": "moved_back"}
        outcome = outcomes[next_one.moved or ""] if next_one else visit.ended_as or "still_there"
        counts[float(stage_id), month(moment(visit.deal["cdate"]))].update(("entered", outcome))
    rows = read(marts, "from pipeline_funnel")
    assert {(row["stage_id"], row["cohort_month"]) for row in rows} == counts.keys()
    ways = ("advanced", "moved_back", "won", "lost", "still_there")
    for row in rows:
        key = row["stage_id"], row["cohort_month"]
        found = counts[key]
        close_to(
            row,
            {name: found[name] for name in ("entered", *ways)}
            | {
                "moved_elsewhere": 0,
                "visits": times[key],
                "conversion_rate": (found["advanced"] + found["won"]) / found["entered"],
                "median_days": float(median(days[key])) if days[key] else None,
                "stage_name": sales.stages[f"{row['stage_id']:.0f}"]["title"],
            },
        )
        assert row["entered"] == sum(row[name] for name in ways)
    assert sum(row["visits"] for row in rows) == len(sales.visits)
    assert sum(row["moved_back"] for row in rows) > 0


def test_open_deals_are_weighted_by_product_and_by_history(marts: Marts, sales: Sales) -> None:
    ever = {(visit.stage["id"], visit.deal["id"]) for visit in sales.visits}
    status = {deal["id"]: deal["status"] for deal in sales.deals}
    history: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for stage, deal_id in ever:
        history[stage][status[deal_id]] += 1
    found: defaultdict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for deal in sales.deals:
        if deal["status"] == "0":
            key = deal["group"], deal["stage"], deal["owner"], deal["currency"].upper()
            found[(*map(float, key[:3]), key[3])].append(deal)
    rows = read(marts, "from deal_forecast")
    keys = ("pipeline_id", "stage_id", "owner_id", "currency")
    assert sorted(tuple(row[key] for key in keys) for row in rows) == sorted(found)
    for row in rows:
        deals = found[tuple(row[key] for key in keys)]
        closed = history[deals[0]["stage"]]
        base = closed["1"] + closed["2"]
        rate = closed["1"] / base if base else None
        chances = [
            (int(deal["value"]) / 100, deal["winProbability"] and deal["winProbability"] / 100)
            for deal in deals
        ]
        known = [(value, chance) for value, chance in chances if chance is not None]
        by_history = sum(value for value, _ in chances) * rate if rate is not None else None
        rest = sum(value for value, chance in chances if chance is None)
        by_product = sum(value * chance for value, chance in known) if known else None
        assert rate is not None
        close_to(
            row,
            {
                "deals": len(deals),
                "deals_by_product": len(known),
                "deals_by_history": len(deals) - len(known),
                "deals_unweighted": 0,
                "value_cents": sum(int(deal["value"]) for deal in deals),
                "value": units(sum(int(deal["value"]) for deal in deals)),
                "unweighted_value_cents": 0,
                "unweighted_value": 0,
                "product_value": by_product,
                "history_value": by_history,
                "expected_value": (by_product or 0) + rest * rate,
                "stage_win_rate": rate,
                "stage_closed_deals": base,
                "owner_name": sales.users[deals[0]["owner"]],
            },
        )
    assert sum(row["deals"] for row in rows) == Counter(status.values())["0"]


def test_what_an_owner_did_in_a_month_adds_up(marts: Marts, sales: Sales) -> None:
    found: defaultdict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    took: defaultdict[tuple[Any, ...], list[float]] = defaultdict(list)
    for deal in sales.deals:
        owner, currency, created = deal["owner"], deal["currency"].upper(), moment(deal["cdate"])
        found[float(owner), month(created), currency]["deals_created"] += 1
        if closed := sales.closed(deal):
            key, name = (float(owner), month(closed), currency), STATUS[deal["status"]]
            found[key].update({f"deals_{name}": 1, f"{name}_value_cents": int(deal["value"])})
            if name == "won":
                took[key].append((closed - created).total_seconds() / DAY)
    for task in all_tasks(sales):
        if done := done_at(task):
            key = (float(task["assignee"]), month(done), None)
            found[key]["tasks_done"] += 1
            found[key]["tasks_done_on_time"] += done.date() <= moment(task["duedate"]).date()
    rows = read(marts, "from owner_performance")
    assert len(rows) == len(found)
    for row in rows:
        key = row["user_id"], row["month"], row["currency"]
        counts = found[key]
        closed_deals = counts["deals_won"] + counts["deals_lost"]
        names = (
            *("deals_created", "deals_won", "deals_lost", "tasks_done", "tasks_done_on_time"),
            *("won_value_cents", "lost_value_cents"),
        )
        close_to(
            row,
            {name: counts[name] for name in names}
            | {
                "won_value": units(counts["won_value_cents"]),
                "lost_value": units(counts["lost_value_cents"]),
                "win_rate": counts["deals_won"] / closed_deals if closed_deals else None,
                "median_days_to_win": float(median(took[key])) if took[key] else None,
                "user_name": sales.users[f"{row['user_id']:.0f}"],
            },
        )
    assert sum(row["deals_created"] for row in rows) == len(sales.deals)
    assert (
        0 < sum(row["tasks_done_on_time"] for row in rows) < sum(row["tasks_done"] for row in rows)
    )


def test_what_was_done_on_a_day(marts: Marts, sales: Sales, today: date) -> None:
    events: dict[str, Iterable[datetime | None]] = {
        "deals_created": (moment(deal["cdate"]) for deal in sales.deals),
        "deals_won": (sales.closed(deal) for deal in sales.deals if deal["status"] == "1"),
        "deals_lost": (sales.closed(deal) for deal in sales.deals if deal["status"] == "2"),
        "stage_moves": (visit.entered for visit in sales.visits if visit.number > 1),
        "tasks_created": (moment(task["cdate"]) for task in all_tasks(sales)),
        "tasks_done": (done_at(task) for task in all_tasks(sales)),
        "notes": (moment(note["cdate"]) for note in sales.records("notes")),
        "emails": (moment(mail["tstamp"]) for mail in sales.records("emailActivities")),
    }
    rows = read(marts, "from sales_activity_daily order by day")
    first = rows[0]["day"]
    assert [row["day"] for row in rows] == [
        first + timedelta(days=one) for one in range((today - first).days + 1)
    ]
    for name, times in events.items():
        days = Counter(min(max(at.date(), first), today) for at in times if at)
        assert {row["day"]: row[name] for row in rows if row[name]} == days, name


def test_tasks_are_done_in_time_late_or_not(marts: Marts, sales: Sales, today: date) -> None:
    sentiments = {one["id"]: one["sentiment"].lower() for one in sales.records("taskOutcomes")}
    found: defaultdict[tuple[float, date], Counter[str]] = defaultdict(Counter)
    for task in all_tasks(sales):
        due, done = moment(task["duedate"]), done_at(task)
        counts = found[float(task["assignee"]), due.date() - timedelta(days=due.weekday())]
        counts["tasks_due"] += 1
        if done:
            outcome = sentiments[str(task["outcomeId"])] if task["outcomeId"] else "none"
            counts.update(("tasks_done", f"outcome_{outcome}"))
            counts["done_on_time" if done.date() <= due.date() else "done_late"] += 1
        elif due.date() < today:
            counts["overdue"] += 1
    rows = read(marts, "from task_compliance")
    assert len(rows) == len(found)
    names = set(chain(*found.values()))
    assert len(names) == 9
    for row in rows:
        counts = found[row["user_id"], row["week"]]
        base = counts["done_on_time"] + counts["done_late"] + counts["overdue"]
        rate = counts["done_on_time"] / base if base else None
        close_to(row, {name: counts[name] for name in names} | {"on_time_rate": rate})
    assert sum(row["tasks_due"] for row in rows) == len(all_tasks(sales))


def test_accounts_are_as_healthy_as_the_rule_says(marts: Marts, sales: Sales, today: date) -> None:
    people: defaultdict[str, set[str]] = defaultdict(set)
    for link in sales.records("accountContacts"):
        people[link["account"]].add(link["contact"])
    since = datetime.combine(today, datetime.min.time()) - timedelta(days=90)
    acted = {
        contact: what["days_since_act"] is not None and what["days_since_act"] <= 90
        for contact, what in engaged_contacts(sales.records, since + timedelta(days=90)).items()
    }
    touches: defaultdict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for note in sales.records("notes"):
        touches[note["reltype"], note["relid"]].append((moment(note["cdate"]), "note"))
    for task in all_tasks(sales):
        if done := done_at(task):
            touches[task["reltype"], task["relid"]].append((done, "task_done"))
    for mail in sales.records("emailActivities"):
        touches["Subscriber", mail["subscriberid"]].append((moment(mail["tstamp"]), "email"))
    for deal in sales.deals:
        touches["Deal", deal["id"]] += sales.touches(deal)
    rows = {row["account_id"]: row for row in read(marts, "from account_health")}
    accounts = sales.records("accounts")
    assert len(rows) == len(accounts)
    for account in accounts:
        deals = [deal for deal in sales.deals if deal["account"] == account["id"]]
        status = Counter(STATUS[deal["status"]] for deal in deals)
        parts = {("CustomerAccount", account["id"]), *(("Deal", deal["id"]) for deal in deals)}
        parts |= {("Subscriber", contact) for contact in people[account["id"]]}
        last = max(chain(*(touches[part] for part in parts)), default=None)
        engaged = sum(acted[float(id)] for id in people[account["id"]])
        signs = (last is not None and last[0] >= since) + (engaged > 0)
        asleep = "at risk" if status["open"] + status["won"] else "dormant"
        due = sorted(
            (moment(task["duedate"]), int(task["id"]))
            for task in all_tasks(sales)
            if (task["reltype"], task["relid"]) in parts and str(task["status"]) == "0"
        )
        close_to(
            rows[float(account["id"])],
            {
                "account_name": account["name"],
                "owner_name": sales.users.get(account["owner"]),
                "health": (asleep, "watch", "healthy")[signs],
                "contacts": len(people[account["id"]]),
                "engaged_contacts": engaged,
                **{f"{name}_deals": status[name] for name in STATUS.values()},
                "value_by_currency": by_currency(deals),
                "last_touch_at": last and last[0],
                "next_task_id": float(due[0][1]) if due else None,
                "next_task_due_at": due[0][0] if due else None,
                "is_next_task_overdue": bool(due) and due[0][0].date() < today,
            },
        )
        if last:
            kinds = {kind for part in parts for at, kind in touches[part] if at == last[0]}
            assert rows[float(account["id"])]["last_touch"] in kinds
    assert {row["health"] for row in rows.values()} == {"healthy", "watch", "at risk", "dormant"}


def by_currency(deals: list[Record]) -> list[Row] | None:
    found = []
    for currency in sorted({deal["currency"] for deal in deals}):
        cents = {
            name: sum(
                int(deal["value"])
                for deal in deals
                if (deal["currency"], STATUS[deal["status"]]) == (currency, name)
            )
            for name in ("open", "won")
        }
        found.append(
            {
                "currency": currency.upper(),
                "open_value_cents": cents["open"],
                "open_value": units(cents["open"]),
                "won_value_cents": cents["won"],
                "won_value": units(cents["won"]),
            }
        )
    return found or None
