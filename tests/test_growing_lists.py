"""Lists that grow at their end: a later run reads that end, and nothing is lost."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from loader.errors import EndpointError
from loader.pages import Page, Records
from loader.paging import STEPS_BACK, Progress, walk_from_end
from sandbox.account import Account
from sandbox.behaviour import Behaviour, Fault
from sandbox.server import Server, serve
from tests.conftest import Load, Loaded
from tests.test_reading import held, payloads

LOG = ("--select", "dealActivities")
ROWS = 250


@pytest.fixture
def account() -> Account:
    """A deal with 250 entries in its log, and one with none but that it was made."""
    account = Account.empty()
    account.add("users", username="one")
    account.add("dealGroups", title="one")
    account.add("dealStages", title="first", group="1")
    account.add("deals", title="long", group="1", stage="1", owner="1")
    account.add("deals", title="short", group="1", stage="1", owner="1")
    log(account, ROWS - 2)
    return account


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running


def log(account: Account, entries: int, deal: str = "1") -> None:
    for _ in range(entries):
        account.add("dealActivities", d_id=deal, dataType="note", dataAction="add")


def offsets(server: Server) -> list[int]:
    """Where the requests for the list began so far, and from now on anew."""
    asked = [int(one.query["offset"][0]) for one in server.requests if one.path == LOG[1]]
    server.requests.clear()
    return sorted(asked)


def last_read(loaded: Loaded) -> tuple[object, ...]:
    [row] = loaded.rows(
        "select mode, is_complete, proves_absence, rows from activecampaign_raw.endpoint_reads "
        "where collection = 'deal_activities' order by run_id desc limit 1"
    )
    return row


def assert_all_there(loaded: Loaded, account: Account) -> None:
    assert payloads(loaded, "deal_activities") == held(account, "dealActivities")


def test_where_nothing_came_one_request_tells(account: Account, server: Server, load: Load) -> None:
    first = load(server, *LOG)
    assert last_read(first) == ("full", True, True, ROWS)
    assert offsets(server)[0] == 0
    second = load(server, *LOG)
    assert offsets(server) == [ROWS - 99]
    assert last_read(second) == ("incremental", True, False, 99)
    assert second.exit_code == 0
    assert_all_there(second, account)


def test_what_came_is_read_from_the_last_page_that_is_stored_on(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *LOG)
    log(account, 130)
    offsets(server)
    loaded = load(server, *LOG)
    assert offsets(server) == [ROWS - 99, ROWS - 1, ROWS + 97]
    assert_all_there(loaded, account)
    assert_all_there(load(server, *LOG), account)


def test_a_flag_that_flipped_near_the_end_is_seen(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *LOG)
    account.update("dealActivities", account.records("dealActivities")[-60]["id"], deleted="1")
    offsets(server)
    loaded = load(server, *LOG)
    assert offsets(server) == [ROWS - 99 - 98, ROWS - 99]
    assert_all_there(loaded, account)


@pytest.mark.parametrize("first", [10**20, 10**45, 10**400], ids=["20", "45", "400"])
def test_ids_of_any_length_are_read(
    first: int, account: Account, server: Server, load: Load
) -> None:
    for id in range(first, first + 120):
        account.put("dealActivities", {"id": str(id), "d_id": "1"})
    assert load(server, *LOG).exit_code == 0
    account.put("dealActivities", {"id": str(first + 120), "d_id": "1"})
    loaded = load(server, *LOG)
    assert loaded.exit_code == 0
    assert_all_there(loaded, account)


def test_where_much_has_changed_all_is_read_once(
    account: Account, server: Server, load: Load
) -> None:
    log(account, 1500)
    load(server, *LOG)
    for entry in account.records("dealActivities"):
        account.update("dealActivities", entry["id"], deleted="1")
    offsets(server)
    loaded = load(server, *LOG)
    assert len(offsets(server)) == STEPS_BACK + 18
    assert last_read(loaded) == ("full", True, True, ROWS + 1500)
    assert_all_there(loaded, account)


@pytest.mark.parametrize("limit", ["1", "2", "3"])
def test_a_first_look_at_an_end_that_changed_ends(
    limit: str, account: Account, server: Server, load: Load
) -> None:
    load(server, *LOG)
    account.update("dealActivities", account.records("dealActivities")[-1]["id"], deleted="1")
    offsets(server)
    server.behaviour.faults.append(Fault(after=30))  # it would ask for ever
    assert load(server, *LOG, "--limit", limit).exit_code == 0
    assert len(offsets(server)) < 10


def test_entries_that_vanished_with_their_deal_hide_no_new_ones(
    account: Account, server: Server, load: Load
) -> None:
    log(account, 150, deal="2")
    log(account, 120)
    load(server, *LOG)
    account.delete("deals", "2")
    log(account, 110)
    loaded = load(server, *LOG)
    assert last_read(loaded)[0] == "incremental"
    assert held(account, "dealActivities").items() <= payloads(loaded, "deal_activities").items()
    whole = load(server, *LOG, "--full", "--accept-deletions")
    assert last_read(whole)[:3] == ("full", True, True)
    assert_all_there(whole, account)


def test_all_gone_but_a_few_is_read_whole(account: Account, server: Server, load: Load) -> None:
    account.add("deals", title="kept", group="1", stage="1", owner="1")
    load(server, *LOG)
    account.delete("deals", "1")
    loaded = load(server, *LOG, "--accept-deletions")
    assert last_read(loaded)[0] == "full"
    assert_all_there(loaded, account)


def test_a_hole_in_what_is_stored_is_filled(account: Account, server: Server, load: Load) -> None:
    log(account, 200)
    loaded = load(server, *LOG)
    with duckdb.connect(str(loaded.database)) as database:
        database.execute("delete from activecampaign_raw.deal_activities where id = '120'")
    assert_all_there(load(server, *LOG), account)


def test_an_entry_that_is_there_again_is_not_gone(
    account: Account, server: Server, load: Load
) -> None:
    loaded = load(server, *LOG)
    with duckdb.connect(str(loaded.database)) as database:
        table = "activecampaign_raw.deal_activities"
        database.execute(f"update {table} set deleted_in_run = 1 where id = '240'")
    assert "240" in payloads(load(server, *LOG), "deal_activities")


def test_entries_that_are_gone_stand_in_for_no_hole(
    account: Account, server: Server, load: Load
) -> None:
    log(account, 200)
    loaded = load(server, *LOG)
    for id in range(1, 21):
        account.delete("dealActivities", id)
    with duckdb.connect(str(loaded.database)) as database:
        table = "activecampaign_raw.deal_activities"
        database.execute(f"update {table} set deleted_in_run = 1 where id::int <= 20")
        database.execute(f"delete from {table} where id = '120'")
    assert_all_there(load(server, *LOG), account)


def test_a_read_that_broke_off_leaves_no_hole(account: Account, server: Server, load: Load) -> None:
    load(server, *LOG)
    log(account, 350)
    failed = load(server, *LOG, "--limit", "150")
    assert last_read(failed)[:2] == ("incremental", False)
    log(account, 60)
    whole = load(server, *LOG)
    assert last_read(whole)[0] == "full"
    assert_all_there(whole, account)


def test_a_full_read_is_repeated_after_a_week(account: Account, server: Server, load: Load) -> None:
    loaded = load(server, *LOG)
    account.update("dealActivities", 3, deleted="1")
    assert payloads(load(server, *LOG), "deal_activities") != held(account, "dealActivities")
    with duckdb.connect(str(loaded.database)) as database:
        query = "update activecampaign_raw.endpoint_reads set started_at = ?"
        database.execute(query, [datetime.now(UTC) - timedelta(days=8)])
    weekly = load(server, *LOG)
    assert last_read(weekly)[0] == "full"
    assert_all_there(weekly, account)


@pytest.mark.parametrize("total", ["absent", "number"])
def test_a_server_with_or_without_a_total(
    total: str, account: Account, server: Server, load: Load
) -> None:
    server.behaviour = Behaviour(meta_total={"dealActivities": total})
    load(server, *LOG)
    log(account, 130)
    loaded = load(server, *LOG)
    assert last_read(loaded)[0] == "incremental"
    assert_all_there(loaded, account)


class Everything:
    """A database that has every record of a list."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def holds(self, page: Page, offset: int) -> bool:
        return True


