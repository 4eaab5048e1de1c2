"""`python -m sandbox`: serve a made-up account until interrupted."""

import argparse
import gc
import os
import signal
import sys
import threading
from typing import NoReturn

from sandbox.account import Account
from sandbox.server import Server


def main() -> int:
    """Serve; 0 when told to stop, 2 when it cannot be served."""
    options = _parser().parse_args()
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _exit)
    if options.exit_with_stdin:
        threading.Thread(target=_exit_with_stdin, daemon=True).start()
    try:
        server = Server(
            Account.empty(),
            host=options.host,
            port=options.port,
            api_key=options.api_key,
            rate=options.rate,
            is_recording=False,  # nobody could look, and a long run would fill the memory
        )
    except OSError as problem:
        reason = problem.strerror or problem
        print(f"Cannot listen at {options.host}:{options.port}: {reason}", file=sys.stderr)
        return 2
    server.account = Account.generate(options.contacts, options.seed)
    gc.freeze()  # millions of objects that stay: to look at them again holds replies up
    print(
        f"Sandbox account of {options.contacts} contacts (seed {options.seed}) "
        f"at {server.url}, Api-Token: {options.api_key}",
        flush=True,
    )
    server.serve_forever()
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say it in one line, without the usage."""
        self.exit(2, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=8765, help="0: any free one (default 8765)")
    parser.add_argument("--contacts", type=_whole, default=1000, help="how many (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="another account for another number")
    parser.add_argument("--api-key", default="sandbox", help="what Api-Token must say")
    parser.add_argument(
        "--rate",
        type=_rate,
        default=0.0,
        help="requests a second that the account allows (default 0: any number)",
    )
    parser.add_argument(
        "--exit-with-stdin", action="store_true", help="stop when standard input is closed"
    )
    return parser


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _port(text: str) -> int:
    number = _whole(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; the highest is 65535")
    return number


def _rate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of requests a second")
    return number


def _exit(*_: object) -> NoReturn:
    """Stop at once: there is nothing to put away."""
    os._exit(0)


def _exit_with_stdin() -> None:
    while sys.stdin.buffer.read(65536):
        pass
    _exit()


if __name__ == "__main__":
    sys.exit(main())
