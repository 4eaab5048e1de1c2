"""Reads side by side: their pages as they come, while those before are being loaded."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from loader.client import IN_FLIGHT
from loader.pages import Page, Records
from loader.reading import Mark, Read

PACKAGE_ROWS: Final = 100_000
PACKAGE_BYTES: Final = 48 * 2**20
PART_BYTES: Final = 16 * 2**20  # a page of more is put in piece by piece

RECORDS: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("parent_id", pa.string()),
        pa.field("payload", pa.string()),
        pa.field("extracted_at", pa.timestamp("us", tz="UTC")),
    ]
)


@dataclass(slots=True)
class Package:
    """What is loaded at once: it bounds memory, and what is lost when a run is killed.

    `marks` say how far each read is once it is loaded; `ended` are the reads that end with it.
    """

    batches: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)  # by raw table
    marks: dict[str, tuple[Read, Mark]] = field(default_factory=dict)  # by endpoint
    ended: list[Read] = field(default_factory=list)
    rows: int = 0
    size: int = 0  # bytes

    @property
    def is_full(self) -> bool:
        """Whether nothing more may be put in."""
        return self.rows >= PACKAGE_ROWS or self.size >= PACKAGE_BYTES

    def add(self, batches: dict[str, pa.RecordBatch]) -> None:
        """Put a page in."""
        for table, batch in batches.items():
            self.batches.setdefault(table, []).append(batch)
            self.rows += batch.num_rows
            self.size += batch.nbytes


class Intake:
    """Drains reads in threads of its own into one package while another is loaded.

    A run's time is the account's budget of requests, so asking must not wait for loading.
    """

    def __init__(self, reads: int) -> None:
        self._open = reads
        self._package = Package()
        self._changed = threading.Condition()
        self._is_closed = False
        self._problem: BaseException | None = None

    def drain(self, read: Read) -> None:
        """Take all pages of a read, as fast as they are loaded."""
        try:
            for page in read.pages:
                self._put(read, batches_of(page))
        except BaseException as problem:
            self._problem = problem
            raise
        finally:
            with self._changed:
                self._open -= 1
                self._package.ended.append(read)
                self._changed.notify_all()

    def packages(self) -> Iterator[Package]:
        """What came, as soon as it fills a package; a last one when all reads have ended."""
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._package.is_full or not self._open or self._problem
                )
                if self._problem:
                    raise self._problem
                package, self._package = self._package, Package()
                is_last = not self._open
                self._changed.notify_all()
            yield package
            if is_last:
                return

    def close(self) -> None:
        """Let no read wait any more for its pages to be taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _put(self, read: Read, batches: dict[str, pa.RecordBatch]) -> None:
        mark = read.mark
        *others, last = _parts(batches)
        for part in (*others, last):
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or not self._package.is_full)
                self._package.add(part)
                if mark and part is last:
                    self._package.marks[read.endpoint.name] = read, mark
                if self._package.is_full:
                    self._changed.notify_all()


@contextmanager
def drained(reads: Sequence[Read]) -> Iterator[Iterator[Package]]:
    """The packages of reads that are drained side by side as long as the block runs.

    Where it ends by an exception nothing more is asked for.
    """
    intake = Intake(len(reads))
    threads = ThreadPoolExecutor(IN_FLIGHT, "read")
    try:
        for read in reads:
            threads.submit(intake.drain, read)
        yield intake.packages()
    except BaseException:
        for read in reads:
            read.client.stop()
        raise
    finally:
        intake.close()
        threads.shutdown(wait=False, cancel_futures=True)


def batches_of(page: Page) -> dict[str, pa.RecordBatch]:
    """A page's records by raw table."""
    now = pa.scalar(datetime.now(UTC), RECORDS.field("extracted_at").type)
    return {table: _batch(records, now) for table, records in page.tables.items() if records.ids}


def _parts(batches: dict[str, pa.RecordBatch]) -> list[dict[str, pa.RecordBatch]]:
    """The batches of a page, sliced where they are large; never none."""
    if sum(batch.nbytes for batch in batches.values()) <= PART_BYTES:
        return [batches]
    parts = []
    for table, batch in batches.items():
        rows = max(batch.num_rows * PART_BYTES // batch.nbytes, 1)
        parts += [{table: batch.slice(at, rows)} for at in range(0, batch.num_rows, rows)]
    return parts


def _batch(records: Records, now: pa.Scalar) -> pa.RecordBatch:
    texts = [records.ids, records.parents, records.payloads]
    columns = [pa.array(values, pa.string()) for values in texts]
    return pa.record_batch([*columns, pa.repeat(now, len(records.ids))], schema=RECORDS)
