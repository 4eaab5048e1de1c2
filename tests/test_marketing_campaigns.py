"""The marts on campaigns hold what the account holds, counted by an independent reading."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.account import Account
from sandbox.server import Server
from tests.test_documented_rows import timestamp

Record = Mapping[str, Any]
Row = dict[str, Any]

COUNTERS = {
    "sent": "send_amt",
    "hard_bounced": "hardbounces",
    "soft_bounced": "softbounces",
    "clicked": "subscriberclicks",
    "clicks": "linkclicks",
    "opened": "uniqueopens",
    "opens": "opens",
    "unsubscribed": "unsubscribes",
}
GO_OUT_ONE_BY_ONE = {"responder", "reminder", "recurring", "activerss"}


@pytest.fixture(scope="module")
def account(sandbox_server: Server) -> Account:
    return sandbox_server.account


@pytest.fixture
def marts(warehouse: Path) -> Iterable[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set schema = 'activecampaign_analytics'")
        yield connection


def read(marts: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    answer = marts.execute(query)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def counts(record: Record) -> dict[str, int]:
    """What a campaign, or a message of one, counts."""
    found = {name: int(record[member]) for name, member in COUNTERS.items()}
    return found | {"delivered": found["sent"] - found["hard_bounced"] - found["soft_bounced"]}


def rates(record: Record) -> dict[str, float | None]:
    of = counts(record)
    bounced = of["hard_bounced"] + of["soft_bounced"]
    return {
        "click_rate": of["clicked"] / of["delivered"] if of["delivered"] else None,
        "unsubscribe_rate": of["unsubscribed"] / of["delivered"] if of["delivered"] else None,
        "bounce_rate": bounced / of["sent"] if of["sent"] else None,
        "click_to_open_rate": of["clicked"] / of["opened"] if of["opened"] else None,
        "open_rate": of["opened"] / of["delivered"] if of["delivered"] else None,
    }


def verified(message: Record) -> int | None:
    value = message.get("verified_unique_opens")
    return None if value is None else int(value)


def day(value: str | None) -> date:
    at = timestamp(value)
    assert at
    return at.date()


def monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def domain(email: str) -> str:
    return email.rpartition("@")[2].lower()


def share(part: float | None, whole: float | None) -> float | None:
    return part / whole if whole and part is not None else None


def test_campaigns_are_what_they_are_and_count_what_they_count(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    campaigns = {float(one["id"]): one for one in account.records("campaigns")}
    lists = Counter(float(row["campaign"]) for row in account.records("campaignLists"))
    automations = {one["id"]: one["name"] for one in account.records("automations")}
    opened: defaultdict[float, list[int | None]] = defaultdict(list)
    for message in account.records("campaignMessages"):
        opened[float(message["campaign"])].append(verified(message))
    rows = read(marts, "from campaign_performance")
    assert len(rows) == len(campaigns)
    for row in rows:
        campaign = campaigns[row["campaign_id"]]
        expected = {
            "campaign_name": campaign["name"],
            "campaign_kind": "automation" if campaign["automation"] else campaign["type"],
            "automation_name": automations.get(campaign["automation"] or ""),
            "lists": lists[row["campaign_id"]],
            "sent_at": timestamp(campaign["sdate"]),
            "replies": int(campaign["replies"]),
            "forwards": int(campaign["forwards"]),
            "winner_message_id": float(campaign["split_winner_messageid"]) or None,
        }
        counted = [number for number in opened[row["campaign_id"]] if number is not None]
        seen = sum(counted) if counted else None
        expected |= {"verified_opened": seen}
        expected |= {"verified_open_rate": share(seen, counts(campaign)["delivered"])}
        expected |= counts(campaign) | rates(campaign)
        assert {name: row[name] for name in expected} == expected
        # what the API says of it in words
        said = campaign["statusString"].lower()
        assert row["campaign_status"] == {"automation": "scheduled"}.get(said, said)
    assert {row["verified_opened"] is None for row in rows} == {True, False}
    assert {row["automation_name"] is None for row in rows} == {True, False}


def test_campaigns_are_ranked_within_their_kind(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for campaign in account.records("campaigns"):
        rate = rates(campaign)["click_rate"]
        if rate is not None:
            found["automation" if campaign["automation"] else campaign["type"]].append(rate)
    assert len(found["single"]) > 3
    for row in read(marts, "from campaign_performance"):
        rate = row["click_rate"]
        better = [one for one in found[row["campaign_kind"]] if rate is not None and one > rate]
        assert row["click_rate_rank"] == (None if rate is None else len(better) + 1)


def test_days_since_sending_end_with_the_last_load(marts: duckdb.DuckDBPyConnection) -> None:
    ((loaded,),) = marts.execute("select max(run_started_at) from load_audit").fetchall()
    rows = read(marts, "from campaign_performance where days_since_sent is not null")
    assert len(rows) > 5
    for row in rows:
        assert row["days_since_sent"] == (loaded.date() - row["sent_at"].date()).days


def test_messages_count_what_they_count_and_lift_as_the_formula_says(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    campaigns = {one["id"]: one for one in account.records("campaigns")}
    messages = {float(one["id"]): one for one in account.records("campaignMessages")}
    rows = read(marts, "from message_performance")
    assert len(rows) == len(messages)
    variants = Counter[str]()
    for row in rows:
        message = messages[row["campaign_message_id"]]
        campaign = campaigns[message["campaign"]]
        expected = {
            "campaign_id": float(campaign["id"]),
            "campaign_name": campaign["name"],
            "subject": message["subject"],
            "verified_opened": verified(message),
            "verified_open_rate": share(verified(message), counts(message)["delivered"]),
            "is_split_test": campaign["type"] == "split",
        }
        expected |= counts(message) | rates(message)
        assert {name: row[name] for name in expected} == expected
        lift = [row[f"click_rate_lift{end}"] for end in ("", "_error", "_low", "_high")]
        if campaign["type"] != "split":
            assert [*lift, row["is_winner"], row["split_share"]] == [None] * 6
            continue
        variants[campaign["id"]] += 1
        assert row["is_winner"] == (message["messageid"] == campaign["split_winner_messageid"])
        assert row["split_share"] == float(message["percentage"]) / 100
        others = [
            counts(one)
            for one in messages.values()
            if one["campaign"] == campaign["id"] and one["id"] != message["id"]
        ]
        n, m = row["delivered"], sum(one["delivered"] for one in others)
        p, q = row["clicked"] / n, sum(one["clicked"] for one in others) / m
        assert row["other_click_rate"] == pytest.approx(q)
        near_p, near_q = (row["clicked"] + 1) / (n + 2), (q * m + 1) / (m + 2)
        error = math.sqrt(near_p * (1 - near_p) / (n + 2) + near_q * (1 - near_q) / (m + 2))
        middle = near_p - near_q
        ends = [middle - 1.96 * error, middle + 1.96 * error]
        assert lift == pytest.approx([p - q, error, *ends])
    assert max(variants.values()) > 2


def test_the_calendar_adds_up_what_was_sent(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    sent, campaigns = Counter[date](), Counter[date]()
    for campaign in account.records("campaigns"):
        one_by_one = campaign["automation"] or campaign["type"] in GO_OUT_ONE_BY_ONE
        if campaign["sdate"] and int(campaign["send_amt"]) and not one_by_one:
            sent[day(campaign["sdate"])] += int(campaign["send_amt"])
            campaigns[day(campaign["sdate"])] += 1
    joined: dict[str, date] = {}
    for row in account.records("contactLists"):
        if row["status"] == "1":
            since = day(row["sdate"])
            joined[row["contact"]] = min(since, joined.get(row["contact"], since))
    rows = read(marts, "from campaign_calendar order by day")
    days = [row["day"] for row in rows]
    assert days == [days[0] + timedelta(days=nth) for nth in range(len(days))]
    assert sum(row["sent"] for row in rows) == sum(sent[one] for one in sent if one <= days[-1])
    assert sum(row["sent"] for row in rows) > 500
    for row in rows:
        of = row["day"]
        expected = {
            "campaigns": campaigns[of],
            "sent": sent[of],
            "sent_7_days": sum(sent[of - timedelta(days=back)] for back in range(7)),
            "sent_30_days": sum(sent[of - timedelta(days=back)] for back in range(30)),
            "subscribers": sum(since <= of for since in joined.values()),
        }
        for span in ("7_days", "30_days"):
            per = share(expected[f"sent_{span}"], expected["subscribers"])
            expected[f"sent_per_subscriber_{span}"] = per
        assert {name: row[name] for name in expected} == expected


def test_links_have_their_share_of_the_clicks_of_their_campaign(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    links = {float(one["id"]): one for one in account.records("links")}
    names = {one["id"]: one["name"] for one in account.records("campaigns")}
    clicks = Counter[str]()
    for link in links.values():
        if link["messageid"] != "0":
            clicks[link["campaignid"]] += int(link["linkclicks"])
    logged: defaultdict[float, list[Record]] = defaultdict(list)
    for click in account.records("linkData"):
        logged[float(click["link"])].append(click)
    rows = read(marts, "from link_performance")
    assert len(rows) == len(links)
    for row in rows:
        link, log = links[row["link_id"]], logged[row["link_id"]]
        expected = {
            "campaign_name": names[link["campaignid"]],
            "url": link["link"],
            "is_total": link["messageid"] == "0",
            "is_tracked": link["tracked"] == "1",
            "clicks": int(link["linkclicks"]),
            "clicked": int(link["uniquelinkclicks"]),
            "logged_clicks": len(log),
            "logged_contacts": len({click["contact"] for click in log}),
            "click_share": share(int(link["linkclicks"]), clicks[link["campaignid"]]),
            "last_logged_at": timestamp(max((one["tstamp"] for one in log), default=None)),
        }
        assert {name: row[name] for name in expected} == expected
    assert sum(row["logged_clicks"] for row in rows) == len(account.records("linkData"))
    totals = Counter[tuple[float, bool]]()
    for row in rows:
        totals[row["campaign_id"], row["is_total"]] += row["click_share"] or 0
    assert {round(total, 9) for total in totals.values()} <= {0, 1}
    assert any(is_total and total for (_, is_total), total in totals.items())


def test_bounces_are_told_by_week_domain_and_code(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    expected: defaultdict[tuple[date, str, str], list[Record]] = defaultdict(list)
    for bounce in account.records("bounceLogs"):
        at = timestamp(bounce["tstamp"])
        assert at
        expected[monday(at), domain(bounce["email"]), bounce["codeid"]].append(bounce)
    rows = read(marts, "from deliverability_weekly where bounce_code <> 'none'")
    found = {(row["week"], row["email_domain"], row["bounce_code"]): row for row in rows}
    assert len(rows) == len(found)
    assert found.keys() == expected.keys()
    for key, bounces in expected.items():
        row = found[key]
        assert row["bounces"] == len(bounces)
        assert row["hard_bounced"] == sum(one["error"].startswith("5") for one in bounces)
        assert row["soft_bounced"] == sum(one["error"].startswith("4") for one in bounces)
        assert row["contacts"] == len({one["contact"] for one in bounces})
        assert row["unsubscribed"] is row["unsubscribe_rate"] is None
    assert sum(row["bounces"] for row in rows) == len(account.records("bounceLogs"))
    assert sum(row["hard_bounced"] for row in rows) > 0


def test_unsubscribes_are_told_by_week_and_domain(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    emails = {one["id"]: one["email"] for one in account.records("contacts")}
    left = Counter[tuple[date, str]]()
    spans: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in account.records("contactLists"):
        at = domain(emails[row["contact"]])
        since, until = timestamp(row["sdate"]), timestamp(row["udate"])
        if row["status"] == "2":
            assert since
            assert until
            left[monday(until), at] += 1
            spans[at].append((since, until))
        elif row["status"] == "1":
            assert since
            spans[at].append((since, datetime.max))
    rows = read(marts, "from deliverability_weekly where bounce_code = 'none'")
    assert {(row["week"], row["email_domain"]): row["unsubscribed"] for row in rows} == left
    assert len(rows) == len(left) > 20
    for row in rows:
        begin = datetime.combine(row["week"], datetime.min.time())
        end = begin + timedelta(days=7)
        there = sum(since < end and until >= begin for since, until in spans[row["email_domain"]])
        assert row["subscribed"] == there
        assert row["unsubscribe_rate"] == row["unsubscribed"] / there
        assert row["bounces"] is None


def test_reasons_for_leaving_are_counted_by_list_and_campaign(
    marts: duckdb.DuckDBPyConnection, account: Account
) -> None:
    expected = Counter[tuple[float, float | None, str]]()
    of_all = Counter[tuple[float, float | None]]()
    for row in account.records("contactLists"):
        if row["status"] == "2":
            reason = " ".join((row["unsubreason"] or "").lower().split()) or "none given"
            pair = float(row["list"]), float(row["campaign"] or 0) or None
            expected[*pair, reason] += 1
            of_all[pair] += 1
    rows = read(marts, "from unsubscribe_reasons")
    found = {(row["list_id"], row["campaign_id"], row["reason"]): row for row in rows}
    assert len(rows) == len(found)
    assert {key: row["unsubscribed"] for key, row in found.items()} == expected
    for (one, campaign, _), row in found.items():
        assert row["reason_share"] == row["unsubscribed"] / of_all[one, campaign]
    lists = {float(one["id"]): one["name"] for one in account.records("lists")}
    campaigns = {float(one["id"]): one["name"] for one in account.records("campaigns")}
    assert all(row["list_name"] == lists[row["list_id"]] for row in rows)
    assert all(row["campaign_name"] == campaigns.get(row["campaign_id"]) for row in rows)
    assert {row["campaign_id"] is None for row in rows} == {True, False}
