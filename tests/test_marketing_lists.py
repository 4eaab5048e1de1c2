"""The marts on lists, tags, automations and forms hold what the account's own records add up to."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import Dbt, Load, Loaded

MARTS = "activecampaign_analytics"
DATED = (
    *("list_growth_daily", "list_membership_intervals", "tag_performance", "campaign_calendar"),
    *("campaign_performance", "deliverability_weekly", "unsubscribe_reasons"),
    *("automation_performance", "link_performance", "form_performance"),
)
WANTED = (
    *("--select", "documented", "automations", "contactAutomations", "forms", "links", "linkData"),
    *("bounceLogs", "campaignLists"),
)
Rows = list[dict[str, Any]]


def rows(database: Path, table: str, order: str = "all") -> Rows:
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(f"select * from {MARTS}.{table} order by {order}")
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def load_day(database: Path) -> date:
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(f"select max(run_started_at) from {MARTS}.load_audit").fetchone()
    assert found
    day: date = found[0].date()
    return day


def utc(text: str) -> datetime:
    """A date with its offset, as the marts have it."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def total(found: Rows, column: str) -> int:
    return sum(row[column] for row in found)


def on_lists(account: Account) -> Rows:
    return [row for row in account.records("contactLists") if row["status"] != "0"]


def number(text: str | None) -> float | None:
    return float(text) if text and text != "0" else None


def test_a_membership_is_an_interval_from_joining_to_leaving(
    warehouse: Path, sandbox_server: Server
) -> None:
    account = sandbox_server.account
    bounced = {row["id"]: row["bounced_date"] for row in account.records("contacts")}
    expected = {}
    for row in on_lists(account):
        joined = utc(row["sdate"])
        left = None
        if row["status"] == "2":
            left = utc(row["udate"])
        elif row["status"] == "3":
            left = max(joined, datetime.fromisoformat(bounced[row["contact"]][:10]))
        expected[float(row["contact"]), float(row["list"])] = (
            joined,
            left,
            number(row["form"]),
            number(row["seriesid"]),
            row["status"] == "1",
            False,
        )
    found = rows(warehouse, "list_membership_intervals")
    columns = ("joined_at", "left_at", "form_id", "automation_id", "is_current", "is_from_snapshot")
    assert len(found) == len(expected)
    assert {
        (row["contact_id"], row["list_id"]): tuple(row[name] for name in columns) for row in found
    } == expected
    assert {row["ended_as"] for row in found} == {None, "unsubscribed", "bounced"}
    assert {row["joined_by"] for row in found} == {"form", "automation", "api"}


def test_a_list_grows_to_what_it_is_today(warehouse: Path, sandbox_server: Server) -> None:
    found = rows(warehouse, "list_growth_daily", "list_id, day")
    today = load_day(warehouse)
    memberships = on_lists(sandbox_server.account)
    status = Counter(row["status"] for row in memberships)
    assert total(found, "joined") == len(memberships)
    assert total(found, "unsubscribed") == status["2"]
    assert total(found, "bounced") == status["3"]
    assert total(found, "net") == status["1"]
    active = Counter(float(row["list"]) for row in memberships if row["status"] == "1")
    assert {row["list_id"]: row["active_at_end"] for row in found if row["day"] == today} == active

    days = defaultdict(list)
    for row in found:
        days[row["list_id"]].append(row["day"])
    for list_id, there in days.items():
        subscribed = [
            utc(row["sdate"]).date() for row in memberships if float(row["list"]) == list_id
        ]
        first = min(*subscribed, today)
        assert there == [first + timedelta(days=nth) for nth in range((today - first).days + 1)]

    joined = Counter(
        (float(row["list"]), min(utc(row["sdate"]).date(), today)) for row in memberships
    )
    left = Counter(
        (float(row["list"]), min(utc(row["udate"]).date(), today))
        for row in memberships
        if row["status"] == "2"
    )
    for row in found:
        key = row["list_id"], row["day"]
        assert (row["joined"], row["unsubscribed"]) == (joined[key], left[key])
        assert row["active_at_end"] >= 0


