"""Deletions: seen after a read that proves them, never guessed."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.server import serve
from tests.conftest import Load, Loaded

SOME = ("--select", "contacts", "users", "deals")  # groups: whose lists hang on each other


def marked(loaded: Loaded, table: str) -> set[str]:
    rows = loaded.rows(
        f"select id from activecampaign_raw.{table} where deleted_in_run is not null"
    )
    return {id for (id,) in rows}


def judged_gone(loaded: Loaded) -> dict[str, int]:
    """What the last run took to be gone, by collection: marked, or only held back by the guard."""
    rows = loaded.rows(
        "select collection, sum(marked + withheld) from activecampaign_raw.endpoint_reads "
        "where run_id = (select max(run_id) from activecampaign_raw.runs) "
        "group by collection having sum(marked + withheld) > 0"
    )
    return {collection: int(number) for collection, number in rows}


def children_of(account: Account, contact: str) -> dict[str, set[str]]:
    tables = {
        "contact_lists": "contactLists",
        "contact_tags": "contactTags",
        "field_values": "fieldValues",
        "score_values": "scoreValues",
    }
    return {
        table: {row["id"] for row in account.records(key) if row["contact"] == contact}
        for table, key in tables.items()
    }


def test_what_a_complete_read_does_not_serve_is_gone_and_may_come_back(load: Load) -> None:
    account = Account.generate(contacts=150, seed=2)
    contact = next(
        one for one in account.records("contacts") if all(children_of(account, one["id"]).values())
    )
    children = children_of(account, contact["id"])
    with serve(account) as server:
        load(server, "--full", *SOME)
        account.delete("contacts", contact["id"])
        second = load(server, "--full", *SOME)
        assert marked(second, "contacts") == {contact["id"]}
        for table, ids in children.items():
            assert marked(second, table) == ids
        account.put("contacts", contact)
        third = load(server, "--full", *SOME)
    assert marked(third, "contacts") == set()


@pytest.mark.parametrize(
    ("resource", "table"),
    [
        ("contactTags", "contact_tags"),
        ("scoreValues", "score_values"),
        ("fieldOptions", "field_options"),
    ],
)
def test_a_child_that_its_parent_came_without_is_gone(
    resource: str, table: str, load: Load
) -> None:
    account = Account.generate(contacts=150, seed=2)
    child = account.records(resource)[0]["id"]
    with serve(account) as server:
        load(server, "--full", *SOME)
        account.delete(resource, child)
        second = load(server, "--full", *SOME)
    assert marked(second, table) == {child}


def small_account() -> Account:
    """Few enough rows that the guard against mass deletion never speaks."""
    account = Account.empty()
    for number in range(3):
        account.add("groups", title=f"group {number}")
        account.add("lists", name=f"list {number}")
        account.add("tags", tag=f"tag {number}")
        account.add("fields", title=f"field {number}")
    for number in range(8):
        user = account.add("users", username=f"user {number}")
        account.add("userGroups", userid=user["id"], groupid="1")
        contact = account.add("contacts", email=f"{number}@example.com")
        account.add("contactTags", contact=contact["id"], tag="1")
        account.add("contactLists", contact=contact["id"], list="1", status="1")
        account.add("fieldValues", contact=contact["id"], field="1", value="x")
    return account


JUDGED = ("--select", "users", "contacts")
HABITS: dict[str, dict[str, Any]] = {
    "broken off": {"faults": [Fault(path="contacts", status=500)]},
    "fewer than announced": {"meta_total": {"contacts": 10_000}},
    "forbidden": {"forbidden": {"contacts": b"{}", "lists": b"{}", "users": b"{}"}},
    "tags not beside": {
        "withheld_includes": {"contactTags"}, "forbidden": {"contactTags": b"{}"},
    },
    "nothing beside": {
        "withheld_includes": {"contactTags", "contactLists", "fieldValues", "userGroup"},
        "forbidden": {
            "contactTags": b"{}", "contactLists": b"{}", "fieldValues": b"{}",
            "groups": b"{}", "groups/*": b"{}",
        },
    },
    "groups of users refused one by one": {
        "withheld_includes": {"userGroup"}, "forbidden": {"groups/1/userGroups": b"{}"},
    },
}  # fmt: skip


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS.keys())
def test_a_read_that_saw_less_than_there_is_proves_nothing(
    habits: dict[str, Any], load: Load
) -> None:
    account = small_account()
    with serve(account) as server:
        load(server, "--full", *JUDGED)
        for switch, value in habits.items():
            setattr(server.behaviour, switch, value)
        second = load(server, "--full", *JUDGED)
    assert judged_gone(second) == {}


def test_lists_of_some_parents_prove_nothing_of_the_others(load: Load) -> None:
    account = small_account()
    with serve(account) as server:
        load(server, "--full", *JUDGED)
        moved = account.records("userGroups")[0]["id"]
        account.update("userGroups", moved, groupid=account.add("groups", title="new")["id"])
        server.behaviour.withheld_includes = {"userGroup"}
        server.behaviour.forbidden = {"groups": b"{}"}
        second = load(server, "--full", *JUDGED)
    assert judged_gone(second) == {}


def test_what_hangs_on_a_withheld_record_is_withheld_too(load: Load) -> None:
    account = Account.empty()
    account.add("tags", tag="new")
    for number in range(300):
        contact = account.add("contacts", email=f"{number}@example.com")
        if number < 5 or number >= 110:
            account.add("contactTags", contact=contact["id"], tag="1")
    with serve(account) as server:
        load(server, "--full", *SOME)
        delete_first(account, 110)
        second = load(server, "--full", *SOME)
    assert judged_gone(second) == {"contacts": 110, "contact_tags": 5}
    assert marked(second, "contacts") == marked(second, "contact_tags") == set()


def test_a_second_read_that_fails_makes_the_first_no_proof(load: Load) -> None:
    account = Account.empty()
    account.add("groups", title="all")
    for number in range(150):
        user = account.add("users", username=f"user {number}")
        if number < 60:
            account.add("userGroups", userid=user["id"], groupid="1")
    asked = 0

    def delete_one(path: str) -> None:
        nonlocal asked
        asked += path == "users"
        if path == "users" and asked == 2:
            account.delete("users", account.records("users")[100]["id"])
            account.delete("users", account.records("users")[70]["id"])

    with serve(account) as server:
        load(server, "--full", *SOME)
        server.behaviour.withheld_includes = {"userGroup"}
        server.behaviour.meta_total = {"users": "absent"}
        server.behaviour.forbidden = {"groups": b"{}", "groups/*": b"{}"}
        server.behaviour.before_reply = delete_one
        server.behaviour.faults = [Fault(path="users", status=500, after=4)]
        second = load(server, "--full", *SOME)
    assert second.exit_code == 3
    assert "users: failed" in second.output
    assert judged_gone(second) == {}


@pytest.mark.parametrize("reply", [b'{"lists":null}', b'{"lists":{}}', b'{"lists":[{"id":"1"},'])
def test_no_list_is_not_an_empty_list(reply: bytes, load: Load) -> None:
    account = small_account()
    with serve(account) as server:
        load(server, "--full", *JUDGED)
        server.behaviour.faults = [Fault(path="lists", status=200, body=reply)]
        second = load(server, "--full", *JUDGED)
    assert second.exit_code == 3
    assert judged_gone(second) == {}


def delete_first(account: Account, number: int) -> set[str]:
    gone = {contact["id"] for contact in account.records("contacts")[:number]}
    for id in gone:
        account.delete("contacts", id)
    return gone


def empty_lists(account: Account) -> set[str]:
    gone = {one["id"] for one in account.records("lists")}
    for id in gone:
        account.delete("lists", id)
    return gone


def eleven_lists() -> Account:
    account = Account.empty()
    for number in range(11):
        account.add("lists", name=f"list {number}")
    return account


@pytest.mark.parametrize(
    ("account", "table", "lose"),
    [
        (Account.generate(300, 2), "contacts", lambda account: delete_first(account, 110)),
        (eleven_lists(), "lists", empty_lists),
    ],
    ids=["a large part", "all of a small table"],
)
def test_a_mass_deletion_waits_for_a_word(
    account: Account, table: str, lose: Callable[[Account], set[str]], load: Load
) -> None:
    with serve(account) as server:
        load(server, "--full", *SOME)
        gone = lose(account)
        second = load(server, "--full", *SOME)
        assert second.exit_code == 3
        assert marked(second, table) == set()
        assert "--accept-deletions" in second.output
        assert second.rows(
            "select sum(marked) from activecampaign_raw.endpoint_reads where endpoint = ?", table
        ) == [(0,)]
        third = load(server, "--full", "--accept-deletions", *SOME)
    assert third.exit_code == 0
    assert marked(third, table) == gone


def deals_of_two_pipelines() -> Account:
    """Six deals, three of them in pipeline 2, each with a value of a custom field."""
    account = Account.empty()
    account.add("dealCustomFieldMeta", fieldLabel="Industry", fieldType="text")
    for pipeline in ("1", "2"):
        account.add("dealGroups", title=f"pipeline {pipeline}")
        account.add("dealStages", title="first", group=pipeline)
        for number in range(3):
            deal = account.add("deals", title=f"deal {number}", group=pipeline, stage=pipeline)
            account.add(
                "dealCustomFieldData", dealId=deal["id"], customFieldId="1", fieldValue="labs"
            )
    return account


def test_a_record_cut_down_neither_replaces_the_whole_one_nor_is_gone(load: Load) -> None:
    account = deals_of_two_pipelines()
    with serve(account) as server:
        first = load(server, "--full", *SOME)
        assert first.rows("select count(*) from activecampaign_raw.deals") == [(6,)]
        server.behaviour.closed_pipelines = {"2"}
        second = load(server, "--full", *SOME)
        assert "deals: 3 served with a few members only" in second.output
        assert "not served beside" not in second.output
        assert judged_gone(second) == {}
        assert second.rows(
            "select id from activecampaign_raw.deals_stubs order by id"
        ) == second.rows(
            "select id from activecampaign_raw.deals where payload ->> '$.group' = '2' order by id"
        )
        account.delete("deals", "5")
        third = load(server, "--full", *SOME)
        for table in ("deals", "deals_stubs"):
            assert marked(third, table) == {"5"}
        assert marked(third, "deal_custom_field_data") == {"5"}
        server.behaviour.closed_pipelines = set()
        fourth = load(server, "--full", *SOME)
        assert judged_gone(fourth) == {}
        account.delete("deals", "4")
        fifth = load(server, "--full", *SOME)
    assert marked(fifth, "deals") == marked(fifth, "deals_stubs") == {"4", "5"}


@pytest.mark.parametrize("name", ["deal_id", "deal", "dealId"])
def test_a_child_names_its_parent_in_any_of_the_ways_known(name: str, load: Load) -> None:
    others = "".join(f'"{other}":"",' for other in ("deal_id", "deal") if other != name)
    value = f'{{"id":"7",{others}"{name}":3,"custom_field_id":"1"}}'
    reply = (
        f'{{"dealCustomFieldData":[{value}],"deals":[{{"id":"3","dealCustomFieldData":["7"]}}],'
        '"meta":{"total":1}}'
    )
    with serve(Account.empty()) as server:
        server.behaviour.faults = [Fault(path="deals", status=200, body=reply.encode())]
        loaded = load(server, "--full", *SOME)
    assert loaded.rows("select id, parent_id from activecampaign_raw.deal_custom_field_data") == [
        ("7", "3")
    ]


def test_the_values_of_a_record_cut_down_are_not_gone_with_their_own_list(load: Load) -> None:
    account = deals_of_two_pipelines()
    with serve(account) as server:
        load(server, "--full", *SOME)
        server.behaviour.closed_pipelines = {"2"}
        server.behaviour.withheld_includes = {"dealCustomFieldData"}
        for value in ("4", "5", "1"):  # the list leaves out what is hidden, and one is gone
            account.delete("dealCustomFieldData", value)
        second = load(server, "--full", *SOME)
    assert "dealCustomFieldData not served beside every record" in second.output
    assert marked(second, "deal_custom_field_data") == {"1"}


def test_a_whole_record_is_none_cut_down(load: Load) -> None:
    account = deals_of_two_pipelines()
    with serve(account) as server:
        load(server, "--full", *SOME)
        account.update("deals", "4", isDisabled=True, title="renamed")
        second = load(server, "--full", *SOME)
    assert second.rows("select count(*) from activecampaign_raw.deals_stubs") == [(0,)]
    assert second.rows(
        "select payload ->> '$.title' from activecampaign_raw.deals where id = '4'"
    ) == [("renamed",)]


def test_records_cut_down_are_guarded_together_with_the_whole_ones(load: Load) -> None:
    account = Account.empty()
    account.add("dealGroups", title="open")
    account.add("dealGroups", title="closed")
    for group, number in (("1", 40), ("2", 12)):
        stage = account.add("dealStages", title="first", group=group)["id"]
        for _ in range(number):
            account.add("deals", group=group, stage=stage)
    with serve(account) as server:
        server.behaviour.closed_pipelines = {"2"}
        load(server, "--full", *SOME)
        for deal in account.records("deals")[40:]:
            account.delete("deals", deal["id"])
        second = load(server, "--full", *SOME)
    assert second.exit_code == 0, second.output
    assert len(marked(second, "deals_stubs")) == 12
