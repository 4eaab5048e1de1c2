"""The marts on sales where the log of deals lacks entries, or says what nobody expects."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import duckdb
import pytest

from sandbox.account import Account
from sandbox.behaviour import Behaviour
from sandbox.server import serve
from tests.conftest import Dbt, run_loader

NEW, CONTACTED, QUOTED, DUE, REMINDED = "1", "2", "4", "5", "7"
"""stages; the last two are of a pipeline that is closed to the key"""
GONE: Final = "77"  # a stage that is served no more
WON: Final = ("status", "1", "0")
REOPENED: Final = ("status", "0", "1")
DELETED: Final = {"deleted": "1"}
BOB: Final = "99"  # a user for these tests
BIG: Final = 2**53
MARTS: Final = (
    *("deal_pipeline", "pipeline_funnel", "deal_forecast", "owner_performance"),
    *("sales_activity_daily", "task_compliance", "contact_timeline"),
    *("customer_revenue", "deals_wide"),
)

Rows = list[tuple[Any, ...]]
Entry = tuple[int, tuple[str, str, str]]


def day(number: int) -> datetime:
    """Noon of so many days after the first of 2024, UTC."""
    return datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)


def moved(old: str, new: str) -> tuple[str, str, str]:
    return "d_stageid", new, old


class Odd:
    """An account whose deals are written by hand, each known by its title."""

    def __init__(self) -> None:
        self.account = Account.generate(contacts=60, seed=5)
        self.account.create("users", day(0), id=BOB, username="bob", firstName="Bob")

    def deal(self, title: str, *entries: Entry, made: bool = True, **members: Any) -> str:
        """A deal made on day 0, with what else its log says; days count from there."""
        usual = {"stage": NEW, "group": "1", "owner": BOB, "contact": "2", "account": None}
        usual |= {"value": "100", "currency": "usd", "status": "0", "mdate": iso(90)}
        deal: str = self.account.create("deals", day(0), title=title, **usual | members)["id"]
        if made:
            first = entries[0][1][2] if entries and entries[0][1][0] == "d_stageid" else NEW
            self.log(deal, 0, ("", "add", ""), d_stageid=first)
        for at, entry in entries:
            self.log(deal, at, entry)
        return deal

    def log(self, deal: str, at: int, entry: tuple[str, str, str], **members: Any) -> None:
        kind, new, old = entry
        stage = {"d_stageid": new} if kind == "d_stageid" else {}
        what = {"d_id": deal, "dataType": kind, "dataAction": new, "dataOldval": old}
        self.account.create("dealActivities", day(at), **what | stage | members)

    def task(self, title: str, status: str, **members: Any) -> None:
        of = {"reltype": "Subscriber", "relid": "2", "assignee": BOB, "user": BOB}
        due = {"duedate": iso(10), "title": title, "status": status}
        self.account.create("dealTasks", day(1), **of | due | members)


def iso(number: int) -> str:
    return day(number).isoformat()


def odd_account() -> Account:
    odd = Odd()
    won = (10, moved(NEW, QUOTED)), (20, WON)
    after = (120, moved(QUOTED, CONTACTED))
    odd.deal("moved after winning", *won, after, status="1", stage=CONTACTED)
    odd.deal("won twice", (10, WON), (70, REOPENED), status="1", mdate=iso(90))
    odd.deal("won a second time", (10, WON), (20, REOPENED), (30, WON), status="1")
    odd.deal("move lost", (10, moved(NEW, CONTACTED)), (30, moved(QUOTED, NEW)))
    odd.deal("date lost", (30, moved(CONTACTED, QUOTED)), stage=QUOTED)
    undated = odd.account.records("dealActivities")[-1]["id"]
    odd.log(odd.deal("no first entry", made=False, stage=QUOTED), -5, moved(NEW, QUOTED))
    marked = odd.deal("marked deleted", status="1")
    odd.log(marked, 10, moved(NEW, CONTACTED), **DELETED)
    odd.log(marked, 20, WON, **DELETED)
    odd.account.amend("deals", marked, {"stage": CONTACTED})
    odd.deal(
        "through the lost stage", (10, moved(NEW, GONE)), (20, moved(GONE, QUOTED)), stage=QUOTED
    )
    odd.deal("in the lost stage", (10, moved(NEW, GONE)), stage=GONE)
    odd.deal("no currency", (10, WON), status="1", currency=" ", contact="9")
    odd.deal("closed to us", made=False, stage=DUE, group="2", value="5000")
    odd.deal("dear account", account=str(BIG + 1))
    for id in (BIG, BIG + 1):
        odd.account.put("accounts", {"id": str(id), "name": f"number {id}"})
    late = {"cdate": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    odd.account.amend("deals", odd.deal("after midnight", made=False), late)
    skipped = {"cdate": None, "sortdate": None}
    odd.account.amend("dealActivities", undated, skipped)
    odd.task("open again", "0", donedate=iso(5), done_utc_timestamp="2024-01-06 06:00:00")
    odd.task("second date", "1", done_utc_timestamp="2024-01-05 06:00:00")
    odd.task("later that day", "1", donedate=(day(10) + timedelta(hours=3)).isoformat())
    odd.task("a day late", "1", donedate=iso(11))
    return odd.account


@pytest.fixture(scope="module")
def marts(
    dbt: Dbt, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    database = tmp_path_factory.mktemp("odd") / "warehouse.duckdb"
    with serve(odd_account(), behaviour=Behaviour(closed_pipelines={"2"})) as server:
        run_loader(server.url, database, server.api_key)
    ran = dbt("run", database, "--select", *(f"+{mart}" for mart in MARTS))
    assert ran.returncode == 0, ran.stdout
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set schema = 'activecampaign_analytics'")
        yield connection


def visits(marts: duckdb.DuckDBPyConnection, title: str) -> Rows:
    return marts.execute(
        "select v.stage_name, v.ended_as, v.entered_at_source, v.days from deal_stage_visits as v "
        "inner join deal_pipeline using (deal_id) where deal_title = ? order by v.visit_number",
        [title],
    ).fetchall()


def closing(marts: duckdb.DuckDBPyConnection, title: str) -> tuple[Any, ...]:
    query = "select closed_at, closed_at_source from deal_pipeline where deal_title = ?"
    [found] = marts.execute(query, [title]).fetchall()
    return tuple(found)


def naive(number: int) -> datetime:
    return day(number).replace(tzinfo=None)


def test_a_deal_is_won_where_it_stood_then_whatever_is_done_with_it_since(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert visits(marts, "moved after winning") == [
        ("To Contact", "moved", "activity", 10),
        ("Quote Sent", "won", "activity", 10),
    ]
    query = "select stage_name, days_in_stage from deal_pipeline where deal_title = ?"
    assert marts.execute(query, ["moved after winning"]).fetchall() == [("In Contact", 10)]
    moves = marts.execute(
        "select occurred_at from contact_timeline as t inner join deal_pipeline as d "
        "on t.object = 'deal' and t.object_id = d.deal_id "
        "where t.event = 'deal_stage' and d.deal_title = 'moved after winning'"
    ).fetchall()
    assert moves == [(naive(10),)]


def test_a_deal_is_closed_when_the_log_ends_with_it_or_else_by_its_date_of_change(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert closing(marts, "won twice") == (naive(90), "mdate")
    assert closing(marts, "won a second time") == (naive(30), "activity")
    assert closing(marts, "move lost") == (None, None)


def test_what_the_log_lacks_is_inferred_and_has_no_days(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert visits(marts, "move lost") == [
        ("To Contact", "moved", "activity", 10),
        ("In Contact", "moved", "activity", None),
        ("Quote Sent", "moved", "inferred", None),
        ("To Contact", None, "activity", None),
    ]
    assert visits(marts, "date lost") == [
        ("In Contact", "moved", "activity", None),
        ("Quote Sent", None, "inferred", None),
    ]
    assert visits(marts, "no first entry") == [
        ("To Contact", "moved", "inferred", None),
        ("Quote Sent", None, "activity", None),
    ]


def test_no_time_is_negative(marts: duckdb.DuckDBPyConnection) -> None:
    assert marts.execute("select count(*) from deal_stage_visits where days < 0").fetchall() == [
        (0,)
    ]
    query = "select age_days, days_in_stage from deal_pipeline where deal_title = 'after midnight'"
    assert marts.execute(query).fetchall() == [(0, 0)]


def test_an_entry_that_is_marked_deleted_tells_what_was_done(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert visits(marts, "marked deleted") == [
        ("To Contact", "moved", "activity", 10),
        ("In Contact", "won", "activity", 10),
    ]


def test_a_stage_that_is_gone_has_one_row_a_month(marts: duckdb.DuckDBPyConnection) -> None:
    query = (
        "select pipeline_id, entered, moved_elsewhere, still_there "
        "from pipeline_funnel where stage_id = ?"
    )
    assert marts.execute(query, [float(GONE)]).fetchall() == [(None, 2, 1, 1)]


def test_money_without_a_currency_is_of_an_unknown_one(marts: duckdb.DuckDBPyConnection) -> None:
    query = "select currency, deals_won, won_value_cents, tasks_done from owner_performance "
    assert marts.execute(
        query + "where user_name = 'Bob' and currency = 'unknown' and deals_won > 0"
    ).fetchall() == [("unknown", 1, 100, 0)]
    assert marts.execute(query + "where currency is null and tasks_done = 0").fetchall() == []
    bought = (
        "select currency, won_value from customer_revenue where contact_id = 9 and won_deals = 1"
    )
    assert ("unknown", 1) in marts.execute(bought).fetchall()
    for mart in ("deal_forecast", "deals_wide", "deal_pipeline"):
        query = f"select count(*) from {mart} where trim(currency) = '' or currency is null"
        assert marts.execute(query).fetchall() == [(0,)], mart


def test_a_deal_that_the_key_may_not_see_is_counted_and_worth_nothing_known(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    query = "select status_name, value, currency, created_at, age_days, days_in_stage from "
    found = marts.execute(query + "deal_pipeline where deal_title = 'closed to us'").fetchall()
    assert found == [("open", None, "unknown", None, None, None)]
    assert visits(marts, "closed to us") == []
    [(deals, unweighed, value)] = marts.execute(
        "select sum(deals), sum(deals_unweighted), sum(unweighted_value) from deal_forecast "
        "where pipeline_id is null"
    ).fetchall()
    assert deals == unweighed > 0
    assert value == 0


def test_two_accounts_of_one_double_make_no_second_deal(marts: duckdb.DuckDBPyConnection) -> None:
    query = "select account_name from deal_pipeline where deal_title = 'dear account'"
    assert len(marts.execute(query).fetchall()) == 1


def test_a_task_is_done_while_its_status_says_so_and_in_time_all_day(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    told = marts.execute(
        "select detail, occurred_at from contact_timeline where event = 'task_done' "
        "and detail in ('open again', 'second date', 'later that day', 'a day late') order by all"
    ).fetchall()
    assert told == [
        ("a day late", naive(11)),
        ("later that day", naive(10) + timedelta(hours=3)),
        ("second date", naive(4)),
    ]
    by_owner = marts.execute(
        "select month, tasks_done, tasks_done_on_time from owner_performance "
        "where user_name = 'Bob' and tasks_done > 0"
    ).fetchall()
    assert by_owner == [(date(2024, 1, 1), 3, 2)]
    by_week = marts.execute(
        "select tasks_due, tasks_done, done_on_time, done_late, overdue, on_time_rate "
        "from task_compliance where user_name = 'Bob'"
    ).fetchall()
    assert by_week == [(4, 3, 2, 1, 1, 0.5)]
    days = marts.execute(
        "select day, tasks_done from sales_activity_daily where day between ? and ? "
        "and tasks_done > 0 order by day",
        [day(0).date(), day(12).date()],
    ).fetchall()
    assert dict(days)[day(4).date()] == 1
    assert day(5).date() not in dict(days)
