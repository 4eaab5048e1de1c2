"""One HTTP client for the whole run: the key, the account's request budget, retries, redaction."""

import math
import random
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Final, NoReturn, TypeVar

import msgspec
import requests
from requests.adapters import HTTPAdapter

from loader import __version__
from loader.errors import AccountError, EndpointError, EndpointUnavailable, LoaderError
from loader.settings import Settings

T = TypeVar("T")

TIMEOUT: Final = (10, 120)  # seconds to connect, and between bytes: side-loads make pages slow
TRIES: Final = 5
TRIES_FORBIDDEN: Final = 3  # the API answers 403 at random too, so one alone proves nothing
TRIES_LIMITED: Final = 12  # the budget is shared with whatever else uses the account
BACKOFF: Final = 0.5  # seconds before the first retry, doubled for each further one
LONGEST_BACKOFF: Final = 30.0
LONGEST_WAIT: Final = 300.0  # seconds; a server that asks for more is asked again after these
LONGEST_MESSAGE: Final = 160  # characters of what a server says
CHUNK: Final = 2**20  # bytes read at once: in the usual 10 kB a page takes a hundred steps
IN_FLIGHT: Final = 8  # requests side by side: enough for the budget at replies of 1.6 s


BROKE_OFF: Final = (
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


class BadReply(Exception):
    """A body that is not what the API sends: cut short, HTML, or without its data."""


@dataclass(slots=True)
class Tally:
    """Requests sent for one read, retries among them. Safe to share between threads."""

    requests: int = 0
    retries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, *, is_retry: bool) -> None:
        """Count a request."""
        with self._lock:
            self.requests += 1
            self.retries += is_retry


