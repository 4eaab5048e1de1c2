"""A run that dies at any point, or meets a full disk or another program, costs nothing for good."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import duckdb
import pytest

from loader.endpoints import ENDPOINTS
from sandbox.account import Account
from sandbox.dates import Clock
from sandbox.server import Server, serve
from tests.conftest import DOCUMENTED, LOADER, SOAK_EXAMPLES, run_command
from tests.runs import (
    EXTRACTED,
    LOADED,
    LOADED_IN_PART,
    LOADING,
    NORMALIZED,
    NORMALIZING,
    Runs,
    change,
    number_of_files,
)

PROMPT: Final = 5.0  # seconds in which a run that cannot start says so

# tables whose records come in another form beside their parent
OF_ANOTHER_FORM: Final = {"deal_custom_field_data"}
USUAL: Final = [one for one in ENDPOINTS if one.documented or one.stands_in]
KEYS: Final = {endpoint.raw_table: endpoint.key for endpoint in USUAL} | {
    beside.raw_table: beside.key for endpoint in USUAL for beside in endpoint.beside
}


def assert_whole(database: Path, account: Account, tables: Iterable[str] = KEYS) -> None:
    """Raw tables hold what the account holds, and nothing of it is marked as deleted."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in tables:
            key = KEYS[table]
            rows = connection.execute(
                f"select id, payload from activecampaign_raw.{table} where deleted_in_run is null"
            ).fetchall()
            held = {str(record["id"]): record for record in account.records(key)}
            assert sorted(id for id, _ in rows) == sorted(held), table
            for id, payload in rows:
                record = json.loads(payload)
                if table not in OF_ANOTHER_FORM:
                    assert {name: record[name] for name in held[id]} == held[id], table


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running


@pytest.fixture(scope="module")
def startup() -> float:
    """Seconds that the loader takes to do nothing."""
    started = time.monotonic()
    run_command(*LOADER, "endpoints", environment={})
    return time.monotonic() - started


def refused(runs: Runs, startup: float) -> str:
    """What a run says that finds the database in use, and soon."""
    started = time.monotonic()
    exit_code, said = runs.ended()
    assert exit_code == 1, said
    assert time.monotonic() - started < 2 * startup + PROMPT
    assert "is in use" in said
    assert "Traceback" not in said
    return said


@pytest.fixture
def runs(server: Server, tmp_path: Path) -> Runs:
    return Runs(server, tmp_path / "warehouse.duckdb", *DOCUMENTED)


Kill = Callable[[Runs], None]


def request(number: int) -> Kill:
    return lambda runs: runs.killed_at_request(number)


def folder(pattern: str, count: int = 1) -> Kill:
    return lambda runs: runs.killed_at(pattern, count)


KILLS: Final[dict[str, list[Kill]]] = {
    "while it extracts": [request(2), request(12), request(25)],
    "while it prepares a package": [folder(EXTRACTED), folder(NORMALIZING), folder(LOADING)],
    "while it loads a package": [
        folder(LOADED_IN_PART),
        folder(LOADED_IN_PART, 20),
        folder(LOADED),
    ],
}
EACH_THRICE: Final = {
    f"{what}, kill {number}": [kill] * 3
    for what, kills in KILLS.items()
    for number, kill in enumerate(kills, 1)
}


@pytest.mark.parametrize(
    "kills", (KILLS | (EACH_THRICE if SOAK_EXAMPLES else {})).items(), ids=lambda it: it[0]
)
def test_a_run_that_is_killed_again_and_again_is_made_good_by_the_next(
    kills: tuple[str, Sequence[Kill]], runs: Runs, account: Account
) -> None:
    for kill in kills[1]:
        kill(runs)
        change(account)
    runs.completes()
    assert_whole(runs.database, account)


def test_what_an_earlier_version_left_half_loaded_is_made_good(
    runs: Runs, account: Account
) -> None:
    before = Runs(runs.server, runs.database, *DOCUMENTED, like_before=True)
    before.killed_at(LOADED_IN_PART, 20)
    change(account)
    runs.completes()
    assert_whole(runs.database, account)


def test_a_run_killed_before_dlt_tidied_a_package_away_is_made_good_by_the_next(
    runs: Runs, account: Account, tmp_path: Path
) -> None:
    """Dlt moves a prepared package on and then deletes what it was made of."""
    extracted = runs.folder / "normalize" / "extracted"
    runs.killed_at(EXTRACTED)
    shutil.copytree(extracted, tmp_path / "extracted")
    runs.killed_at(NORMALIZED)
    shutil.copytree(tmp_path / "extracted", extracted, dirs_exist_ok=True)
    change(account)
    runs.completes()
    assert_whole(runs.database, account)


