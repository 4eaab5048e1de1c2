"""The made-up account: it hangs together, is the same every time, and changes as the API would."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW, iso, moment, wall
from sandbox.resources import RESOURCES

NO_DATES = (None, "", "0000-00-00", "0000-00-00 00:00:00")
SEEDS = range(1, 9)
Record = dict[str, Any]


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 600 contacts that no test changes."""
    return Account.generate(contacts=600, seed=11)


@pytest.fixture
def account() -> Account:
    """A small account to change."""
    return Account.generate(contacts=12, seed=2)


def everything(account: Account) -> dict[str, list[bytes]]:
    return {
        key: [collection.rows[number].text for number in collection.numbers]
        for key, collection in account.collections.items()
    }


def by_id(account: Account, resource: str) -> dict[str, Record]:
    return {record["id"]: record for record in account.records(resource)}


def test_a_seed_makes_the_same_account_and_another_another() -> None:
    first = everything(Account.generate(contacts=40, seed=1))
    assert everything(Account.generate(contacts=40, seed=1)) == first
    assert everything(Account.generate(contacts=40, seed=2))["contacts"] != first["contacts"]


@pytest.mark.parametrize("contacts", [0, 1, 137])
def test_there_are_as_many_contacts_as_asked_for(contacts: int) -> None:
    account = Account.generate(contacts=contacts, seed=1)
    assert len(account.records("contacts")) == contacts
    assert [len(account.records(key)) for key in ("users", "groups", "lists", "fields")] == [
        *(5, 4, 8, 13)
    ]
    assert len(account.records("tags")) == 25
    assert contacts or not account.records("contactLists")


def test_a_negative_number_of_contacts_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 contacts"):
        Account.generate(contacts=-1, seed=1)


def test_an_empty_account_holds_nothing() -> None:
    assert not any(Account.empty().records(key) for key in RESOURCES)


@pytest.mark.parametrize("key", RESOURCES)
def test_every_reference_leads_somewhere(key: str, generated: Account) -> None:
    records = generated.records(key)
    assert records
    assert all(record["id"].isdigit() for record in records)
    for member, parent in RESOURCES[key].references.items():
        assert {record[member] for record in records} <= by_id(generated, parent).keys()
    users = by_id(generated, "users").keys() | {None, "0"}
    for record in records:
        assert {record.get("created_by"), record.get("userid")} <= users
        for alias, plain in RESOURCES[key].aliases.items():
            assert record[alias] == (None if record[plain] == "0" else record[plain])
    unique = RESOURCES[key].unique or ("id",)
    assert len({tuple(record[name] for name in unique) for record in records}) == len(records)


def test_how_much_hangs_on_a_contact(generated: Account) -> None:
    shares = {
        key: len(generated.records(key)) / 600
        for key in ("contactLists", "contactTags", "fieldValues", "scoreValues")
    }
    expected = {"contactLists": 1.6, "contactTags": 1.4, "fieldValues": 2.0, "scoreValues": 0.6}
    assert shares == pytest.approx(expected, abs=0.2)
    bounced = [
        contact
        for contact in generated.records("contacts")
        if contact["bounced_hard"] != "0" or contact["bounced_soft"] != "0"
    ]
    assert len(bounced) == 12


def test_counts_agree_with_the_rows(generated: Account) -> None:
    members, active = Counter[str](), Counter[str]()
    for row in generated.records("contactLists"):
        members[row["list"]] += 1
        active[row["list"]] += row["status"] == "1"
    for entry in generated.records("lists"):
        assert entry["non_deleted_subscribers"] == str(members[entry["id"]])
        assert entry["active_subscribers"] == str(active[entry["id"]])
    tagged = Counter(row["tag"] for row in generated.records("contactTags"))
    for tag in generated.records("tags"):
        assert tag["subscriber_count"] == str(tagged[tag["id"]])


