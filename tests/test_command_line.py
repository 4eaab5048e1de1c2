"""What a person gets who types something that cannot work: one clear message and an exit code."""

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.server import Server, serve
from tests.conftest import LOADER, ROOT, run_command


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(Account.generate(contacts=5, seed=1)) as running:
        yield running


@pytest.fixture
def environment(server: Server, tmp_path: Path) -> dict[str, str]:
    return {
        "ACTIVECAMPAIGN_API_URL": server.url,
        "ACTIVECAMPAIGN_API_KEY": server.api_key,
        "ACTIVECAMPAIGN_DUCKDB": str(tmp_path / "warehouse.duckdb"),
        "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": "0",
    }


def fails(
    environment: dict[str, str], *arguments: str, exit_code: int, says: str
) -> subprocess.CompletedProcess[str]:
    done = run_command(*LOADER, *arguments, environment=environment)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not Path(environment.get("ACTIVECAMPAIGN_DUCKDB", "none")).is_file()
    return done


def test_nothing_set(tmp_path: Path) -> None:
    done = fails({}, exit_code=2, says="Settings > Developer")
    assert len(done.stderr.strip().splitlines()) == 4
    assert "--sandbox" in done.stderr
    assert "permission" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "exit_code", "says"),
    [
        ("ACTIVECAMPAIGN_API_KEY", "", 2, "ACTIVECAMPAIGN_API_KEY is not set"),
        ("ACTIVECAMPAIGN_API_URL", "", 2, "ACTIVECAMPAIGN_API_URL is not set"),
        ("ACTIVECAMPAIGN_API_URL", "youraccount", 2, "must look like https://"),
        ("ACTIVECAMPAIGN_API_URL", "http://youraccount.api-us1.com", 2, "https"),
        ("ACTIVECAMPAIGN_API_URL", "https://[half.api-us1.com", 2, "must look like https://"),
        ("ACTIVECAMPAIGN_API_URL", "http://127.0.0.1:9", 1, "does not answer"),
        ("ACTIVECAMPAIGN_API_KEY", "wrong", 1, "refuses the key"),
        ("ACTIVECAMPAIGN_API_KEY", "two words", 2, "characters that no key has"),
        ("ACTIVECAMPAIGN_DUCKDB", "/nowhere/warehouse.duckdb", 2, "no folder /nowhere"),
        ("ACTIVECAMPAIGN_DUCKDB", "/proc/warehouse.duckdb", 2, "cannot be written"),
        ("ACTIVECAMPAIGN_DUCKDB", "activecampaign_raw.duckdb", 2, "name of a schema"),
        ("ACTIVECAMPAIGN_DUCKDB", "/tmp", 2, "is a folder"),
        ("ACTIVECAMPAIGN_DUCKDB", ":memory:", 2, "must name a file"),
        ("ACTIVECAMPAIGN_REQUESTS_PER_SECOND", "fast", 2, "must be a number"),
        ("ACTIVECAMPAIGN_REQUESTS_PER_SECOND", "-1", 2, "must be a number"),
    ],
)
def test_a_setting_that_cannot_work(
    variable: str, value: str, exit_code: int, says: str, environment: dict[str, str]
) -> None:
    fails(environment | {variable: value}, exit_code=exit_code, says=says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--select", "contcats"], "no endpoint or group 'contcats'"),
        (["--exclude", "deals*x"], "no endpoint or group 'deals*x'"),
        (["--select", "lists", "--exclude", "lists"], "leave no endpoint"),
        (["--fulll"], "unrecognized arguments"),
        (["rnu"], "invalid choice"),
        (["--sandbox", "--contacts=-5"], "must be a number from 0"),
    ],
)
def test_an_argument_that_does_not_exist(
    arguments: list[str], says: str, environment: dict[str, str]
) -> None:
    fails(environment, *arguments, exit_code=2, says=says)


def test_no_limit_is_for_this_machine_only(environment: dict[str, str]) -> None:
    elsewhere = {"ACTIVECAMPAIGN_API_URL": "https://youraccount.api-us1.com"}
    fails(environment | elsewhere, exit_code=2, says="5 requests a second")


def test_a_lapsed_account(server: Server, environment: dict[str, str]) -> None:
    server.behaviour.lapsed = True
    try:
        fails(environment, exit_code=1, says="lapsed")
    finally:
        server.behaviour.lapsed = False


