"""The sandbox over HTTP: what the API's notes and recorded replies say is what is served."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.resources import RESOURCES
from sandbox.server import Server, serve
from tests.conftest import Get, asking

RECORDED = json.loads((Path(__file__).parent / "data/endpoints.json").read_text(encoding="utf-8"))
INCLUDES = "fieldValues,contactLists.list,contactTags.tag"
Record = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """An account of 250 contacts that no test changes."""
    with serve(Account.generate(contacts=250, seed=4)) as running:
        yield running


def entry_of(key: str) -> Record:
    """What is recorded of a resource, by the key that replies hold it under."""
    return next(
        entry
        for entry in RECORDED["tables"] + RECORDED["extras"]
        if key in (re.split(r"\W", entry["data_key"])[0], entry["name"])
    )


def sample_of(key: str) -> Record:
    """The recorded record of a resource; where only the names of its members are, they are null."""
    entry = entry_of(key)
    sample: Record | None = entry.get("sample_B", entry["sample"])  # B: the form of a list
    return sample or dict.fromkeys(entry["keys"])


def ids(records: list[Record]) -> list[str]:
    return [record["id"] for record in records]


SERVED_AT = {
    "fieldOptions": "fields",
    "fieldRels": "fields",
    "userGroups": "groups/4/userGroups",
    "trackingLogs": "contacts/1/trackingLogs",
    "geoIps": "contacts/2/geoIps",
    "ecomOrderDiscounts": "ecomOrders/2/orderDiscounts",
}
# groups: the next test; records: tests of custom objects
NOT_RECORDED = {"geoAddresses", "groups", "records"}
LISTED = [key for key, entry in RESOURCES.items() if entry.is_listed and not entry.per]
MAY_LACK = {
    "accountContacts": {"jobTitle"},
    "contacts": {"sms_consent", "sms_consent_updated_at", "whatsapp_id", "whatsapp_username"},
    "deals": {"nextTask"},
    "notes": {"is_draft"},
}
MAY_HAVE = {
    "accountCustomFieldData": {"fieldCurrency"},
    "campaignMessages": {"verified_opens", "verified_unique_opens"},
    "dealCustomFieldData": {"fieldCurrency"},
}
OF_ANY_TYPE = {
    *("users.mfaEnabled", "dealTasks.status", "automations.status", "bounceLogs.code"),
    *("contactAutomations.completedElements", "contactAutomations.totalElements"),
    *("campaignMessages.percentage", "campaignMessages.initial_split_percentage"),
    *("accountCustomFieldMeta.fieldDefault", "dealCustomFieldMeta.fieldDefault"),
    *("accountCustomFieldData.fieldValue", "dealCustomFieldData.fieldValue"),
    "brandings.links",
}


@pytest.mark.parametrize("key", sorted(RESOURCES.keys() - NOT_RECORDED))
def test_records_have_the_recorded_members(key: str, get: Get) -> None:
    links: Record = {"links": []} if RESOURCES[key].has_links else {}
    expected = links | sample_of(key)
    others = entry_of(key).get("keys", {}).keys() - expected.keys()
    may_lack, may_have = MAY_LACK.get(key, set()), MAY_HAVE.get(key, set()) | others
    records = get(SERVED_AT.get(key, RESOURCES[key].path), limit=100)[key]
    assert any(record.keys() - others == expected.keys() for record in records)
    for record in records:
        assert (record.keys() | may_lack) - may_have == expected.keys()
        own, recorded = record.get("links"), expected.get("links")
        if recorded is not None and f"{key}.links" not in OF_ANY_TYPE:
            assert (own and own.keys()) == (recorded and recorded.keys())
        for name, value in record.items():
            if isinstance(expected.get(name), str) and f"{key}.{name}" not in OF_ANY_TYPE:
                assert value is None or isinstance(value, str), name


def test_groups_have_all_known_members_and_a_few_unknown(get: Get) -> None:
    (known,) = (entry for entry in RECORDED["tables"] if entry["name"] == "user_groups")
    for group in get("groups")["groups"]:
        unknown = group.keys() - set(known["full_key_list_82"]) - {"links"}
        assert group.keys() >= {*known["full_key_list_82"], "links"}
        assert unknown
        assert all(name.startswith("pg") for name in unknown)


@pytest.mark.parametrize(
    ("path", "limit", "expected"),
    [
        ("contacts", None, 20),
        ("contacts", 7, 7),
        ("contacts", 100, 100),
        ("contacts", 5000, 100),
        ("contacts", "many", 20),
        ("contactTags", None, 20),
        ("fields", None, 13),
    ],
)
def test_the_size_of_a_page(path: str, limit: object, expected: int, get: Get) -> None:
    assert len(get(path, **({} if limit is None else {"limit": limit}))[path]) == expected


@pytest.mark.parametrize("key", LISTED)
def test_pages_by_offset_hold_every_record_once(key: str, server: Server, get: Get) -> None:
    path, id_key = RESOURCES[key].path, RESOURCES[key].id_key
    held = [record[id_key] for record in server.account.records(key)]
    walked: list[str] = []
    order = {} if RESOURCES[key].has_steady_order else {"orders[id]": "ASC"}
    while len(walked) <= len(held):
        page = get(path, limit=7, offset=len(walked), **order)[key]
        if not page:
            break
        walked += [record[id_key] for record in page]
    assert sorted(walked) == sorted(held)
    assert len(set(walked)) == len(walked)


def test_pages_by_id(server: Server, get: Get) -> None:
    held = ids(server.account.records("contacts"))
    walked: list[str] = ["0"]
    order = {"orders[id]": "ASC"}
    while page := get("contacts", limit=60, id_greater=walked[-1], **order)["contacts"]:
        walked += ids(page)
        assert walked[1:] == held[: len(walked) - 1]
    assert walked[1:] == held
    last = get("contacts", id_greater=walked[-3], **order)
    assert (ids(last["contacts"]), last["meta"]["total"]) == (walked[-2:], "2")
    first = get("contacts", id_less=walked[3], **{"orders[id]": "DESC"})
    assert ids(first["contacts"]) == walked[2:0:-1]


def test_contacts_are_not_ordered_by_id_unless_asked(get: Get) -> None:
    contacts = get("contacts", limit=100)["contacts"]
    keys = [(contact["firstName"].lower(), int(contact["id"])) for contact in contacts]
    assert keys == sorted(keys)
    numbers = [number for _, number in keys]
    assert numbers != sorted(numbers)


def test_id_greater_is_known_to_contacts_only(get: Get) -> None:
    assert get("lists", id_greater=5) == get("lists")


def test_what_comes_beside_contacts(server: Server, get: Get) -> None:
    page = get("contacts", limit=100, include=INCLUDES + ",unknown,contactTags.unknown")
    keys = ["contactLists", "contactTags", "fieldValues", "lists", "scoreValues", "tags"]
    assert list(page) == [*keys, "contacts", "meta"]
    on_page = set(ids(page["contacts"]))
    for name in ("contactLists", "contactTags", "fieldValues", "scoreValues"):
        held = [row for row in server.account.records(name) if row["contact"] in on_page]
        assert sorted(page[name], key=lambda row: int(row["id"])) == held
        for contact in page["contacts"]:
            own = ids([row for row in held if row["contact"] == contact["id"]])
            assert contact[name] == own
    for name, member, rows in (("lists", "list", "contactLists"), ("tags", "tag", "contactTags")):
        assert len(page[name]) == len({row[member] for row in page[rows]})
        assert set(ids(page[name])) == {row[member] for row in page[rows]}


def test_what_always_comes_beside(get: Get) -> None:
    assert list(get("contacts", limit=1)) == ["scoreValues", "contacts", "meta"]
    fields = get("fields")
    assert list(fields) == ["fieldOptions", "fieldRels", "fields", "meta"]
    for name, relation in (("fieldOptions", "options"), ("fieldRels", "relations")):
        named = [id for field in fields["fields"] for id in field[relation]]
        assert sorted(named) == sorted(ids(fields[name]))
    assert max(len(field["options"]) for field in fields["fields"]) == 75
    assert min(len(field["options"]) for field in fields["fields"]) == 0


def test_users_bring_their_group_when_asked(get: Get) -> None:
    page = get("users", include="userGroup")
    assert list(page) == ["userGroups", "users", "meta"]
    rows = {row["id"]: row for row in page["userGroups"]}
    assert len(rows) == len(page["users"])
    for user in page["users"]:
        assert rows[user["userGroup"]]["userid"] == user["id"]
    assert "userGroup" not in get("users")["users"][0]


TOTALS = {  # of which type; a string mostly
    **dict.fromkeys(("deals", "dealGroups", "notes", "eventTrackingEvents", "schemas"), int),
    **dict.fromkeys(("accountCustomFieldMeta", "accountCustomFieldData"), type(None)),
    **dict.fromkeys(("dealCustomFieldMeta", "dealCustomFieldData", "scoreValues"), type(None)),
    **dict.fromkeys(("ecomOrderProducts", "groupMembers"), type(None)),
}


def test_meta(get: Get) -> None:
    meta = get("contacts", limit=3, offset=5)["meta"]
    assert meta["total"] == "250"
    assert meta["sortable"] is True
    assert meta["page_input"].keys() == {
        *("segmentid", "formid", "listid", "tagid", "limit", "offset", "search", "sort"),
        *("seriesid", "waitid", "status", "forceQuery", "cacheid"),
    }
    assert (meta["page_input"]["limit"], meta["page_input"]["offset"]) == (3, 5)
    assert get("fields")["meta"] == {"selected": None, "total": "13"}
    for key in LISTED:
        total = get(RESOURCES[key].path).get("meta", {}).get("total")
        assert type(total) is TOTALS.get(key, str), key
    assert "meta" not in get("groups/3/userGroups")


def matching(get: Get, path: str, **params: object) -> list[str]:
    page = get(path, limit=100, **params)
    if "meta" in page:
        assert int(page["meta"]["total"]) == len(page[path]) or len(page[path]) == 100
    return sorted(ids(page[path]), key=int)


@pytest.mark.parametrize(("name", "member"), [("updated", "udate"), ("created", "cdate")])
def test_filters_by_time(name: str, member: str, server: Server, get: Get) -> None:
    contacts = server.account.records("contacts")
    contacts.sort(key=lambda contact: str(contact[member]))
    border = contacts[-40]
    at = str(border[member])
    after = matching(get, "contacts", **{f"filters[{name}_after]": at})
    assert sorted(after) == sorted(ids(contacts[-40:]))
    naive, day = at[:19].replace("T", " "), at[:10]
    assert matching(get, "contacts", **{f"filters[{name}_after]": naive}) == after
    both = {f"filters[{name}_after]": day, f"filters[{name}_before]": at}
    of_the_day = [contact for contact in contacts if day <= contact[member] < at]
    assert matching(get, "contacts", **both) == ids(of_the_day)
    elsewhere = {f"filters[{name}_after]": "2090-01-01T00:00:00Z"}
    assert matching(get, "contacts", **elsewhere) == []


def test_an_offset_in_a_filter_counts(server: Server, get: Get) -> None:
    newest = max(server.account.records("contacts"), key=lambda contact: str(contact["udate"]))
    wall = newest["udate"][:19]
    assert newest["udate"].endswith(("-05:00", "-06:00"))
    assert matching(get, "contacts", **{"filters[updated_after]": f"{wall}-11:00"}) == []
    assert newest["id"] in matching(get, "contacts", **{"filters[updated_after]": f"{wall}Z"})


def test_filters_by_list_status_and_tag(server: Server, get: Get) -> None:
    rows = server.account.records("contactLists")
    on_list = {row["contact"]: row["status"] for row in rows if row["list"] == "9"}
    assert matching(get, "contacts", listid=9, status=-1) == sorted(on_list, key=int)
    left = [contact for contact, status in on_list.items() if status == "2"]
    assert left
    assert matching(get, "contacts", listid=9, status=2) == sorted(left, key=int)
    tagged = {row["contact"] for row in server.account.records("contactTags") if row["tag"] == "3"}
    assert tagged
    assert matching(get, "contacts", tagid=3) == sorted(tagged, key=int)


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("contacts", {"ids[]": ["3", "5", "99999"]}, lambda row: row["id"] in {"3", "5"}),
        ("contacts", {"search": "zoë"}, lambda row: row["firstName"] == "Zoë"),
        ("contacts", {"email_like": "contact+"}, lambda row: "contact+" in row["email"]),
        ("lists", {"filters[name]": "product news"}, lambda row: row["name"] == "Product News"),
        ("lists", {"filters[name][starts_with]": "p"}, lambda row: row["name"][0] == "P"),
        ("lists", {"filters[name][neq]": "x"}, lambda row: True),
        ("tags", {"search": "webinar"}, lambda row: "webinar" in row["tag"].lower()),
        ("fieldValues", {"filters[fieldid]": "13"}, lambda row: row["field"] == "13"),
        ("fields", {"filters[perstag]": "REGION"}, lambda row: row["perstag"] == "REGION"),
    ],
)
def test_other_filters(
    path: str, params: Record, expected: Callable[[Record], bool], server: Server, get: Get
) -> None:
    wanted = [row["id"] for row in server.account.records(path) if expected(row)]
    assert wanted
    assert matching(get, path, **params) == wanted


def test_a_contact_by_its_address(server: Server, get: Get) -> None:
    contact = server.account.records("contacts")[7]
    assert matching(get, "contacts", email=contact["email"].upper()) == [contact["id"]]


@pytest.mark.parametrize("path", ["contactLists", "contactTags"])
def test_lists_that_ignore_filters(path: str, get: Get) -> None:
    assert get(path, **{"filters[contact]": "1", "filters[list]": "2"}) == get(path)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("contacts/999999", 404, "No Result found for Subscriber with id 999999"),
        ("groups/999999", 403, "No Result found for Group with id 999999"),
        ("contacts/999999/contactTags", 404, "No Result found for Subscriber with id 999999"),
        ("tasks", 404, "Not Found"),
        ("fieldOptions", 404, "Not Found"),
        ("contacts/1/nothing", 404, "Not Found"),
        ("contacts?filters[updated_after]=yesterday", 422, "filters[updated_after]"),
        ("fieldValues?filters[contactid]=1", 422, "Invalid attribute: contactid"),
    ],
)
def test_errors(path: str, status: int, says: str, get: Get) -> None:
    assert says in json.dumps(get(path, expect=status))


def test_single_records(server: Server, get: Get) -> None:
    contact = get("contacts/1")
    assert contact["contact"]["contactLists"] == ids(contact["contactLists"])
    assert contact["contact"]["fieldValues"] == ids(contact["fieldValues"])
    assert get("lists/1")["list"].keys() == server.account.records("lists")[0].keys() - {
        "active_subscribers",
        "non_deleted_subscribers",
    }
    assert get("users/me")["user"] == get("users/1")["user"]
    assert get("users/1/userGroup")["userGroup"]["userid"] == "1"
    tagging = get("contactTags")["contactTags"][0]
    assert get(f"contactTags/{tagging['id']}/tag")["tag"]["id"] == tagging["tag"]
    assert len(get("fields/1/options", limit=100)["fieldOptions"]) == 75
    assert get("fields/1")["fieldRels"]


def test_an_empty_account_says_whose_the_key_is() -> None:
    with serve(Account.empty()) as server:
        get = asking(server)
        assert get("users/me")["user"].keys() == sample_of("users").keys()
        assert get("lists") == {"lists": [], "meta": {"total": "0"}}
