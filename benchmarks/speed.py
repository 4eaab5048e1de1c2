"""How fast an account gets into DuckDB where no budget holds the loader up, and in what memory."""

import http.client
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

from benchmarks import loaders
from benchmarks.account import Host, served
from benchmarks.loaders import API_KEY, RATE, WITHOUT_BUDGET
from benchmarks.processes import Taken, medians
from benchmarks.results import Line
from benchmarks.scale import Scale
from sandbox.server import Request


def lines(scale: Scale) -> Iterator[Line]:
    """The first read beside the baselines', and a run that finds nothing new."""
    with served(scale.contacts) as account:
        yield from _first_read(account, scale.rounds)
        yield from _nothing_new(account, scale.rounds)


def _first_read(account: Host, rounds: int) -> Iterator[Line]:
    subjects: Mapping[str, loaders.Load] = {"loader": loaders.loader, **loaders.BASELINES}
    taken: defaultdict[str, list[Taken]] = defaultdict(list)
    rows: dict[str, int] = {}
    for _ in range(rounds):
        for name, load in subjects.items():
            with TemporaryDirectory() as folder:
                database = Path(folder) / "warehouse.duckdb"
                taken[name].append(load(account.url(), database))
                rows[name] = loaders.rows(database)
    usual = {name: medians(several) for name, several in taken.items()}
    here, count = usual["loader"], rows["loader"]
    for name in loaders.BASELINES:
        there = usual[name]
        yield Line(
            "first read, rows a second",
            count / here.seconds,
            name,
            rows[name] / there.seconds,
            better="more",
        )
        yield Line(
            "first read, rows a second of processor time",
            count / here.cpu_seconds,
            name,
            rows[name] / there.cpu_seconds,
            better="more",
        )
        yield Line("first read, peak memory", here.peak_mb, name, there.peak_mb, "MB")


def _nothing_new(account: Host, rounds: int) -> Iterator[Line]:
    taken: defaultdict[float, list[float]] = defaultdict(list)
    requests: defaultdict[float, list[float]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        database = Path(folder) / "warehouse.duckdb"
        loaders.loader(account.url(), database)
        for _ in range(rounds):
            for rate in (WITHOUT_BUDGET, RATE):
                account.requests()
                taken[rate].append(loaders.loader(account.url(), database, rate=rate).seconds)
                asked = account.requests()
                seconds = len(asked) / RATE if rate else _seconds_of(account.url(), asked)
                requests[rate].append(seconds)
    for rate, baseline in (
        (RATE, f"the same requests, {RATE:g} a second"),
        (WITHOUT_BUDGET, "the same requests, one thread"),
    ):
        budget = f"at {rate:g} requests a second" if rate else "without a budget"
        alone = median(requests[rate])
        beside = median(taken[rate]) - alone
        yield Line(
            f"nothing new, seconds beside the requests, {budget}", beside, baseline, alone, "s"
        )


def _seconds_of(url: str, requests: Sequence[Request]) -> float:
    """Seconds that requests take one after the other, when nobody looks at the replies."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    started = time.perf_counter()
    for request in requests:
        query = urlencode(request.query, doseq=True)
        connection.request("GET", f"/api/3/{request.path}?{query}", headers={"Api-Token": API_KEY})
        connection.getresponse().read()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
