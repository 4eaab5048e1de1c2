"""The loader over HTTP: what an account holds is in raw, whatever the server's habits are."""

import json
from collections import Counter
from math import ceil

import pytest

from loader.endpoints import ENDPOINTS, RAW_TABLES
from sandbox import resources
from sandbox.account import Account
from sandbox.behaviour import Behaviour, Fault
from sandbox.server import serve
from tests.conftest import Load, Loaded

USUAL = [one for one in ENDPOINTS if one.documented or one.stands_in]
RESOURCES = {one.raw_table: one.key for one in USUAL}
RESOURCES |= {beside.raw_table: beside.key for one in USUAL for beside in one.beside}
RELATIONS = {path for one in ENDPOINTS for path in one.include}
FORMS = {key for key, resource in resources.RESOURCES.items() if resource.beside}


def payloads(loaded: Loaded, table: str) -> dict[str, object]:
    rows = loaded.rows(
        f"select id, payload from activecampaign_raw.{table} where deleted_in_run is null"
    )
    return {id: json.loads(payload) for id, payload in rows}


def held(account: Account, resource: str) -> dict[str, object]:
    key = resources.RESOURCES[resource].id_key
    return {str(record[key]): record for record in account.records(resource)}


def assert_all_is_loaded(loaded: Loaded, account: Account) -> None:
    for table, resource in RESOURCES.items():
        assert payloads(loaded, table).keys() == held(account, resource).keys(), resource


@pytest.mark.parametrize("withheld", [set(), RELATIONS], ids=["beside", "by itself"])
def test_every_record_arrives_as_it_was_served(withheld: set[str], load: Load) -> None:
    account = Account.generate(contacts=130, seed=3)
    with serve(account) as server:
        server.behaviour.withheld_includes = withheld
        loaded = load(server)
    assert loaded.exit_code == 0
    for table, resource in RESOURCES.items():
        if resource in FORMS and not withheld:
            continue  # has another form beside its parent
        records = payloads(loaded, table)
        for id, record in held(account, resource).items():
            served = records[id]
            assert isinstance(served, dict)
            # beside the record itself a list reply names what came beside it
            assert {key: served[key] for key in record} == record  # type: ignore[attr-defined]


def test_children_know_their_parent(load: Load) -> None:
    account = Account.generate(contacts=50, seed=3)
    with serve(account) as server:
        loaded = load(server)
    for table, parent_key in {"contact_lists": "contact", "field_options": "field"}.items():
        mismatches = loaded.rows(
            f"select * from activecampaign_raw.{table} "
            "where parent_id is distinct from payload ->> ?",
            parent_key,
        )
        assert not mismatches
        assert loaded.rows(f"select 1 from activecampaign_raw.{table}")


def test_an_empty_account_has_every_table(load: Load) -> None:
    with serve(Account.empty()) as server:
        loaded = load(server)
    assert loaded.exit_code == 0
    for table in RAW_TABLES:
        assert loaded.rows(f"select * from activecampaign_raw.{table}") == []


@pytest.mark.parametrize("contacts", [1, 99, 100, 101, 250])
def test_page_borders_lose_nothing(contacts: int, load: Load) -> None:
    account = Account.generate(contacts=contacts, seed=5)
    with serve(account) as server:
        loaded = load(server)
        requests = Counter(request.path for request in server.requests)
    assert len(payloads(loaded, "contacts")) == contacts
    path = next(path for path in requests if path.endswith("contacts"))
    assert requests[path] <= ceil(contacts / 100) + 1


@pytest.mark.parametrize("total", ["string", "number", "absent", "null", 3, 10_000])
def test_a_total_is_a_hint_only(total: str | int, load: Load) -> None:
    account = Account.generate(contacts=230, seed=5)
    paths = [endpoint.path for endpoint in ENDPOINTS]
    with serve(account, behaviour=Behaviour(meta_total=dict.fromkeys(paths, total))) as server:
        loaded = load(server)
    assert_all_is_loaded(loaded, account)


def test_a_server_that_gives_fewer_than_asked_for_loses_nothing(load: Load) -> None:
    account = Account.generate(contacts=230, seed=5)
    with serve(account, behaviour=Behaviour(max_limit=20)) as server:
        loaded = load(server)
    assert_all_is_loaded(loaded, account)


@pytest.mark.parametrize(
    ("withheld", "stand_in"),
    [
        ("fieldValues", "fieldValues"),
        ("contactLists", "contactLists"),
        ("contactTags", "contactTags"),
        ("userGroup", "groups/{id}/userGroups"),
    ],
)
def test_what_is_not_served_beside_is_read_by_itself(
    withheld: str, stand_in: str, load: Load
) -> None:
    account = Account.generate(contacts=120, seed=5)
    with serve(account, behaviour=Behaviour(withheld_includes={withheld})) as server:
        loaded = load(server)
    assert_all_is_loaded(loaded, account)
    assert "not served beside" in loaded.output
    assert stand_in in loaded.output


