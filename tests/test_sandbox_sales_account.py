"""Accounts, pipelines and deals of the made-up account: they hang together and change rightly."""

from collections import Counter
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW
from tests.test_sandbox import sample_of
from tests.test_sandbox_account import NO_DATES, SEEDS, by_id, time

Record = dict[str, Any]


@pytest.fixture(scope="module")
def held() -> Account:
    """An account of 100 deals that no test changes."""
    return Account.generate(contacts=400, seed=3)


@pytest.fixture
def account() -> Account:
    """A small account to change."""
    return Account.generate(contacts=24, seed=2)


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


def test_a_contact_that_leaves_a_deal_is_marked_in_its_log(account: Account) -> None:
    deal = account.add("deals", title="Left", owner="1")["id"]
    first, other = (contact["id"] for contact in account.records("contacts")[:2])
    joined = account.add("contactDeals", deal=deal, contact=first, created_by="3")
    account.add("contactDeals", deal=deal, contact=other)
    account.delete("contactDeals", joined["id"])
    rows = [row for row in account.records("dealActivities") if row["deal"] == deal]
    told = [(row["dataId"], row["user"], row["deleted"]) for row in rows[1:]]
    assert told == [(first, "3", "1"), (other, "1", "0")]


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


@pytest.mark.parametrize(
    ("member", "value", "kind"),
    [
        ("stage", "2", "d_stageid"),
        ("stage", "7", "d_stageid"),  # of the other pipeline
        ("owner", "3", "userid"),
        ("status", "1", "status"),
        ("value", "777", "value"),
        ("title", "Renamed", None),
    ],
)
def test_a_change_of_a_deal_is_logged(
    member: str, value: str, kind: str | None, account: Account
) -> None:
    contact = account.records("contacts")[0]["id"]
    before = account.add("deals", contact=contact, stage=1, owner="1")
    account.update("deals", before["id"], **{member: value})
    after = by_id(account, "deals")[before["id"]]
    assert time(after["mdate"]) > time(before["mdate"])
    assert (before["group"], after["group"]) == ("1", "2" if value == "7" else "1")
    log = [row for row in account.records("dealActivities") if row["deal"] == before["id"]]
    assert after["activitycount"] == str(len(log)) == ("2" if kind else "1")
    assert [row["dataType"] for row in log] == ["", *([kind] if kind else [])]
    if kind:
        assert (log[1]["dataAction"], log[1]["dataOldval"]) == (value, before[member])
        assert log[1]["stage"] == (value if member == "stage" else None)
        assert log[1]["cdate"] == after["mdate"]
    counts = Counter(deal["group"] for deal in account.records("deals"))
    for id, group in by_id(account, "dealGroups").items():
        assert group["count"] == str(counts[id])


def test_the_next_task_of_a_deal_has_three_forms(account: Account) -> None:
    deal = account.add("deals", title="No task yet")
    assert "nextTask" not in deal
    assert account.update("deals", deal["id"], nexttaskid="9")["nextTask"] == "9"
    assert account.update("deals", deal["id"], nexttaskid="0")["nextTask"] is None
    assert "nextTask" not in account.update("deals", deal["id"], nexttaskid=None)


def test_deals_and_contacts_of_a_deleted_account_are_nobody_s(account: Account) -> None:
    company = account.add("accounts", name="Short Lived")["id"]
    contact = account.add("contacts", orgid=company)["id"]
    deal = account.add("deals", contact=contact, account=int(company))
    assert deal["organization"] == deal["customerAccount"] == company
    account.add("accountContacts", account=company, contact=contact)
    row = by_id(account, "accounts")[company]
    assert (row["contactCount"], row["dealCount"]) == ("1", "1")
    account.delete("accounts", company)
    freed = by_id(account, "deals")[deal["id"]]
    assert (freed["account"], freed["organization"], freed["customerAccount"]) == (None,) * 3
    left = by_id(account, "contacts")[contact]
    assert (left["orgid"], left["organization"]) == ("0", None)


@pytest.mark.parametrize("children_move_parent", [True, False])
def test_what_moves_the_date_of_a_deal(children_move_parent: bool, account: Account) -> None:
    account.children_move_parent = children_move_parent
    contact = account.add("contacts")["id"]
    for key, members in (
        ("dealCustomFieldData", {"dealCustomFieldMetumId": 8, "fieldValue": "x"}),
        ("contactDeals", {"contact": contact}),
    ):
        before = account.add("deals", title="Moved?")
        parent = {"deal": before["id"], "dealId": before["id"]}
        name = "dealId" if key == "dealCustomFieldData" else "deal"
        account.add(key, **{name: parent[name]}, **members)
        after = by_id(account, "deals")[before["id"]]
        assert (time(after["mdate"]) > time(before["mdate"])) is children_move_parent
    assert after["activitycount"] == "2"


def test_a_value_is_one_a_deal_and_field(account: Account) -> None:
    deal = account.records("deals")[-1]["id"]
    field = account.add("dealCustomFieldMeta", fieldLabel="New")["id"]
    key = {"dealId": deal, "dealCustomFieldMetumId": field}
    first = account.add("dealCustomFieldData", fieldValue="a", **key)
    second = account.add("dealCustomFieldData", fieldValue="b", **key)
    assert (first["id"], second["fieldValue"]) == (second["id"], "b")
    assert first["customFieldId"] == first["dealCustomFieldMetumId"] == int(field)
    assert second["updatedTimestamp"] > first["updatedTimestamp"]


def test_without_contacts_there_is_the_set_up_only() -> None:
    account = Account.generate(contacts=0, seed=1)
    made = {key: len(account.records(key)) for key in ("dealGroups", "dealStages")}
    assert made == {"dealGroups": 3, "dealStages": 8}
    assert len(account.records("dealCustomFieldMeta")) == 12
    for key in ("accounts", "deals", "dealActivities", "dealCustomFieldData", "contactDeals"):
        assert not account.records(key)
    assert Account.generate(contacts=1, seed=1).records("deals")
