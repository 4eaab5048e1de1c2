"""How much of the request budget the loader uses, and whether it ever exceeds it.

The server's own arrival times tell: what a client believes to have sent when proves nothing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import loaders
from benchmarks.account import served
from benchmarks.loaders import RATE
from benchmarks.results import Line
from benchmarks.scale import Scale
from sandbox.budget import most_within_a_second
from sandbox.server import Request

ALLOWED: Final = 5  # in any second
REPLY_SECONDS: Final = (0.2, 1.0)
NOT_A_LIST: Final = "users/me"  # asked for before any list is
STAND_INS: Final = ("fieldValues", "contactLists", "contactTags", "scoreValues")
ALONE: Final = ("--select", "contact[s]", "--exclude", *STAND_INS)  # `contacts` would be the group


def lines(scale: Scale) -> Iterator[Line]:
    """Full reads at several reply times, then one list alone."""
    for latency in REPLY_SECONDS:
        log = _arrivals(scale.rate_contacts, latency)
        measure = f"requests a second while several lists are unread, replies of {latency:g} s"
        yield Line(measure, _rate(_while_several(log)), "the budget", RATE, better="more")
        yield _most(f"most requests in any second, replies of {latency:g} s", log)
    latency = max(REPLY_SECONDS)
    log = _arrivals(scale.sweep_contacts, latency, *ALONE)
    measure = f"requests a second, contacts alone, replies of {latency:g} s"
    yield Line(measure, _rate(log), "the budget", RATE, better="more")
    yield _most(f"most requests in any second, contacts alone, replies of {latency:g} s", log)


def _arrivals(contacts: int, latency: float, *arguments: str) -> list[Request]:
    with served(contacts) as account, TemporaryDirectory() as folder:
        account.delay(latency)
        database = Path(folder) / "warehouse.duckdb"
        loaders.loader(account.url(), database, *arguments, rate=RATE)
        return sorted(account.requests(), key=lambda request: request.at)


def _while_several(log: Sequence[Request]) -> Sequence[Request]:
    """The requests up to the moment when but one list has any left to come."""
    last = sorted({one.path: one.at for one in log}.values())
    return [one for one in log if one.at <= last[-2]]


def _rate(log: Sequence[Request]) -> float:
    times = [one.at for one in log if one.path != NOT_A_LIST]
    return (len(times) - 1) / (times[-1] - times[0])


def _most(measure: str, log: Sequence[Request]) -> Line:
    most = most_within_a_second(one.at for one in log)
    return Line(measure, most, "what the API allows", ALLOWED)
