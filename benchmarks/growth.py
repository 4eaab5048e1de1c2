"""What ten times the account costs: requests and seconds ten times as many, memory the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import loaders
from benchmarks.account import served
from benchmarks.processes import Taken
from benchmarks.results import Line
from benchmarks.scale import Scale


@dataclass(frozen=True, slots=True)
class _Read:
    contacts: int
    requests: int
    taken: Taken
    file_mb: float


def lines(scale: Scale) -> Iterator[Line]:
    """Each size of account beside the smallest, taken so many times as it is larger."""
    smallest, *larger = map(_read, scale.growth)
    for one in larger:
        factor = one.contacts / smallest.contacts
        at = f"at {one.contacts:,} contacts"
        times = f"{factor:g} times those at {smallest.contacts:,}"
        few, many = smallest.taken, one.taken
        yield Line(f"requests {at}", one.requests, times, factor * smallest.requests)
        yield Line(f"seconds {at}", many.seconds, times, factor * few.seconds, "s")
        yield Line(
            f"seconds of processor time {at}",
            many.cpu_seconds,
            times,
            factor * few.cpu_seconds,
            "s",
        )
        yield Line(
            f"size of the database {at}", one.file_mb, times, factor * smallest.file_mb, "MB"
        )
        same = f"that at {smallest.contacts:,}"
        yield Line(f"peak memory {at}", many.peak_mb, same, few.peak_mb, "MB")


def _read(contacts: int) -> _Read:
    with served(contacts) as account, TemporaryDirectory() as folder:
        database = Path(folder) / "warehouse.duckdb"
        taken = loaders.loader(account.url(), database)
        requests = len(account.requests())
        return _Read(contacts, requests, taken, database.stat().st_size / 2**20)
