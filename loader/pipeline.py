"""A run: its reads, their packages, and what they prove."""

import itertools
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import dlt
import duckdb
import pyarrow as pa
from dlt.common.destination.exceptions import DestinationException
from dlt.extract import DltSource
from dlt.pipeline.exceptions import PipelineStepFailed

from loader import cursors, evidence
from loader.client import Client
from loader.cursors import Plan
from loader.database import SETTINGS, broke_off, cause_of, has_data, working_folder
from loader.destination import MergingDuckDb
from loader.endpoints import ENDPOINTS, RAW_TABLES, Endpoint
from loader.errors import LoaderError
from loader.evidence import Finding
from loader.intake import drained
from loader.reading import Outcome, Read
from loader.settings import DLT_STAGING, RAW_SCHEMA, Settings
from loader.source import activecampaign, declared
from loader.stand_ins import is_lacking

NAME: Final = "activecampaign"  # of the pipeline
CONFIG: Final = {
    "restore_from_destination": False,
    "normalize.parquet_normalizer.add_dlt_load_id": True,
    "load.workers": 2,  # as many as the database has threads
    # Kept, it would hold a second copy of the account on disk.
    "load.delete_completed_jobs": True,
}


# DuckDB reads a row group of a file at once, and from its own file 2,048 rows: where records are
# large, fewer make a row group, and the limit has to wait.
LARGE: Final = 16 * 2**10  # bytes
ROW_GROUP: Final = "data_writer.row_group_size"  # rows
ROW_GROUP_BYTES: Final = 8 * 2**20
MUCH: Final = 8  # what was loaded, times this, is as much as the file holds


@dataclass(slots=True)
class Run:
    """What a run does and did: its reads in order, and the findings of those that ended."""

    run_id: int
    started: float = field(default_factory=time.monotonic)
    reads: list[Read] = field(default_factory=list)
    findings: dict[str, list[Finding]] = field(default_factory=dict)  # by endpoint name

    @property
    def seconds(self) -> float:
        """Since the run started."""
        return time.monotonic() - self.started

    @property
    def requests(self) -> int:
        """Sent so far."""
        return sum(read.tally.requests for read in self.reads)

    @property
    def rows(self) -> int:
        """Distinct records loaded, whatever they came with."""
        rows = {one.collection: one.rows for found in self.findings.values() for one in found}
        return sum(rows.values())

    @property
    def exit_code(self) -> int:
        """0 all read, 1 nothing read, 3 something failed, came short or awaits confirmation."""
        failed = [one for one in self.reads if one.outcome is Outcome.FAILED]
        if failed and len(failed) == len(self.reads):
            return 1
        short = any(one.is_short for one in self.reads)
        withheld = any(one.withheld for found in self.findings.values() for one in found)
        return 3 if failed or short or withheld else 0


def run(
    settings: Settings,
    client: Client,
    database: duckdb.DuckDBPyConnection,
    endpoints: Sequence[Endpoint],
    stand_ins: Sequence[Endpoint] = (),
    *,
    plan: Plan,
    accept_deletions: bool = False,
    watch: Callable[[Run], None] = lambda run: None,
) -> Run:
    """Read `endpoints` into the database.

    Args:
        settings: where the database is and which account it holds.
        client: asks the account.
        database: as `open_database` gives it.
        endpoints: what to read.
        stand_ins: flat lists to read where a collection does not come beside its parent.
        plan: how to read them.
        accept_deletions: mark even a mass of records as gone.
        watch: called once the reads are known, to show their progress.

    Raises:
        AccountError: the account stopped answering; what was loaded stays.
        LoaderError: a package could not be loaded; it is tried again by the next run.
    """
    pipeline = _pipeline(settings.database, database)
    database.execute(evidence.TABLES)
    database.execute(cursors.TABLE)
    _load_pending(pipeline, database)
    _drop_dlt_staging(database)
    current = Run(run_id=_start(database, settings.account))
    _last_run(Path(pipeline.working_dir)).write_text(str(current.run_id), encoding="utf-8")
    seq = itertools.count()

    def read(reads: list[Read]) -> None:
        current.reads += reads
        with drained(reads) as packages:
            for package in packages:
                if package.batches:
                    source = activecampaign(package.batches, current.run_id, seq)
                    with _room(database, _largest(package.batches)):
                        _load(pipeline, database, source)
                        _checkpoint(database)
                for one, mark in package.marks.values():
                    cursors.keep(database, one, mark)
                current.findings |= evidence.record(
                    database, package.ended, current.run_id, accept_deletions=accept_deletions
                )
                for fatal in filter(None, [one.fatal for one in package.ended]):
                    raise fatal

    watch(current)
    run_id = current.run_id
    if missing := _missing(database, [*endpoints, *stand_ins]):
        # before the tables are there again: nothing else tells that their rows are not
        cursors.void(database, _lost(database, ENDPOINTS))
        _make(pipeline, database, missing)
    read([cursors.begin(database, one, client, run_id, plan) for one in endpoints if not one.per])
    later = [one for one in endpoints if one.per]
    later += [one for one in stand_ins if is_lacking(database, one, endpoints)]
    reads = [cursors.begin(database, one, client, run_id, plan) for one in later]
    for one in reads:
        _find_parents(database, one, current.reads)
        if one.cursor and set(one.parents or ()) - cursors.known_parents(database, one.endpoint):
            cursors.void(database, [one.endpoint])  # of a new one all is read, so of all
            one.cursor = None
    read(reads)
    database.execute(
        f"update {RAW_SCHEMA}.runs set finished_at = ? where run_id = ?",
        [datetime.now(UTC), current.run_id],
    )
    return current


