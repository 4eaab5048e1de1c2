"""Automations and conversions of the sandbox: they agree with all that names them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.behaviour import NO_PERMISSION
from sandbox.dates import NOW
from sandbox.server import Server, serve
from tests.conftest import Get
from tests.test_sandbox import ids, sample_of
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]
KEYS = (
    *("automations", "automationBlocks", "contactAutomations", "goals", "contactGoals"),
    *("siteMessages", "sms", "conversions", "conversionTriggers", "contactConversions"),
)
WHOM_THEY_NAME = {
    "campaigns": ("automation",),
    "contactLists": ("automation", "unsubscribeAutomation"),
    "dealActivities": ("automation",),
    "dealTasks": ("automation", "doneAutomation", "triggerAutomationOnCreate"),
}


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 700 contacts that no test changes."""
    return Account.generate(contacts=700, seed=13)


@pytest.fixture(scope="module")
def server(generated: Account) -> Iterator[Server]:
    with serve(generated) as running:
        yield running


def grouped(account: Account, resource: str, member: str) -> dict[Any, list[Record]]:
    groups: dict[Any, list[Record]] = defaultdict(list)
    for record in account.records(resource):
        groups[record[member]].append(record)
    return groups


@pytest.mark.parametrize("key", KEYS)
def test_members_come_in_the_recorded_order(key: str, generated: Account) -> None:
    last = ("id", "links")
    names = [name for name in sample_of(key) if name not in last]
    for record in generated.records(key):
        held = [name for name in record if name not in (*last, "in_als")]
        assert held == [name for name in names if name != "in_als"]


def test_every_automation_that_is_named_exists_and_is_older(generated: Account) -> None:
    automations = by_id(generated, "automations")
    named = Counter[str]()
    for key, members in WHOM_THEY_NAME.items():
        for record in generated.records(key):
            for member in members:
                if (id := record[member]) is not None:
                    made = record.get("cdate") or record["created_timestamp"]
                    assert time(automations[id]["cdate"]) <= time(made), key
                    named[key] += 1
    assert named.keys() == WHOM_THEY_NAME.keys()


def test_blocks_follow_each_other_and_send_the_automation_s_own_mail(generated: Account) -> None:
    mails = {row["id"]: row for row in generated.records("campaigns") if row["automation"]}
    tags, sent, started = by_id(generated, "tags"), Counter[str](), Counter[int]()
    for id, blocks in grouped(generated, "automationBlocks", "automation").items():
        automation = by_id(generated, "automations")[id]
        assert [block["type"] == "start" for block in blocks] == [True] + [False] * (
            len(blocks) - 1
        )
        assert [int(block["ordernum"]) for block in blocks] == [*range(1, len(blocks) + 1)]
        standing = [block for block in blocks if block["deleted"] == "0"]
        assert [block["parent"] for block in standing] == [None, *ids(standing)[:-1]]
        for block in blocks:
            params = block["params"]
            assert time(automation["cdate"]) <= time(block["cdate"]) <= time(block["mdate"])
            assert time(block["mdate"]) <= time(automation["mdate"])
            if block["type"] == "send":
                mail = mails[str(params["campaignid"])]
                assert (mail["automation"], mail["name"]) == (id, params["emailname"])
                assert mail["cdate"] == block["cdate"]
                sent[mail["id"]] += 1
            elif block["type"].endswith("tag"):
                assert params["tagIds"]
                for tag in params["tagIds"]:
                    assert time(tags[tag]["cdate"]) <= time(block["cdate"])
            elif block["type"] == "start":
                started.update(params["starts"])
    assert sent == Counter(mails.keys())
    assert set(started.values()) == {1}


def test_every_goal_is_a_block_of_its_automation(generated: Account) -> None:
    blocks = by_id(generated, "automationBlocks")
    goals = generated.records("goals")
    for goal in goals:
        block = blocks[goal["automationBlock"]]
        assert (block["type"], block["automation"]) == ("goal", goal["automation"])
        assert (block["params"]["name"], block["cdate"]) == (goal["name"], goal["cdate"])
    assert len(goals) == len([block for block in blocks.values() if block["type"] == "goal"])


