"""Campaigns and messages of the sandbox: their numbers agree, over HTTP and through changes."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW
from sandbox.resources.campaigns import COUNTERS, VERIFIED
from sandbox.server import Server, serve
from tests.conftest import Get
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 1,500 contacts that no test changes."""
    return Account.generate(contacts=1500, seed=5)


@pytest.fixture(scope="module")
def server(generated: Account) -> Iterator[Server]:
    with serve(generated) as running:
        yield running


def rows_of(account: Account, campaign: Record) -> list[Record]:
    rows = account.records("campaignMessages")
    return [row for row in rows if row["campaign"] == campaign["id"]]


@pytest.mark.parametrize(("contacts", "expected"), [(0, 20), (499, 20), (1500, 23)])
def test_how_many_campaigns_there_are(contacts: int, expected: int) -> None:
    assert len(Account.generate(contacts=contacts, seed=1).records("campaigns")) == expected


def test_without_contacts_nobody_got_a_mail() -> None:
    account = Account.generate(contacts=0, seed=1)
    for key in ("campaigns", "campaignMessages"):
        for record in account.records(key):
            assert {record[name] for name in COUNTERS} == {"0"}
    assert {row["split_winner_messageid"] for row in account.records("campaigns")} == {"0"}


@pytest.mark.parametrize(
    ("contacts", "seed"), [(5, 7), (12, 8), (12, 13), (30, 1), (800, 1), (800, 2)]
)
def test_counters_add_up_and_are_plausible(contacts: int, seed: int) -> None:
    account = Account.generate(contacts=contacts, seed=seed)
    memberships = account.records("contactLists")
    left = Counter(row["message"] for row in memberships)
    explained = Counter(row["message"] for row in memberships if row["unsubreason"])
    for campaign in account.records("campaigns"):
        rows = rows_of(account, campaign)
        assert campaign["numberOfMessages"] == str(len(rows))
        assert campaign["campaign_message_id"] == rows[0]["id"]
        assert campaign["message_id"] == rows[0]["message"]
        assert len(rows) > 1 if campaign["type"] == "split" else len(rows) == 1
        for name in (*COUNTERS, *VERIFIED):
            assert int(campaign[name]) == sum(int(row.get(name, 0)) for row in rows), name
    for row in account.records("campaignMessages"):
        assert int(row["unsubscribes"]) == left[row["message"]]
        assert int(row["unsubreasons"]) == explained[row["message"]]
        for smaller, greater in (
            *(("send_amt", "total_amt"), ("uniqueopens", "opens"), ("unsubscribes", "uniqueopens")),
            *(("subscriberclicks", "uniquelinkclicks"), ("uniquelinkclicks", "linkclicks")),
            *(("subscriberclicks", "uniqueopens"), ("uniqueforwards", "forwards")),
            *(("uniquereplies", "replies"), ("verified_opens", "opens")),
            *(("verified_unique_opens", "verified_opens"), ("unsubreasons", "unsubscribes")),
        ):
            assert int(row.get(smaller, 0)) <= int(row.get(greater, 0)), smaller
        reached = sum(int(row[name]) for name in ("uniqueopens", "hardbounces", "softbounces"))
        assert reached <= int(row["send_amt"])


def test_who_left_because_of_a_campaign_had_got_it(generated: Account) -> None:
    campaigns = by_id(generated, "campaigns")
    leavers = [row for row in generated.records("contactLists") if row["campaign"]]
    assert len({row["campaign"] for row in leavers}) > 5
    for row in leavers:
        campaign = campaigns[row["campaign"]]
        assert row["message"] in {part["message"] for part in rows_of(generated, campaign)}
        assert row["status"] == "2"
        if campaign["sdate"]:
            assert time(row["sdate"]) <= time(campaign["sdate"]) <= time(row["udate"])
        else:
            assert campaign["automation"]
            assert time(campaign["cdate"]) <= time(row["sdate"])


def test_campaigns_of_all_kinds(generated: Account) -> None:
    campaigns = generated.records("campaigns")
    types = "single split recurring responder reminder special activerss text"
    assert {campaign["type"] for campaign in campaigns} == set(types.split())
    assert {campaign["status"] for campaign in campaigns} == set("012345")
    for campaign in campaigns:
        runs_on = campaign["willrecur"] == "1"
        assert (campaign["sdate"] is None) == (campaign["status"] in "01" and not runs_on)
        if runs_on:
            assert campaign["statusString"] == "Scheduled"
            assert NOW - time(campaign["ldate"]) < timedelta(days=7)
        assert (campaign["ldate"] is None) == (campaign["sdate"] is None)
        assert (campaign["statusString"] == "Automation") == (campaign["automation"] is not None)
        if campaign["sdate"]:
            assert time(campaign["cdate"]) <= time(campaign["sdate"]) <= time(campaign["ldate"])
        if campaign["source"] == "copy":
            assert time(campaign["created_timestamp"]) < time(campaign["cdate"])
            assert campaign["basemessageid"] in by_id(generated, "messages")
        kinds = {type(value) for name, value in campaign.items() if name not in ("links",)}
        assert kinds <= {str, bool, type(None)}
    assert {campaign["source"] for campaign in campaigns} == {"web", "copy", "ai"}
    assert {campaign["groupLimitViolation"] for campaign in campaigns} == {True, False}
    planned = [row for row in campaigns if row["scheduleddate"]]
    assert [row["statusString"] for row in planned] == ["Scheduled"]
    assert any(row["willrecur"] == "1" for row in campaigns)


