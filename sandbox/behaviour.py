"""How the sandbox behaves beside what it holds: faults, missing rights, habits of other servers."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final, Literal

NO_PERMISSION: Final = b'{"message":"You do not have permission to do that."}'
WITHOUT_DEALS: Final = dict.fromkeys(("deal*", "contactDeals*"), NO_PERMISSION)
"""for `Behaviour.forbidden`: the key's user may not see deals, or the plan has none"""

Kind = Literal[
    "status", "reset", "truncate", "half", "empty", "html", "headers", "slow", "gzip_broken"
]


@dataclass
class Fault:
    """A reply that goes wrong: from the first request past `after` on, `times` times.

    With a `chance` below 1 only some of these requests meet it: always the same ones of a path for
    the same `seed`, whatever is asked of other paths meanwhile.

    `path` is an address below `/api/3/` (`contacts`, `groups/3/userGroups`, also with `{id}` for
    any id) or a pattern (`*`). `kind` says how it goes wrong:

    - `status`: `status` with `body`, `content_type` and `headers` instead of the reply
    - `reset`: the connection is reset
    - `truncate`: the reply breaks off in the middle, and the connection with it
    - `half`: the first half of the reply, as if it were all of it
    - `empty`: 200 without a body
    - `html`: 200 with a web page
    - `headers`: the reply is as usual, but for its `headers`; one that is empty is left out
    - `slow`: the reply comes after `seconds`
    - `gzip_broken`: the body claims to be compressed and is not
    """

    path: str = "*"
    status: int = 403
    body: bytes = NO_PERMISSION
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None  # for ever
    after: int = 0
    chance: float = 1.0
    seed: int = 0
    kind: Kind = "status"
    seconds: float = 0.0
    met: int = field(default=0, compare=False)  # requests for the path so far
    _met: Counter[str] = field(default_factory=Counter, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def strikes(self, path: str) -> bool:
        """Count a request for the path; whether it goes wrong."""
        with self._lock:
            self.met += 1
            self._met[path] += 1
            struck = self.met - self.after
            is_due = struck > 0 and (self.times is None or struck <= self.times)
            draw = random.Random(f"{self.seed} {path} {self._met[path]}")
            return is_due and draw.random() < self.chance


@dataclass
class Behaviour:
    """Switches that may be changed while the account is served. As made, everything is as usual.

    Paths are those of `Fault`.
    """

    faults: list[Fault] = field(default_factory=list)
    forbidden: dict[str, bytes] = field(default_factory=dict)  # path -> body of its 403
    lapsed: bool = False  # every request is answered 402, without a body
    latency: float | tuple[float, float] = 0.0
    """seconds that every reply takes longer; of two numbers, any between, as likely as the next"""
    before_reply: Callable[[str], None] | None = None  # called with the path of each request

    meta_total: dict[str, str | int] = field(default_factory=dict)
    """path -> `string`, `number`, `null`, `absent`, or a number to give in the usual form"""
    max_limit: int | None = None  # every page has this size, whatever `limit` says
    ignored_filters: set[str] = field(default_factory=set)
    """query parameters that are as if not given: `filters[updated_after]`, and also `offset`"""
    withheld_includes: set[str] = field(default_factory=set)  # relations that are unknown
    empty_keys_omitted: bool = False  # side-loads without a row are left out
    overlooks_offsets: bool = False  # dates of a query are the account's wall time, offset or not
    closed_pipelines: set[str] = field(default_factory=set)  # ids; of their deals a stub is served
    _chance: random.Random = field(
        default_factory=lambda: random.Random(0), repr=False, compare=False
    )

    def delay(self) -> float:
        """Seconds to hold the next reply back."""
        low, high = self.latency if isinstance(self.latency, tuple) else (self.latency,) * 2
        return self._chance.uniform(low, high)

    def fault(self, path: str, route: str) -> Fault | None:
        """The first fault that strikes this request."""
        faults = [fault for fault in self.faults if matches(fault.path, path, route)]
        return next((fault for fault in faults if fault.strikes(path)), None)

    def refusal(self, path: str, route: str) -> bytes | None:
        """The body of a 403 for good."""
        bodies = (body for at, body in self.forbidden.items() if matches(at, path, route))
        return next(bodies, None)

    def total(self, path: str, route: str) -> str | int | None:
        """What to give as meta.total; None for the usual."""
        totals = (total for at, total in self.meta_total.items() if matches(at, path, route))
        return next(totals, None)


def matches(pattern: str, path: str, route: str) -> bool:
    """Whether a path, or the same with `{id}` for its id, is meant by a pattern."""
    return pattern in (path, route) or fnmatchcase(path, pattern)
