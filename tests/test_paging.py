"""Lists that change while they are read, and servers that page in their own way."""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from math import ceil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader.client import Client
from loader.endpoints import ENDPOINTS, Endpoint
from loader.errors import EndpointError
from loader.pages import Page
from loader.paging import (
    AHEAD,
    LIMIT,
    SIDE_BY_SIDE,
    WORTH_SPLITTING,
    Fetch,
    Gap,
    Progress,
    walk_by_id,
    walk_by_offset,
)
from loader.reading import Outcome, Read
from loader.settings import Settings
from sandbox.account import Account
from sandbox.behaviour import Behaviour
from sandbox.resources import RESOURCES
from sandbox.server import Server, serve
from tests.conftest import Load

BY_PATH = {endpoint.path: endpoint for endpoint in ENDPOINTS}
SIZES = (0, 1, 99, 100, 101, 250)


def read(server: Server, endpoint: Endpoint) -> tuple[Read, set[str | None]]:
    """A read of one endpoint to its end, and the ids that it brought."""
    settings = Settings(server.url, server.api_key, Path("none"), 0.0, "account")
    parents = ["1", "2"] if endpoint.per else None
    done = Read(endpoint, Client(settings), 1, parents=parents)
    return done, {id for page in done.pages for id in page.ids}


def account_of(endpoint: Endpoint, ids: Sequence[int]) -> Account:
    """An account that holds records of one endpoint only, those of its second parent if it has."""
    account, resource = Account.empty(), RESOURCES[endpoint.key]
    own = {endpoint.changed_key: "2026-05-28T03:20:46-05:00"} if endpoint.changed_key else {}
    if endpoint.per:
        [parent] = {one.key for one in ENDPOINTS if one.raw_table == endpoint.per}
        relation = endpoint.path.rpartition("/")[2]
        own[resource.per or RESOURCES[parent].relations[relation].member] = "2"
        for id in ("1", "2"):
            account.put(parent, {"id": id})
    for number in ids:
        account.put(endpoint.key, {**resource.template, **own, endpoint.id_key: str(number)})
    return account


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
def test_every_list_of_every_size_is_read_whole(endpoint: Endpoint) -> None:
    with serve(Account.empty()) as server:
        for size in SIZES:
            server.account = account_of(endpoint, range(1, size + 1))
            server.requests.clear()
            done, ids = read(server, endpoint)
            assert ids == set(map(str, range(1, size + 1)))
            assert (done.rows, done.is_complete, done.proves_absence) == (size, True, True)
            assert done.api_total in (None, size)
            # a page more where nothing says that the last full one is the last, and one a parent
            assert len(server.requests) <= max(ceil(size / (LIMIT - 1)), 1) + 1 + bool(endpoint.per)


LISTS = ("contacts", "lists", "notes", "deals", "dealCustomFieldData", "groups/{id}/userGroups")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("largest", [1, 7, 20, 99])
@pytest.mark.parametrize("total", ["string", "absent"])
def test_a_server_that_sets_the_size_of_pages_itself(path: str, largest: int, total: str) -> None:
    habits = Behaviour(max_limit=largest, meta_total={path: total})
    with serve(Account.empty(), behaviour=habits) as server:
        for size in (largest - 1, largest, largest + 1, 5 * largest + 1):
            server.account = account_of(BY_PATH[path], range(1, size + 1))
            done, ids = read(server, BY_PATH[path])
            assert ids == set(map(str, range(1, size + 1)))
            assert done.is_complete


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("total", ["string", "number", "null", "absent", 0, 3, 20, 100, 10_000])
def test_a_total_that_lies_costs_no_record(path: str, total: str | int) -> None:
    with serve(Account.empty(), behaviour=Behaviour(meta_total={path: total})) as server:
        for largest, size in itertools.product((None, 20), (0, 1, 20, 100, 250)):
            server.behaviour.max_limit = largest
            server.account = account_of(BY_PATH[path], range(1, size + 1))
            done, ids = read(server, BY_PATH[path])
            assert ids == set(map(str, range(1, size + 1)))
            assert done.is_complete
            announced = total if isinstance(total, int) else 0
            smallest = 0 if BY_PATH[path].per else size  # its first parent has none
            assert done.proves_absence == (smallest >= announced), (largest, size)