def _pipeline(path: Path, database: duckdb.DuckDBPyConnection) -> dlt.Pipeline:
    for name, value in CONFIG.items():
        dlt.config[name] = value
    folder = working_folder(path)
    if not has_data(database):  # a database started anew must not get an older one's packages
        shutil.rmtree(folder / NAME, ignore_errors=True)
    return dlt.pipeline(
        NAME,
        pipelines_dir=str(folder),
        destination=MergingDuckDb(database),
        dataset_name=RAW_SCHEMA,
    )


def _load_pending(pipeline: dlt.Pipeline, database: duckdb.DuckDBPyConnection) -> None:
    """Load what a killed run left to be loaded, unless the database has moved on since.

    It has where it was loaded under another name meanwhile, with a folder of that name.
    """
    folder = Path(pipeline.working_dir)
    if not _is_of_last_run(folder, database):
        for name in ("normalize/extracted", "load/normalized"):
            for outdated in (folder / name).glob("*"):
                shutil.rmtree(outdated)
    for prepared in folder.glob("load/normalized/*"):
        # dlt was killed before it deleted what the package was made of, and would make it twice
        shutil.rmtree(folder / "normalize" / "extracted" / prepared.name, ignore_errors=True)
    if pipeline.has_pending_data:
        with _room(database, LARGE):  # nothing tells how large its records are
            _load(pipeline, database)
            _checkpoint(database)
    # what a killed run had not yet made a package of: nobody takes it up
    for left in (*folder.glob("normalize/*"), *folder.glob("load/new/*")):
        if left.is_dir() and left.name != "extracted":
            shutil.rmtree(left)


def _last_run(folder: Path) -> Path:
    """Where the folder says which run used it last."""
    return folder / "last_run"


def _is_of_last_run(folder: Path, database: duckdb.DuckDBPyConnection) -> bool:
    last = database.execute(f"select max(run_id) from {RAW_SCHEMA}.runs").fetchone()
    try:
        return last is not None and _last_run(folder).read_text(encoding="utf-8") == str(last[0])
    except OSError:
        return True  # made by a version that did not say


def _load(
    pipeline: dlt.Pipeline,
    database: duckdb.DuckDBPyConnection,
    source: DltSource | None = None,
) -> None:
    # In a thread of its own dlt leaves Ctrl-C alone; in this one it would wait for every request.
    worker = ThreadPoolExecutor(max_workers=1)
    try:
        try:
            worker.submit(pipeline.run, source, loader_file_format="parquet").result()
        except PipelineStepFailed as problem:
            if "Out of Memory" not in cause_of(problem):
                raise
            database.execute("reset memory_limit")  # records of megabytes
            worker.submit(pipeline.run).result()
    except PipelineStepFailed as problem:
        raise LoaderError(broke_off(Path(pipeline.pipelines_dir), problem)) from None
    finally:
        worker.shutdown(wait=False)
    for loaded in Path(pipeline.working_dir).glob("load/loaded/*"):
        shutil.rmtree(loaded)


def _make(
    pipeline: dlt.Pipeline, database: duckdb.DuckDBPyConnection, tables: Sequence[str]
) -> None:
    """Have dlt make raw tables, all at once and without a row."""
    _forget_schema(database)
    try:
        pipeline.extract(declared(tables))
        pipeline.sync_schema()
    except (PipelineStepFailed, DestinationException) as problem:
        raise LoaderError(broke_off(Path(pipeline.pipelines_dir), problem)) from None
    _load(pipeline, database)


