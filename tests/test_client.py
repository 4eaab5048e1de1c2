"""The request budget, the waits that a server asks for, and what is said of a failure."""

import itertools
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from loader.client import LONGEST_MESSAGE, BadReply, Budget, Client, Tally, retry_after
from loader.errors import AccountError, EndpointError
from loader.settings import Settings
from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.server import Server, serve


def test_requests_of_all_threads_keep_to_the_budget() -> None:
    budget = Budget(per_second=50, stop=threading.Event())
    taken: list[float] = []

    def take() -> None:
        for _ in range(5):
            budget.take()
            taken.append(time.monotonic())

    threads = [threading.Thread(target=take) for _ in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    # the n-th request may come late on a busy machine, but never early
    assert all(at - started >= n / 50 for n, at in enumerate(taken))


def test_a_pause_holds_every_later_request_back() -> None:
    budget = Budget(per_second=0, stop=threading.Event())
    budget.pause(0.2)
    started = time.monotonic()
    budget.take()
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("", 0), ("2", 2), ("0", 0), ("-3", 0), ("soon", 0)],
)
def test_retry_after_in_seconds(header: str | None, seconds: float) -> None:
    assert retry_after(header) == seconds


def test_a_thread_that_wakes_late_crowds_no_second() -> None:
    budget = Budget(per_second=10, stop=threading.Event())
    budget.take()
    time.sleep(0.19)  # the slot came after 0.1
    taken = []
    for _ in range(11):
        budget.take()
        taken.append(time.monotonic())
    assert taken[10] - taken[0] > 0.99


def test_retry_after_as_a_date() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 <= retry_after(header) <= 30


@pytest.mark.parametrize("header", ["1.5.2", "Sun, 31 Feb 2026 25:00:00 GMT", "\xb2"])
def test_a_retry_after_that_says_nothing(header: str) -> None:
    assert retry_after(header) == 0


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Account.empty(), api_key="a-key-to-look-for") as running:
        yield running


def client_of(server: Server, per_second: float = 0.0) -> Client:
    return Client(Settings(server.url, server.api_key, Path("none"), per_second, "account"))


