"""Links, lists of campaigns and the logs of mails: they agree with what campaigns count."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import Get
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]
LOGS = ("linkData", "messageActivities", "bounceLogs", "activities", "emailActivities")


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 1,500 contacts that no test changes."""
    return Account.generate(contacts=1500, seed=5)


@pytest.fixture(scope="module")
def server(generated: Account) -> Iterator[Server]:
    with serve(generated) as running:
        yield running


def grouped(rows: list[Record], member: str) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for row in rows:
        found[row[member]].append(row)
    return found


def total(rows: list[Record], member: str) -> int:
    return sum(int(row[member]) for row in rows)


@pytest.mark.parametrize(("contacts", "seed"), [(20, 1), (1200, 2)])
def test_links_add_up_to_what_messages_and_campaigns_count(contacts: int, seed: int) -> None:
    account = Account.generate(contacts=contacts, seed=seed)
    campaigns = by_id(account, "campaigns")
    links = grouped(account.records("links"), "campaign")
    messages = grouped(account.records("campaignMessages"), "campaign")
    for id, campaign in campaigns.items():
        by_message = grouped(links[id], "message")
        totals = by_message.pop(None, [])  # type: ignore[call-overload]
        assert by_message.keys() == {row["message"] for row in messages[id]}
        assert bool(totals) is (len(messages[id]) > 1)
        for member in ("linkclicks", "uniquelinkclicks"):
            for row in messages[id]:
                assert total(by_message[row["message"]], member) == int(row[member])
            for one in totals:
                same = [row for row in links[id] if row["link"] == one["link"]]
                assert total(same, member) == 2 * int(one[member])
            assert not totals or total(totals, member) == int(campaign[member])
        for rows in by_message.values():
            trackers = [row for row in rows if row["link"] == "open"]
            assert [row["name"] for row in trackers] == ["Read Tracker"]
            assert len({row["link"] for row in rows}) == len(rows)
            assert not total([row for row in rows if row["tracked"] == "0"], "linkclicks")
    every = account.records("links")
    assert {row["tracked"] for row in every} == {"0", "1"}
    assert "" in {row["name"] for row in every}


def test_campaigns_went_to_lists_that_there_were(generated: Account) -> None:
    campaigns, lists = by_id(generated, "campaigns"), by_id(generated, "lists")
    joined = grouped([row for row in generated.records("contactLists") if row["sdate"]], "list")
    lists_of = grouped(generated.records("campaignLists"), "campaign")
    for id, rows in lists_of.items():
        campaign = campaigns[id]
        assert campaign["automation"] is None
        at = time(campaign["sdate"] or campaign["cdate"])
        for row in rows:
            assert row["name"] == lists[row["list"]]["name"]
            assert time(lists[row["list"]]["cdate"]) <= at
            then = [one for one in joined[row["list"]] if time(one["sdate"]) <= at]
            assert int(row["list_amt"]) == (len(then) if campaign["sdate"] else 0)
    for row in generated.records("contactLists"):
        if row["campaign"] and not campaigns[row["campaign"]]["automation"]:
            assert row["list"] in {one["list"] for one in lists_of[row["campaign"]]}
    sent = {id for id, one in campaigns.items() if one["sdate"]}
    assert sent <= lists_of.keys()