@pytest.mark.parametrize(
    ("contacts", "seed"), [(1, 1), (3, 2), (20, 3), (20, 4), (60, 5), (700, 13)]
)
def test_who_went_through_an_automation(contacts: int, seed: int) -> None:
    account = Account.generate(contacts, seed)
    automations, people = by_id(account, "automations"), by_id(account, "contacts")
    blocks = by_id(account, "automationBlocks")
    entered, left, mailed = Counter[str](), Counter[str](), Counter[str]()
    sends = {block["automation"]: block for block in blocks.values() if block["type"] == "send"}
    times = Counter[tuple[str, str]]()
    for entry in account.records("contactAutomations"):
        automation = automations[entry["automation"]]
        assert time(people[entry["contact"]]["cdate"]) <= time(entry["adddate"])
        assert time(automation["cdate"]) <= time(entry["adddate"]) <= time(entry["lastdate"])
        is_in = entry["status"] == "1"
        assert entry["remdate"] == (None if is_in else entry["lastdate"])
        taken = (time(entry["lastdate"]) - time(entry["adddate"])).total_seconds()
        assert entry["timespan"] == (None if is_in else str(int(taken)))
        assert entry["startid"] in ("0", automation["id"])
        assert (entry["completed"] == 1) == (entry["completeValue"] == 100)
        assert not (entry["completed"] and is_in)
        assert int(entry["completedElements"]) < int(entry["totalElements"])
        if entry["lastblock"]:
            block = blocks[entry["lastblock"]]
            assert block["automation"] == automation["id"]
            assert block["deleted"] == "0"
            assert time(block["cdate"]) <= time(entry["lastdate"])
            send = sends.get(automation["id"])
            if send and int(block["ordernum"]) >= int(send["ordernum"]):
                mailed[automation["id"]] += 1
        else:
            assert (is_in, int(entry["completedElements"])) == (True, 0)
        entered[automation["id"]] += 1
        left[automation["id"]] += not is_in
        times[automation["id"], entry["contact"]] += 1
    for id, automation in automations.items():
        assert (automation["entered"], automation["exited"]) == (str(entered[id]), str(left[id]))
        assert automation["status"] != "0" or not entered[id]
    for campaign in account.records("campaigns"):
        if campaign["automation"]:
            assert int(campaign["send_amt"]) == mailed[campaign["automation"]]
    assert all(automations[id]["multientry"] == "1" for (id, _), n in times.items() if n > 1)


def test_who_was_put_on_a_list_by_an_automation_was_in_it(generated: Account) -> None:
    mails = {row["id"]: row["automation"] for row in generated.records("campaigns")}
    entries: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for entry in generated.records("contactAutomations"):
        entries[entry["automation"], entry["contact"]].append(entry)

    def was_in(automation: str, contact: str, first: str, last: str) -> bool:
        return any(
            time(entry["adddate"]) <= time(first) and time(last) <= time(entry["lastdate"])
            for entry in entries[automation, contact]
        )

    put_on = left = 0
    for row in generated.records("contactLists"):
        first = row["created_timestamp"]
        if row["automation"]:
            last = row["udate"] if row["unsubscribeAutomation"] else first
            if mails.get(row["campaign"]) != row["automation"]:
                assert was_in(row["automation"], row["contact"], first, last)
                put_on += 1
        if sender := mails.get(row["campaign"]):
            assert was_in(sender, row["contact"], first, row["udate"])
            left += 1
    assert put_on > 100
    assert left > 0


def test_goals_that_were_met(generated: Account) -> None:
    goals, entries = by_id(generated, "goals"), by_id(generated, "contactAutomations")
    met = generated.records("contactGoals")
    assert {row["goal"] for row in met} == goals.keys()
    for row in met:
        entry, goal = entries[row["contactAutomation"]], goals[row["goal"]]
        assert (row["contact"], row["automation"]) == (entry["contact"], entry["automation"])
        assert row["automation"] == goal["automation"]
        assert time(goal["cdate"]) <= time(row["tstamp"]) <= time(entry["lastdate"])
        taken = time(row["tstamp"]) - time(entry["adddate"])
        assert row["timespan"] == str(int(taken.total_seconds()))
        assert int(entry["lastblock"]) >= int(goal["automationBlock"])
    assert len({(row["goal"], row["contactAutomation"]) for row in met}) == len(met)


