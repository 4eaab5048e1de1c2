"""Where a read begins: at the start, the last cursor, a list's end, or where one was killed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import duckdb
import msgspec

from loader.client import Client
from loader.endpoints import Endpoint
from loader.reading import Mark, Read
from loader.settings import DEFAULT_FULL_EVERY, RAW_SCHEMA
from loader.stored import StoredList

# Records are dated before they can be seen, and a clock set back tells an hour twice.
OVERLAP: Final = timedelta(minutes=90)

TABLE: Final = f"""
create table if not exists {RAW_SCHEMA}.unfinished_reads (
    endpoint varchar primary key,
    first_run_id bigint not null,
    state varchar not null
);
"""

# Of an interval: a job that runs at the same hour each week is never late by minutes.
PUNCTUALITY: Final = 0.95

# A read that was resumed began with its first run, and runs are numbered by the clock.
FULL_READS: Final = f"""
select
    max(began) filter (where proves_absence) as proven,
    max(began) as complete,
    coalesce(arg_max(withheld, run_id) > 0, false) as is_withheld
from (
    select
        run_id,
        least(min(started_at), to_timestamp(first_run_id)) as began,
        bool_or(proves_absence and collection = $2) as proves_absence,
        sum(withheld) as withheld
    from {RAW_SCHEMA}.endpoint_reads
    where endpoint = $1 and mode = 'full'
    group by first_run_id, run_id
    having bool_or(next_cursor is not null)
)
"""

LATEST: Final = f"""
select
    arg_max(next_cursor, run_id) filter (where next_cursor is not null),
    arg_max(next_cursor is not null, run_id) filter (where rows > 0)
from {RAW_SCHEMA}.endpoint_reads
where endpoint = ? and collection = ?
"""

PARENTS: Final = f"""
select arg_max(parents, run_id) filter (where next_cursor is not null)
from {RAW_SCHEMA}.endpoint_reads
where endpoint = ? and collection = ?
"""

LAST_FULL_READ: Final = f"""
select
    max(started_at) filter (where collection = $2),
    coalesce(arg_max(withheld, run_id) > 0, false) as is_withheld