def gaps(server: Server) -> list[float]:
    """Seconds from each request to the next."""
    return [later.at - one.at for one, later in itertools.pairwise(server.requests)]


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (lambda: {"Retry-After": "1"}, 1.0, 4.0),
        (lambda: {"Retry-After": in_seconds(2)}, 0.9, 4.0),  # dates have no fractions
        (lambda: {"Retry-After": in_seconds(-9)}, 0.07, 0.8),
        (lambda: {"Retry-After": "soon"}, 0.07, 0.8),
        (lambda: {"Retry-After": "0"}, 0.07, 0.8),
        (dict, 0.07, 0.8),
    ],
    ids=["seconds", "date", "past", "nonsense", "none", "absent"],
)
def test_a_busy_server_is_given_the_time_it_asks_for(
    header: Callable[[], dict[str, str]],
    least: float,
    most: float,
    status: int,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loader.client.BACKOFF", 0.1)
    server.behaviour.faults.append(Fault(status=status, headers=header(), times=1))
    client_of(server).get("lists", {}, len)
    [waited] = gaps(server)
    assert least <= waited < most


def test_a_server_that_asks_for_hours_is_asked_again_sooner(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loader.client.LONGEST_WAIT", 0.2)
    server.behaviour.faults.append(Fault(status=429, headers={"Retry-After": "inf"}, times=1))
    client_of(server).get("lists", {}, len)
    assert 0.2 <= gaps(server)[0] < 5


def test_when_one_request_has_to_wait_all_do(server: Server) -> None:
    server.behaviour.faults.append(
        Fault("lists", status=429, headers={"Retry-After": "1"}, times=1)
    )
    client = client_of(server)
    one = threading.Thread(target=client.get, args=("lists", {}, len))
    one.start()
    while not server.requests:
        time.sleep(0.01)
    time.sleep(0.2)  # the reply is on its way
    client.get("tags", {}, len)
    one.join()
    assert all(request.at - server.requests[0].at >= 1 for request in server.requests[1:])


def test_each_wait_is_twice_as_long_up_to_the_longest(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loader.client.BACKOFF", 0.05)
    monkeypatch.setattr("loader.client.LONGEST_BACKOFF", 0.2)
    server.behaviour.faults.append(Fault(status=500, times=4))
    tally = Tally()
    client_of(server).get("lists", {}, len, tally=tally)
    assert (tally.requests, tally.retries) == (5, 4)
    for gap, wait in zip(gaps(server), (0.05, 0.1, 0.2, 0.2), strict=True):
        assert 0.75 * wait <= gap < 1.25 * wait + 0.15


def test_retries_keep_to_the_budget_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loader.client.BACKOFF", 0.0)
    server.behaviour.faults.append(Fault(status=500, times=4))
    started = time.monotonic()
    client_of(server, per_second=20).get("lists", {}, len)
    assert len(server.requests) == 5
    assert all(one.at - started >= n / 20 for n, one in enumerate(server.requests))


def test_a_stopped_client_waits_for_nothing(server: Server) -> None:
    server.behaviour.faults.append(Fault(status=429, headers={"Retry-After": "200"}))
    client = client_of(server)
    threading.Timer(0.2, client.stop).start()
    started = time.monotonic()
    with pytest.raises(EndpointError, match="stopped before its end"):
        client.get("lists", {}, len)
    assert time.monotonic() - started < 10
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("form", ["%s", '{"message":"%s"}', "<p>%s</p>"])
def test_no_part_of_the_key_is_in_what_a_server_is_quoted_with(
    form: str, status: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loader.client.BACKOFF", 0.0)

    def parse(body: bytes) -> None:
        raise BadReply(body.decode())

    for before in range(LONGEST_MESSAGE - 30, LONGEST_MESSAGE + 1, 5):
        text = form % ("x" * before + server.api_key)
        server.behaviour.faults[:] = [Fault(status=status, body=text.encode())]
        with pytest.raises(EndpointError) as problem:
            client_of(server).get("lists", {}, parse)
        assert "a-k" not in str(problem.value)
        assert len(str(problem.value)) < LONGEST_MESSAGE + 30


class Listener(BaseHTTPRequestHandler):
    """Gives out a cookie and remembers what a request says of itself."""

    heard: ClassVar[list[Mapping[str, str]]] = []

    def do_GET(self) -> None:
        self.heard.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Set-Cookie", "session=1; path=/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server of `Listener`s, with a certificate where there is a context; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as website:
        if context:
            website.socket = context.wrap_socket(website.socket, server_side=True)
        threading.Thread(target=website.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http{'s' if context else ''}://127.0.0.1:{website.server_port}"
        website.shutdown()


def test_a_request_says_who_asks_and_brings_no_cookie_back() -> None:
    Listener.heard.clear()
    with listening() as url:
        client = Client(Settings(url, "a-key-to-look-for", Path("none"), 0.0, "account"))
        for _ in range(2):
            client.get("lists", {}, len)
    assert len(Listener.heard) == 2
    for said in Listener.heard:
        assert said["Api-Token"] == "a-key-to-look-for"
        assert said["User-Agent"].startswith("activecampaign-elt/")
        assert "Cookie" not in said


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate that nobody trusts")
def test_the_key_is_sent_to_no_server_with_a_certificate_that_is_not_trusted(
    tmp_path: Path,
) -> None:
    made = ("-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate"))
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    name = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(
        ("openssl", "req", "-x509", *kind, *made, *name), check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    Listener.heard.clear()
    with (
        listening(context) as url,
        pytest.raises(AccountError, match="this machine's certificates"),
    ):
        Client(Settings(url, "a-key-to-look-for", Path("none"), 0.0, "account")).get(
            "lists", {}, len
        )
    assert not Listener.heard
