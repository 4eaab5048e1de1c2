"""Forms, segments, templates and the account's settings in the sandbox: true, and odd enough."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import Get, asking
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """An account of 200 contacts that no test changes."""
    with serve(Account.generate(contacts=200, seed=6)) as running:
        yield running


def names(reply: Record, key: str, member: str = "name") -> list[str]:
    return [record[member] for record in reply[key]]


def test_what_names_a_form_an_address_or_a_segment_s_automation_finds_it(server: Server) -> None:
    account = server.account
    campaigns, memberships = account.records("campaigns"), account.records("contactLists")
    forms, addresses = by_id(account, "forms"), by_id(account, "addresses")
    came_by = {row["form"] for row in memberships} - {None}
    assert came_by == {"1", "2", "3", "4"}
    assert came_by | {one["formid"] for one in campaigns} - {"0"} <= forms.keys()
    named = [one["addressid"] for one in (*campaigns, *forms.values())]
    assert {"0", "1", "3"} == set(named)
    assert set(named) - {"0"} <= addresses.keys()
    assert {one["parentformid"] for one in forms.values()} - {"0"} <= forms.keys()
    for row in memberships:
        if row["form"]:
            joined = time(row["created_timestamp"])
            assert time(forms[row["form"]]["cdate"]) <= joined
    segments = account.records("segments")
    assert {one["seriesid"] for one in segments} == {one["seriesid"] for one in campaigns}
    for one in campaigns:
        assert not one["segmentname"] or one["segmentname"] in names({"s": segments}, "s")


@pytest.mark.parametrize("contacts", [0, 20, 600])
def test_forms_count_who_came_by_them_and_subscribe_to_their_lists(contacts: int) -> None:
    account = Account.generate(contacts=contacts, seed=2)
    lists = by_id(account, "lists")
    for form in account.records("forms"):
        rows = [row for row in account.records("contactLists") if row["form"] == form["id"]]
        assert form["contacts"] == len({row["contact"] for row in rows})
        assert int(form["entries"]) == len(rows)
        actions = form["actiondata"]["actions"] if form["actiondata"] else []
        subscribes = {action["list"] for action in actions}
        assert {row["list"] for row in rows} <= subscribes <= lists.keys()
        assert all(time(form["udate"]) >= time(lists[one]["cdate"]) for one in subscribes)
        assert time(form["udate"]) >= time(form["cdate"])


def test_twenty_contacts_show_every_oddity_of_the_settings() -> None:
    account = Account.generate(contacts=20, seed=1)

    def held(key: str, member: str) -> list[Any]:
        return [record.get(member, "absent") for record in account.records(key)]

    assert {type(value) for value in held("forms", "entries")} == {int, str}
    for member in ("actiondata", "submitdata", "style", "options"):
        assert [] in held("forms", member)
        assert {} in held("forms", member)
    buttons = [one["button"] for one in held("forms", "style") if "button" in one]
    assert {type(button["padding"]) for button in buttons} == {int, str}
    assert {None, ""} < set(held("forms", "url"))
    assert "0" in held("templates", "userid")
    assert "absent" in held("templates", "screenshot")
    assert any(text.startswith("{") for text in held("templates", "content"))
    assert (None, "1") in zip(held("segments", "name"), held("segments", "hidden"), strict=True)
    assert None in held("savedResponses", "mdate")
    assert {True, False} == set(held("personalizations", "isLocked"))
    assert "" in held("personalizations", "listIds")
    assert {"absent", None} < set(held("addresses", "smsName"))
    assert ["1" if links == "1" else "" for links in held("brandings", "links")].count("1") == 1
    assert max(len(css) for css in held("brandings", "publicTemplateCss")) > 20_000
    assert any("@" in url and "?" in url for url in held("webhooks", "url"))
    assert {"absent", None} < set(held("webhooks", "state"))
    assert {None, "1"} < set(held("configs", "owner"))
    assert None in held("configs", "udate")
    tokens = held("calendars", "token")
    assert len(set(tokens)) == len(tokens) == 4


def test_personalizations_name_their_lists_and_take_a_filter_of_their_own(
    server: Server, get: Get
) -> None:
    lists = by_id(server.account, "lists")
    for one in get("personalizations")["personalizations"]:
        ids = one["listIds"].split(",") if one["listIds"] else []
        assert one["listsCount"] == str(len(ids))
        assert one["listNames"] == ",".join(lists[id]["name"] for id in ids)
    found = get("personalizations", **{"filter[tag]": "slogan"})
    assert names(found, "personalizations", "tag") == ["slogan"]
    assert len(get("personalizations", **{"filters[tag]": "slogan"})["personalizations"]) == 4
    ordered = names(get("personalizations", **{"orders[name]": "DESC"}), "personalizations")
    assert ordered == sorted(ordered, key=str.lower, reverse=True)


def test_webhooks_are_found_by_name_address_and_list(get: Get) -> None:
    for parameter, value in (
        ("name", "Warehouse"),
        ("url", "https://warehouse.larkfield.example/in?key=0123456789abcdef"),
        ("listid", "2"),
    ):
        assert names(get("webhooks", **{f"filters[{parameter}]": value}), "webhooks") == [
            "Warehouse"
        ]


def test_links_lead_to_what_they_say(server: Server, get: Get) -> None:
    assert get("forms/3/address")["address"]["id"] == "3"
    assert names(get("addresses/1/forms"), "forms") == ["Newsletter"]
    assert {one["userid"] for one in get("users/2/configs")["configs"]} == {"2"}
    assert get("configs/6/owner")["user"]["id"] == "1"
    row = next(row for row in server.account.records("contactLists") if row["form"])
    form = get(f"contactLists/{row['id']}/form")["form"]
    assert form["id"] == row["form"]
    assert not form.keys() & {"recent", "contacts", "deals", "defaultscreenshot"}
    missing = get("brandings/99", expect=404)
    assert missing == {"message": "No Result found for Branding with id 99"}


def test_a_deleted_group_takes_its_branding_along_and_a_deleted_address_no_form() -> None:
    account = Account.generate(contacts=20, seed=1)
    account.delete("groups", 7)
    assert "7" not in {one["groupid"] for one in account.records("brandings")}
    account.delete("addresses", 3)
    assert "3" in {one["addressid"] for one in account.records("forms")}


def test_an_event_is_its_name() -> None:
    account = Account.generate(contacts=0, seed=1)
    with serve(account) as server:
        get = asking(server)
        reply = get("eventTrackingEvents")
        assert all(record.keys() == {"name"} for record in reply["eventTrackingEvents"])
        assert reply["meta"] == {"total": 8}
        get("eventTrackingEvents/1", expect=404)
        account.add("eventTrackingEvents", name="Added")
        first, *_, last = account.collections["eventTrackingEvents"].numbers
        account.delete("eventTrackingEvents", first)
        account.update("eventTrackingEvents", last, name="Renamed")
        held = names(get("eventTrackingEvents"), "eventTrackingEvents")
        assert held == [*names(reply, "eventTrackingEvents")[1:], "Renamed"]
        assert get("eventTrackingEvents")["eventTrackingEvents"][-1] == {"name": "Renamed"}