def at_head(account: Account, key: str, ids: Sequence[int]) -> None:
    for id in range(ids[0] - 3, ids[0]):
        account.put(key, {"id": str(id)})


def at_tail(account: Account, key: str, ids: Sequence[int]) -> None:
    for id in range(ids[-1] + 1, ids[-1] + 4):
        account.put(key, {"id": str(id)})


def without_head(account: Account, key: str, ids: Sequence[int]) -> None:
    for id in ids[:3]:
        account.delete(key, id)


def without_tail(account: Account, key: str, ids: Sequence[int]) -> None:
    for id in ids[-3:]:
        account.delete(key, id)


def turned_over(account: Account, key: str, ids: Sequence[int]) -> None:
    without_head(account, key, ids)
    at_tail(account, key, ids)


Change = Callable[[Account, str, Sequence[int]], None]
CHANGES = (at_head, at_tail, without_head, without_tail, turned_over)


@pytest.mark.parametrize("path", ["contacts", "tags", "deals"])
@pytest.mark.parametrize("total", ["string", "absent"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("size", [150, 200, 350])
def test_records_that_come_and_go_between_pages_cost_no_other(
    path: str, total: str, change: Change, size: int
) -> None:
    endpoint = BY_PATH[path]
    account = account_of(endpoint, range(1001, 1001 + size))
    with serve(account) as server:

        def between_pages(_: str) -> None:
            if len(server.requests) in (1, 2):
                change(account, endpoint.key, account.collections[endpoint.key].numbers[:])

        server.behaviour = Behaviour(meta_total={path: total}, before_reply=between_pages)
        done, ids = read(server, endpoint)
        stayed = set(account.collections[endpoint.key].numbers) & set(range(1001, 1001 + size))
    assert done.outcome is Outcome.COMPLETE
    assert ids >= set(map(str, stayed))
    if path != "contacts" and change in (at_head, without_head):
        assert not done.proves_absence
        assert done.rereads == (total == "absent" or change is at_head)
    if total == "string" and change is without_tail:
        assert not done.proves_absence


@given(
    size=st.integers(0, 350),
    largest=st.sampled_from([20, 48, 50, 100]),
    is_counted=st.booleans(),
    script=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 99)),
                    max_size=12),
)  # fmt: skip
def test_whatever_happens_between_pages_a_record_that_stays_is_read_or_told_missing(
    size: int, largest: int, is_counted: bool, script: list[tuple[int, int, int]]
) -> None:
    ids = [number * 1000 for number in range(1, size + 1)]
    stayed = set(ids)
    edits = iter(script)

    def page(params: Mapping[str, str]) -> Page:
        start = int(params["offset"])
        served = page_of(
            [str(id) for id in ids[start : start + largest]], len(ids) if is_counted else None
        )
        deleted, inserted, at = next(edits, (0, 0, 0))  # at: percent of the way through the list
        first = len(ids) * at // 100
        stayed.difference_update(ids[first : first + deleted])
        del ids[first : first + deleted]
        below = ids[first - 1] if first else 0
        above = ids[first] if first < len(ids) else below + 1000
        new = range(below + 1, min(below + 1 + inserted, above))
        ids[first:first] = new
        return served

    progress = Progress()
    read = {id for one in walk_by_offset(page, progress) for id in one.ids}
    assert {str(id) for id in stayed} <= read or progress.is_short


def tags(count: int) -> Account:
    account = Account.empty()
    for number in range(count):
        account.add("tags", tag=f"tag {number}")
    return account