class SomeWebsite(http.server.BaseHTTPRequestHandler):
    """Answers every path with a page, or sends the caller elsewhere."""

    location = ""

    def do_GET(self) -> None:
        self.send_response(301 if self.location else 200)
        self.send_header("Location", self.location)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><body>Welcome</body></html>")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.mark.parametrize(
    ("location", "says"), [("", "Settings > Developer"), ("http://127.0.0.1:9/", "redirects")]
)
def test_a_host_that_is_not_activecampaign(
    location: str, says: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SomeWebsite, "location", location)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), SomeWebsite) as website:
        threading.Thread(target=website.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{website.server_port}"
        fails(environment | {"ACTIVECAMPAIGN_API_URL": url}, exit_code=1, says=says)
        website.shutdown()


def test_a_database_that_another_process_holds(environment: dict[str, str]) -> None:
    path = environment["ACTIVECAMPAIGN_DUCKDB"]
    duckdb.connect(path).close()
    code = f"import duckdb; held = duckdb.connect({path!r}); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        done = run_command(*LOADER, environment=environment)
        holder.communicate("\n")
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert f"process {holder.pid}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database(environment: dict[str, str]) -> None:
    path = Path(environment["ACTIVECAMPAIGN_DUCKDB"])
    path.write_text("not a database, and long enough to be taken for one" * 100)
    before = path.read_bytes()
    done = run_command(*LOADER, environment=environment)
    assert done.returncode == 1
    assert "cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == before


def test_a_database_of_another_account(environment: dict[str, str]) -> None:
    assert run_command(*LOADER, environment=environment).returncode == 0
    with serve(Account.empty()) as other:
        done = run_command(*LOADER, environment=environment | {"ACTIVECAMPAIGN_API_URL": other.url})
    assert done.returncode == 2
    assert "holds the account" in done.stderr


def test_the_key_is_nowhere(server: Server, environment: dict[str, str], tmp_path: Path) -> None:
    with serve(Account.generate(contacts=5, seed=1), api_key="a-key-to-look-for") as keyed:
        keyed.behaviour.forbidden["lists"] = b'{"message":"a-key-to-look-for may not"}'
        keyed.behaviour.faults.append(Fault(path="tags", status=200, body=b"a-key-to-look-for?"))
        given = {
            "ACTIVECAMPAIGN_API_URL": keyed.url,
            "ACTIVECAMPAIGN_API_KEY": "a-key-to-look-for",
        }
        done = run_command(*LOADER, environment=environment | given)
        refused = run_command(
            *LOADER, environment=environment | given | {"ACTIVECAMPAIGN_API_KEY": "a-wrong-key"}
        )
        swapped = run_command(
            *LOADER, environment=environment | {"ACTIVECAMPAIGN_API_URL": "a-wrong-key"}
        )
    assert done.returncode == 3
    assert "***?" in done.stdout
    assert "*** may not" in done.stdout
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    runs = (done, refused, swapped)
    said = "".join(run.stdout + run.stderr for run in runs).encode()
    for content in [said, *(path.read_bytes() for path in files)]:
        assert b"a-key-to-look-for" not in content
        assert b"a-wrong-key" not in content


def test_check_says_whose_the_key_is_and_what_it_may_see(
    server: Server, environment: dict[str, str]
) -> None:
    server.behaviour.forbidden["groups"] = b'{"message":"admins only"}'
    try:
        done = run_command(*LOADER, "check", environment=environment)
    finally:
        del server.behaviour.forbidden["groups"]
    assert done.returncode == 0
    assert "the key belongs to" in done.stdout
    assert "admins only" in done.stdout
    assert "America/Chicago is set, and the account's" in done.stdout
    assert not Path(environment["ACTIVECAMPAIGN_DUCKDB"]).exists()


def test_check_compares_the_zone(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("vars: {activecampaign_timezone: Europe/Berlin}")
    done = run_command(*LOADER, "check", environment=environment, cwd=tmp_path)
    assert "Europe/Berlin is set, but" in done.stdout
    assert done.returncode == 3
    (tmp_path / "dbt_project.yml").write_text("vars: {activecampaign_timezone: Mars/Olympus}")
    done = run_command(*LOADER, "check", environment=environment, cwd=tmp_path)
    assert done.returncode == 2
    assert "Mars/Olympus" in done.stderr
    (tmp_path / "dbt_project.yml").write_text("vars: {activecampaign_timezone")
    done = run_command(*LOADER, "check", environment=environment, cwd=tmp_path)
    assert done.returncode == 2
    assert "no valid YAML" in done.stderr


def test_the_sandbox_needs_no_settings(tmp_path: Path) -> None:
    done = run_command(*LOADER, "--sandbox", "--contacts", "3", environment={}, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "export ACTIVECAMPAIGN_DUCKDB=sandbox_3_1.duckdb" in done.stdout
    with duckdb.connect(str(tmp_path / "sandbox_3_1.duckdb"), read_only=True) as database:
        assert database.execute("select count(*) from activecampaign_raw.contacts").fetchall() == [
            (3,)
        ]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["sandbox_3_1.duckdb", "sandbox_3_1.duckdb.dlt"]


def test_address_and_key_may_stand_in_dlts_secrets(
    server: Server, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text(
        f'[sources.activecampaign]\napi_url = "{server.url}/api/3/"\napi_key = "{server.api_key}"'
    )
    unset = {"ACTIVECAMPAIGN_API_URL": "", "ACTIVECAMPAIGN_API_KEY": ""}
    done = run_command(*LOADER, environment=environment | unset, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_settings_file_that_cannot_be_read(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text("[sources.activecampaign\n")
    unset = {"ACTIVECAMPAIGN_API_URL": "", "ACTIVECAMPAIGN_API_KEY": ""}
    done = run_command(*LOADER, environment=environment | unset, cwd=tmp_path)
    assert done.returncode == 2
    assert "no TOML" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_a_run_at_once(server: Server, environment: dict[str, str]) -> None:
    server.behaviour.faults.append(Fault(path="contacts", kind="slow", seconds=60))
    try:
        run = subprocess.Popen(
            LOADER,
            env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert run.stdout
        while not run.stdout.readline().startswith("tags"):
            pass
        started = time.monotonic()
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=30)
    finally:
        server.behaviour.faults.clear()
    assert run.returncode == 1
    assert "Interrupted" in said
    assert "Traceback" not in said
    assert time.monotonic() - started < 10
