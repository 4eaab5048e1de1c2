"""The sandbox in a process of its own, so that serving is not charged to whoever is measured.

What is to be done to the account or asked of the server is sent there as a function.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sandbox.account import Account
from sandbox.behaviour import Behaviour
from sandbox.server import Request, Server, serve

P = ParamSpec("P")
T = TypeVar("T")

API_KEY: Final = "sandbox"


class Served:
    """An account that another process serves at `url`."""

    def __init__(self, connection: Connection, url: str) -> None:
        self.url = url
        self._connection = connection

    def call(
        self, function: Callable[Concatenate[Server, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Have the serving process call a function with its server, and give what it returns.

        Raises:
            Exception: what the function raised there.
        """
        self._connection.send((function, args, kwargs))
        is_done, result = self._connection.recv()
        if not is_done:
            raise result
        answer: T = result
        return answer


@contextmanager
def served(make: Callable[..., Account], *args: Any, latency: float = 0.0) -> Iterator[Served]:
    """Serve the account that `make(*args)` makes for as long as the block runs.

    `latency` is how many seconds the server waits before each reply. `make`, and what is sent by
    `call`, are functions that a module has by name.
    """
    spawning = multiprocessing.get_context("spawn")  # a fork would hold the caller's memory too
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(theirs, make, args, latency), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Served(ours, ours.recv())
    finally:
        process.terminate()
        process.join()


def _serve(
    connection: Connection, make: Callable[..., Account], args: Sequence[Any], latency: float
) -> None:
    with serve(make(*args), behaviour=Behaviour(latency=latency)) as server:
        connection.send(server.url)
        while True:
            function, positional, named = connection.recv()
            try:
                connection.send((True, function(server, *positional, **named)))
            except Exception as problem:
                connection.send((False, problem))


def take_log(server: Server) -> list[Request]:
    """The requests since the log was last taken, in the order of their arrival."""
    log, server.requests = server.requests, []
    return sorted(log, key=lambda request: request.at)


def records_by_list(server: Server) -> Counter[str]:
    """How many records the account holds of each resource."""
    return Counter({key: len(held.numbers) for key, held in server.account.collections.items()})