def page_of(ids: Sequence[str], total: int) -> Page:
    records = Records(list(ids), [None] * len(ids), [b"{}"] * len(ids))
    return Page(list(ids), total, {"deal_activities": records}, set(), set(), 0, 0)


@pytest.mark.parametrize(
    "ids",
    [
        [str(id) for id in range(300, 0, -1)],
        [str(id) for id in (*range(1, 290), *range(310, 290, -1))],
        [*map(str, range(1, 300)), "none"],
    ],
    ids=["newest first", "disorder after what is stored", "no numbers"],
)
def test_a_list_whose_ids_do_not_ascend_is_read_whole(ids: list[str]) -> None:
    def fetch(query: Mapping[str, str]) -> Page:
        offset, limit = int(query["offset"]), int(query["limit"])
        return page_of(ids[offset : offset + limit], total=len(ids))

    progress = Progress()
    stored = Everything(rows=200)
    served = [id for page in walk_from_end(fetch, progress, stored) for id in page.ids]
    assert set(served) == set(ids)
    assert (progress.is_unordered, progress.start, progress.distinct) == (True, 0, len(ids))
    assert progress.is_sound


def test_a_server_that_comes_to_ignore_the_offset_is_not_taken_at_its_word() -> None:
    class Nothing(Everything):
        def holds(self, page: Page, offset: int) -> bool:
            return False

    def fetch(query: Mapping[str, str]) -> Page:
        return page_of([str(id) for id in range(1, 1 + int(query["limit"]))], total=500)

    progress = Progress()
    with pytest.raises(EndpointError, match="repeats the same page"):
        list(walk_from_end(fetch, progress, Nothing(rows=500)))