def test_a_tag_counts_who_carries_it_and_who_of_them_won(
    warehouse: Path, sandbox_server: Server
) -> None:
    account = sandbox_server.account
    winners = {row["contact"] for row in account.records("deals") if row["status"] == "1"}
    since = load_day(warehouse) - timedelta(days=29)
    tagged: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in account.records("contactTags"):
        tagged[row["tag"]][row["contact"]] = utc(row["cdate"])
    found = rows(warehouse, "tag_performance")
    assert {row["tag_id"] for row in found} == {float(row["id"]) for row in account.records("tags")}
    assert total(found, "contacts") == len(account.records("contactTags"))
    assert total(found, "contacts_with_won_deal") > 0
    for row in found:
        dates = tagged[str(int(row["tag_id"]))]
        won = len(winners & dates.keys())
        assert row["contacts"] == len(dates)
        assert row["contacts_with_won_deal"] == won
        assert row["won_deal_rate"] == (won / len(dates) if dates else None)
        assert row["new_contacts_30d"] == sum(at.date() >= since for at in dates.values())
        assert row["first_tagged_at"] == min(dates.values(), default=None)
        assert row["last_tagged_at"] == max(dates.values(), default=None)


def test_an_automation_tells_what_became_of_each_entry(
    warehouse: Path, sandbox_server: Server
) -> None:
    entries: dict[tuple[float, date], Rows] = defaultdict(list)
    for row in sandbox_server.account.records("contactAutomations"):
        entries[float(row["seriesid"]), utc(row["adddate"]).date().replace(day=1)].append(row)
    found = rows(warehouse, "automation_performance")
    assert {(row["automation_id"], row["month"]) for row in found} == entries.keys()
    assert len(found) == len(entries)
    for row in found:
        of = entries[row["automation_id"], row["month"]]
        days = [
            (utc(one["remdate"]) - utc(one["adddate"])).total_seconds() / 86400
            for one in of
            if int(one["completed"])
        ]
        assert row["entered"] == len(of)
        assert row["active"] == sum(one["remdate"] is None for one in of)
        assert row["completed"] == len(days)
        assert row["entered"] == row["active"] + row["completed"] + row["exited_early"]
        assert row["completion_rate"] == pytest.approx(len(days) / len(of))
        if days:
            assert row["median_days_to_complete"] == pytest.approx(median(days))
        else:
            assert row["median_days_to_complete"] is None
    assert all(total(found, name) > 0 for name in ("active", "completed", "exited_early"))


def test_a_form_counts_the_memberships_that_came_by_it(
    warehouse: Path, sandbox_server: Server
) -> None:
    account = sandbox_server.account
    status = defaultdict(Counter)  # type: ignore[var-annotated]
    for row in account.records("contactLists"):
        status[row["form"]][row["status"]] += 1
    found = {row["form_id"]: row for row in rows(warehouse, "form_performance")}
    assert len(found) == len(account.records("forms"))
    for form in account.records("forms"):
        row, counts = found[float(form["id"])], status[form["id"]]
        came = counts.total()
        assert (row["submissions"], row["contacts"]) == (int(form["entries"]), form["contacts"])
        assert row["memberships"] == came
        assert (row["subscribed"], row["unsubscribed"]) == (counts["1"], counts["2"])
        assert row["subscribed_rate"] == (counts["1"] / came if came else None)
    assert total(list(found.values()), "memberships") == sum(
        row["form"] is not None for row in account.records("contactLists")
    )


def built(dbt: Dbt, loaded: Loaded, models: Iterable[str], **variables: bool) -> None:
    done = dbt("run", loaded.database, "--select", *(f"+{name}" for name in models), **variables)
    assert done.returncode == 0, done.stdout


