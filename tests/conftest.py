"""The real thing, set up once: the loader over HTTP against the sandbox, DuckDB, dbt."""

import fcntl
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from loader import cli
from sandbox.account import Account
from sandbox.server import Server, serve

ROOT = Path(__file__).parent.parent
BUILT = sorted(path.stem for path in (ROOT / "dbt_project/models/documented").glob("*.sql"))
SOAK_EXAMPLES = int(os.environ.get("ACTIVECAMPAIGN_SOAK_EXAMPLES", 0))  # 0: not what takes long
LOADER = (sys.executable, "-m", "loader")
WRITES_JSON = ("parse", "docs generate", "source freshness")
READ_WITH = "warehouse.duckdb"  # the name of the database is part of what dbt reads
PROCESSES = multiprocessing.get_context("forkserver")
DOCUMENTED = ("--select", "documented")
DOCUMENTED_MODELS = (
    *("+path:dbt_project/models/documented", "+deals_notes", "+accounts_tasks"),
    *("load_audit", "orphan_references"),
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """A process more than there are cores: much of a test is waiting to ask once more."""
    return (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Loaded:
    """What a run of the loader left: its exit code, its output, its database."""

    exit_code: int
    output: str
    database: Path

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query, values).fetchall()


Load = Callable[..., Loaded]
Get = Callable[..., Any]


def asking(server: Server) -> Get:
    """Asks a sandbox for a path, with parameters, and gives the decoded reply."""
    session = requests.Session()
    session.headers["Api-Token"] = server.api_key

    def ask(path: str, expect: int = 200, **params: Any) -> Any:
        reply = session.get(f"{server.url}/api/3/{path}", params=params, timeout=30)
        assert reply.status_code == expect, reply.text[:300]
        return reply.json()

    return ask


@pytest.fixture
def get(server: Server) -> Get:
    """Asks the `server` of the test's module."""
    return asking(server)


@pytest.fixture(scope="session")
def held() -> Account:
    """An account of 100 deals that no test changes."""
    return Account.generate(contacts=400, seed=3)


@pytest.fixture
def account() -> Account:
    """A small account to change."""
    return Account.generate(contacts=60, seed=2)


@pytest.fixture
def load(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Load:
    """Runs `python -m loader` in this process against a server.

    It reads what the documented tables need, unless told what to read, or `every` list.
    """

    def run(
        server: Server, *arguments: str, database: Path | None = None, every: bool = False
    ) -> Loaded:
        path = database or tmp_path / "warehouse.duckdb"
        says = {"--select", "--exclude", "--endpoint", "purge", "endpoints"}
        if not every and says.isdisjoint(arguments):
            arguments += DOCUMENTED
        monkeypatch.setenv("ACTIVECAMPAIGN_API_URL", server.url)
        monkeypatch.setenv("ACTIVECAMPAIGN_API_KEY", server.api_key)
        monkeypatch.setenv("ACTIVECAMPAIGN_DUCKDB", str(path))
        monkeypatch.setenv("ACTIVECAMPAIGN_REQUESTS_PER_SECOND", "0")
        capsys.readouterr()
        exit_code = cli.main(list(arguments))
        said = capsys.readouterr()
        return Loaded(exit_code, said.out + said.err, path)

    return run


def run_command(
    *command: str, environment: dict[str, str], cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """A command as a user types it, with nothing of ours in its environment but what is given."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ACTIVECAMPAIGN", "DBT"))}
    return subprocess.run(
        command,
        cwd=cwd,
        env=inherited | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def run_loader(url: str, database: Path, key: str = "key", *arguments: str) -> None:
    """`python -m loader` as a user runs it, against a server on this machine."""
    loaded = run_command(
        *LOADER,
        *arguments,
        environment={
            "ACTIVECAMPAIGN_API_URL": url,
            "ACTIVECAMPAIGN_API_KEY": key,
            "ACTIVECAMPAIGN_DUCKDB": str(database),
            "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": "0",
        },
    )
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr


@contextmanager
def shared(factory: pytest.TempPathFactory, worker_id: str, name: str) -> Iterator[Path]:
    """A path that is one for all processes that run tests: who comes second waits for it."""
    folder = factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / name


@dataclass(frozen=True)
class Dbt:
    """Runs dbt on this project as a user does, with a working folder of its own."""

    folder: Path

    def build(self, database: Path, *models: str) -> subprocess.CompletedProcess[str]:
        """`dbt build` of all models or of some, without unit tests, which no database changes."""
        selected = ("--select", *models) if models else ()
        return self("build", database, "--exclude-resource-type", "unit_test", *selected)

    def __call__(
        self, command: str, database: Path, *arguments: str, **variables: str | bool
    ) -> subprocess.CompletedProcess[str]:
        # dbt reads the whole project anew where the database's path or the variables change
        link = self.folder / database.name
        link.unlink(missing_ok=True)
        link.symlink_to(database)
        given = (
            "--no-use-colors",
            *("--log-level-file", "none"),
            *(("--no-write-json",) if command not in WRITES_JSON else ()),
            *command.split(),
            *self.reading(**variables),
            *arguments,
        )
        environment = self.environment(link.name)
        if database.name == READ_WITH and not variables and command not in WRITES_JSON:
            return self._fork(given, environment)
        command_line = (str(Path(sys.executable).with_name("dbt")), *given)
        return run_command(*command_line, environment=environment, cwd=self.folder)

    def reading(self, **variables: str | bool) -> tuple[str, ...]:
        """What tells dbt which project it reads, and how."""
        return (
            *("--project-dir", str(ROOT)),
            *("--target-path", str(self.folder / "-".join(("target", *variables)))),
            *("--vars", json.dumps({"activecampaign_unit_tests": True} | variables)),
        )

    def environment(self, database: str) -> dict[str, str]:
        """Variables that dbt runs with, on a database in its working folder."""
        return {"ACTIVECAMPAIGN_DUCKDB": database, "DBT_PROFILES_DIR": str(self.folder)}

    def _fork(
        self, arguments: tuple[str, ...], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run dbt in a process that has read the project before."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "output"
            process = PROCESSES.Process(
                target=dbt_run, args=(list(arguments), environment, self.folder, output)
            )
            process.start()
            process.join(timeout=300)
            if process.exitcode is None:
                process.kill()
                raise subprocess.TimeoutExpired(arguments, 300)
            said = output.read_text(encoding="utf-8")
            return subprocess.CompletedProcess(arguments, process.exitcode, said, "")


def dbt_run(arguments: list[str], environment: dict[str, str], folder: Path, output: Path) -> None:
    """Run dbt in this process; imported here, for only forked processes may have dbt in them."""
    from tests.dbt_process import run

    run(arguments, environment, folder, output)


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Dbt:
    """Runs dbt, which has read the project once for all processes that run tests."""
    folder = tmp_path_factory.mktemp("dbt")
    example = (ROOT / "profiles.yml.example").read_text(encoding="utf-8")
    (folder / "profiles.yml").write_text(example, encoding="utf-8")
    dbt = Dbt(folder)
    with shared(tmp_path_factory, worker_id, "parsed") as parsed:
        if not parsed.exists():
            done = dbt("parse", folder / "no" / "warehouse.duckdb")
            assert done.returncode == 0, done.stdout
            shutil.copytree(folder / "target", parsed)
    shutil.copytree(parsed, folder / "target", dirs_exist_ok=True)
    os.environ["TESTS_DBT_READ"] = json.dumps(
        {
            "folder": str(folder),
            "environment": dbt.environment(READ_WITH),
            "arguments": dbt.reading(),
        }
    )
    PROCESSES.set_forkserver_preload(["tests.dbt_process"])
    return dbt


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Server]:
    """An account of 300 contacts that no test changes."""
    with serve(Account.generate(contacts=300, seed=7)) as server:
        yield server


@pytest.fixture(scope="session")
def warehouse(
    sandbox_server: Server, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Path:
    """A database that `python -m loader` and `dbt build` made of the account."""
    with shared(tmp_path_factory, worker_id, "warehouse.duckdb") as path:
        if not path.exists():
            made = tmp_path_factory.mktemp("made") / path.name
            run_loader(sandbox_server.url, made, sandbox_server.api_key)
            built = dbt("build", made)
            assert built.returncode == 0, built.stdout
            assert "WARN=0" in built.stdout, built.stdout
            assert "warning" not in built.stdout.lower().replace("warn=0", ""), built.stdout
            made.rename(path)
    return path


@pytest.fixture(scope="session")
def sandbox_database(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What a reader has who follows the README: the sandbox's usual account, all tables shown."""
    with shared(tmp_path_factory, worker_id, "reader") as reader:
        path = reader / READ_WITH
        if not reader.exists():
            folder = tmp_path_factory.mktemp("reader")
            loaded = run_command(*LOADER, "--sandbox", environment={}, cwd=folder)
            assert loaded.returncode == 0, loaded.stdout + loaded.stderr
            (folder / "sandbox.duckdb").rename(folder / path.name)
            areas = ("documented", "marketing", "sales", "customers")
            models = [f"+path:dbt_project/models/{area}" for area in areas]
            ran = dbt("run", folder / path.name, "--select", *models)
            assert ran.returncode == 0, ran.stdout
            folder.rename(reader)
    return path


@pytest.fixture(scope="session")
def manifest(dbt: Dbt) -> dict[str, Any]:
    """What dbt knows of the project."""
    text = (dbt.folder / "target" / "manifest.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
