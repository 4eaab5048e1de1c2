"""`python -m loader` in a process of its own, which may be killed at any step."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sandbox.account import Account
from sandbox.server import Server
from tests.conftest import LOADER, ROOT

KILLED: Final = -signal.SIGKILL

# what dlt's folder holds at each step of a package; `*` stands for the package and its parts
EXTRACTED: Final = "normalize/extracted/*/new_jobs/*"
NORMALIZING: Final = "load/new/*/new_jobs/*"
NORMALIZED: Final = "load/normalized/*/new_jobs/*"
LOADING: Final = "load/normalized/*/started_jobs/*"
LOADED_IN_PART: Final = "load/normalized/*/completed_jobs/*"
LOADED: Final = "load/loaded/*"


class Runs:
    """Runs `python -m loader` on a server and a database, and kills it."""

    def __init__(
        self,
        server: Server,
        database: Path,
        *arguments: str,
        package_rows: int | None = None,
        like_before: bool = False,
    ) -> None:
        self.server = server
        self.database = database
        self.folder = database.with_name(f"{database.name}.dlt") / "activecampaign"
        changed = []
        if package_rows is not None:
            changed.append(f"intake.PACKAGE_ROWS = {package_rows}")
        if like_before:  # rows were merged from staging tables
            changed.append("pipeline.MergingDuckDb = dlt.destinations.duckdb")
        code = ["import dlt; from loader import cli, intake, pipeline", *changed]
        changed_loader = (sys.executable, "-c", "; ".join([*code, "raise SystemExit(cli.main())"]))
        self._command = (*(changed_loader if changed else LOADER), *arguments)
        self.environment = {
            "ACTIVECAMPAIGN_API_URL": server.url,
            "ACTIVECAMPAIGN_API_KEY": server.api_key,
            "ACTIVECAMPAIGN_DUCKDB": str(database),
            "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": "0",
        }

    @contextmanager
    def started(self, limit: int | None = None) -> Iterator[subprocess.Popen[str]]:
        """A run that goes on until the block ends. `limit`: bytes that a file may have."""

        def small_disk() -> None:
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        run = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=small_disk,
        )
        try:
            yield run
        finally:
            run.kill()
            run.communicate()

    def ended(self, limit: int | None = None) -> tuple[int, str]:
        """Exit code and output of a run that is left alone."""
        with self.started(limit) as run:
            said, _ = run.communicate(timeout=300)
            return run.returncode, said

    def completes(self) -> None:
        """A run that is left alone and reads everything."""
        exit_code, said = self.ended()
        assert exit_code == 0, said

    def killed_at_request(self, number: int, path: str = "") -> None:
        """Let a run send so many requests (for `path`) and kill it before the last is answered."""
        left = iter(range(number - 1, -1, -1))
        lock = threading.Lock()
        killed = threading.Event()

        def count(asked: str) -> None:
            with lock:
                if path in ("", asked) and next(left, 1) == 0:
                    run.kill()
                    killed.set()

        with self.started() as run:
            self.server.behaviour.before_reply = count
            assert killed.wait(60)
            assert run.wait() == KILLED
            self.server.behaviour.before_reply = None

    def killed_at(self, pattern: str, count: int = 1) -> None:
        """Kill a run as soon as dlt's folder holds so many files of a pattern."""
        with self.started() as run:
            while count > number_of_files(self.folder, pattern):
                assert run.poll() is None, f"the run ended before there was {count} x {pattern}"
                time.sleep(0.001)
            run.kill()
            assert run.wait() == KILLED


def number_of_files(folder: Path, pattern: str) -> int:
    with suppress(OSError):  # it is moved while one looks
        return sum(1 for _ in folder.glob(pattern))
    return 0


def change(account: Account) -> None:
    """Changes of several kinds, which a later read must bring."""
    contact = account.add("contacts", email="after@example.com", firstName="After")["id"]
    account.add("contactTags", contact=contact, tag=1)
    account.update("contacts", account.records("contacts")[3]["id"], lastName=f"Before {contact}")
    account.update("lists", 1, name=f"Before {contact}")
    account.delete("notes", account.records("notes")[0]["id"])