def test_conversions(generated: Account) -> None:
    conversions = by_id(generated, "conversions")
    triggers = by_id(generated, "conversionTriggers")
    people, blocks = by_id(generated, "contacts"), by_id(generated, "automationBlocks")
    goals = by_id(generated, "goals")
    met = {
        (row["contact"], row["tstamp"]): goals[row["goal"]]
        for row in generated.records("contactGoals")
    }
    times, automated = Counter[tuple[str, str]](), 0
    for trigger in triggers.values():
        conversion = conversions[trigger["conversion"]]
        assert time(conversion["cdate"]) <= time(trigger["cdate"]) <= time(trigger["udate"])
        assert (trigger["automationBlock"] in blocks) == (trigger["trigger_type"] == "automation")
    rows = generated.records("contactConversions")
    assert 60 < len(rows) < 150
    for row in rows:
        assert time(row["cdate"]) >= time(people[row["contact"]]["cdate"])
        assert time(row["cdate"]) >= time(conversions[row["conversion"]]["cdate"])
        assert row["currency"] == conversions[row["conversion"]]["currency"]
        assert row["conversiontrigger"] == row["conversionTrigger"]
        assert row["convertedBy"] == row["converted_by_id"]
        times[row["conversion"], row["contact"]] += 1
        if row["conversionTrigger"]:
            trigger = triggers[row["conversionTrigger"]]
            assert time(row["cdate"]) >= time(trigger["cdate"])
            for member in ("conversion", "trigger_type", "modifier", "dynamic"):
                assert row[member] == trigger[member]
        if row["converted_by_type"]:
            goal = met[row["contact"], row["cdate"]]
            assert row["converted_by_type"] == "automation"
            assert row["converted_by_id"] == goal["automation"]
            automated += 1
    assert automated
    for (id, _), number in times.items():
        limit = int(conversions[id]["limit"])
        assert conversions[id]["enforcelimit"] == "0" or number <= limit


@pytest.mark.parametrize("seed", range(1, 5))
def test_twenty_contacts_show_the_oddities(seed: int) -> None:
    account = Account.generate(contacts=20, seed=seed)
    held = {
        (key, name): [record.get(name, "absent") for record in account.records(key)]
        for key in KEYS
        for name in sample_of(key)
    }
    assert {"0", "1", 2} == set(held["automations", "status"])
    assert {None, ""} < set(held["automations", "description"])
    assert max(len(text or "") for text in held["automations", "description"]) > 3000
    assert any(ord(letter) > 0xFFFF for text in held["automations", "name"] for letter in text)
    assert "0" in held["automations", "userid"]
    for name in ("hidden", "entitlements_violation", "exit_on_unsubscribe", "exit_on_conversion"):
        assert {"0", "1"} == set(held["automations", name])
    assert [] in held["automationBlocks", "params"]
    assert {"0", "1"} == set(held["automationBlocks", "deleted"])
    entries = account.records("contactAutomations")
    assert 10 < len(entries) < 35
    assert {"absent", None, "3", "0"} == {entry.get("in_als", "absent") for entry in entries}
    assert {None, "0", "completed"} == set(held["contactAutomations", "batchid"])
    assert {"1", "2"} == set(held["contactAutomations", "status"])
    assert {type(value) for value in held["contactAutomations", "completedElements"]} == {int, str}
    assert any(entry["status"] == "2" and not entry["completed"] for entry in entries)
    assert held["contactGoals", "goal"]
    assert {None, "0000-00-00 00:00:00"} < set(held["siteMessages", "ldate"])
    assert {"initial": [], "detailed": []} in held["siteMessages", "template"]
    assert None in held["siteMessages", "automation"]
    assert (None, "0", None) in [
        (row["automation"], row["userid"], row["sdate"]) for row in account.records("sms")
    ]
    assert "" in held["conversions", "value"]
    assert {None, ""} < set(held["conversionTriggers", "value"])
    assert {"0", "1"} == set(held["conversionTriggers", "retroactive"])
    assert held["contactConversions", "contact"]


def test_nobody_went_through_an_automation_where_there_is_nobody() -> None:
    account = Account.generate(contacts=0, seed=1)
    assert not account.records("contactAutomations")
    assert {row["sdate"] for row in account.records("sms")} == {None}


def test_how_many_got_a_text_message(generated: Account) -> None:
    automations = by_id(generated, "automations")
    for row in generated.records("sms"):
        if row["automation"]:
            assert 0 < int(row["sent"]) <= int(automations[row["automation"]]["entered"])
            assert time(row["tstamp"]) <= time(row["sdate"]) <= time(row["ldate"]) <= NOW
        assert int(row["uniquereplies"]) <= int(row["replies"]) <= int(row["sent"])


def test_what_meta_tells_of_automations_and_entries(server: Server, get: Get) -> None:
    held = server.account.records("automations")
    meta = get("automations", limit=100)["meta"]
    assert (meta["total"], meta["filtered"], meta["smsLogs"]) == (str(len(held)), False, [])
    assert [start["series"] for start in meta["starts"]] == ids(held)
    assert meta["starts"][0].keys() == {"id", "series", "type", "dealfield"}
    total = str(len(server.account.records("contactAutomations")))
    assert get("contactAutomations")["meta"] == {"showcase_stats": [], "total": total}


