"""Reads side by side: what becomes of them where one of them or the loading breaks off."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from loader import intake
from loader.client import Client
from loader.endpoints import ENDPOINTS
from loader.intake import drained
from loader.pages import Page
from loader.reading import Read
from loader.settings import Settings
from sandbox.account import Account
from sandbox.behaviour import Behaviour
from sandbox.server import Server, serve

LISTS = [one for one in ENDPOINTS if one.path in ("contacts", "tags")]
PROMPT = 5.0  # seconds


@pytest.fixture
def server() -> Iterator[Server]:
    account = Account.empty()
    for number in range(3000):
        account.add("contacts", email=f"{number}@example.com")
        account.add("tags", tag=str(number))
    with serve(account, behaviour=Behaviour(latency=0.05)) as running:
        yield running


def reads_of(server: Server) -> list[Read]:
    client = Client(Settings(server.url, server.api_key, Path("none"), 0.0, "account"))
    return [Read(one, client, 1) for one in LISTS]


def test_where_loading_fails_nothing_more_is_asked_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PACKAGE_ROWS", 300)
    reads = reads_of(server)
    with pytest.raises(ZeroDivisionError), drained(reads) as packages:
        _ = 1 / (next(packages).rows * 0)
    ended = time.monotonic() + PROMPT
    while None in [read.outcome for read in reads]:
        assert time.monotonic() < ended
        time.sleep(0.01)
    assert {read.reason for read in reads} == {"stopped before its end"}
    assert len(server.requests) < 40


class Odd:
    """A database that cannot be asked."""

    rows = 3000

    def holds(self, page: Page, offset: int) -> bool:
        raise ValueError("it cannot be asked")


def test_where_a_read_breaks_off_the_others_are_not_waited_for(server: Server) -> None:
    contacts, tags = reads_of(server)
    tags.stored = Odd()
    with pytest.raises(ValueError, match="cannot be asked"), drained([contacts, tags]) as packages:
        list(packages)
    assert len(server.requests) < 20


def test_what_is_marked_as_read_is_loaded_however_packages_are_cut(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.behaviour.latency = 0
    monkeypatch.setattr(intake, "PACKAGE_ROWS", 250)
    monkeypatch.setattr(intake, "PART_BYTES", 10_000)
    loaded: Mapping[str, set[str]] = {"contacts": set(), "tags": set()}
    ended = []
    with drained(reads_of(server)) as packages:
        for package in packages:
            assert package.rows < 250 + 100
            for table, batches in package.batches.items():
                loaded[table].update(id for batch in batches for id in batch["id"].to_pylist())
            for read, mark in package.marks.values():
                unread = mark.walk.gaps
                done = {
                    str(id)
                    for id in range(1, 3001)
                    if not any(gap.after < id <= (gap.until or id) for gap in unread)
                }
                assert done <= loaded[read.endpoint.path]
            ended += [read.endpoint.path for read in package.ended]
    assert sorted(ended) == ["contacts", "tags"]
    assert [len(ids) for ids in loaded.values()] == [3000, 3000]
