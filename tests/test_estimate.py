"""What `python -m loader plan` says, against what then happens."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import duckdb
import pytest

from loader.pages import Page
from loader.paging import (
    Progress,
    requests_by_id,
    requests_by_offset,
    walk_by_id,
    walk_by_offset,
)
from sandbox.account import Account
from sandbox.behaviour import Behaviour, Fault
from sandbox.server import Server, serve
from tests.conftest import Load

SIZES = (0, 1, 5, 20, 99, 100, 101, 104, 199, 200, 201, 298, 299, 1000)


@pytest.fixture(scope="module")
def account() -> Account:
    """Long lists of every kind, in each more than one page."""
    return Account.generate(contacts=450, seed=3)


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running


class List:
    """A list as a server has it, of records with the ids from 1 on."""

    def __init__(self, size: int, *, has_total: bool = True) -> None:
        self.ids = [str(number) for number in range(1, size + 1)]
        self.requests = count()
        self.total = size if has_total else None

    def __call__(self, query: Mapping[str, str]) -> Page:
        next(self.requests)
        start = int(query.get("offset", 0)) or int(query.get("id_greater", 0))
        ids = self.ids[::-1] if query.get("orders[id]") == "DESC" else self.ids[start:]
        return Page([*ids[: int(query["limit"])]], self.total, {}, set(), set(), 0, 0)


@pytest.mark.parametrize("has_total", [True, False])
@pytest.mark.parametrize("size", SIZES)
def test_requests_for_a_list_are_those_that_its_walk_makes(size: int, has_total: bool) -> None:
    served = List(size, has_total=has_total)
    with ThreadPoolExecutor(4) as pool:
        assert sum(len(page.ids) for page in walk_by_offset(served, Progress(), pool=pool)) >= size
    assert next(served.requests) == requests_by_offset(size, has_total=has_total)


@pytest.mark.parametrize("size", [0, 7, 40, 159, 160, 400, 2000])
def test_requests_for_a_sweep_by_id_are_about_those_that_it_makes(size: int) -> None:
    served = List(size)
    progress = Progress()
    with ThreadPoolExecutor(8) as pool:
        ids = {id for page in walk_by_id(served, progress, 10, pool) for id in page.ids}
    assert ids == set(served.ids)
    assert progress.distinct == size
    made = next(served.requests)
    assert abs(requests_by_id(size, 10) - made) <= max(0.1 * made, 1), made


def forecast(said: str) -> dict[str, int]:
    """Requests by kind of run."""
    found = re.findall(r"^(full|incremental) run: ([\d,]+) requests, about", said, re.MULTILINE)
    return {kind: int(number.replace(",", "")) for kind, number in found}


def requests_of(server: Server, load: Load, *arguments: str) -> int:
    server.requests.clear()
    assert load(server, *arguments).exit_code == 0
    return len(server.requests)


def test_a_plan_tells_what_a_full_and_an_incremental_run_ask_for(
    account: Account, server: Server, load: Load
) -> None:
    before = load(server, "plan")
    assert before.exit_code == 0
    assert not before.database.exists()
    unknown = "dealCustomFieldMeta: the API gives no total, and it was never read: not counted"
    assert unknown in before.output
    full = requests_of(server, load)
    without_total = [one for one in server.requests if "CustomField" in one.path]
    assert abs(forecast(before.output)["full"] - (full - len(without_total))) <= 0.1 * full
    for contact in account.records("contacts")[100:230]:
        account.update("contacts", contact["id"], firstName="Changed")
    account.update("lists", 1, name="hours later")
    after = load(server, "plan")
    assert "dealCustomFieldMeta: the API gives no total, so counted as last read" in after.output
    assert abs(forecast(after.output)["full"] - full) <= 0.1 * full
    incremental = requests_of(server, load)
    assert incremental < full
    assert abs(forecast(after.output)["incremental"] - incremental) <= 0.1 * incremental


def test_a_plan_counts_what_does_not_come_beside_its_parent(
    account: Account, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIVECAMPAIGN_READ_HOURS", "notes=24")
    withheld = {"contactTags", "userGroup"}
    with serve(account, behaviour=Behaviour(withheld_includes=withheld)) as server:
        full = requests_of(server, load)
        said = load(server, "plan").output
        assert re.search(r"^contactTags +[\d,]+ +[5-9]", said, re.MULTILINE)
        assert "groups/{id}/userGroups" in said
        assert re.search(r"^notes +\d+ +\d+ +0$", said, re.MULTILINE)
        assert "notes: not due before" in said
        assert abs(forecast(said)["full"] - full) <= 0.1 * full


def test_a_plan_names_what_the_key_or_the_plan_lacks(server: Server, load: Load) -> None:
    server.behaviour.faults.append(Fault(path="deals", status=403))
    planned = load(server, "plan", "--select", "deals", "tags")
    assert planned.exit_code == 0
    assert "deals: will be skipped or fail (deals: status 403" in planned.output


@pytest.mark.parametrize("name", ["groups/{id}/userGroups", "[u]sers"])
def test_a_plan_of_a_list_for_each_group_needs_no_other_list(
    name: str, server: Server, load: Load
) -> None:
    server.behaviour.withheld_includes = {"userGroup"}
    planned = load(server, "plan", "--select", name)
    assert planned.exit_code == 0
    assert re.search(r"^groups/{id}/userGroups +\? +[1-9]\d* ", planned.output, re.MULTILINE)


def test_a_plan_counts_a_lost_table_as_read_anew(server: Server, load: Load) -> None:
    select = ("--select", "dealActivities")
    loaded = load(server, *select)
    with duckdb.connect(str(loaded.database)) as database:
        database.execute("drop table activecampaign_raw.deal_activities")
    said = load(server, "plan", *select)
    assert said.exit_code == 0, said.output
    assert "dealActivities: read in full by the next run" in said.output
    requests = requests_of(server, load, *select)
    assert forecast(said.output) == {"full": requests, "incremental": requests}


def test_a_plan_for_a_database_of_an_earlier_version(server: Server, load: Load) -> None:
    loaded = load(server, "--select", "dealActivities")
    with duckdb.connect(str(loaded.database)) as database:
        for column in ("cursor", "next_cursor"):
            database.execute(f"alter table activecampaign_raw.endpoint_reads drop column {column}")
    said = load(server, "plan", "--select", "dealActivities")
    assert said.exit_code == 0, said.output
    assert "dealActivities: read in full by the next run" in said.output


def test_a_plan_since_a_date_counts_what_changed_since(server: Server, load: Load) -> None:
    load(server, "--select", "[c]ontacts")
    arguments = ("--select", "[c]ontacts", "--since", "2000-01-01")
    planned = forecast(load(server, "plan", *arguments).output)
    assert planned["incremental"] == planned["full"] == requests_of(server, load, *arguments)
