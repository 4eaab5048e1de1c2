"""What was read, and what that proves to be gone: `endpoint_reads` and the marks in raw.

The API deletes without a trace. Absence is evidence only after a complete read, so the marks are
set together with the record of the read that proves them, in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from loader import cursors
from loader.endpoints import ENDPOINTS, Endpoint
from loader.reading import Outcome, Read
from loader.settings import RAW_SCHEMA

GUARD_SHARE: Final = 0.3
GUARD_ROWS: Final = 100
GUARD_ALL: Final = 10  # a small table that loses everything is not believed either

TABLES: Final = f"""
create schema if not exists {RAW_SCHEMA};
create table if not exists {RAW_SCHEMA}.runs (
    run_id bigint primary key,
    account varchar not null,
    started_at timestamptz not null,
    finished_at timestamptz
);
create table if not exists {RAW_SCHEMA}.endpoint_reads (
    endpoint varchar not null,
    collection varchar not null,
    first_run_id bigint not null,
    run_id bigint not null,
    mode varchar not null,
    is_complete boolean not null,
    is_exhaustive boolean not null,
    is_carried boolean not null,
    proves_absence boolean not null,
    rows bigint not null,
    api_total bigint,
    marked bigint not null,
    withheld bigint not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    requests bigint not null,
    retries bigint not null,
    skipped_reason varchar,
    cursor timestamptz,
    next_cursor timestamptz,
    parents varchar[],
    outcome varchar
);
alter table {RAW_SCHEMA}.endpoint_reads add column if not exists cursor timestamptz;
alter table {RAW_SCHEMA}.endpoint_reads add column if not exists next_cursor timestamptz;
alter table {RAW_SCHEMA}.endpoint_reads add column if not exists parents varchar[];
alter table {RAW_SCHEMA}.endpoint_reads add column if not exists outcome varchar;
"""

# In this order: a complete read did not serve it, cut down or whole; its parent came without it;
# its parent is gone.
GONE: Final = """
select child.id
from {raw}.{table} as child
left join {raw}.{parent} as parent on parent.id = child.parent_id and $has_parent
where
    child.deleted_in_run is null
    and (
        ($proves_absence and child.run_id < $first and {is_not_cut_down})
        or (
            $is_carried
            and parent.run_id between $first and $run
            and child.run_id < parent.run_id
        )
        or child.run_id <= parent.deleted_in_run
    )
"""

# Lists of a parent that is gone go with it, whether or not they are read in this run.
CHILDREN: Final = """
select id from {raw}.{table}
where deleted_in_run is null and parent_id in (select id from gone)
"""

# In place of the record itself, another table has what this read was served of it.
HAS_NO_TWIN: Final = """not exists (
    from {raw}.{twin} as twin where twin.id = child.id and twin.run_id >= $first
)"""
# What belongs to a record cut down is not served, in its own list neither.
PARENT_IS_WHOLE: Final = """exists (
    from {raw}.{whole} as whole where whole.id = child.parent_id and whole.run_id >= $first
)"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a read proved about one collection."""

    collection: str  # its raw table
    rows: int
    marked: int
    withheld: int  # deletions not believed, since there are too many of them


@dataclass(frozen=True, slots=True)
class _Collection:
    table: str
    is_complete: bool
    is_exhaustive: bool
    is_carried: bool
    proves_absence: bool
    has_parent: bool
    twin: str | None = None  # raw table that holds the same records cut down, or whole
    whole_parents: str | None = None  # raw table of its parents, where some come cut down


def record(
    database: duckdb.DuckDBPyConnection,
    reads: Sequence[Read],
    run_id: int,
    *,
    accept_deletions: bool,
) -> dict[str, list[Finding]]:
    """Write what finished reads read, and mark what they prove to be gone.

    Args:
        database: holds the raw tables, with every row of the reads loaded.
        reads: finished in this run.
        run_id: the run.
        accept_deletions: mark also where the guard against mass deletion would not.

    Returns:
        By endpoint name a finding per collection, the main one first.
    """
    database.begin()
    try:
        findings = {
            read.endpoint.name: _judge(database, read, run_id, accept_deletions=accept_deletions)
            for read in reads
        }
        database.commit()
    except BaseException:
        database.rollback()
        raise
    return findings


def _judge(
    database: duckdb.DuckDBPyConnection, read: Read, run_id: int, *, accept_deletions: bool
) -> list[Finding]:
    findings: list[Finding] = []
    judged = (0, 0)
    for collection in _collections(read):
        gone, alive = _find_gone(database, read, collection, run_id)
        # whole or cut down, it is one list
        of_list = judged if collection.twin else (0, 0)
        judged = (gone + of_list[0], alive + of_list[1])
        # rows of a record that is not believed to be gone are not gone either
        is_withheld = not accept_deletions and (
            _is_too_much(*judged) or (gone > 0 and bool(findings and findings[0].withheld))
        )
        if gone and not is_withheld:
            _mark(database, collection.table, "select id from gone", run_id)
            for lists in _read_per(collection.table):
                _mark(database, lists, CHILDREN.format(raw=RAW_SCHEMA, table=lists), run_id)
        finding = Finding(
            collection=collection.table,
            rows=_rows(database, read, collection, run_id),
            marked=0 if is_withheld else gone,
            withheld=gone if is_withheld else 0,
        )
        _write(database, read, collection, finding, run_id)
        findings.append(finding)
    if read.is_complete and not read.leaves_gap:
        cursors.forget(database, read.endpoint)
    return findings