def logged(account: Account) -> dict[str, dict[str, int]]:
    """What the logs hold of each campaign, by the name under which the campaign counts it."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    openers, clickers, pairs = set(), set(), set()
    named = {"open": "opens", "click": "clicks", "unsub": "unsubscribes", "bounce": "bounces"}
    for row in account.records("messageActivities"):
        counts[row["campaign"]][named[row["event"]]] += 1
        if row["event"] == "open":
            openers.add((row["campaign"], row["contact"]))
    for row in account.records("linkData"):
        counts[row["campaign"]]["linkclicks"] += 1
        clickers.add((row["campaign"], row["contact"]))
        pairs.add((row["campaign"], row["contact"], row["link"]))
    for name, met in (("uniqueopens", openers), ("subscriberclicks", clickers)):
        for campaign, _ in met:
            counts[campaign][name] += 1
    for campaign, _, _ in pairs:
        counts[campaign]["uniquelinkclicks"] += 1
    for row in account.records("bounceLogs"):
        if row["campaign"]:
            counts[row["campaign"]]["hardbounces" if row["codeid"] == "48" else "softbounces"] += 1
    return {id: dict(one) for id, one in counts.items()}


COUNTED = (
    *("opens", "uniqueopens", "linkclicks", "uniquelinkclicks", "subscriberclicks"),
    *("hardbounces", "softbounces", "unsubscribes"),
)


@pytest.mark.parametrize(("contacts", "seed"), [(1500, 5), (20, 3)])
def test_the_logs_hold_all_of_what_was_sent_last_and_no_more_than_is_counted(
    contacts: int, seed: int
) -> None:
    account = Account.generate(contacts=contacts, seed=seed)
    counts = logged(account)
    newest, *_ = sorted(
        (one for one in account.records("campaigns") if one["sdate"]),
        key=lambda one: time(one["sdate"]),
        reverse=True,
    )
    whole = 0
    for campaign in account.records("campaigns"):
        held = {name: counts.get(campaign["id"], {}).get(name, 0) for name in COUNTED}
        counted = {name: int(campaign[name]) for name in COUNTED}
        assert all(held[name] <= counted[name] for name in COUNTED), campaign["name"]
        whole += held == counted and bool(campaign["sdate"]) and held["opens"] > 0
        if campaign["id"] == newest["id"]:
            assert held == counted
        of = counts.get(campaign["id"], {})
        assert of.get("clicks", 0) == held["linkclicks"]
        assert of.get("bounces", 0) == held["hardbounces"] + held["softbounces"]
    assert whole >= 2


def test_clicks_are_no_more_than_their_link_counts(generated: Account) -> None:
    clicks = Counter(row["link"] for row in generated.records("linkData"))
    links = by_id(generated, "links")
    assert clicks
    for id, number in clicks.items():
        assert number <= int(links[id]["linkclicks"])
        assert links[id]["message"]
    newest = max(int(id) for id in clicks)
    assert clicks[str(newest)] <= int(links[str(newest)]["linkclicks"])


def test_the_logs_are_of_contacts_that_had_got_the_mail(generated: Account) -> None:
    contacts, campaigns = by_id(generated, "contacts"), by_id(generated, "campaigns")
    links = by_id(generated, "links")
    lists_of = {
        id: {row["list"] for row in rows}
        for id, rows in grouped(generated.records("campaignLists"), "campaign").items()
    }
    memberships = grouped(generated.records("contactLists"), "contact")
    first_open: dict[tuple[str, str], str] = {}
    left = {
        (row["campaign"], row["contact"], row["udate"])
        for row in generated.records("contactLists")
        if row["campaign"]
    }
    for row in generated.records("messageActivities"):
        campaign, at = campaigns[row["campaign"]], time(row["tstamp"])
        assert time(contacts[row["contact"]]["cdate"]) <= at
        assert row["email"] in (None, contacts[row["contact"]]["email"])
        assert time(campaign["sdate"] or campaign["cdate"]) <= at
        if campaign["sdate"]:
            assert any(
                one["list"] in lists_of[campaign["id"]] and time(one["sdate"]) <= at
                for one in memberships[row["contact"]]
                if one["sdate"]
            )
        if row["event"] == "open":
            first_open.setdefault((row["campaign"], row["contact"]), row["tstamp"])
        if row["event"] == "unsub":
            assert (row["campaign"], row["contact"], row["tstamp"]) in left
        if row["event"] in ("click", "unsub"):
            assert time(first_open[row["campaign"], row["contact"]]) <= at
    for row in generated.records("linkData"):
        assert links[row["link"]]["campaign"] == row["campaign"]
    parts = {(row["campaign"], row["message"]) for row in generated.records("campaignMessages")}
    for row in generated.records("bounceLogs"):
        assert (row["campaign"], row["message"]) in parts | {(None, None)}
        assert time(contacts[row["contact"]]["cdate"]) <= time(row["tstamp"])


@pytest.mark.parametrize("key", [*LOGS, "contactEmails"])
def test_numbers_of_a_log_ascend_with_time(key: str, generated: Account) -> None:
    date = "sdate" if key == "contactEmails" else "tstamp"
    times = [time(row[date]) for row in generated.records(key)]
    assert times == sorted(times)
    assert 0 < len(times) < 1.2 * 1500


def test_activities_are_of_what_there_is(generated: Account) -> None:
    resources = {
        "contact-list": ("contactLists", "contact"),
        "contact-tag": ("contactTags", "contact"),
        "contact-email": ("contactEmails", "contact"),
        "note": ("notes", "relid"),
        "deal": ("deals", "contact"),
    }
    rows = {model: by_id(generated, key) for model, (key, _) in resources.items()}
    activities = generated.records("activities")
    for row in activities:
        model = row["referenceModelName"]
        assert row["reference"] | {"id": row["reference_id"]} == {
            "type": model,
            "id": row["reference_id"],
        }
        assert rows[model][row["reference_id"]][resources[model][1]] == row["subscriberid"]
        assert bool(row["recipients"]) is (model == "contact-email")
    assert {row["referenceModelName"] for row in activities} == resources.keys()
    few = Account.generate(contacts=20, seed=1).records("activities")
    assert {row["referenceModelName"] for row in few} == resources.keys()


def test_mails_are_with_contacts_about_their_deals(generated: Account) -> None:
    contacts, deals = by_id(generated, "contacts"), by_id(generated, "deals")
    for key, date in (("emailActivities", "tstamp"), ("contactEmails", "sdate")):
        for row in generated.records(key):
            assert time(contacts[row["contact"]]["cdate"]) <= time(row[date])
            if row["deal"]:
                assert deals[row["deal"]]["contact"] == row["contact"]
                assert time(deals[row["deal"]]["cdate"]) <= time(row[date])
                assert deals[row["deal"]]["account"] == row["account"]
        assert any(row["deal"] for row in generated.records(key))
    mails = generated.records("emailActivities")
    assert any(row["reference"] == [] for row in mails)
    assert max(len(row["message"]) for row in mails) > 5000
    messages, automations = by_id(generated, "messages"), by_id(generated, "automations")
    for row in generated.records("contactEmails"):
        assert row["message"] is None or row["message"] in messages
        if row["seriesid"] != "0":
            assert time(automations[row["seriesid"]]["cdate"]) <= time(row["sdate"])
    assert {row["seriesid"] for row in generated.records("contactEmails")} == {"0", "1"}


def test_lists_of_one_campaign_or_contact(generated: Account, get: Get) -> None:
    for key in ("links", "campaignLists", "messageActivities"):
        id = generated.records(key)[0]["campaign"]
        reply = get(f"campaigns/{id}/{key}", limit=100)
        rows = [row for row in generated.records(key) if row["campaign"] == id]
        assert reply == {key: rows[:100]}
    id = generated.records("bounceLogs")[0]["contact"]
    assert {row["contact"] for row in get(f"contacts/{id}/bounceLogs")["bounceLogs"]} == {id}
    assert "Link with id 999999" in get("links/999999", expect=404)["message"]


def test_links_beside_campaigns_leave_their_addresses(server: Server, get: Get) -> None:
    text = requests.get(
        f"{server.url}/api/3/campaigns?include=links", headers={"Api-Token": server.api_key}
    ).text
    assert text.count('"links":[') == 1  # nor does a record say it twice
    plain, beside = get("campaigns"), get("campaigns", include="links")
    assert beside["campaigns"] == plain["campaigns"]
    assert {row["campaign"] for row in beside["links"]} == {
        campaign["id"] for campaign in plain["campaigns"]
    }


def test_activities_of_a_contact_or_after_a_moment(generated: Account, get: Get) -> None:
    rows = generated.records("activities")
    bound = rows[-30]["tstamp"]
    reply = get("activities", after=bound, limit=100)
    assert reply["activities"] == [row for row in rows if time(row["tstamp"]) > time(bound)]
    assert 0 < len(reply["activities"]) < 30
    assert [one["id"] for one in reply["contacts"]] == [
        *dict.fromkeys(row["subscriberid"] for row in reply["activities"])
    ]
    one = rows[-1]["subscriberid"]
    assert {row["subscriberid"] for row in get("activities", contact=one)["activities"]} == {one}
    newest = get("activities", **{"orders[tstamp]": "DESC"}, limit=1)["activities"]
    assert newest[0]["tstamp"] == rows[-1]["tstamp"]
    assert "after" in str(get("activities", after="yesterday", expect=422))


def test_mails_of_a_contact_or_deal(generated: Account, get: Get) -> None:
    row = next(one for one in generated.records("emailActivities") if one["deal"])
    for parameter, member in (("subscriberid", "contact"), ("dealId", "deal")):
        found = get("emailActivities", **{f"filters[{parameter}]": row[member]})
        assert {one[member] for one in found["emailActivities"]} == {row[member]}


def test_what_goes_with_a_contact_and_with_a_campaign(account: Account) -> None:
    row = account.records("messageActivities")[-1]
    number = len(account.records("messageActivities"))
    account.delete("campaigns", row["campaign"])
    assert len(account.records("messageActivities")) == number
    for key in ("links", "campaignLists"):
        assert row["campaign"] not in {one["campaign"] for one in account.records(key)}
    account.delete("contacts", row["contact"])
    for key in (*LOGS, "contactEmails"):
        whose = {one.get("contact", one.get("subscriberid")) for one in account.records(key)}
        assert whose
        assert row["contact"] not in whose