def _start(database: duckdb.DuckDBPyConnection, account: str) -> int:
    # Numbered by the clock, so that numbers do not begin anew where the raw schema was dropped:
    # incremental models go by them.
    now = datetime.now(UTC)
    started = database.execute(
        f"insert into {RAW_SCHEMA}.runs (run_id, account, started_at) "
        f"select greatest(coalesce(max(run_id), 0) + 1, ?), ?, ? from {RAW_SCHEMA}.runs "
        "returning run_id",
        [int(now.timestamp()), account, now],
    ).fetchone()
    assert started
    return int(started[0])


def _largest(batches: dict[str, list[pa.RecordBatch]]) -> float:
    """Bytes of a record in the batch of a package where they are largest."""
    sizes = [batch.nbytes / batch.num_rows for parts in batches.values() for batch in parts]
    return max(sizes, default=1.0)


@contextmanager
def _room(database: duckdb.DuckDBPyConnection, record: float) -> Iterator[None]:
    """Memory enough to load records of so many bytes."""
    dlt.config[ROW_GROUP] = max(int(ROW_GROUP_BYTES / record), 1)
    if record < LARGE:
        yield
        return
    database.execute("reset memory_limit")
    yield
    with suppress(duckdb.OutOfMemoryException):  # it cannot be let go yet
        database.execute(f"set memory_limit = '{SETTINGS['memory_limit']}'")


def with_lost(
    database: duckdb.DuckDBPyConnection, endpoints: Sequence[Endpoint], plan: Plan
) -> Plan:
    """A plan that reads anew what was in tables that are not there any more."""
    if plan.since:  # what a lost table held has no date
        return plan
    return replace(plan, full=(*plan.full, *_lost(database, endpoints)))


def _lost(database: duckdb.DuckDBPyConnection, endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    missing = set(_missing(database, endpoints))
    return [one for one in endpoints if missing.intersection(one.raw_tables)]


def _missing(database: duckdb.DuckDBPyConnection, endpoints: Sequence[Endpoint]) -> list[str]:
    """Raw tables that are not there: any of the endpoint table's, or of these endpoints."""
    there = database.execute(
        "select table_name from information_schema.tables where table_schema = ?", [RAW_SCHEMA]
    ).fetchall()
    wanted = RAW_TABLES.union(*(one.raw_tables for one in endpoints))
    return sorted(wanted.difference(name for (name,) in there))


def _checkpoint(database: duckdb.DuckDBPyConnection) -> None:
    """Write what was loaded to the file, where that is much beside what the file holds.

    Until then it is kept in memory or beside the file. Each time DuckDB writes parts of the tables
    anew, the more the larger they are: after every package that would be the most of a large load.
    """
    row = database.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    file = Path(row[0] if row else "")
    log = file.with_name(f"{file.name}.wal")
    if log.exists() and log.stat().st_size * MUCH >= file.stat().st_size:
        with suppress(duckdb.TransactionException):  # someone reads: the next one does
            database.execute("checkpoint")


def _forget_schema(database: duckdb.DuckDBPyConnection) -> None:
    """Let dlt look which tables there are: it goes by the version of the schema that it stored."""
    if database.execute(
        "from information_schema.tables where table_schema = ? and table_name = '_dlt_version'",
        [RAW_SCHEMA],
    ).fetchone():
        database.execute(f"delete from {RAW_SCHEMA}._dlt_version")


def _drop_dlt_staging(database: duckdb.DuckDBPyConnection) -> None:
    """Drop the schema in which rows waited to be merged, should an earlier version have made it."""
    if database.execute(
        "from duckdb_tables() where schema_name = ? and table_name = '_dlt_version'", [DLT_STAGING]
    ).fetchone():
        database.execute(f"drop schema {DLT_STAGING} cascade")


def _find_parents(database: duckdb.DuckDBPyConnection, read: Read, reads: Sequence[Read]) -> None:
    """The ids that a read needs which is one read for each parent."""
    parent = read.endpoint.per
    if parent:
        ids = database.execute(
            f"select id from {RAW_SCHEMA}.{parent} where deleted_in_run is null order by id"
        ).fetchall()
        read.parents = [id for (id,) in ids]
        read.knows_all_parents = any(
            one.endpoint.raw_table == parent and one.proves_absence for one in reads
        )
