"""The endpoints as dlt resources: each read's pages become Arrow tables for the raw tables."""

import itertools
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from loader.pages import Page
from loader.reading import Read

BATCH_ROWS: Final = 4000  # rows a read holds before it hands them to dlt
PACKAGE_ROWS: Final = 20_000
PACKAGE_BYTES: Final = 64 * 2**20

SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("parent_id", pa.string()),
        pa.field("payload", pa.string()),
        pa.field("run_id", pa.int64()),
        pa.field("seq", pa.int64()),
        pa.field("extracted_at", pa.timestamp("us", tz="UTC")),
        pa.field("deleted_in_run", pa.int64()),
    ]
)


class Package:
    """How much goes into one load: it bounds memory, and what is lost when a run is killed."""

    def __init__(self) -> None:
        self._rows = 0
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, page: Page) -> None:
        """Count a page."""
        payloads = [records.payloads for records in page.tables.values()]
        with self._lock:
            self._rows += sum(map(len, payloads))
            self._bytes += sum(len(text) for texts in payloads for text in texts)

    @property
    def is_full(self) -> bool:
        """Whether no further page should be asked for."""
        return self._rows >= PACKAGE_ROWS or self._bytes >= PACKAGE_BYTES


class Batch:
    """Pages on their way into Arrow tables. `seq` orders the versions of a record in a run."""

    def __init__(self, run_id: int, seq: Iterator[int]) -> None:
        self._run_id = run_id
        self._seq = seq
        self._columns: dict[str, dict[str, list[Any]]] = {}
        self.rows = 0

    def add(self, page: Page) -> None:
        """Take in a page's records."""
        now = datetime.now(UTC)
        for table, records in page.tables.items():
            columns = self._columns.setdefault(table, {name: [] for name in SCHEMA.names})
            count = len(records.ids)
            columns["id"] += records.ids
            columns["parent_id"] += records.parents
            columns["payload"] += records.payloads
            columns["run_id"] += [self._run_id] * count
            columns["seq"] += itertools.islice(self._seq, count)
            columns["extracted_at"] += [now] * count
            columns["deleted_in_run"] += [None] * count
            self.rows += count

    def take(self) -> Iterator[Any]:
        """Hand out what was taken in, one Arrow table a raw table, and start anew."""
        columns, self._columns, self.rows = self._columns, {}, 0
        for table, values in columns.items():
            if values["id"]:
                yield for_table(table, pa.table(values, schema=SCHEMA))


def for_table(table: str, rows: pa.Table) -> Any:
    """Arrow rows marked for a raw table, to be merged by id, of two versions the later one."""
    return dlt.mark.with_hints(
        rows,
        dlt.mark.make_hints(
            table_name=table,
            primary_key="id",
            # upsert would keep two versions of one load side by side for ever
            write_disposition={"disposition": "merge", "strategy": "delete-insert"},
            columns={"payload": {"data_type": "json"}, "seq": {"dedup_sort": "desc"}},
        ),
    )


@dlt.source(name="activecampaign", max_table_nesting=0)
def activecampaign(
    reads: Iterable[Read], missing: Iterable[str], run_id: int, seq: Iterator[int]
) -> list[DltResource]:
    """The next package: what the unfinished `reads` bring until it is full.

    Args:
        reads: whose pages are taken, side by side.
        missing: raw tables that the database lacks and that are made although nothing comes.
        run_id: stamped on every row.
        seq: gives each row its place in the run.
    """
    package = Package()

    def pages(read: Read) -> Iterator[Any]:
        batch = Batch(run_id, seq)
        while not package.is_full and (page := next(read.pages, None)):
            package.add(page)
            batch.add(page)
            if batch.rows >= BATCH_ROWS:
                yield from batch.take()
        yield from batch.take()

    tables = dlt.resource(
        (for_table(table, SCHEMA.empty_table()) for table in missing), name="raw_tables"
    )
    return [
        tables,
        *(dlt.resource(pages(read), name=read.endpoint.name).parallelize() for read in reads),
    ]
