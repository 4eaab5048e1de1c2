"""The account of the benchmarks: what is taken away and added leaves no loose end."""

from collections import Counter
from collections.abc import Iterable

import pytest
import requests

from benchmarks.account import ROWS, benchmark_account, change_one_percent, served
from sandbox.account import Account
from sandbox.collection import number_of
from sandbox.dates import NOW, epoch
from sandbox.resources import RESOURCES, Record

CONTACTS = 400


@pytest.fixture(scope="module")
def account() -> Account:
    return benchmark_account(CONTACTS)


@pytest.fixture(scope="module")
def changed() -> Account:
    account = benchmark_account(CONTACTS)
    change_one_percent(account)
    return account


def test_there_are_as_many_rows_as_the_benchmark_says(account: Account) -> None:
    held = {key: len(account.records(key)) for key in ROWS}
    assert held == {key: rows * CONTACTS // 20_000 for key, rows in ROWS.items()}
    assert len(account.records("contacts")) == CONTACTS
    assert len(account.records("accounts")) == CONTACTS // 10
    assert len(account.records("deals")) == CONTACTS // 4


@pytest.mark.parametrize("fixture", ["account", "changed"])
def test_no_row_points_nowhere_and_all_counts_are_right(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    account: Account = request.getfixturevalue(fixture)
    for key, resource in RESOURCES.items():
        for record in account.records(key):
            for member, held in resource.ids(record).items():
                number = number_of(held)
                there = account.collections[resource.indexed[member]]
                assert number in there or number in (None, 0), (key, member, record)
    assert counted(account, "accounts", "contactCount") == tally(
        account, "accountContacts", "account"
    )
    assert counted(account, "accounts", "dealCount") == tally(account, "deals", "account")
    assert counted(account, "deals", "activitycount") == tally(account, "dealActivities", "d_id")
    assert counted(account, "dealGroups", "count") == tally(account, "deals", "group")
    assert counted(account, "tags", "subscriber_count") == tally(account, "contactTags", "tag")
    members = tally(account, "contactLists", "list")
    assert counted(account, "lists", "non_deleted_subscribers") == members


def counted(account: Account, resource: str, member: str) -> dict[str, int]:
    counts = {record["id"]: int(record[member]) for record in account.records(resource)}
    return {record_id: count for record_id, count in counts.items() if count}


def tally(account: Account, resource: str, member: str) -> Counter[str]:
    return Counter(record[member] for record in account.records(resource) if record[member])


def test_nothing_seems_to_be_changed_just_now(account: Account) -> None:
    assert latest(record["udate"] for record in account.records("contacts")) < NOW.timestamp()
    assert latest(record["mdate"] for record in account.records("deals")) < NOW.timestamp()


def latest(dates: Iterable[str]) -> float:
    return max(map(epoch, dates))


def test_a_day_s_work_is_dated_the_same_each_time_and_there_at_the_end() -> None:
    first, second = benchmark_account(CONTACTS), benchmark_account(CONTACTS)
    before = {key: by_id(first, key) for key in RESOURCES}
    changes = change_one_percent(first)
    assert changes == change_one_percent(second)
    assert changes.deleted.keys() >= {"contacts", "deals", "contactTags", "notes", "dealTasks"}
    for key in RESOURCES:
        assert first.records(key) == second.records(key)
        held = by_id(first, key)
        assert held.keys() >= {*changes.added[key], *changes.edited[key]}
        assert not before[key].keys() & {*changes.added[key]}
        assert not held.keys() & {*changes.deleted[key]}
        assert all(held[one] != before[key][one] for one in changes.edited[key])
    for key, owner, member, date in DATED:
        dates = {id: epoch(record[date]) for id, record in by_id(first, owner).items()}
        assert sum(at > NOW.timestamp() for at in dates.values()) < 0.04 * len(dates)
        rows = by_id(first, key)
        touched = {rows[id][member] for id in (*changes.added[key], *changes.edited[key])}
        assert touched
        assert all(dates[str(owner_id)] > NOW.timestamp() for owner_id in touched)


DATED = (
    ("contacts", "contacts", "id", "udate"),
    ("fieldValues", "contacts", "contact", "udate"),
    ("contactLists", "contacts", "contact", "udate"),
    ("contactTags", "contacts", "contact", "udate"),
    ("deals", "deals", "id", "mdate"),
    ("dealCustomFieldData", "deals", "dealId", "mdate"),
)
"""rows, and by the date of what they are seen to have changed"""


def by_id(account: Account, resource: str) -> dict[str, Record]:
    return {record[RESOURCES[resource].id_key]: record for record in account.records(resource)}


def test_the_account_is_served_by_a_process_of_its_own() -> None:
    with served(CONTACTS // 4) as host:
        address, headers = f"{host.url()}/api/3/contacts", {"Api-Token": "sandbox"}
        meta = requests.get(address, headers=headers).json()["meta"]
        assert meta["total"] == str(CONTACTS // 4)
        host.delay(0.01)
        changes = host.change()
        assert {*changes.added["contacts"]} <= {one["id"] for one in host.records("contacts")}
        assert [one.path for one in host.requests()] == ["contacts"]
        assert host.requests() == []
    with pytest.raises(requests.ConnectionError):
        requests.get(address, headers=headers)