@pytest.mark.parametrize("total", ["string", "absent"])
def test_records_deleted_from_pages_already_read_cost_no_live_one(total: str, load: Load) -> None:
    account = tags(350)
    asked = itertools.count(1)

    def delete_some(path: str) -> None:
        if path == "tags" and next(asked) in (2, 3):
            for record in account.records("tags")[5:8]:
                account.delete("tags", record["id"])

    habits = Behaviour(meta_total={"tags": total}, before_reply=delete_some)
    with serve(account, behaviour=habits) as server:
        loaded = load(server)
    left = {record["id"] for record in account.records("tags")}
    read = {id for (id,) in loaded.rows("select id from activecampaign_raw.tags")}
    assert len(left) == 344
    assert left <= read
    assert loaded.rows(
        "select proves_absence from activecampaign_raw.endpoint_reads where endpoint = 'tags'"
    ) == [(False,)]


def test_a_list_that_never_rests_is_told(load: Load) -> None:
    account = tags(1400)

    def delete_two(path: str) -> None:
        if path == "tags":
            for record in account.records("tags")[:2]:
                account.delete("tags", record["id"])

    with serve(account, behaviour=Behaviour(before_reply=delete_two)) as server:
        loaded = load(server)
    assert loaded.exit_code == 3
    assert "tags: records moved while the list was read" in loaded.output


def test_of_two_versions_in_one_run_the_later_stays(load: Load) -> None:
    account = tags(150)
    anchor = account.records("tags")[99]["id"]
    asked = 0

    def rename(path: str) -> None:
        nonlocal asked
        asked += path == "tags"
        if path == "tags" and asked == 2:
            account.update("tags", anchor, tag="renamed")

    with serve(account, behaviour=Behaviour(before_reply=rename)) as server:
        loaded = load(server)
    assert asked == 2
    assert loaded.rows(
        "select payload ->> 'tag' from activecampaign_raw.tags where id = ?", anchor
    ) == [("renamed",)]


def test_contacts_deleted_while_they_are_read_cost_no_live_one(load: Load) -> None:
    account = Account.generate(contacts=350, seed=9)
    asked = itertools.count(1)

    def delete_some(path: str) -> None:
        if path == "contacts" and next(asked) in (2, 3):
            for record in account.records("contacts")[5:8]:
                account.delete("contacts", record["id"])

    with serve(account, behaviour=Behaviour(before_reply=delete_some)) as server:
        loaded = load(server)
    left = {record["id"] for record in account.records("contacts")}
    read = {id for (id,) in loaded.rows("select id from activecampaign_raw.contacts")}
    assert left <= read
    queries = [request.query for request in server.requests if request.path == "contacts"]
    assert not any("offset" in query for query in queries)


def page_of(ids: list[str | None], total: int | None) -> Page:
    return Page(
        ids=ids,
        total=total,
        tables={},
        carried=set(),
        not_carried=set(),
        rejected=0,
        repaired=0,
    )


def test_a_server_that_repeats_its_page_for_ever_is_left() -> None:
    ids: list[str | None] = [str(number) for number in range(100)]
    page = page_of(ids, total=None)
    walk = walk_by_offset(lambda params: page, Progress())
    with pytest.raises(EndpointError, match="repeats the same page"):
        list(itertools.islice(walk, 50))


@given(
    count=st.integers(0, 450),
    largest=st.sampled_from([1, 7, 20, 50, 99, 100]),
    total=st.sampled_from(["right", "absent", "too large"]),
)
def test_a_list_at_rest_is_read_whole_whatever_the_page_size(
    count: int, largest: int, total: str
) -> None:
    ids: list[str | None] = [str(number) for number in range(count)]
    said = {"right": count, "absent": None, "too large": count + 1}[total]

    def page(params: Mapping[str, str]) -> Page:
        start = int(params["offset"])
        return page_of(ids[start : start + min(largest, int(params["limit"]))], total=said)

    progress = Progress()
    served = {id for one in walk_by_offset(page, progress) for id in one.ids}
    assert served == set(ids)
    assert progress.distinct == count
    assert progress.is_sound


