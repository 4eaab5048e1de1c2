"""Changes of the made-up account: ids, dates, counts and copies move as the API moves them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW, iso, moment, wall
from sandbox.resources import RESOURCES
from sandbox.server import serve
from tests.conftest import Get, asking
from tests.test_sandbox_account import by_id, everything, time


def test_a_new_record_has_the_next_id_and_the_api_s_defaults(account: Account) -> None:
    last = max(int(contact["id"]) for contact in account.records("contacts"))
    added = account.add("contacts", email="new@example.com", firstName="New")
    assert added["id"] == str(last + 1)
    assert added.keys() == by_id(account, "contacts")["1"].keys()
    assert added == by_id(account, "contacts")[added["id"]]
    assert (added["email_domain"], added["created_by"]) == ("example.com", None)
    assert time(added["cdate"]) == time(added["udate"]) > NOW
    second = account.add("contacts")
    assert (time(second["cdate"]) - time(added["cdate"])).total_seconds() == 1


def test_the_clock_can_be_set(account: Account) -> None:
    account.clock = lambda: moment(1_900_000_000)
    added = account.add("lists", name="Later", userid=2)
    assert added["cdate"] == iso(moment(1_900_000_000))
    assert (added["userid"], added["user"]) == ("2", "2")


def test_an_edit_moves_the_contact_s_dates(account: Account) -> None:
    before = account.add("contacts", email="a@b.example", firstName="Old")
    membership = account.add("contactLists", contact=before["id"], list=1)
    assert membership["first_name"] == "Old"
    after = account.update("contacts", before["id"], firstName="New", email="a@c.example")
    assert time(after["udate"]) > time(before["udate"])
    assert after["updated_timestamp"] == wall(time(after["udate"]))
    assert (after["created_by"], after["email_domain"]) == ("0", "c.example")
    assert (after["cdate"], after["hash"]) == (before["cdate"], before["hash"])
    renamed = by_id(account, "contactLists")[membership["id"]]
    assert renamed == membership | {"first_name": "New"}


def test_a_mail_moves_updated_timestamp_and_not_udate(account: Account) -> None:
    before = account.records("contacts")[0]
    sent = iso(NOW)
    after = account.update("contacts", before["id"], edate=sent, sentcnt="200")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"edate", "sentcnt", "updated_timestamp", "updated_utc_timestamp"}
    assert after["updated_timestamp"] == wall(NOW)


def test_an_update_that_changes_nothing_moves_nothing(account: Account) -> None:
    before = everything(account)
    contact = account.records("contacts")[0]
    account.update("contacts", contact["id"], firstName=contact["firstName"])
    assert everything(account) == before


def test_renaming_a_list_moves_one_date_and_a_tag_none(account: Account) -> None:
    before, after = account.records("lists")[0], account.update("lists", 1, name="Renamed")
    assert {name for name in before if before[name] != after[name]} == {"name", "udate"}
    before, after = account.records("tags")[0], account.update("tags", 1, tag="Renamed")
    assert {name for name in before if before[name] != after[name]} == {"tag"}


@pytest.mark.parametrize("children_move_parent", [True, False])
@pytest.mark.parametrize(
    ("change", "is_proven"),
    [
        ("add a tag", True),
        ("add a value", True),
        ("unsubscribe", True),
        ("subscribe", False),
        ("remove a tag", False),
        ("edit a value", False),
        ("delete a value", False),
        ("add a score", False),
    ],
)
def test_what_moves_the_contact_s_dates(
    change: str, is_proven: bool, children_move_parent: bool, account: Account
) -> None:
    contact = account.add("contacts", email="moved@example.com")["id"]
    tag = account.add("contactTags", contact=contact, tag=1)["id"]
    value = account.add("fieldValues", contact=contact, field=5, value="CEO")["id"]
    membership = account.add("contactLists", contact=contact, list=1)["id"]
    account.children_move_parent = children_move_parent
    before = by_id(account, "contacts")[contact]
    changes: dict[str, Callable[[], object]] = {
        "add a tag": lambda: account.add("contactTags", contact=contact, tag=2),
        "add a value": lambda: account.add("fieldValues", contact=contact, field=8, value="x"),
        "unsubscribe": lambda: account.update("contactLists", membership, status="2"),
        "subscribe": lambda: account.add("contactLists", contact=contact, list=2),
        "remove a tag": lambda: account.delete("contactTags", tag),
        "edit a value": lambda: account.update("fieldValues", value, value="Buyer"),
        "delete a value": lambda: account.delete("fieldValues", value),
        "add a score": lambda: account.add("scoreValues", contact=contact, score=1),
    }
    changes[change]()
    after = by_id(account, "contacts")[contact]
    has_moved = is_proven or children_move_parent
    assert (time(after["udate"]) > time(before["udate"])) is has_moved
    assert (after["updated_timestamp"] > before["updated_timestamp"]) is has_moved


def test_coming_and_going(account: Account) -> None:
    contact = account.add("contacts")["id"]
    before = by_id(account, "lists")["2"]
    joined = account.add("contactLists", contact=contact, list=2)
    left = account.update("contactLists", joined["id"], status="2")
    back = account.add("contactLists", contact=contact, list=2, status="1")
    assert joined["udate"] is None
    assert time(left["udate"]) > time(joined["sdate"]) == time(left["sdate"])
    assert back["id"] == joined["id"]
    assert (back["status"], back["udate"]) == ("1", left["udate"])
    assert time(back["sdate"]) > time(left["udate"])
    assert back["updated_timestamp"] == joined["updated_timestamp"]
    after = by_id(account, "lists")["2"]
    for name in ("non_deleted_subscribers", "active_subscribers"):
        assert int(after[name]) == int(before[name]) + 1


def test_tagging_twice_is_tagging_once(account: Account) -> None:
    contact = account.add("contacts")["id"]
    before = by_id(account, "tags")["4"]
    first = account.add("contactTags", contact=contact, tag=4)
    assert account.add("contactTags", contact=int(contact), tag="4") == first
    after = by_id(account, "tags")["4"]
    assert int(after["subscriber_count"]) == int(before["subscriber_count"]) + 1
    assert after["updated_timestamp"] == wall(time(first["cdate"]))
    account.delete("contactTags", first["id"])
    gone = by_id(account, "tags")["4"]
    assert gone["subscriber_count"] == before["subscriber_count"]
    assert gone["updated_timestamp"] > after["updated_timestamp"]


def hanging_on(account: Account, resource: str, record_id: str) -> set[tuple[str, str]]:
    """A record and all that goes with it, as resources and ids."""
    named = [
        ((key, row[entry.id_key]), {(entry.parents[member], str(held))})
        for key, entry in RESOURCES.items()
        for row in account.records(key)
        for member, held in entry.named(row).items()
    ]
    found, new = set(), {(resource, record_id)}
    while new:
        found |= new
        new = {record for record, parent in named if parent & new} - found
    return found


@pytest.mark.parametrize(
    ("key", "member"),
    [(key, member) for key, entry in RESOURCES.items() for member in entry.parents],
)
def test_deleting_takes_along_what_hangs_on_it(key: str, member: str) -> None:
    account = Account.generate(contacts=100, seed=2)
    resource = RESOURCES[key]
    row = next(row for row in account.records(key) if resource.named(row).get(member))
    parent, parent_id = resource.parents[member], str(resource.named(row)[member])
    going = hanging_on(account, parent, parent_id)
    assert (key, row["id"]) in going
    before = {(name, id) for name in RESOURCES for id in by_id(account, name)}
    account.delete(parent, parent_id)
    assert before - {(name, id) for name in RESOURCES for id in by_id(account, name)} == going
    with pytest.raises(KeyError):
        account.delete(parent, parent_id)


def test_an_id_is_not_given_twice(account: Account) -> None:
    first = account.add("tags", tag="short-lived")["id"]
    account.delete("tags", first)
    assert account.add("tags", tag="next")["id"] == str(int(first) + 1)


def test_put_keeps_a_record_as_given(account: Account) -> None:
    contact = account.records("contacts")[3]
    account.delete("contacts", contact["id"])
    account.put("contacts", contact)
    assert by_id(account, "contacts")[contact["id"]] == contact
    account.put("contacts", {"id": contact["id"], "odd": 1.5})
    assert by_id(account, "contacts")[contact["id"]] == {
        "accountContacts": [],
        "scoreValues": [],
        "id": contact["id"],
        "odd": 1.5,
    }


@pytest.mark.parametrize(
    "odd", [{"a": 1, "udate": "1999-01-01"}, [{"a": 1, "udate": ""}], '","udate":"', "\\", None]
)
def test_filters_read_a_record_s_own_member_whatever_else_it_holds(
    odd: Any, account: Account
) -> None:
    late = account.add("contacts", ua=odd, udate="2031-01-01T00:00:00-06:00")
    account.put("contacts", {"id": "9999", "udate": "2032-01-01T00:00:00-06:00", "ua": odd})
    with serve(account) as server:
        query = {"filters[updated_after]": "2030-01-01", "orders[id]": "ASC"}
        reply = asking(server)("contacts", **query)
    assert [contact["id"] for contact in reply["contacts"]] == [late["id"], "9999"]


def test_a_row_is_listed_where_it_points_to_now(account: Account) -> None:
    first, second = (account.add("contacts")["id"] for _ in range(2))
    tags = [account.add("tags", tag=f"new {nth}")["id"] for nth in range(3)]
    rows = [account.add("contactTags", contact=first, tag=tag)["id"] for tag in tags]
    last = account.add("contactTags", contact=second, tag=tags[2])["id"]
    with serve(account) as server:
        query = {"include": "contactTags", "id_greater": int(first) - 1, "orders[id]": "ASC"}
        listed = partial(members, asking(server), "contacts", "contactTags", **query)
        assert listed() == [rows, [last]]
        account.update("contactTags", rows[1], contact=second)
        assert listed() == [[rows[0], rows[2]], [rows[1], last]]
        account.update("contactTags", rows[1], contact=first)
        assert listed() == [rows, [last]]
        account.delete("contactTags", rows[0])
        account.delete("contactTags", last)
        assert listed() == [rows[1:], []]


def test_filters_read_what_a_record_holds_now(account: Account) -> None:
    added = account.add("tags", tag="before")["id"]
    with serve(account) as server:
        found = partial(members, asking(server), "tags", "id")
        assert found(search="before") == [added]
        account.update("tags", added, tag="after")
        assert (found(search="before"), found(search="after")) == ([], [added])
        account.put("tags", {"id": added, "tag": "before"})
        assert asking(server)("tags", search="before")["tags"] == [{"id": added, "tag": "before"}]
        account.update("tags", added, tag="after")
        assert asking(server)("tags", search="after")["tags"][0].keys() == {"id", "tag", "links"}
        account.delete("tags", added)
        assert (found(search="before"), found(search="after")) == ([], [])


def members(get: Get, key: str, member: str, **query: Any) -> list[Any]:
    return [record[member] for record in get(key, **query)[key]]