class Budget:
    """Evenly spaced request slots, shared by all threads: the limit is the account's.

    A thread may wake late and the next one in time. So that no second sees more requests than one
    second's worth, a slot also keeps its distance from the one that was taken so many before it.
    """

    def __init__(self, per_second: float, stop: threading.Event) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._second = math.ceil(per_second) or 1  # slots in one
        self._taken: deque[float] = deque(maxlen=self._second)
        self._turn = threading.Lock()  # held by the thread that waits for the next slot
        self._lock = threading.Lock()
        self._stop = stop

    def take(self) -> None:
        """Wait for the next free slot."""
        with self._turn:
            while (wait := self._try()) > 0 and not self._stop.wait(wait):
                pass

    def pause(self, seconds: float) -> None:
        """Give out no slot for so long: the server asked the account to wait."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)

    def _try(self) -> float:
        """Take the next slot if it has come; else the seconds until it does."""
        with self._lock:
            now, slot = time.monotonic(), self._next
            if len(self._taken) == self._second:
                slot = max(slot, self._taken[0] + self._second * self._gap)
            if now < slot:
                return slot - now
            self._taken.append(now)
            # woken late, the next one is not late as well
            self._next = (slot if now - slot < self._gap else now) + self._gap
            return 0.0


class _Retry(Exception):
    """A failed try: how often to try in all, what to wait, and what it becomes in the end."""

    def __init__(self, end: LoaderError, tries: int = TRIES, wait: float | None = None) -> None:
        super().__init__()
        self.end = end
        self.tries = tries
        self.wait = wait


class Client:
    """Sends GET requests to one account. Safe to share between threads.

    `pool` has a thread for each request that may be under way, for who asks for several at once.
    """

    def __init__(self, settings: Settings) -> None:
        self.host = settings.account
        self._base = f"{settings.api_url}/api/3/"
        self._key = settings.api_key
        self._stop = threading.Event()
        self._date: datetime | None = None  # of the latest reply
        self._budget = Budget(settings.requests_per_second, self._stop)
        self._session = requests.Session()
        self._session.headers.update(
            {
                "Api-Token": settings.api_key,
                "Accept": "application/json",
                "User-Agent": f"activecampaign-elt/{__version__}",
            }
        )
        # The API sets session cookies that no client needs; without a jar the session has no state.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.pool = ThreadPoolExecutor(IN_FLIGHT, "request")
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=IN_FLIGHT)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def stop(self) -> None:
        """Let no thread wait or ask again: the run ends."""
        self._stop.set()

    def account_time(self, at: datetime) -> datetime:
        """A moment not later than `at` by the account's own clock, nor by this machine's.

        Args:
            at: now, or a moment ago.
        """
        return min(at, self._date or at)

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        parse: Callable[[bytes], T],
        *,
        tally: Tally | None = None,
        tolerated: frozenset[int] = frozenset(),
        tries: int = TRIES_LIMITED,
    ) -> T:
        """Ask for `path` until a reply parses.

        Args:
            path: below `/api/3/`.
            params: the query.
            parse: makes the result of the body; raises `BadReply` for one to be asked for again.
            tally: counts requests and retries.
            tolerated: statuses that mean that key or plan lack the endpoint.
            tries: how often to ask at most, where something need not be waited for.

        Raises:
            EndpointUnavailable: a tolerated status that stayed.
            EndpointError: this path cannot be read.
            AccountError: no path can be read (401, 402, a certificate that is not trusted).
        """
        tally = tally or Tally()
        failures: Counter[int] = Counter()  # by tries allowed: each kind of failure has its own
        while True:
            self._budget.take()
            if self._stop.is_set():
                raise EndpointError("stopped before its end")
            tally.count(is_retry=failures.total() > 0)
            try:
                return self._try(path, params, parse, tolerated)
            except _Retry as failure:
                failures[failure.tries] += 1
                if failures[failure.tries] >= min(failure.tries, tries):
                    raise failure.end from None
                self._wait(failure, failures.total())

    def _wait(self, failure: _Retry, failures: int) -> None:
        if failure.wait is not None:
            self._budget.pause(failure.wait)
        else:
            seconds = min(BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF)
            self._stop.wait(seconds * random.uniform(0.75, 1.25))

    def _try(
        self,
        path: str,
        params: Mapping[str, str],
        parse: Callable[[bytes], T],
        tolerated: frozenset[int],
    ) -> T:
        try:
            with self._session.get(
                self._base + path,
                params=params,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as reply:
                body = b"".join(reply.iter_content(CHUNK))
        except requests.RequestException as problem:
            if "CERTIFICATE_VERIFY_FAILED" in str(problem):
                raise AccountError(
                    f"No secure connection to {self.host}: {_reason(problem)}. Check "
                    "ACTIVECAMPAIGN_API_URL and this machine's certificates."
                ) from None
            broke_off = isinstance(problem, BROKE_OFF)
            what = "the reply broke off" if broke_off else f"{self.host} does not answer"
            raise _Retry(EndpointError(f"{path}: {what} ({_reason(problem)})")) from None
        self._date = http_date(reply.headers.get("Date")) or self._date
        if reply.status_code != 200:
            self._refuse(path, reply, body, tolerated)
        try:
            return parse(body)
        except BadReply as problem:
            # redacted before it is cut, so that no part of the key is left at the end
            said = self._redact(str(problem))[:LONGEST_MESSAGE]
            raise _Retry(EndpointError(f"{path}: {said}")) from None

    def _refuse(
        self, path: str, reply: requests.Response, body: bytes, tolerated: frozenset[int]
    ) -> NoReturn:
        status = reply.status_code
        said = self._message(body[:4000])
        what = f"{path}: status {status}{said}"
        if status in (401, 402):
            raise AccountError(
                f"{self.host} answers 402: the account has lapsed. Renew it, then run again."
                if status == 402
                else f"{self.host} refuses the key (401{said}). Copy it again from Settings > "
                "Developer."
            )
        if status in (429, 503) and (seconds := retry_after(reply.headers.get("Retry-After"))):
            raise _Retry(EndpointError(what), TRIES_LIMITED, min(seconds, LONGEST_WAIT))
        if status == 429:
            raise _Retry(EndpointError(what), TRIES_LIMITED)
        if status >= 500:
            raise _Retry(EndpointError(what))
        if 300 <= status < 400:
            raise EndpointError(
                f"{path}: {self.host} redirects to another address, where the key is not sent"
            )
        end = (EndpointUnavailable if status in tolerated else EndpointError)(what)
        if status == 403:
            raise _Retry(end, TRIES_FORBIDDEN)
        raise end

    def _message(self, body: bytes) -> str:
        """What an error body says, shortened and without the key, as `: …` or nothing."""
        try:
            said = msgspec.json.decode(body, type=_ErrorBody, strict=False)
            texts = [said.message] + [error.title or error.detail for error in said.errors]
            text = "; ".join(filter(None, texts))
        except msgspec.MsgspecError:
            text = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", body.decode(errors="replace"))
        text = " ".join(self._redact(text).split())[:LONGEST_MESSAGE]
        return f": {text}" if text else ""

    def _redact(self, text: str) -> str:
        """Without the key, nor a part of it where the text was cut off."""
        text = text.replace(self._key, "***")
        cut = next((n for n in range(len(self._key), 3, -1) if text.endswith(self._key[:n])), 0)
        return text[: len(text) - cut]


class _Error(msgspec.Struct):
    title: str = ""
    detail: str = ""


class _ErrorBody(msgspec.Struct):
    message: str = ""
    errors: list[_Error] = []


def retry_after(header: str | None) -> float:
    """Seconds that a `Retry-After` header asks for, as seconds or as a date; 0 where none."""
    if not header:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        pass
    else:
        return seconds if seconds > 0 else 0.0  # not a number is none
    date = http_date(header)
    return max((date - datetime.now(UTC)).total_seconds(), 0.0) if date else 0.0


def http_date(header: str | None) -> datetime | None:
    """The moment that a header names, None where it names none."""
    try:
        date = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _reason(problem: BaseException) -> str:
    """The innermost cause's own words: requests wraps them in reprs of its machinery."""
    while cause := problem.__cause__ or problem.__context__:
        problem = cause
    text = str(problem).rsplit(">: ", 1)[-1]
    return text.strip("()'\" ") or type(problem).__name__