def test_a_list_without_an_order_is_known_to_be_short() -> None:
    shuffle = random.Random(1).shuffle
    ids: list[str | None] = [str(number) for number in range(551)]

    def page(params: Mapping[str, str]) -> Page:
        shuffle(ids)
        start = int(params["offset"])
        served = ids[start : start + 100]
        return Page(
            ids=served,
            total=551,
            tables={},
            carried=set(),
            not_carried=set(),
            rejected=0,
            repaired=0,
        )

    progress = Progress()
    list(walk_by_offset(page, progress))
    assert progress.distinct < 551
    assert progress.is_short


def test_a_walk_steps_back_where_its_anchor_is_gone() -> None:
    ids: list[str | None] = [str(number) for number in range(350)]
    asked = 0

    def page(params: Mapping[str, str]) -> Page:
        nonlocal asked
        asked += 1
        if asked == 2:
            del ids[5:8]
        start = int(params["offset"])
        return page_of(ids[start : start + 100], total=len(ids))

    served = {id for one in walk_by_offset(page, Progress()) for id in one.ids}
    assert set(ids) <= served


def test_a_list_that_moved_is_not_short_where_all_that_is_announced_was_served() -> None:
    ids: list[str | None] = [str(number) for number in range(150)]

    def page(params: Mapping[str, str]) -> Page:
        start = int(params["offset"])
        served = ids[start : start + 100]
        ids[:100] = reversed(ids[:100])
        return page_of(served, total=150)

    progress = Progress()
    list(walk_by_offset(page, progress))
    assert progress.distinct == 150
    assert (progress.is_sound, progress.is_short) == (False, False)


def test_a_walk_steps_back_as_far_as_it_takes() -> None:
    ids: list[str | None] = [str(number) for number in range(500)]
    asked = 0

    def page(params: Mapping[str, str]) -> Page:
        nonlocal asked
        asked += 1
        if asked == 5:
            del ids[:350]
        start = int(params["offset"])
        return page_of(ids[start : start + 100], total=None)

    progress = Progress()
    served = {id for one in walk_by_offset(page, progress) for id in one.ids}
    assert set(ids) <= served
    assert not progress.is_gapped


def test_a_list_that_keeps_losing_records_is_known_to_be_short() -> None:
    ids: list[str | None] = [str(number) for number in range(3000)]

    def page(params: Mapping[str, str]) -> Page:
        del ids[:2]
        start = int(params["offset"])
        return page_of(ids[start : start + 100], total=len(ids))

    progress = Progress()
    served = {id for one in walk_by_offset(page, progress) for id in one.ids}
    assert set(ids) <= served or progress.is_short


def test_a_record_served_twice_shows_that_the_order_moved() -> None:
    ids: list[str | None] = [str(number) for number in range(150)]

    def page(params: Mapping[str, str]) -> Page:
        start = int(params["offset"])
        served = ids[start : start + 100]
        return page_of([ids[2] if id == "120" else id for id in served], total=None)

    progress = Progress()
    list(walk_by_offset(page, progress))
    assert not progress.is_sound


def test_a_short_list_from_a_server_without_offset_is_whole_but_proves_nothing() -> None:
    progress = Progress()
    [page] = walk_by_offset(lambda params: page_of(["1", "2", "3"], total=None), progress)
    assert page.ids == ["1", "2", "3"]
    assert not progress.is_short
    assert not progress.is_sound


def test_a_server_that_ignores_id_greater_is_not_taken_at_its_word() -> None:
    ids: list[str | None] = [str(number) for number in range(1, 101)]
    page = page_of(ids, total=500)
    walk = walk_by_id(lambda params: page, Progress())
    next(walk)
    with pytest.raises(EndpointError, match="id_greater"):
        next(walk)


