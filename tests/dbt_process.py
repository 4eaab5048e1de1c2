"""dbt in a process of its own that is ready to run: imported, and the project read.

Tests run dbt dozens of times, and each time it takes seconds until it begins. A server of processes
imports this module once, which reads the project, and is forked for each run.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest


def _enter(folder: Path, environment: Mapping[str, str]) -> None:
    """Be where dbt runs, with nothing of ours in the environment but what is given."""
    for name in list(os.environ):
        if name.startswith(("ACTIVECAMPAIGN", "DBT")):
            del os.environ[name]
    os.environ.update(environment)
    os.chdir(folder)


def _read(folder: str, environment: Mapping[str, str], arguments: list[str]) -> Manifest:
    before = Path.cwd()
    _enter(Path(folder), environment)
    read = dbtRunner().invoke(["--quiet", "parse", *arguments])
    os.chdir(before)
    if not isinstance(read.result, Manifest):
        raise RuntimeError("dbt cannot read the project") from read.exception
    return read.result


PROJECT = _read(**json.loads(os.environ["TESTS_DBT_READ"]))


def run(arguments: list[str], environment: Mapping[str, str], folder: Path, output: Path) -> None:
    """Run dbt in this process and end it, with 0, or 1 if something failed, 2 if dbt could not run.

    Args:
        arguments: of dbt.
        environment: variables that it is to have.
        folder: where it runs.
        output: the file that gets what it prints.

    Raises:
        SystemExit: always.
    """
    with output.open("wb") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    _enter(folder, environment)
    done = dbtRunner(manifest=PROJECT).invoke(arguments)
    # a process that was forked ends without closing anything
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    sys.stdout.flush()
    sys.exit(0 if done.success else 2 if done.exception else 1)