def change(account: Account) -> None:
    """What an incremental read finds: some come, some leave, one comes back, a deal is won."""
    for nth in range(3):
        contact = account.add("contacts", email=f"new{nth}@example.com")["id"]
        account.add("contactLists", contact=contact, list=str(1 + nth % 2), status="1")
        account.add("contactTags", contact=contact, tag="1")
        account.add("contactAutomations", contact=contact, seriesid="1", automation="1")
    memberships = account.records("contactLists")
    staying = [row["id"] for row in memberships if row["status"] == "1"]
    leaving = [row["id"] for row in memberships if row["status"] == "2"]
    for id in staying[:4]:
        account.update("contactLists", id, status="2", unsubreason="too many")
    account.update("contactLists", leaving[0], status="1")
    account.delete("contactTags", account.records("contactTags")[0]["id"])
    won = next(row["id"] for row in account.records("deals") if row["status"] == "0")
    account.update("deals", won, status="1")


def test_marts_are_the_same_built_at_once_or_load_by_load(
    load: Load, dbt: Dbt, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "at_once").mkdir()
    with serve(account) as server:
        slowly = load(server, *WANTED)
        built(dbt, slowly, DATED)
        before = {name: rows(slowly.database, name) for name in DATED}
        change(account)
        slowly = load(server, *WANTED, database=slowly.database)
        built(dbt, slowly, DATED)
        at_once = load(server, *WANTED, database=tmp_path / "at_once" / slowly.database.name)
        built(dbt, at_once, DATED)
    if load_day(slowly.database) != load_day(at_once.database):
        pytest.skip("midnight fell between the two loads")
    for name in DATED:
        assert rows(slowly.database, name) == rows(at_once.database, name), name
        if name not in ("campaign_performance", "campaign_calendar", "link_performance"):
            assert rows(slowly.database, name) != before[name], name


def test_a_snapshot_keeps_the_times_on_a_list_that_the_api_forgets(
    load: Load, dbt: Dbt, account: Account
) -> None:
    on = {"activecampaign_snapshots": True}
    memberships = account.records("contactLists")
    stayed = next(row for row in memberships if row["status"] == "1" and row["udate"] is None)
    left = next(row for row in memberships if row["status"] == "2")

    def times(loaded: Loaded, membership: dict[str, Any]) -> list[tuple[Any, ...]]:
        names = ("joined_at", "left_at", "ended_as", "is_current", "is_from_snapshot")
        return [
            tuple(row[name] for name in names)
            for row in rows(loaded.database, "list_membership_intervals", "joined_at")
            if row["contact_id"] == float(membership["contact"])
            and row["list_id"] == float(membership["list"])
        ]

    def built_with_snapshot(loaded: Loaded) -> Rows:
        no_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
        done = dbt("build", loaded.database, *no_tests, "--select", "+list_growth_daily", **on)
        assert done.returncode == 0, done.stdout
        return rows(loaded.database, "list_growth_daily")

    with serve(account) as server:
        loaded = load(server)
        built(dbt, loaded, ["list_membership_intervals"], **on)  # before any snapshot was taken
        assert times(loaded, stayed) == [(utc(stayed["sdate"]), None, None, True, False)]
        before = built_with_snapshot(loaded)
        gone = account.update("contactLists", stayed["id"], status="2")["udate"]
        again = account.update("contactLists", stayed["id"], status="1")["sdate"]
        back = account.update("contactLists", left["id"], status="1")["sdate"]
        loaded = load(server)
        growth = built_with_snapshot(loaded)

    assert times(loaded, stayed) == [
        (utc(stayed["sdate"]), utc(gone), "unsubscribed", False, True),
        (utc(again), None, None, True, False),
    ]
    assert times(loaded, left) == [
        (utc(left["sdate"]), utc(left["udate"]), "unsubscribed", False, True),
        (utc(back), None, None, True, False),
    ]
    assert total(growth, "joined") == total(before, "joined") + 2
    assert total(growth, "unsubscribed") == total(before, "unsubscribed") + 1
    assert total(growth, "net") == total(before, "net") + 1