def _is_too_much(gone: int, alive: int) -> bool:
    share = gone > GUARD_ROWS and gone > GUARD_SHARE * alive
    return share or (gone == alive and gone > GUARD_ALL)


def _collections(read: Read) -> list[_Collection]:
    """The main collection first: what hangs on a parent goes with it."""
    endpoint = read.endpoint
    table, stubs = endpoint.raw_table, endpoint.stubs_table
    main = [
        _Collection(
            table=own,
            is_complete=read.is_complete,
            is_exhaustive=endpoint.exhaustive,
            is_carried=False,
            proves_absence=read.proves_absence and endpoint.exhaustive,
            has_parent=False,
            twin=twin,
            whole_parents=_whole_parents(endpoint),
        )
        for own, twin in ((table, stubs), (stubs, table))
        if own
    ]
    beside = [
        _Collection(
            table=one.raw_table,
            is_complete=read.is_complete and read.carries(one.key),
            is_exhaustive=one.exhaustive,
            is_carried=one.relation is not None
            and read.outcome is not Outcome.SKIPPED
            and read.carries(one.key),
            proves_absence=read.proves_absence and one.exhaustive and read.carries(one.key),
            has_parent=one.parent_key is not None,
        )
        for one in endpoint.beside
    ]
    return [*main, *beside]


def _whole_parents(endpoint: Endpoint) -> str | None:
    """Where the records are that this collection comes beside, if some of them come cut down."""
    parents = (one for one in ENDPOINTS if any(it.key == endpoint.key for it in one.beside))
    return next((one.raw_table for one in parents if one.stubs_table), None)


def _find_gone(
    database: duckdb.DuckDBPyConnection, read: Read, collection: _Collection, run_id: int
) -> tuple[int, int]:
    """Put the ids that the read proves to be gone into `gone`; their number, and of those alive."""
    if not (collection.proves_absence or collection.is_carried or collection.has_parent):
        return 0, _alive(database, collection.table) if collection.twin else 0
    is_not_cut_down = []
    if collection.twin:
        is_not_cut_down.append(HAS_NO_TWIN.format(raw=RAW_SCHEMA, twin=collection.twin))
    if collection.whole_parents:
        is_not_cut_down.append(
            PARENT_IS_WHOLE.format(raw=RAW_SCHEMA, whole=collection.whole_parents)
        )
    gone = GONE.format(
        raw=RAW_SCHEMA,
        table=collection.table,
        parent=read.endpoint.raw_table,
        is_not_cut_down=" and ".join(is_not_cut_down) or "true",
    )
    values = {
        "first": read.first_run_id,
        "run": run_id,
        "proves_absence": collection.proves_absence,
        "is_carried": collection.is_carried,
        "has_parent": collection.has_parent,
    }
    found = _number(database, f"select count(*) from ({gone})", values)
    if found:
        database.execute(f"create or replace temp table gone as {gone}", values)
    is_judged = found or collection.twin
    return found, _alive(database, collection.table) if is_judged else 0


def _alive(database: duckdb.DuckDBPyConnection, table: str) -> int:
    query = f"select count(*) from {RAW_SCHEMA}.{table} where deleted_in_run is null"
    return _number(database, query)


def _mark(database: duckdb.DuckDBPyConnection, table: str, ids: str, run_id: int) -> None:
    database.execute(
        f"update {RAW_SCHEMA}.{table} set deleted_in_run = ? where id in ({ids})", [run_id]
    )


def _read_per(table: str) -> list[str]:
    """Raw tables of the lists that are read once for each record of a table."""
    lists = [one for one in ENDPOINTS if one.per == table and not one.parent_key]
    return [own for one in lists for own in one.raw_tables]


def _rows(
    database: duckdb.DuckDBPyConnection, read: Read, collection: _Collection, run_id: int
) -> int:
    if collection.table == read.endpoint.raw_table and not collection.twin:
        return read.rows
    query = f"select count(*) from {RAW_SCHEMA}.{collection.table} where run_id between ? and ?"
    return _number(database, query, [read.first_run_id, run_id])


def _write(
    database: duckdb.DuckDBPyConnection,
    read: Read,
    collection: _Collection,
    finding: Finding,
    run_id: int,
) -> None:
    is_main = collection.table == read.endpoint.raw_table
    row = {
        "endpoint": read.endpoint.name,
        "collection": collection.table,
        "first_run_id": read.first_run_id,
        "run_id": run_id,
        "mode": read.mode,
        "is_complete": collection.is_complete,
        "is_exhaustive": collection.is_exhaustive,
        "is_carried": collection.is_carried,
        "proves_absence": collection.proves_absence,
        "rows": finding.rows,
        "api_total": read.api_total if is_main else None,
        "marked": finding.marked,
        "withheld": finding.withheld,
        "started_at": read.started_at,
        "finished_at": read.finished_at,
        "requests": read.tally.requests,
        "retries": read.tally.retries,
        "skipped_reason": read.reason or None,
        "cursor": read.cursor,
        "next_cursor": read.next_cursor,
        "parents": list(read.parents or ()) if read.next_cursor else None,
        "outcome": read.outcome.value if read.outcome else None,
    }
    values = ", ".join(f"${name}" for name in row)
    database.execute(
        f"insert into {RAW_SCHEMA}.endpoint_reads ({', '.join(row)}) values ({values})", row
    )


def _number(
    database: duckdb.DuckDBPyConnection,
    query: str,
    values: Sequence[int] | Mapping[str, object] | None = None,
) -> int:
    row = database.execute(query, values).fetchone()
    return int(row[0]) if row else 0
