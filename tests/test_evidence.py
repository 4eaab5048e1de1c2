"""Deletions: seen after a complete read, never guessed."""

import pytest

from sandbox.account import Account
from sandbox.behaviour import Behaviour, Fault
from sandbox.server import serve
from tests.conftest import Load, Loaded


def marked(loaded: Loaded, table: str) -> set[str]:
    rows = loaded.rows(
        f"select id from activecampaign_raw.{table} where deleted_in_run is not null"
    )
    return {id for (id,) in rows}


def test_what_a_complete_read_does_not_serve_is_gone_and_may_come_back(load: Load) -> None:
    account = Account.generate(contacts=150, seed=2)
    contact = account.records("contacts")[3]
    children = {
        table: {row["id"] for row in account.records(key) if row["contact"] == contact["id"]}
        for table, key in {"contact_lists": "contactLists", "field_values": "fieldValues"}.items()
    }
    assert any(children.values())
    with serve(account) as server:
        load(server)
        account.delete("contacts", contact["id"])
        second = load(server)
        assert marked(second, "contacts") == {contact["id"]}
        for table, ids in children.items():
            assert marked(second, table) == ids
        account.put("contacts", contact)
        third = load(server)
    assert marked(third, "contacts") == set()


@pytest.mark.parametrize(
    ("resource", "table"), [("contactTags", "contact_tags"), ("fieldOptions", "field_options")]
)
def test_a_child_that_its_parent_came_without_is_gone(
    resource: str, table: str, load: Load
) -> None:
    account = Account.generate(contacts=150, seed=2)
    child = account.records(resource)[0]["id"]
    with serve(account) as server:
        load(server)
        account.delete(resource, child)
        second = load(server)
    assert marked(second, table) == {child}


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(faults=[Fault(path="contacts", status=500, after=1)]),
        Behaviour(meta_total={"contacts": 10_000}),
        Behaviour(forbidden={"contacts": b"{}"}),
    ],
    ids=["broken off", "fewer than announced", "forbidden"],
)
def test_an_incomplete_read_proves_nothing(behaviour: Behaviour, load: Load) -> None:
    account = Account.generate(contacts=150, seed=2)
    with serve(account) as server:
        load(server)
        account.delete("contacts", account.records("contacts")[-1]["id"])
        server.behaviour.faults = behaviour.faults
        server.behaviour.meta_total = behaviour.meta_total
        server.behaviour.forbidden = behaviour.forbidden
        second = load(server)
    assert marked(second, "contacts") == set()


def test_a_missing_side_load_deletes_no_child(load: Load) -> None:
    account = Account.generate(contacts=150, seed=2)
    with serve(account) as server:
        load(server)
        server.behaviour.withheld_includes = {"contactTags"}
        server.behaviour.forbidden["contactTags"] = b"{}"
        second = load(server)
    assert marked(second, "contact_tags") == set()


def test_a_mass_deletion_waits_for_a_word(load: Load) -> None:
    account = Account.generate(contacts=300, seed=2)
    with serve(account) as server:
        load(server)
        gone = {contact["id"] for contact in account.records("contacts")[:110]}
        for id in gone:
            account.delete("contacts", id)
        second = load(server)
        assert second.exit_code == 3
        assert marked(second, "contacts") == set()
        assert "--accept-deletions" in second.output
        third = load(server, "--accept-deletions")
    assert third.exit_code == 0
    assert marked(third, "contacts") == gone