def test_the_odd_forms_of_messages(generated: Account) -> None:
    rows = generated.records("campaignMessages")
    assert {type(row["percentage"]) for row in rows} == {str, int, type(None)}
    assert {type(row["initial_split_percentage"]) for row in rows} == {str, int, type(None)}
    assert any("." in row["spamcheck_score"] for row in rows)
    assert {"verified_opens" in row for row in rows} == {True, False}
    messages = generated.records("messages")
    assert {None, ""} < {message["preview_data"] for message in messages}
    assert any((message["preview_data"] or "").startswith("{") for message in messages)
    assert any(message["userid"] == "0" and message["user"] is None for message in messages)
    assert sum(len(message["html"]) > 20_000 for message in messages) > 2
    used = {row["message"] for row in rows}
    assert 0 < len([message for message in messages if message["id"] not in used]) < 5


def test_what_a_reply_of_one_campaign_lacks_and_adds(get: Get) -> None:
    (listed,) = [row for row in get("campaigns", limit=100)["campaigns"] if row["id"] == "3"]
    single = get("campaigns/3")["campaign"]
    assert (len(listed), len(single)) == (117, 112)
    assert single.keys() - listed.keys() == {"isDoubleOptInCampaign"}
    assert single["isDoubleOptInCampaign"] is False
    assert all(listed[name] == value for name, value in single.items() if name in listed)


@pytest.mark.parametrize(
    ("include", "beside"),
    [
        ("campaignMessages", ["campaignMessages"]),
        ("campaignMessages.message", ["campaignMessages", "messages"]),
        ("campaignMessage.message", ["campaignMessages", "messages"]),
    ],
)
def test_what_comes_beside_campaigns(
    include: str, beside: list[str], generated: Account, get: Get
) -> None:
    page = get("campaigns", limit=100, include=include)
    assert list(page) == [*beside, "campaigns", "meta"]
    assert page["meta"]["total"] == str(len(page["campaigns"]))
    relation = include.partition(".")[0]
    for campaign in page["campaigns"]:
        ids = [row["id"] for row in rows_of(generated, campaign)]
        assert campaign[relation] == (ids if relation == "campaignMessages" else ids[0])
    assert page["campaignMessages"] == generated.records("campaignMessages")
    if "messages" in beside:
        assert {row["id"] for row in page["messages"]} == {
            row["message"] for row in page["campaignMessages"]
        }


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"filters[seriesid]": "2"}, lambda row: row["seriesid"] == "2"),
        ({"filters[automation]": "2"}, lambda row: row["automation"] == "2"),
        ({"filters[type]": "split"}, lambda row: row["type"] == "split"),
        ({"filters[status]": "5"}, lambda row: row["status"] == "5"),
    ],
)
def test_filters(
    params: Record,
    expected: Callable[[Record], bool],
    generated: Account,
    get: Get,
) -> None:
    wanted = [row["id"] for row in generated.records("campaigns") if expected(row)]
    assert 0 < len(wanted) < 23
    assert [row["id"] for row in get("campaigns", limit=100, **params)["campaigns"]] == wanted


@pytest.mark.parametrize("name", ["sdate", "ldate"])
def test_orders(name: str, get: Get) -> None:
    page = get("campaigns", limit=100, **{f"orders[{name}]": "DESC"})["campaigns"]
    dates = [row[name] for row in page]
    assert dates.index(None) > 10
    assert not any(dates[dates.index(None) :])
    sent = [time(text) for text in dates if text]
    assert sent == sorted(sent, reverse=True)


def test_a_message_s_opens_count_for_its_campaign_and_move_one_date(account: Account) -> None:
    row = account.records("campaignMessages")[4]
    before = by_id(account, "campaigns")[row["campaign"]]
    account.update("campaignMessages", row["id"], opens=str(int(row["opens"]) + 7))
    after = by_id(account, "campaigns")[row["campaign"]]
    assert int(after["opens"]) == int(before["opens"]) + 7
    assert {name for name in before if before[name] != after[name]} == {
        "opens",
        "updated_timestamp",
    }
    assert time(after["updated_timestamp"]) > time(before["updated_timestamp"])


def test_an_edit_of_a_campaign_moves_its_dates_and_says_what_it_is(account: Account) -> None:
    (draft,) = [row for row in account.records("campaigns") if row["status"] == "0"]
    after = account.update("campaigns", draft["id"], status="3", userid=2)
    assert (after["statusString"], after["userid"], after["user"]) == ("Paused", "2", "2")
    assert time(after["mdate"]) > time(draft["mdate"])
    assert time(after["updated_timestamp"]) > time(draft["updated_timestamp"])


def test_a_new_campaign_and_its_messages(account: Account) -> None:
    campaign = account.add("campaigns", name="New", type="split", userid=1)
    assert (campaign["status"], campaign["sdate"], campaign["automation"]) == ("0", None, None)
    for message in account.records("messages")[-2:]:
        account.add("campaignMessages", campaignid=campaign["id"], messageid=message["id"])
    rows = rows_of(account, campaign)
    assert [row["campaignid"] for row in rows] == [campaign["id"]] * 2
    held = by_id(account, "campaigns")[campaign["id"]]
    assert (held["numberOfMessages"], held["message_id"]) == ("2", rows[0]["messageid"])
    account.delete("messages", rows[0]["message"])
    held = by_id(account, "campaigns")[campaign["id"]]
    assert (held["numberOfMessages"], held["message_id"]) == ("1", rows[1]["messageid"])
    account.delete("campaigns", campaign["id"])
    assert not rows_of(account, campaign)
    assert rows[1]["message"] in by_id(account, "messages")