def test_nothing_happens_before_it_can_or_after_the_present(generated: Account) -> None:
    contacts, lists = by_id(generated, "contacts"), by_id(generated, "lists")
    moved: defaultdict[str, list[str]] = defaultdict(list)
    for key, when in (
        ("contactLists", "sdate"),
        ("contactTags", "cdate"),
        ("fieldValues", "udate"),
    ):
        for row in generated.records(key):
            contact = contacts[row["contact"]]
            if row[when] is not None:
                assert time(row[when]) >= time(contact["cdate"])
                moved[contact["id"]].append(row[when])
            if key == "contactLists":
                assert time(row["created_timestamp"]) >= time(lists[row["list"]]["cdate"])
                assert (row["first_name"], row["last_name"]) == (
                    contact["firstName"],
                    contact["lastName"],
                )
                assert row["udate"] is None or time(row["udate"]) >= time(row["created_timestamp"])
                moved[contact["id"]] += filter(None, [row["udate"]])
    for contact in contacts.values():
        assert time(contact["udate"]) >= max(map(time, [contact["cdate"], *moved[contact["id"]]]))
        assert contact["created_utc_timestamp"] == wall(time(contact["cdate"]))
        assert contact["updated_timestamp"] >= wall(time(contact["udate"]))
    for key in RESOURCES:
        for record in generated.records(key):
            dates = [text for name, text in record.items() if name.endswith(("date", "stamp"))]
            assert all(time(text) <= NOW for text in dates if text not in NO_DATES)


def time(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=NOW.tzinfo)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hundred_contacts_show_every_oddity(seed: int) -> None:
    account = Account.generate(contacts=100, seed=seed)
    values = {
        (key, name): {str(record.get(name, "absent")) for record in account.records(key)}
        for key, resource in RESOURCES.items()
        for name in resource.template
    }
    contacts = account.records("contacts")
    assert {"None", "", "0000-00-00 00:00:00"} <= values["contacts", "deleted_at"]
    assert {"None", "", "0000-00-00 00:00:00"} <= values["contacts", "edate"]
    assert {"None", "0000-00-00"} < values["contacts", "bounced_date"]
    assert {"0", "2130706433", "4294967295"} <= values["contacts", "ip"]
    assert {"absent", "None"} <= values["contacts", "whatsapp_id"]
    assert {contact["cdate"][-6:] for contact in contacts} == {"-05:00", "-06:00"}
    names = "".join(contact["firstName"] + contact["lastName"] for contact in contacts)
    assert set("\n\t\"\\<&'") < set(names)
    assert any(ord(letter) > 0xFFFF for letter in names)
    assert {"None", "", "||"} <= values["fieldValues", "value"]
    assert any(value.count("||") > 2 for value in values["fieldValues", "value"])
    memberships = account.records("contactLists")
    assert {"0", "1", "2", "3"} == values["contactLists", "status"]
    assert any(row["status"] == "1" and row["udate"] for row in memberships)
    assert any(row["sdate"] is None for row in memberships)
    for name in ("form", "campaign", "automation"):
        assert "None" in values["contactLists", name]
        assert len(values["contactLists", name]) > 1
    types = {type(user["mfaEnabled"]) for user in account.records("users")}
    assert types == {str, int, bool}
    assert {None, ""} < {user["signature"] for user in account.records("users")}
    documented = "dropdown hidden checkbox date text datetime textarea NULL listbox radio"
    assert values["fields", "type"] == {*documented.split(), ""}
    assert {"contact", "template"} == values["tags", "tagType"]
    assert len(values["lists", "name"]) < len(account.records("lists"))


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


@pytest.mark.parametrize(
    ("resource", "children"),
    [
        ("contacts", {"fieldValues", "contactLists", "contactTags", "scoreValues"}),
        ("fields", {"fieldValues", "fieldOptions", "fieldRels"}),
        ("lists", {"contactLists"}),
        ("tags", {"contactTags"}),
        ("users", {"userGroups"}),
    ],
)
def test_deleting_takes_along_what_hangs_on_it(resource: str, children: set[str]) -> None:
    account = Account.generate(contacts=60, seed=2)
    taking = {  # each child collection with the member that names the parent
        key: next(name for name, parent in RESOURCES[key].references.items() if parent == resource)
        for key in children
    }
    ids = [
        id
        for id in by_id(account, resource)
        if all(any(row[taking[key]] == id for row in account.records(key)) for key in children)
    ]
    before = {key: by_id(account, key) for key in RESOURCES}
    account.delete(resource, ids[0])
    for key, records in before.items():
        gone = records.keys() - by_id(account, key).keys()
        if key in taking:
            assert gone == {id for id, row in records.items() if row[taking[key]] == ids[0]}
            assert gone
        else:
            assert gone == ({ids[0]} if key == resource else set())
    with pytest.raises(KeyError):
        account.delete(resource, ids[0])


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
        "scoreValues": [],
        "id": contact["id"],
        "odd": 1.5,
    }