def test_a_server_that_repeats_the_last_contact_is_not_taken_at_its_word() -> None:
    ids: list[str | None] = [str(number) for number in range(1, 251)]

    def page(params: Mapping[str, str]) -> Page:
        start = int(params.get("id_greater", 1)) - 1
        return page_of(ids[start : start + 100], total=250)

    with pytest.raises(EndpointError, match="id_greater"):
        list(itertools.islice(walk_by_id(page, Progress()), 9))


def test_a_server_that_ignores_the_order_of_contacts_is_not_taken_at_its_word() -> None:
    page = page_of(["7", "9", "8"], total=500)
    with pytest.raises(EndpointError, match="orders"):
        next(walk_by_id(lambda params: page, Progress()))


def test_a_contact_served_twice_is_counted_once() -> None:
    progress = Progress()
    [page] = walk_by_id(lambda params: page_of(["1", "2", "2", None], total=2), progress)
    assert page.length == 4
    assert progress.distinct == 2


@pytest.mark.parametrize(("largest", "count", "gone"), [(48, 135, 20), (49, 129, 40)])
def test_a_total_that_fell_during_the_read_is_no_end(largest: int, count: int, gone: int) -> None:
    """As many were read as are left, and some of those read are gone: others are still to come."""
    ids: list[str | None] = [str(number) for number in range(count)]

    def page(params: Mapping[str, str]) -> Page:
        start = int(params["offset"])
        if start and len(ids) == count:
            del ids[:gone]
        return page_of(ids[start : start + largest], total=len(ids))

    progress = Progress()
    served = {id for one in walk_by_offset(page, progress) for id in one.ids}
    assert served >= set(ids)


@pytest.mark.parametrize("walk", [walk_by_offset, walk_by_id])
def test_a_total_that_counts_the_page_is_no_end(
    walk: Callable[[Fetch, Progress], Iterator[Page]],
) -> None:
    ids: list[str | None] = [str(number) for number in range(1, 151)]

    def page(params: Mapping[str, str]) -> Page:
        start = int(params.get("offset") or params.get("id_greater", "0"))
        served = ids[start : start + 50]
        return page_of(served, total=len(served))

    progress = Progress()
    assert {id for one in walk(page, progress) for id in one.ids} == set(ids)


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        yield threads


class Sweep:
    """A list that is read by id; `asked` are the ids that requests began above."""

    def __init__(self, ids: Sequence[int], *, newest: int | None = None) -> None:
        self.ids = list(ids)
        self.total = len(ids)
        self.newest = newest
        self.asked: list[int] = []
        self.largest = LIMIT
        self.edits: Iterator[tuple[int, int]] = iter(())  # deleted from where, created at the end
        self.deleted: set[int] = set()
        self.lock = threading.Lock()

    def __call__(self, query: Mapping[str, str]) -> Page:
        with self.lock:
            return self.answer(query)

    def answer(self, query: Mapping[str, str]) -> Page:
        if query["orders[id]"] == "DESC":
            newest = max(self.ids, default=0) if self.newest is None else self.newest
            return page_of([str(newest)], self.total)
        after = int(query.get("id_greater", 0))
        self.asked.append(after)
        size = min(int(query["limit"]), self.largest)
        served = [id for id in self.ids if id > after][:size]
        place, created = next(self.edits, (0, 0))
        gone = self.ids[len(self.ids) * place // 100 :][:created]
        self.deleted.update(gone)
        self.ids = [id for id in self.ids if id not in gone]
        self.ids += range(max(self.ids, default=0) + 1, max(self.ids, default=0) + 1 + created)
        return page_of([str(id) for id in served], self.total)


@given(
    widths=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 300)), max_size=6),
    largest=st.sampled_from([3, 7, 10]),
    edits=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=20),
    newest=st.sampled_from([None, None, 0, 1, 500, 10**9]),
    kills=st.lists(st.integers(0, 30), max_size=3),
)
def test_ranges_of_ids_cost_no_record_whatever_holes_edits_and_kills(
    pool: Executor,
    widths: list[tuple[int, int]],
    largest: int,
    edits: list[tuple[int, int]],
    newest: int | None,
    kills: list[int],
) -> None:
    ids: list[int] = []
    for hole, run in widths:
        first = (ids[-1] if ids else 0) + 1 + hole
        ids += range(first, first + run)
    sweep = Sweep(ids, newest=newest)
    sweep.largest = largest
    sweep.edits = iter(edits)
    progress, read = Progress(), Counter[str | None]()
    for pages in [*kills, None]:
        for page in itertools.islice(walk_by_id(sweep, progress, 10, pool), pages):
            read.update(page.ids)
        assert len(progress.gaps) <= SIDE_BY_SIDE
        progress = msgspec.json.decode(msgspec.json.encode(progress), type=Progress)
    assert {str(id) for id in ids if id not in sweep.deleted} <= set(read)
    assert progress.gaps == []
    # what lies past a range is counted with the next one, where it may be gone meanwhile
    stayed = {id for id in read if id and int(id) not in sweep.deleted}
    assert len(stayed) <= progress.distinct <= len(read)


