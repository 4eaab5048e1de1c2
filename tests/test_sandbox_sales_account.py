"""Accounts, pipelines and deals of the made-up account: together they show every oddity."""

from collections import Counter
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW
from tests.test_sandbox import sample_of
from tests.test_sandbox_account import NO_DATES, SEEDS, by_id, time

Record = dict[str, Any]


def replayed(account: Account, deal: Record) -> Record:
    """What a deal's log says of it."""
    told: Record = {}
    log = [row for row in account.records("dealActivities") if row["deal"] == deal["id"]]
    log.sort(key=lambda row: time(row["cdate"]))
    assert (log[0]["dataType"], log[0]["dataAction"], log[0]["cdate"]) == ("", "add", deal["cdate"])
    assert deal["activitycount"] == str(len(log))
    for row in log:
        kind = {"contact": "contacts", "note": "notes", "task": "dealTasks"}.get(row["dataType"])
        assert account.find(kind or "deals", row["dataId"])
        assert kind or row["dataId"] == deal["id"]
        if row["stage"]:
            told["stage"] = row["stage"]
        if row["dataType"] in ("userid", "status", "value", "d_stageid"):
            assert row["dataOldval"] != row["dataAction"]
            assert row["dataOldval"] == told.get(row["dataType"], row["dataOldval"])
            told[row["dataType"]] = row["dataAction"]
    told.pop("d_stageid", None)
    if "userid" in told:
        told["owner"] = told.pop("userid")
    assert time(deal["mdate"]) >= time(log[-1]["cdate"])
    return told


def test_a_deal_s_log_proves_where_it_stands(held: Account) -> None:
    moved = 0
    for deal in held.records("deals"):
        told = replayed(held, deal)
        assert told.items() <= deal.items()
        assert told["stage"]
        assert told.get("status", "0") == deal["status"]
        moved += len(told)
    assert moved > 150
    stages = by_id(held, "dealStages")
    assert all(deal["group"] == stages[deal["stage"]]["group"] for deal in held.records("deals"))
    groups = Counter(deal["group"] for deal in held.records("deals"))
    assert {id: row["count"] for id, row in by_id(held, "dealGroups").items()} == {
        id: str(groups[id]) for id in ("1", "2", "4")
    }
    assert 250 < len(held.records("dealActivities")) < 450


def test_nothing_of_sales_points_nowhere_or_happens_too_early(held: Account) -> None:
    accounts, contacts = by_id(held, "accounts"), by_id(held, "contacts")
    users = by_id(held, "users")
    for deal in held.records("deals"):
        assert deal["account"] in {*accounts, None}
        assert deal["account"] == deal["organization"] == deal["customerAccount"]
        assert deal["owner"] in users
        assert (
            time(contacts[deal["contact"]]["cdate"]) <= time(deal["cdate"]) <= time(deal["mdate"])
        )
        assert time(deal["mdate"]) <= NOW
        assert deal["edate"] in NO_DATES or time(deal["edate"]) <= NOW
    assert {row["owner"] for row in accounts.values()} <= {*users, None}
    deals = by_id(held, "deals")
    employed = {
        (row["account"], row["contact"]): time(row["createdTimestamp"])
        for row in held.records("accountContacts")
    }
    sold = [deal for deal in deals.values() if deal["account"]]
    assert len(sold) > 30
    for deal in sold:
        assert employed[deal["account"], deal["contact"]] <= time(deal["cdate"])
    for row in held.records("contactDeals"):
        deal = deals[row["deal"]]
        assert row["contact"] != deal["contact"]
        assert time(row["cdate"]) >= max(
            time(deal["cdate"]), time(contacts[row["contact"]]["cdate"])
        )
    for row in held.records("accountContacts"):
        assert time(row["createdTimestamp"]) >= time(contacts[row["contact"]]["cdate"])
        assert time(row["createdTimestamp"]) >= time(accounts[row["account"]]["createdTimestamp"])
        assert time(row["updatedTimestamp"]) >= time(row["createdTimestamp"])
    for owner, name, when, made in (
        ("deals", "deal", "mdate", "cdate"),
        ("accounts", "account", "updatedTimestamp", "createdTimestamp"),
    ):
        parents = by_id(held, owner)
        for row in held.records(f"{name}CustomFieldData"):
            parent = parents[str(row[f"{name}Id"])]
            edited = time(row["updatedTimestamp"])
            assert time(parent[made]) <= time(row["createdTimestamp"]) <= edited
            assert edited <= time(parent[when]) <= NOW
    for contact in contacts.values():
        assert contact["orgid"] == (contact["organization"] or "0")
        assert contact["organization"] in {*accounts, None}


def test_how_far_deals_come(held: Account) -> None:
    stages = by_id(held, "dealStages")
    last = {"1": ("4", "5"), "2": ("3",)}  # the order of a pipeline's last stages
    chances: dict[str, list[int]] = {"0": [], "1": [], "2": []}
    reached = {
        status: {d["stage"] for d in held.records("deals") if d["status"] == status}
        for status in chances
    }
    assert reached["0"] == set(stages)
    assert len(reached["2"]) > 5
    for deal in held.records("deals"):
        if deal["winProbability"] is not None:
            chances[deal["status"]].append(deal["winProbability"])
    assert max(chances["2"]) < 50 < min(chances["1"])
    assert min(chances["0"]) < 20
    assert max(chances["0"]) > 60
    won = [deal for deal in held.records("deals") if deal["status"] == "1"]
    ahead = [deal for deal in won if stages[deal["stage"]]["order"] in last[deal["group"]]]
    assert len(ahead) / len(won) > 0.7
    entered = [row for row in held.records("dealActivities") if row["stage"]]
    for row in entered:
        since = stages[row["stage"]]["cdate"]
        assert since is None or time(since) <= time(row["cdate"])
    (later,) = (stage for stage in stages.values() if stage["cdate"])
    assert min(time(row["cdate"]) for row in entered) < time(later["cdate"])


