"""The database of a run: opened, held against all others, and of one account only."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from loader.errors import ConfigurationError, LoaderError
from loader.settings import RAW_SCHEMA

# Without a limit DuckDB keeps what it read and wrote until most of the machine's memory is full,
# and each thread buffers for itself. A package of records so large that they need more gets more.
# When what was loaded is written to the file is the pipeline's business.
SETTINGS: Final = {
    "TimeZone": "UTC",
    "memory_limit": "128MB",
    "threads": 2,
    "wal_autocheckpoint": "1TB",
}


@contextmanager
def open_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database, held for the whole run: DuckDB's own lock keeps every other process out.

    Raises:
        LoaderError: another process holds it, or it is no DuckDB database.
    """
    try:
        database = duckdb.connect(str(path))
    except duckdb.IOException as problem:
        raise LoaderError(_cannot_open(path, str(problem))) from None
    except duckdb.Error as problem:
        raise LoaderError(f"The database {path} cannot be opened: {problem}") from None
    holder = _holder(path)
    try:
        holder.parent.mkdir(exist_ok=True)
        holder.write_text(f"{os.getpid()} {datetime.now():%Y-%m-%d %H:%M}", encoding="utf-8")
        for name, value in SETTINGS.items():
            database.execute(f"set {name} = '{value}'")
        yield database
    except (OSError, ValueError, duckdb.Error) as problem:
        raise LoaderError(broke_off(working_folder(path), problem)) from problem
    finally:
        holder.unlink(missing_ok=True)
        with suppress(duckdb.Error):  # a read that was broken off still looks something up
            database.close()


def _holder(path: Path) -> Path:
    """Where a run says who it is and since when, for DuckDB's lock tells no time."""
    return working_folder(path) / "holder"


def _since(path: Path, pid: str) -> str:
    """`, since …` where a run with that process id holds the database."""
    try:
        holder, _, since = _holder(path).read_text(encoding="utf-8").partition(" ")
    except OSError:
        return ""
    return f", since {since}" if holder == pid else ""


def _cannot_open(path: Path, problem: str) -> str:
    if "lock" in problem:
        holder = re.search(r"held in (.*?) \(PID (\d+)\)", problem)
        since = _since(path, holder[2]) if holder else ""
        by = f" by {Path(holder[1]).name} (process {holder[2]}{since})" if holder else ""
        return (
            f"The database {path} is in use{by}. Close that program, or open the database there "
            "read-only and only between runs; then run again."
        )
    return f"The database {path} cannot be opened: {problem.splitlines()[0]}"


def has_data(database: duckdb.DuckDBPyConnection) -> bool:
    """Whether the loader ever wrote to this database."""
    query = "select 1 from information_schema.tables where table_schema = ? and table_name = 'runs'"
    return database.execute(query, [RAW_SCHEMA]).fetchone() is not None


def check_account(database: duckdb.DuckDBPyConnection, path: Path, account: str) -> None:
    """Refuse to mix two accounts in one database.

    Raises:
        ConfigurationError: the database holds another account.
    """
    if not has_data(database):
        return
    held = database.execute(f"select any_value(account) from {RAW_SCHEMA}.runs").fetchone()
    if held and held[0] not in (None, account):
        raise ConfigurationError(
            f"The database {path} holds the account {held[0]}, not {account}. Set "
            "ACTIVECAMPAIGN_DUCKDB to another file for this account."
        )


def working_folder(path: Path) -> Path:
    """Where dlt keeps its state and what waits to be loaded."""
    path = path.resolve()  # one folder, by whatever name the database is known
    return path.with_name(f"{path.name}.dlt")


def cause_of(problem: BaseException) -> str:
    """The first line of what it came from."""
    while cause := problem.__cause__ or problem.__context__:
        problem = cause
    return str(problem).strip().partition("\n")[0] or type(problem).__name__


def broke_off(folder: Path, problem: BaseException) -> str:
    """What a person is told of a load that failed; `folder` is the one beside the database."""
    return (
        f"Loading broke off: {cause_of(problem)}. What was loaded before stays. The next run tries "
        f"again; if it gets no further, delete {folder}, and what waits there is read again."
    )
