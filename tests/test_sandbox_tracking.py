"""What is known of contacts' visits, and who may do what, as the sandbox serves it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from sandbox.account import Account
from sandbox.behaviour import WITHOUT_DEALS
from sandbox.server import Server, serve
from tests.conftest import Get
from tests.recorded import Record
from tests.test_sandbox import ids
from tests.test_sandbox_account import by_id, time


@pytest.fixture
def server(held: Account) -> Iterator[Server]:
    with serve(held) as running:
        yield running


def test_each_contact_has_data_of_its_own(held: Account, get: Get) -> None:
    contacts, rows = by_id(held, "contacts"), held.records("contactData")
    assert [row["contact"] for row in rows] == list(contacts)
    assert all(row["id"] != row["contact"] for row in rows)
    latest = {row["contact"]: row for row in held.records("geoIps") if row["tstamp"]}
    addresses = by_id(held, "geoAddresses")
    for row in rows:
        assert time(row["tstamp"]) >= time(contacts[row["contact"]]["cdate"])
        located = latest.get(row["contact"])
        assert row["geoTstamp"] == (located and located["tstamp"])
        assert row["geoIp4"] == (located["ip4"] if located else "0")
        assert row["geoCity"] == (addresses[located["geoAddress"]]["city"] if located else "")
    row = rows[7]
    assert get(f"contacts/{row['contact']}/contactData") == {"contactDatum": row}


def test_where_mails_were_opened(held: Account, get: Get) -> None:
    contacts, campaigns = by_id(held, "contacts"), by_id(held, "campaigns")
    addresses, rows = by_id(held, "geoAddresses"), held.records("geoIps")
    for row in rows:
        contact, address = contacts[row["contact"]], addresses[row["geoAddress"]]
        assert time(contact["cdate"]) <= time(row["tstamp"]) <= time(contact["last_open_date"])
        assert time(address["tstamp"]) <= time(row["tstamp"])
        assert (row["geoaddrid"], row["ip4"]) == (address["id"], address["ip4"])
        if row["campaignid"] != "0":
            campaign = campaigns[row["campaignid"]]
            assert time(contact["cdate"]) <= time(campaign["sdate"]) <= time(row["tstamp"])
            assert row["messageid"] == campaign["message_id"]
    assert addresses.keys() == {row["geoAddress"] for row in rows}
    opened = Counter(row["messageid"] for row in rows if row["messageid"] != "0")
    counted = {row["messageid"]: row["uniqueopens"] for row in held.records("campaignMessages")}
    assert opened
    assert all(number <= int(counted[message]) for message, number in opened.items())
    page = get(f"contacts/{rows[0]['contact']}/geoIps")
    assert list(page) == ["geoAddresses", "geoIps"]
    assert page["geoIps"] == [row for row in rows if row["contact"] == rows[0]["contact"]]
    assert page["geoAddresses"][0] == addresses[page["geoIps"][0]["geoAddress"]]
    keys = "ip4 country2 country state city zip area lat lon tz tstamp id links"
    assert list(page["geoAddresses"][0]) == keys.split()


def test_what_contacts_did(held: Account, get: Get) -> None:
    contacts, rows = by_id(held, "contacts"), held.records("trackingLogs")
    for row in rows:
        assert row["subscriberid"] == row["contact"]
        assert time(row["tstamp"]) >= time(contacts[row["contact"]]["cdate"])
    assert [time(row["tstamp"]) for row in rows] == sorted(time(row["tstamp"]) for row in rows)
    assert len({row["hash"] for row in rows}) == len(rows)
    contact = max(Counter(row["contact"] for row in rows).items(), key=lambda pair: pair[1])[0]
    page = get(f"contacts/{contact}/trackingLogs", limit=2, offset=1)
    assert page == {"trackingLogs": [row for row in rows if row["contact"] == contact][1:3]}


@pytest.mark.parametrize("path", ["trackingLogs", "geoIps", "geoAddresses"])
def test_what_is_served_by_contact_has_no_list_of_its_own(path: str, get: Get) -> None:
    assert get(path, expect=404)["errors"][0]["title"] == "Not Found"


def test_roles_and_the_deals_that_name_them(held: Account, get: Get) -> None:
    roles = by_id(held, "dealRoles")
    named = {row["role"] for row in held.records("contactDeals")}
    assert None in named
    assert named - {None} <= roles.keys()
    assert ids(get("dealRoles", search="CONTRIB")["dealRoles"]) == ["2"]
    rows = get("dealRoles/1/contactDeals")["contactDeals"]
    assert rows == [row for row in held.records("contactDeals") if row["role"] == "1"]
    for row in held.records("contactDeals"):
        if row["role"]:
            made = roles[row["role"]]["created_timestamp"]
            assert made[-6:] in ("-05:00", "-06:00")
            assert time(made) <= time(row["cdate"])


def test_who_sells_in_a_pipeline_that_is_not_open_to_all_is_named(held: Account, get: Get) -> None:
    rows = held.records("dealGroupUsers")
    closed = {row["id"] for row in held.records("dealGroups") if row["allusers"] == "0"}
    assert {row["dealGroup"] for row in rows} == closed
    pairs = {(row["dealGroup"], row["user"]) for row in rows}
    owners = {(deal["group"], deal["owner"]) for deal in held.records("deals")}
    assert {pair for pair in owners if pair[0] in closed} <= pairs
    assert {None} < {row["cdate"] for row in rows}
    assert get("users/5/dealGroupUsers")["dealGroupUsers"] == [rows[-1]]
    assert get("dealGroups/2/dealGroupUsers", limit=100)["dealGroupUsers"] == rows


def test_what_groups_may_do_with_lists(held: Account, get: Get) -> None:
    rows = held.records("listGroups")
    pairs = [(str(row["list"]), str(row["group"])) for row in rows]
    assert len(set(pairs)) == len(pairs)
    assert {type(row["list"]) for row in rows} == {int, str}
    of_sales = get("groups/5/listGroups", limit=100)["listGroups"]
    assert [str(row["list"]) for row in of_sales] == [
        row["id"] for row in held.records("lists") if row["private"] == "0"
    ]
    assert {row["p_subscriber_add"] + row["p_list_add"] for row in of_sales} == {"10"}
    limits = held.records("groupLimits")
    assert [row["group"] for row in limits] == ids(held.records("groups"))
    assert get("groups/4/groupLimit")["groupLimit"] == limits[1]


def test_members_of_field_groups_are_numbers(held: Account, get: Get) -> None:
    page = get("groupMembers")
    assert list(page) == ["groupMembers"]  # no meta
    fields = {int(field["id"]) for field in held.records("fields")}
    for row in page["groupMembers"]:
        assert {type(row[name]) for name in ("id", "rel_id", "group_id", "ordernum")} == {int}
        assert row["rel_id"] in fields
    assert len(page["groupMembers"]) < len(fields)
    of_three: list[Record] = get("groupMembers", group_id=3)["groupMembers"]
    assert of_three == [row for row in page["groupMembers"] if row["group_id"] == 3]
    assert get(f"groupMembers/{of_three[0]['id']}")["groupMember"] == of_three[0]


def test_what_goes_with_what_it_belongs_to(account: Account) -> None:
    contact = account.records("geoIps")[0]["contact"]
    places = len(account.records("geoAddresses"))
    account.delete("contacts", contact)
    for key in ("contactData", "geoIps", "trackingLogs"):
        assert contact not in {row["contact"] for row in account.records(key)}
    assert len(account.records("geoAddresses")) == places
    account.delete("lists", 2)
    account.delete("groups", 5)
    rows = account.records("listGroups")
    assert "2" not in {str(row["list"]) for row in rows}
    assert "5" not in {str(row["group"]) for row in rows}
    assert "5" not in {row["group"] for row in account.records("groupLimits")}
    pair = account.update("contactDeals", account.records("contactDeals")[0]["id"], role="1")
    account.delete("dealRoles", 1)
    assert pair in account.records("contactDeals")


def test_a_key_without_deals_sees_no_roles(server: Server, get: Get) -> None:
    server.behaviour.forbidden |= WITHOUT_DEALS
    for path in ("dealRoles", "dealGroupUsers", "dealGroups/2/dealGroupUsers"):
        assert "permission" in get(path, 403)["message"]


def test_twenty_contacts_show_every_oddity() -> None:
    account = Account.generate(contacts=20, seed=1)
    values = {row["value"] for row in account.records("trackingLogs")}
    assert {None, "", "0"} < values
    assert any(len(value) == 250 and "\n" in value for value in values if value)
    assert any(ord(letter) > 0xFFFF for value in values for letter in value or "")
    places = {row["city"] for row in account.records("geoAddresses")}
    assert {"", "東京", "King's Lynn"} < places
    data = account.records("contactData")
    assert {"0000-00-00 00:00:00"} < {row["created_timestamp"] for row in data}
    assert {None, "0"} == {row["created_by"] for row in data}
    assert {None} < {row["geoTstamp"] for row in data}
    assert {"0"} < {row["campaignid"] for row in account.records("geoIps")}