def test_what_waits_for_a_database_that_went_on_elsewhere_is_not_loaded(
    runs: Runs, account: Account, tmp_path: Path
) -> None:
    account.clock = Clock(account.present, timedelta(hours=5))
    runs.killed_at(NORMALIZED)
    elsewhere = Runs(runs.server, tmp_path / "elsewhere.duckdb", *DOCUMENTED)
    move(runs.database, elsewhere.database)
    account.update("contacts", 5, firstName="Changed")
    account.update("lists", 1, name="hours later")
    elsewhere.completes()
    move(elsewhere.database, runs.database)
    runs.completes()
    assert_whole(runs.database, account)


def test_a_database_has_one_folder_by_whatever_name(runs: Runs, account: Account) -> None:
    link = Runs(runs.server, runs.database.with_name("link.duckdb"), *DOCUMENTED)
    link.database.symlink_to(runs.database)
    runs.killed_at(NORMALIZED)
    link.completes()
    assert not link.folder.exists()
    assert number_of_files(runs.folder, NORMALIZED) == 0
    assert_whole(runs.database, account)


def move(database: Path, to: Path) -> None:
    for path in database.parent.glob(f"{database.name}*"):
        if path.is_file():
            path.rename(to.with_name(path.name.replace(database.name, to.name)))


SWEPT: Final = ("contacts", "field_values", "contact_lists", "contact_tags")


@pytest.fixture
def sweeping(tmp_path: Path) -> Iterator[Runs]:
    """Runs that read 500 contacts and load a package for each page of them."""
    with serve(Account.generate(contacts=500, seed=2)) as server:
        database = tmp_path / "warehouse.duckdb"
        yield Runs(server, database, "--select", "contact[s]", package_rows=400)


def test_a_long_read_killed_again_and_again_is_made_good_by_the_next(sweeping: Runs) -> None:
    account = sweeping.server.account
    for page in (3, 4):
        sweeping.killed_at_request(page, "contacts")
        last = account.records("contacts")[-1]["id"]
        account.add("contactTags", contact=last, tag=page)
        account.update("contacts", 2, firstName=f"Changed at page {page}")
    sweeping.completes()
    sweeping.completes()  # what had changed of contacts that were loaded before
    assert_whole(sweeping.database, account, SWEPT)


def test_a_long_read_goes_on_after_the_last_page_that_was_loaded(sweeping: Runs) -> None:
    sweeping.killed_at_request(4, "contacts")
    with duckdb.connect(str(sweeping.database), read_only=True) as connection:
        [(rows, loaded)] = connection.execute(
            "select count(*), max(id::bigint) from activecampaign_raw.contacts"
        ).fetchall()
    assert rows >= 100
    sweeping.server.requests.clear()
    sweeping.completes()
    asked = [one for one in sweeping.server.requests if one.path == "contacts"]
    assert asked
    assert [one for one in asked if int(one.query.get("id_greater", ["0"])[0]) < loaded] == []


def test_a_second_loader_says_who_holds_the_database_and_harms_nothing(
    runs: Runs, account: Account, startup: float
) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def hold(path: str) -> None:
        if path == "contacts":
            arrived.set()
            go_on.wait(60)

    runs.server.behaviour.before_reply = hold
    with runs.started() as first:
        assert arrived.wait(60)
        said = refused(runs, startup)
        assert re.search(rf"process {first.pid}, since 20\d\d-", said)
        go_on.set()
        output, _ = first.communicate(timeout=120)
    assert first.returncode == 0, output
    assert_whole(runs.database, account)


def test_a_database_that_someone_reads_is_said_to_be_in_use(runs: Runs, startup: float) -> None:
    path = str(runs.database)
    duckdb.connect(path).close()
    code = f"import duckdb; held = duckdb.connect({path!r}, read_only=True); print(1, flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout
        reader.stdout.readline()
        said = refused(runs, startup)
        reader.communicate("\n")
    assert f"process {reader.pid}" in said
    assert not runs.server.requests


@pytest.mark.parametrize(
    ("limit", "is_extracted"),
    [(20_000, False), (300_000, True)],
    ids=["while it extracts", "while it loads"],
)
def test_a_full_disk_is_said_and_made_good_by_the_next_run(
    limit: int, is_extracted: bool, runs: Runs, account: Account
) -> None:
    exit_code, said = runs.ended(limit)
    assert exit_code == 1
    assert "File too large" in said
    assert "Traceback" not in said
    assert bool(number_of_files(runs.folder, NORMALIZED)) is is_extracted
    duckdb.connect(str(runs.database), read_only=True).close()
    change(account)
    runs.completes()
    assert_whole(runs.database, account)
