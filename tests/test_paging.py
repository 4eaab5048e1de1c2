"""Lists that change while they are read, and servers that page in their own way."""

import itertools
import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader.errors import EndpointError
from loader.pages import Page
from loader.paging import Progress, walk_by_id, walk_by_offset
from sandbox.account import Account
from sandbox.behaviour import Behaviour
from sandbox.server import serve
from tests.conftest import Load


def tags(count: int) -> Account:
    account = Account.empty()
    for number in range(count):
        account.add("tags", tag=f"tag {number}")
    return account


@pytest.mark.parametrize("total", ["string", "absent"])
def test_records_deleted_from_pages_already_read_cost_no_live_one(total: str, load: Load) -> None:
    account = tags(350)
    asked = 0

    def delete_some(path: str) -> None:
        nonlocal asked
        asked += path == "tags"
        if path == "tags" and asked in (2, 3):
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
    asked = 0

    def delete_some(path: str) -> None:
        nonlocal asked
        asked += path == "contacts"
        if path == "contacts" and asked in (2, 3):
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
