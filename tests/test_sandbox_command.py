"""`python -m sandbox` as a user types it."""

import json
import signal
import socket
import subprocess
import sys

import pytest
import requests

from sandbox.account import Account


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--contacts", "3", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, None])
def test_the_command_serves_until_it_is_told_to_stop(end: signal.Signals | None) -> None:
    with start("--seed", "9", "--api-key", "k", *([] if end else ["--exit-with-stdin"])) as running:
        assert running.stdout
        assert running.stdin
        line = running.stdout.readline()
        url = line.partition(" at ")[2].partition(",")[0]
        reply = requests.get(f"{url}/api/3/contacts", headers={"Api-Token": "k"})
        if end:
            running.send_signal(end)
        else:
            running.stdin.close()
        try:
            assert running.wait(5) == 0
        finally:
            running.kill()
        assert (running.stdout.read(), running.stderr and running.stderr.read()) == ("", "")
    assert line == f"Sandbox account of 3 contacts (seed 9) at {url}, Api-Token: k\n"
    assert url.startswith("http://127.0.0.1:")
    served = [contact["id"] for contact in json.loads(reply.content)["contacts"]]
    held = [contact["id"] for contact in Account.generate(3, 9).records("contacts")]
    assert sorted(served) == sorted(held)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--contacts", "-1"], "'-1' is no whole number"),
        (["--port", "70000"], "70000 is no port"),
        (["--rate", "nan"], "'nan' is no number of requests"),
        (["--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_arguments_that_cannot_work(arguments: list[str], says: str) -> None:
    assert_refused(arguments, says)


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert_refused(["--port", port], f"Cannot listen at 127.0.0.1:{port}: ")


def assert_refused(arguments: list[str], says: str) -> None:
    with start(*arguments) as refused:
        output, errors = refused.communicate(timeout=5)
    assert refused.returncode == 2
    assert says in errors
    assert len(errors.splitlines()) == 1
    assert output == ""