def test_what_a_reply_of_one_automation_lacks(get: Get) -> None:
    listed = get("automations")["automations"][1]
    single = get("automations/2")["automation"]
    lacking = {"defaultscreenshot", "screenshot"}
    assert single == {name: held for name, held in listed.items() if name not in lacking}


@pytest.mark.parametrize(
    ("relation", "key"),
    [
        *(("blocks", "automationBlocks"), ("campaigns", "campaigns"), ("goals", "goals")),
        *(("contactAutomations", "contactAutomations"), ("contactGoals", "contactGoals")),
        *(("sms", "sms"), ("sitemessages", "siteMessages")),
    ],
)
def test_what_an_automation_s_links_lead_to(
    relation: str, key: str, server: Server, get: Get
) -> None:
    rows = [row for row in server.account.records(key) if row["automation"] == "1"]
    assert rows
    page = get(f"automations/1/{relation}", limit=100)
    assert list(page) == [key]
    assert page[key] == rows[:100]


def test_links_from_elsewhere(server: Server, get: Get) -> None:
    (row, *_) = server.account.records("contactGoals")
    for key, relation in (("contactGoals", "contactGoals"), ("contactAutomations",) * 2):
        own = [one for one in server.account.records(key) if one["contact"] == row["contact"]]
        assert get(f"contacts/{row['contact']}/{relation}", limit=100)[key] == own
    for name in ("goal", "automation", "contact", "contactAutomation"):
        assert get(f"contactGoals/{row['id']}/{name}")[name]["id"] == row[name]
    assert get("campaigns/1/automation")["automation"]["id"] == "1"
    assert get("automationBlocks/2/parent")["automationBlock"]["id"] == "1"
    assert ids(get("automationBlocks/1/children")["automationBlocks"]) == ["2"]


@pytest.mark.parametrize(
    ("path", "parameter", "member", "value"),
    [
        ("automationBlocks", "automation", "automation", "2"),
        ("contactAutomations", "automation", "automation", "3"),
        ("contactAutomations", "seriesid", "automation", "3"),
        ("contactAutomations", "status", "status", "1"),
        ("contactAutomations", "contact", "contact", "7"),
    ],
)
def test_filters(
    path: str, parameter: str, member: str, value: str, server: Server, get: Get
) -> None:
    rows = [row for row in server.account.records(path) if row[member] == value]
    page = get(path, limit=100, **{f"filters[{parameter}]": value})
    assert rows
    assert (page[path], page["meta"]["total"]) == (rows[:100], str(len(rows)))


def test_entries_by_the_date_of_the_last_step(get: Get) -> None:
    page = get("contactAutomations", limit=100, **{"orders[lastdate]": "DESC"})
    dates = [row["lastdate"] for row in page["contactAutomations"]]
    assert dates == sorted(dates, reverse=True)


def test_an_unknown_entry_and_a_plan_without_text_messages(server: Server, get: Get) -> None:
    said = get("contactAutomations/999999", expect=404)["message"]
    assert said == "No Result found for SubscriberSeries with id 999999"
    server.behaviour.forbidden["sms*"] = NO_PERMISSION
    try:
        assert get("sms", expect=403) == json.loads(NO_PERMISSION)
    finally:
        server.behaviour.forbidden.clear()


def test_automations_count_who_comes_and_goes(account: Account) -> None:
    def counts() -> tuple[int, int]:
        automation = by_id(account, "automations")["6"]
        return int(automation["entered"]), int(automation["exited"])

    entered, exited = counts()
    contact = account.add("contacts", email="new@example.com")["id"]
    entry = account.add("contactAutomations", contact=contact, seriesid="6")
    assert (entry["status"], entry["remdate"], entry["automation"]) == ("1", None, "6")
    assert counts() == (entered + 1, exited)
    account.update("contactAutomations", entry["id"], status="2", completed=1)
    assert counts() == (entered + 1, exited + 1)
    account.delete("contactAutomations", entry["id"])
    assert counts() == (entered, exited)


def test_what_is_gone_with_a_contact_and_with_an_automation(account: Account) -> None:
    contact = account.records("contactGoals")[0]["contact"]
    account.delete("contacts", contact)
    for key in ("contactAutomations", "contactGoals", "contactConversions"):
        assert contact not in {row["contact"] for row in account.records(key)}
    account.delete("automations", 1)
    for key in ("automationBlocks", "contactAutomations", "goals", "contactGoals"):
        rows = account.records(key)
        assert rows
        assert "1" not in {row["automation"] for row in rows}
    assert "1" in {row["automation"] for row in account.records("campaigns")}
    account.delete("conversions", 1)
    for key in ("conversionTriggers", "contactConversions"):
        assert "1" not in {row["conversion"] for row in account.records(key)}
