"""The sandbox as a run's account: the server in a process of its own, a database of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from loader.errors import LoaderError
from loader.settings import (
    Settings,
    database_path,
    full_read_interval,
    read_intervals,
    request_budget,
)

DEFAULT_CONTACTS: Final = 1000
DEFAULT_SEED: Final = 1
API_KEY: Final = "sandbox"


def database_name(contacts: int, seed: int) -> str:
    """A file for each made-up account, since a database holds one account."""
    is_default = (contacts, seed) == (DEFAULT_CONTACTS, DEFAULT_SEED)
    return "sandbox.duckdb" if is_default else f"sandbox_{contacts}_{seed}.duckdb"


@contextmanager
def sandbox(contacts: int, seed: int) -> Iterator[Settings]:
    """Serve a made-up account for as long as the block runs.

    Raises:
        LoaderError: the sandbox did not start.
    """
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--exit-with-stdin"]
    command += ["--contacts", str(contacts), "--seed", str(seed), "--api-key", API_KEY]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert server.stdin
    assert server.stdout
    try:
        line = server.stdout.readline()
        _, _, address = line.partition(" at ")
        url = address.split(",")[0].strip()
        if not url:
            raise LoaderError("The sandbox did not start; `python -m sandbox` says why.")
        has_budget = bool(os.environ.get("ACTIVECAMPAIGN_REQUESTS_PER_SECOND"))
        yield Settings(
            api_url=url,
            api_key=API_KEY,
            database=database_path(database_name(contacts, seed)),
            requests_per_second=request_budget(url) if has_budget else 0,
            full_every=full_read_interval(),
            read_every=read_intervals(),
            account=f"sandbox of {contacts} contacts, seed {seed}",
        )
    finally:
        server.stdin.close()
        server.terminate()
        server.wait()