def test_side_loads_left_out_where_empty_are_no_loss(load: Load) -> None:
    account = Account.empty()
    account.add("lists", name="news")
    account.add("tags", tag="new")
    account.add("fields", title="Colour")
    account.add("fieldOptions", field="1", value="red")
    account.add("fieldRels", field="1")
    account.add("scores", reltype="contact")
    for number in range(101):
        account.add("contacts", email=f"{number}@example.com")
    account.add("contactLists", contact="1", list="1")
    account.add("contactTags", contact="1", tag="1")
    account.add("fieldValues", contact="1", field="1", value="red")
    account.add("scoreValues", contact="1", score="1")
    with serve(account, behaviour=Behaviour(empty_keys_omitted=True)) as server:
        loaded = load(server)
    assert_all_is_loaded(loaded, account)
    assert "not served beside" not in loaded.output


def test_a_forbidden_endpoint_costs_that_endpoint_alone(load: Load) -> None:
    account = Account.generate(contacts=20, seed=5)
    with serve(account) as server:
        first = load(server)
        server.behaviour.forbidden["lists"] = b'{"message":"You do not have permission"}'
        account.add("contacts", email="new@example.com")
        second = load(server)
    assert first.exit_code == second.exit_code == 0
    assert "You do not have permission" in second.output
    assert payloads(second, "lists").keys() == held(account, "lists").keys()
    assert payloads(second, "contacts").keys() == held(account, "contacts").keys()
    assert second.rows(
        "select is_complete, proves_absence, skipped_reason like '%permission%' "
        "from activecampaign_raw.endpoint_reads where endpoint = 'lists' "
        "order by run_id desc limit 1"
    ) == [(False, False, True)]


def test_an_endpoint_that_fails_leaves_the_others_whole(load: Load) -> None:
    account = Account.generate(contacts=20, seed=5)
    with serve(account) as server:
        server.behaviour.faults.append(Fault(path="tags", status=500))
        loaded = load(server)
    assert loaded.exit_code == 3
    assert "tags: status 500" in loaded.output
    assert payloads(loaded, "contacts").keys() == held(account, "contacts").keys()


def test_an_endpoint_that_breaks_off_has_failed_and_is_not_skipped(load: Load) -> None:
    account = Account.generate(contacts=250, seed=5)
    with serve(account) as server:
        server.behaviour.faults.append(Fault(path="contacts", status=403, after=1))
        loaded = load(server)
    assert loaded.exit_code == 3
    assert "contacts: failed" in loaded.output


def test_one_refused_parent_costs_its_list_alone(load: Load) -> None:
    account = Account.generate(contacts=5, seed=5)
    refused = account.records("userGroups")[0]["groupid"]
    habits = Behaviour(withheld_includes={"userGroup"})
    habits.forbidden[f"groups/{refused}/userGroups"] = b"{}"
    with serve(account, behaviour=habits) as server:
        loaded = load(server)
    expected = {row["id"] for row in account.records("userGroups") if row["groupid"] != refused}
    assert loaded.exit_code == 0
    assert payloads(loaded, "user_groups").keys() == expected
    assert "1 lists skipped" in loaded.output


def test_a_parents_list_that_breaks_off_has_failed_and_the_others_are_read(load: Load) -> None:
    account = Account.empty()
    for number in range(240):
        group = "1" if number < 120 else "2"
        user = account.add("users", username=f"user {number}")
        account.add("userGroups", userid=user["id"], groupid=group)
    account.add("groups", title="first")
    account.add("groups", title="second")
    habits = Behaviour(withheld_includes={"userGroup"})
    habits.faults.append(Fault(path="groups/1/userGroups", status=403, after=1))
    with serve(account, behaviour=habits) as server:
        loaded = load(server)
    assert loaded.exit_code == 3
    assert len(payloads(loaded, "user_groups")) == 100 + 120


def test_a_page_cut_at_the_default_size_is_no_end_whatever_the_total(load: Load) -> None:
    account = Account.generate(contacts=90, seed=5)
    with serve(account, behaviour=Behaviour(max_limit=20, meta_total={"contacts": 20})) as server:
        loaded = load(server)
    assert len(payloads(loaded, "contacts")) == 90


def test_excluded_lists_stand_in_for_nothing(load: Load) -> None:
    account = Account.generate(contacts=5, seed=5)
    with serve(account, behaviour=Behaviour(withheld_includes={"contactTags"})) as server:
        load(server, "--exclude", "contactTags")
        assert not [request for request in server.requests if request.path == "contactTags"]