def test_a_deal_s_log_names_who_did_it(held: Account) -> None:
    users = {
        (kind, row["id"]): row["user"]
        for kind, key in (("task", "dealTasks"), ("note", "notes"))
        for row in held.records(key)
    }
    invited = {(row["deal"], row["contact"]) for row in held.records("contactDeals")}
    owners = {deal["id"]: deal["owner"] for deal in held.records("deals")}
    log = sorted(held.records("dealActivities"), key=lambda row: time(row["cdate"]), reverse=True)
    deleted = set()
    for row in log:  # back in time
        if row["dataType"] in ("task", "note"):
            assert row["user"] == users[row["dataType"], row["dataId"]]
        elif row["dataType"] == "contact":
            deleted.add(row["deleted"])
            assert ((row["deal"], row["dataId"]) in invited) == (row["deleted"] == "0")
        else:
            assert row["user"] == owners[row["deal"]]
        if row["dataType"] == "userid":
            owners[row["deal"]] = row["dataOldval"]
    assert deleted == {"0", "1"}
    assert any(row["dataType"] == "userid" for row in log)


@pytest.mark.parametrize("owner", ["account", "deal"])
def test_values_of_custom_fields_fit_what_has_them(owner: str, held: Account) -> None:
    labels = {
        int(id): row["fieldLabel"] for id, row in by_id(held, f"{owner}CustomFieldMeta").items()
    }
    parents, met = by_id(held, f"{owner}s"), set()
    for row in held.records(f"{owner}CustomFieldData"):
        parent, value = parents[str(row[f"{owner}Id"])], row["fieldValue"]
        made = parent.get("cdate") or parent["createdTimestamp"]
        label = labels[row["customFieldId"]]
        met.add(label)
        if label in ("Employees", "Units"):
            assert type(value) is int
            assert 0 < value < 1000
        elif label == "Yearly Budget":
            assert 500_000 <= int(value) <= 50_000_000
            assert row["fieldCurrency"] in ("EUR", "USD")
        elif label == "Shipping Cost":
            assert 2_000 <= int(value) < 100_000
            assert row["fieldCurrency"] == parent["currency"].upper()
        elif label in ("Expected Delivery", "Next Audit", "Demonstration"):
            assert value[:10] > made[:10]
        elif label == "Customer Since":
            assert value < row["updatedTimestamp"]
    common = {"Employees", "Yearly Budget", "Customer Since", "Next Audit"}
    assert met >= (
        common
        if owner == "account"
        else {"Units", "Shipping Cost", "Expected Delivery", "Demonstration"}
    )


def test_who_owns_a_deal_may_see_deals(held: Account) -> None:
    groups = by_id(held, "groups")
    may = {row["user"]: groups[row["group"]]["pgDeal"] for row in held.records("userGroups")}
    assert {may[deal["owner"]] for deal in held.records("deals")} == {"1"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hundred_contacts_show_every_oddity_of_sales(seed: int) -> None:
    account = Account.generate(contacts=100, seed=seed)
    values = {
        (key, name): {str(row.get(name, "absent")) for row in account.records(key)}
        for key in ("accounts", "accountContacts", "deals", "dealGroups", "dealStages")
        for name in sample_of(key)
    }
    values["contacts", "organization"] = {
        str(c["organization"]) for c in account.records("contacts")
    }
    for key, odd in {
        ("accounts", "accountUrl"): {"None", ""},
        ("accounts", "owner"): {"None", "1"},
        ("accountContacts", "jobTitle"): {"None", "", "absent", 'CEO, "founder"'},
        ("contacts", "organization"): {"None"},
        ("dealGroups", "win_probability_initialize_date"): {"None", "0000-00-00 00:00:00"},
        ("dealStages", "cdate"): {"None"},
        ("dealStages", "width"): {"280", "320"},
        ("deals", "account"): {"None"},
        ("deals", "nextTask"): {"None", "absent"},
        ("deals", "edate"): {"None", "0000-00-00 00:00:00"},
        ("deals", "status"): {"0", "1", "2"},
        ("deals", "winProbability"): {"None"},
        ("deals", "value"): {"0"},
        ("deals", "currency"): {"usd", "eur", "gbp"},
    }.items():
        assert odd <= values[key], key
        assert len(values[key]) > 1
    assert sorted(len(group["stages"]) for group in account.records("dealGroups")) == [0, 3, 5]
    kinds = {type(row["fieldValue"]) for row in account.records("dealCustomFieldData")}
    assert {str, list, int} <= kinds
    for owner in ("account", "deal"):
        metas = account.records(f"{owner}CustomFieldMeta")
        assert len({row["fieldType"] for row in metas}) == 12
        assert {type(row["fieldDefault"]) for row in metas} == {type(None), int, str, list}
    assert {row["dataType"] for row in account.records("dealActivities")} >= {
        *("", "d_stageid", "status", "userid", "value", "contact", "note", "task")
    }


def test_without_contacts_there_is_the_set_up_only() -> None:
    account = Account.generate(contacts=0, seed=1)
    made = {key: len(account.records(key)) for key in ("dealGroups", "dealStages")}
    assert made == {"dealGroups": 3, "dealStages": 8}
    assert len(account.records("dealCustomFieldMeta")) == 12
    for key in ("accounts", "deals", "dealActivities", "dealCustomFieldData", "contactDeals"):
        assert not account.records(key)
    assert Account.generate(contacts=1, seed=1).records("deals")
