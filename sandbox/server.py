"""An account over HTTP: headers, the key, the budget, and all that can go wrong on the way."""

import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.account import Account
from sandbox.api import HTML, Reply, answer, message, route_of
from sandbox.behaviour import Behaviour, Fault
from sandbox.budget import Budget
from sandbox.dates import http

ROOT: Final = "/api/3/"
WEB_PAGE: Final = b"<!DOCTYPE html><html><body><h1>Page not found</h1></body></html>"
USUAL_HEADERS: Final = {  # retry-after included, which means nothing on a 200
    "ratelimit-limit": "1000",
    "ratelimit-remaining": "999",
    "retry-after": "1",
}
OFFSET: Final = re.compile(r"(?<=:\d\d)([+-]\d\d:?\d\d|Z)$")
NO_KEY: Final = message(403, "No valid Api-Token was given.")


class Request(NamedTuple):
    """A request that was answered. `status` is 0 where the connection was reset instead."""

    at: float  # when it arrived, in seconds of time.monotonic()
    path: str  # below /api/3/
    query: Mapping[str, list[str]]
    status: int


class Server(ThreadingTCPServer):
    """Serves an account; one thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        account: Account,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str = "sandbox",
        rate: float = 0.0,
        behaviour: Behaviour | None = None,
        is_recording: bool = True,
    ) -> None:
        """Listen; `serve_forever` answers. `is_recording`: keep all requests in `requests`.

        Raises:
            OSError: the address is in use or not this machine's.
        """
        super().__init__((host, port), Handler)
        self.account = account
        self.api_key = api_key
        self.behaviour = behaviour or Behaviour()
        self.budget = Budget(rate)
        self.requests: list[Request] = []
        self.is_recording = is_recording
        self._connections: set[socket.socket] = set()
        self.url = f"http://{host}:{self.server_address[1]}"

    def record(self, request: Request) -> None:
        """Remember a request, where that is wanted."""
        if self.is_recording:
            self.requests.append(request)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that none outlives the server."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """End all connections and free the port."""
        self.server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection, one after the other."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer, or go wrong as the behaviour says."""
        at = time.monotonic()
        behaviour = self.server.behaviour
        url = urlsplit(self.path)
        query = parse_qs(url.query, keep_blank_values=True)
        if not url.path.startswith(ROOT):
            self.server.record(Request(at, url.path, query, HTTPStatus.NOT_FOUND))
            self._send(Reply(HTTPStatus.NOT_FOUND, WEB_PAGE, HTML))
            return
        path = unquote(url.path.removeprefix(ROOT)).strip("/")
        if behaviour.before_reply:
            behaviour.before_reply(path)
        reply, headers, fault = self._reply(path, query)
        kind = fault.kind if fault else "status"
        status = 0 if kind == "reset" else reply.status
        self.server.record(Request(at, path, query, status))
        time.sleep(behaviour.delay())  # the reply is made and charged for when it is asked for
        if kind == "reset":
            self._reset()
        elif kind == "truncate":
            self._send(reply, headers, cut=len(reply.body) // 2)
        else:
            self._send(reply, headers)

    def do_POST(self) -> None:
        """The sandbox is changed by its own process only."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(message(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed"))

    def do_PUT(self) -> None:
        """As POST."""
        self.do_POST()

    def do_PATCH(self) -> None:
        """As POST."""
        self.do_POST()

    def do_DELETE(self) -> None:
        """As POST."""
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Keep quiet; `Server.requests` has it all."""

    def _reply(
        self, path: str, query: Mapping[str, list[str]]
    ) -> tuple[Reply, Mapping[str, str], Fault | None]:
        """The reply, headers of its own, and the fault that strikes it."""
        server, behaviour = self.server, self.server.behaviour
        route = route_of(path)
        if behaviour.lapsed:
            return Reply(HTTPStatus.PAYMENT_REQUIRED, b""), {}, None
        if self.headers.get("User-Agent") == "":  # refused by the network in front of the API
            return Reply(HTTPStatus.FORBIDDEN, WEB_PAGE, HTML), {}, None
        if self.headers.get("Api-Token") != server.api_key:
            return NO_KEY, {}, None
        wait = server.budget.take()
        if wait:
            text = message(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
            return text, {"ratelimit-remaining": "0", "Retry-After": str(wait)}, None
        refusal = behaviour.refusal(path, route)
        if refusal is not None:
            return Reply(HTTPStatus.FORBIDDEN, refusal), {}, None
        fault = behaviour.fault(path, route)
        if fault and fault.kind == "status":
            return Reply(fault.status, fault.body, fault.content_type), fault.headers, fault
        if fault and fault.kind == "empty":
            return Reply(200, b""), fault.headers, fault
        if fault and fault.kind == "html":
            return Reply(200, WEB_PAGE, HTML), fault.headers, fault
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        heeded = {name: query[name] for name in query if name not in behaviour.ignored_filters}
        if behaviour.overlooks_offsets:
            heeded = {name: [OFFSET.sub("", one) for one in heeded[name]] for name in heeded}
        with server.account.lock:
            reply = answer(server.account, path, heeded, behaviour)
            headers = {"Date": http(server.account.present)}  # of this very state of the account
        if fault is None:
            return reply, headers | USUAL_HEADERS, None
        if fault.kind == "half":
            reply = replace(reply, body=reply.body[: len(reply.body) // 2])
        if fault.kind == "gzip_broken":
            headers["Content-Encoding"] = "gzip"
        return reply, headers | fault.headers, fault

    def _send(
        self, reply: Reply, headers: Mapping[str, str] = USUAL_HEADERS, cut: int | None = None
    ) -> None:
        """The reply; `cut` off after so many bytes of its body."""
        lines = {
            "Date": http(self.server.account.present),
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.body)),
            "Set-Cookie": "PHPSESSID=5f0d4a1be7a44c6cb2f3a1c4be9a4d27; path=/; HttpOnly",
            "x-request-id": f"{time.monotonic_ns():032x}",
            **headers,
        }
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        phrase = responses.get(reply.status, "")
        head = f"HTTP/1.1 {reply.status} {phrase}\r\n{text}\r\n".encode("latin-1")
        self.wfile.write(head)
        self.wfile.write(memoryview(reply.body)[:cut])  # not copied: it may be a megabyte
        if cut is not None:
            self.close_connection = True

    def _reset(self) -> None:
        """Drop the connection without goodbye: the client meets ECONNRESET."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


@contextmanager
def serve(
    account: Account,
    *,
    port: int = 0,
    api_key: str = "sandbox",
    rate: float = 0.0,
    behaviour: Behaviour | None = None,
) -> Iterator[Server]:
    """Serve an account in a thread of its own for as long as the block runs.

    `port` 0 is any free one; `rate` is the account's budget in requests a second, 0 for none.
    """
    server = Server(account, port=port, api_key=api_key, rate=rate, behaviour=behaviour)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.close()
