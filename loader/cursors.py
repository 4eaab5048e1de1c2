"""Where a read begins: at the start, at the last one's cursor, or where a killed one stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import duckdb
import msgspec

from loader.client import Client
from loader.endpoints import Endpoint
from loader.paging import Progress
from loader.reading import Read
from loader.settings import DEFAULT_FULL_EVERY, RAW_SCHEMA

# Records are dated before they can be seen, and a clock set back tells an hour twice.
OVERLAP: Final = timedelta(minutes=90)

TABLE: Final = f"""
create table if not exists {RAW_SCHEMA}.unfinished_reads (
    endpoint varchar primary key,
    first_run_id bigint not null,
    state varchar not null
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How endpoints are to be read.

    `full` are those to read anew from their start, `full_every` is how long an endpoint is read
    incrementally before it is read in full again. `since` stands in for every cursor. `limit` ends
    each read after about so many records. `zone` is the account's: cursors are sent with its
    offset, so that a server that overlooks the offset means the same moment.
    """

    full: Collection[Endpoint] = ()
    full_every: timedelta = DEFAULT_FULL_EVERY
    since: datetime | None = None
    limit: int | None = None
    zone: tzinfo = UTC


class _State(msgspec.Struct):
    """What a read must know to go on in a later run."""

    endpoint: str  # as it was declared: another include would leave its earlier pages without
    cursor: datetime | None
    as_of: datetime | None
    walk: Progress
    carried: set[str]
    not_carried: set[str]
    served: int
    rejected: int
    repaired: int


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
    read = Read(endpoint, client, run_id, limit=plan.limit)
    if endpoint in plan.full:
        return read
    if not endpoint.changed_since:
        return _gone_on(database, read, plan) or read
    cursor = None if _is_full_due(database, endpoint, plan) else _cursor(database, endpoint)
    if plan.since:
        read.leaves_gap = cursor is None or plan.since > cursor
        read.cursor = plan.since.astimezone(plan.zone)
        return read
    unfinished = _gone_on(database, read, plan)
    if unfinished and not (unfinished.cursor and cursor is None):
        return unfinished
    read.cursor = cursor.astimezone(plan.zone) if cursor else None
    return read


def keep(database: duckdb.DuckDBPyConnection, read: Read) -> None:
    """Remember how far a read is. All that it brought must be loaded."""
    if not read.can_go_on:
        return
    state = _State(
        endpoint=repr(read.endpoint),
        cursor=read.cursor,
        as_of=read.as_of,
        walk=read.walks[-1],
        carried=read.carried,
        not_carried=read.not_carried,
        served=read.served,
        rejected=read.rejected,
        repaired=read.repaired,
    )
    database.execute(
        f"insert or replace into {RAW_SCHEMA}.unfinished_reads values (?, ?, ?)",
        [read.endpoint.name, read.first_run_id, msgspec.json.encode(state).decode()],
    )


def forget(database: duckdb.DuckDBPyConnection, read: Read) -> None:
    """Nothing is left to go on with."""
    database.execute(
        f"delete from {RAW_SCHEMA}.unfinished_reads where endpoint = ?", [read.endpoint.name]
    )


def _gone_on(database: duckdb.DuckDBPyConnection, read: Read, plan: Plan) -> Read | None:
    """The endpoint's unfinished read, unless too much may have changed since it began."""
    kept = database.execute(
        f"select first_run_id, state from {RAW_SCHEMA}.unfinished_reads where endpoint = ?",
        [read.endpoint.name],
    ).fetchone()
    if kept is None or plan.limit:
        return None
    first_run_id, text = kept
    state = msgspec.json.decode(text, type=_State)
    began = datetime.fromtimestamp(first_run_id, UTC)  # runs are numbered by the clock
    if state.endpoint != repr(read.endpoint) or datetime.now(UTC) - began > plan.full_every:
        return None
    return Read(
        read.endpoint,
        read.client,
        first_run_id,
        cursor=state.cursor,
        as_of=state.as_of,
        goes_on=state.walk,
        carried=state.carried,
        not_carried=state.not_carried,
        served=state.served,
        rejected=state.rejected,
        repaired=state.repaired,
    )


def _cursor(database: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> datetime | None:
    """Since when changes may not have been read."""
    found = database.execute(
        f"select next_cursor from {RAW_SCHEMA}.endpoint_reads "
        "where endpoint = ? and next_cursor is not null order by run_id desc limit 1",
        [endpoint.name],
    ).fetchone()
    return found[0] - OVERLAP if found else None


def _is_full_due(database: duckdb.DuckDBPyConnection, endpoint: Endpoint, plan: Plan) -> bool:
    found = database.execute(
        f"select max(started_at) from {RAW_SCHEMA}.endpoint_reads "
        "where endpoint = ? and mode = 'full' and next_cursor is not null",
        [endpoint.name],
    ).fetchone()
    last = found[0] if found else None
    return last is None or datetime.now(UTC) - last >= plan.full_every