def test_a_long_list_is_read_in_ranges_and_each_range_to_its_last_record(pool: Executor) -> None:
    sweep = Sweep(range(1, 4001))
    progress = Progress()
    ids: set[str | None] = set()
    for page in walk_by_id(sweep, progress, 10, pool):
        ids.update(page.ids)
        assert len(progress.gaps) <= SIDE_BY_SIDE
    assert ids == set(map(str, range(1, 4001)))
    assert progress.distinct == 4000
    assert len(sweep.asked) <= 400 + 30
    assert max(sweep.asked[:20]) > 2000  # the upper half is not left for the end


def test_where_the_newest_id_is_refused_the_list_is_read_all_the_same(pool: Executor) -> None:
    sweep = Sweep(range(1, 401))

    def fetch(query: Mapping[str, str]) -> Page:
        if query["orders[id]"] == "DESC":
            raise EndpointError("no such order")
        return sweep(query)

    progress = Progress()
    list(walk_by_id(fetch, progress, 10, pool))
    assert (progress.distinct, progress.gaps) == (400, [])


def test_a_list_that_is_not_worth_it_is_not_split(pool: Executor) -> None:
    sweep = Sweep(range(1, 10 * 2 * WORTH_SPLITTING))
    list(walk_by_id(sweep, Progress(), 10, pool))
    assert sweep.asked == [0, *range(10, 10 * 2 * WORTH_SPLITTING, 10)]


def test_gaps_that_a_killed_read_left_are_read_and_nothing_else(pool: Executor) -> None:
    sweep = Sweep(range(1, 1001))
    gaps = [Gap(100, 150), Gap(400, 405), Gap(990, None)]
    progress = Progress(distinct=935, gaps=gaps, total=1000, longest=10)
    ids = {int(id) for page in walk_by_id(sweep, progress, 10, pool) for id in page.ids if id}
    assert ids == {*range(101, 151), *range(401, 411), *range(991, 1001)}
    assert progress.distinct == 1000
    assert progress.total == 1000


def test_of_a_list_by_offset_no_more_pages_are_asked_for_than_it_has(pool: Executor) -> None:
    ids = [str(number) for number in range(2000)]
    most = 0
    offsets: list[int] = []

    def page(params: Mapping[str, str]) -> Page:
        offsets.append(int(params["offset"]))
        return page_of(list(ids[offsets[-1] : offsets[-1] + LIMIT]), total=2000)

    for number, _ in enumerate(walk_by_offset(page, Progress(), pool=pool)):
        most = max(most, len(offsets) - number - 1)
    assert sorted(offsets) == list(range(0, 1981, 99))
    assert 1 <= most <= AHEAD