from (
    select run_id, collection, started_at, sum(withheld) over (partition by run_id) as withheld
    from {RAW_SCHEMA}.endpoint_reads
    where endpoint = $1 and mode = 'full' and is_complete
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How endpoints are to be read.

    `full` are those to read anew from their start, `full_every` is how long an endpoint is read
    incrementally before it is read in full again, `read_every` how long one that cannot be is left
    alone. `since` stands in for every cursor. `limit` ends each read after about so many records.
    `zone` is the account's: cursors are sent with its offset, so that a server that overlooks the
    offset means the same moment.
    """

    full: Collection[Endpoint] = ()
    full_every: timedelta = DEFAULT_FULL_EVERY
    read_every: Mapping[Endpoint, timedelta] = field(default_factory=dict)
    since: datetime | None = None
    limit: int | None = None
    zone: tzinfo = UTC


def begin(
    database: duckdb.DuckDBPyConnection,
    endpoint: Endpoint,
    client: Client,
    run_id: int,
    plan: Plan,
) -> Read:
    """The next read of an endpoint.

    Args:
        database: knows the earlier reads.
        endpoint: what to read.
        client: asks the account.
        run_id: the run in which the read begins, unless it goes on.
        plan: how to read.
    """
    if plan.limit or plan.since:
        forget(database, endpoint)  # its rules of evidence go by runs that are all its own
    read = Read(endpoint, client, run_id, limit=plan.limit)
    if endpoint in plan.full:
        return read
    if not endpoint.is_incremental or (plan.since and endpoint.grows):
        if when := due(database, endpoint, plan):
            read.skip(f"not due before {when.astimezone(plan.zone):%Y-%m-%d %H:%M}")
            return read
        return _resumed(database, read, plan) or read
    cursor = None if is_full_due(database, endpoint, plan) else latest(database, endpoint)
    if plan.since:
        read.leaves_gap = cursor is None or plan.since > cursor
        read.cursor = plan.since.astimezone(plan.zone)
        return read
    unfinished = _resumed(database, read, plan)
    if unfinished and not (unfinished.cursor and cursor is None):
        return unfinished
    if cursor and endpoint.grows:
        read.stored = StoredList(database, endpoint)
    elif cursor:
        read.cursor = cursor.astimezone(plan.zone)
    return read


def keep(database: duckdb.DuckDBPyConnection, read: Read, mark: Mark) -> None:
    """Remember how far a read is. All that it brought until then must be loaded."""
    database.execute(
        f"insert or replace into {RAW_SCHEMA}.unfinished_reads values (?, ?, ?)",
        [read.endpoint.name, read.first_run_id, msgspec.json.encode(mark).decode()],
    )


def forget(database: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> None:
    """Let no later run go on with the endpoint's unfinished read."""
    database.execute(
        f"delete from {RAW_SCHEMA}.unfinished_reads where endpoint = ?", [endpoint.name]
    )


def void(database: duckdb.DuckDBPyConnection, endpoints: Iterable[Endpoint]) -> None:
    """Let no later run build on what was read of these endpoints: it is not there any more."""
    for endpoint in endpoints:
        forget(database, endpoint)
        database.execute(
            f"update {RAW_SCHEMA}.endpoint_reads set is_complete = false, next_cursor = null "
            "where endpoint = ? and (is_complete or next_cursor is not null)",
            [endpoint.name],
        )


def known_parents(database: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> set[str]:
    """The parents whose lists were read by the read that the next cursor comes from."""
    found = database.execute(PARENTS, [endpoint.name, endpoint.raw_table]).fetchone()
    return set((found and found[0]) or ())


def _resumed(database: duckdb.DuckDBPyConnection, read: Read, plan: Plan) -> Read | None:
    """The endpoint's unfinished read, unless too much may have changed since it began.

    What changed is the account, or the loader: then what it kept may not be readable either.
    """
    kept = database.execute(
        f"select first_run_id, state from {RAW_SCHEMA}.unfinished_reads where endpoint = ?",
        [read.endpoint.name],
    ).fetchone()
    if kept is None:
        return None
    first_run_id, text = kept
    try:
        mark = msgspec.json.decode(text, type=Mark)
    except msgspec.MsgspecError:
        return None
    began = datetime.fromtimestamp(first_run_id, UTC)  # runs are numbered by the clock
    if mark.endpoint != repr(read.endpoint) or abs(datetime.now(UTC) - began) > plan.full_every:
        return None
    return Read(
        read.endpoint,
        read.client,
        first_run_id,
        cursor=mark.cursor,
        as_of=mark.as_of,
        goes_on=mark.walk,
        carried=mark.carried,
        not_carried=mark.not_carried,
        served=mark.served,
        rejected=mark.rejected,
        repaired=mark.repaired,
    )


def latest(database: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> datetime | None:
    """Since when changes may not have been read; None where that is unknown.

    So it is where the last read of a list that grows ended early: it may have left a hole.
    """
    found = database.execute(LATEST, [endpoint.name, endpoint.raw_table]).fetchone()
    cursor, is_whole = found or (None, None)
    return cursor - OVERLAP if cursor and (is_whole or not endpoint.grows) else None


def due(database: duckdb.DuckDBPyConnection, endpoint: Endpoint, plan: Plan) -> datetime | None:
    """When an endpoint has to be read again, None where that is now.

    Where deletions were not believed, that is now: as long as they are not, they stay in sight.
    """
    every = plan.read_every.get(endpoint)
    if not every or plan.limit or plan.since:
        return None
    found = database.execute(LAST_FULL_READ, [endpoint.name, endpoint.raw_table]).fetchone()
    began: datetime | None = found[0] if found and not found[1] else None
    is_early = _is_within(began, every * PUNCTUALITY)
    return began + every if began and is_early else None


def is_full_due(database: duckdb.DuckDBPyConnection, endpoint: Endpoint, plan: Plan) -> bool:
    """Whether the last full read is too long ago, or left deletions open.

    As long as deletions are not believed, they stay in sight. A read that could prove none is soon
    repeated, but not by every run: some totals are never reached.
    """
    found = database.execute(FULL_READS, [endpoint.name, endpoint.raw_table]).fetchone()
    proven, complete, is_withheld = found or (None, None, False)
    every = plan.full_every * PUNCTUALITY
    return is_withheld or not (_is_within(proven, every) or _is_within(complete, every / 7))


def _is_within(began: datetime | None, interval: timedelta) -> bool:
    """Whether a moment is no longer ago than that, nor in the future, as a clock may have told."""
    return began is not None and timedelta(0) <= datetime.now(UTC) - began < interval
