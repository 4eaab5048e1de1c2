"""How many requests an account costs, at first and after a day's work in it."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from benchmarks import loaders
from benchmarks.account import Changes, served
from benchmarks.results import Line
from benchmarks.scale import Scale
from sandbox.server import Request

PAGE: Final = 100
RAW: Final = "activecampaign_raw"

DATES: Final = {"contacts": "udate", "deals": "mdate"}  # of what is read by its date

NO_MEMBER: Final = "-"

# What a full read of the changed account has and another database has not. A deal whose next task
# is another keeps its date, so nobody can know of that change but by a full read.
CHANGED: Final = """
    with changed as (
        select id, payload::varchar as payload from whole.{raw}.{table}
        except
        select id, payload::varchar from {held}.{raw}.{table} where deleted_in_run is null
    )
    select count(*)
    from changed
    where not exists (
        from before.{raw}.{table} as held
        where held.id = changed.id and held.payload ->> '{date}' = changed.payload ->> '{date}'
    )
"""
GONE: Final = """
    select count(*) from after.{raw}.{table}
    where list_contains(?, id) and deleted_in_run is not null
"""


def lines(scale: Scale) -> Iterator[Line]:
    """The first read, and one after changes; that it saw the changes too."""
    with served(scale.contacts) as account, TemporaryDirectory() as temporary:
        folder = Path(temporary)
        after, before, whole = (folder / f"{one}.duckdb" for one in ("after", "before", "whole"))
        loaders.loader(account.url(), after)
        first = account.requests()
        once = _pages(after, first)
        yield Line("requests of a first read", len(first), "every page once", once)
        loaders.plain_dlt_parquet(account.url(), folder / "plain.duckdb")
        plain = len(account.requests())
        yield Line("requests of a first read", len(first), "plain dlt", plain)
        shutil.copy(after, before)
        changes = account.change()
        loaders.loader(account.url(), after)
        second = account.requests()
        yield Line("requests after 1 % changed", len(second), "first read", len(first))
        loaders.loader(account.url(), whole)
        seen, due = _seen(after, before, whole, changes)
        yield Line("changes seen then, of those with a date", seen, "full read", due, better="more")


def _table(path: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", path).lower()


def _pages(database: Path, log: Sequence[Request]) -> int:
    """Pages of all lists that were asked for, if each is asked for once and filled."""
    with duckdb.connect(str(database), read_only=True) as connection:
        held = _counts(connection)
    paths = {request.path for request in log}
    return sum(ceil(held.get(_table(path), 1) / PAGE) or 1 for path in paths)


def _counts(connection: duckdb.DuckDBPyConnection) -> Mapping[str, int]:
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ?", [RAW]
    ).fetchall()
    return {table: loaders.count(connection, RAW, table) for (table,) in tables}


def _seen(after: Path, before: Path, whole: Path, changes: Changes) -> tuple[int, int]:
    """How many changed rows a database has as a full read has them, of how many."""
    with duckdb.connect() as connection:
        for path in (after, before, whole):
            connection.execute(f"attach '{path}' as {path.stem} (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_columns() "
            "where database_name = 'whole' and schema_name = ? and column_name = 'payload'",
            [RAW],
        ).fetchall()

        def count(query: str, table: str, held: str = "", *values: object) -> int:
            date = DATES.get(table, NO_MEMBER)
            text = query.format(raw=RAW, table=table, held=held, date=date)
            counted = connection.execute(text, values).fetchone()
            assert counted
            return int(counted[0])

        due = sum(count(CHANGED, table, "before") for (table,) in tables)
        seen = due - sum(count(CHANGED, table, "after") for (table,) in tables)
        for key, ids in changes.deleted.items():
            if key not in DATES:  # a deletion has no date
                due += len(ids)
                seen += count(GONE, _table(key), "", ids)
    return seen, due
