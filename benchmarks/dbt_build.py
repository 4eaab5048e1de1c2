"""What `dbt build` costs: of a small account, and after changes of a large one.

    python -m benchmarks.dbt_build --contacts 1000000

builds everything anew and, after changes of one row in a hundred, builds what changed; prints
seconds of both, their ratio, peak memory, and whether the rows are the same.
"""

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import duckdb

from benchmarks.processes import ROOT, Taken, take
from benchmarks.replicas import change, replicate
from benchmarks.results import Line
from benchmarks.scale import Scale
from loader.trial import sandbox

SOURCE_CONTACTS: Final = 10_000  # that the sandbox serves; more of them are copies
FEW: Final = 20  # contacts: what dbt itself takes
SLOWEST: Final = 12  # nodes that are printed


@dataclass(frozen=True, slots=True)
class Build:
    """What a build took, and each node of it in seconds, by its name in dbt."""

    taken: Taken
    nodes: dict[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Builds of the same raw rows: everything anew, and what had changed."""

    contacts: int
    full: list[Build]
    incremental: list[Build]
    differing: list[str]  # tables whose rows were not the same

    @property
    def ratio(self) -> float:
        """Seconds of the incremental builds by those of the full ones, medians."""
        return _seconds(self.incremental) / _seconds(self.full)


class Project:
    """This dbt project, with a working folder of its own, on one database."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.folder = folder
        self.database = database
        profiles = (ROOT / "profiles.yml.example").read_text(encoding="utf-8")
        (folder / "profiles.yml").write_text(profiles, encoding="utf-8")

    def __call__(self, *arguments: str) -> Taken:
        """Run a dbt command.

        Raises:
            RuntimeError: it failed.
        """
        dbt = str(Path(sys.executable).with_name("dbt"))
        folders = ("--target-path", str(self.target), "--log-path", str(self.folder / "logs"))
        environment = {
            "DBT_PROFILES_DIR": str(self.folder),
            "DBT_PROJECT_DIR": str(ROOT),
            "ACTIVECAMPAIGN_DUCKDB": str(self.database),
        }
        return take((dbt, *arguments, *folders), environment, self.folder)

    def build(self, *arguments: str) -> Build:
        """Build and test everything."""
        taken = self("build", *arguments)
        results = json.loads((self.target / "run_results.json").read_text(encoding="utf-8"))
        nodes = {one["unique_id"]: one["execution_time"] for one in results["results"]}
        return Build(taken, nodes)

    @property
    def target(self) -> Path:
        """Where dbt puts what it compiled."""
        return self.folder / "target"

    def digests(self) -> dict[str, Any]:
        """Number of rows of each table that dbt built, and a sum that any other row changes."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            tables = connection.execute(
                "select table_schema, table_name from information_schema.tables where "
                "table_schema like 'activecampaign%' and table_schema not like '%raw%'"
            ).fetchall()
            return {
                table: connection.execute(
                    f"select count(*), sum(hash(row)), bit_xor(hash(row)) from {schema}.{table} row"
                ).fetchone()
                for schema, table in tables
            }


def load(contacts: int, database: Path) -> None:
    """Have the loader fill a database from the sandbox.

    Raises:
        RuntimeError: it failed.
    """
    with sandbox(contacts, seed=1) as settings:
        environment = {
            "ACTIVECAMPAIGN_API_URL": settings.api_url,
            "ACTIVECAMPAIGN_API_KEY": settings.api_key,
            "ACTIVECAMPAIGN_DUCKDB": str(database),
            "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": "0",
        }
        take((sys.executable, "-m", "loader"), environment, database.parent)


def compare(contacts: int, rounds: int, folder: Path) -> Comparison:
    """Build everything and build what changed, in turns.

    Args:
        contacts: a multiple of 10,000, or less than that.
        rounds: how often.
        folder: where there is place for the database, 15 GB for a million contacts.
    """
    source, database = folder / "source.duckdb", folder / "replicas.duckdb"
    load(min(contacts, SOURCE_CONTACTS), source)
    replicate(source, database, contacts)
    project = Project(folder, database)
    project("parse")
    full, incremental, differing = [project.build("--full-refresh")], [], set()
    for _ in range(rounds):
        change(database)
        incremental.append(project.build())
        kept_up = project.digests()
        full.append(project.build("--full-refresh"))
        anew = project.digests()
        differing |= {table for table in anew if anew[table] != kept_up.get(table)}
    return Comparison(contacts, full, incremental, sorted(differing))


def lines(scale: Scale) -> Iterator[Line]:
    """Builds of growing accounts, each also after a day's changes."""
    yield _small(scale.dbt_contacts, scale.rounds)
    smallest: Taken | None = None
    for contacts in scale.growth:
        with tempfile.TemporaryDirectory() as folder:
            compared = compare(contacts, 1, Path(folder))
        full, incremental = compared.full[-1].taken, compared.incremental[-1].taken
        at = f"at {contacts:,} contacts"
        if compared.differing:
            raise SystemExit(f"{at} other rows in {', '.join(compared.differing)}")
        for what, here, there in (
            ("seconds", incremental.seconds, full.seconds),
            ("seconds of processor time", incremental.cpu_seconds, full.cpu_seconds),
        ):
            yield Line(f"dbt build after 1 %, {what} {at}", here, "all anew", there, "s")
        smallest = smallest or full
        factor = contacts / scale.growth[0]
        if factor > 1:
            times = f"{factor:g} times those at {scale.growth[0]:,}"
            here, there = full.cpu_seconds, factor * smallest.cpu_seconds
            yield Line(f"dbt build, seconds of processor time {at}", here, times, there, "s")
            same = f"that at {scale.growth[0]:,}"
            yield Line(f"dbt build, peak memory {at}", full.peak_mb, same, smallest.peak_mb, "MB")


def _small(contacts: int, rounds: int) -> Line:
    """The first build of an account as the loader left it, beside one of almost no rows."""
    taken: dict[int, list[float]] = {contacts: [], FEW: []}
    for _ in range(rounds):
        for number, seconds in taken.items():
            with tempfile.TemporaryDirectory() as folder:
                database = Path(folder) / "warehouse.duckdb"
                load(number, database)
                project = Project(Path(folder), database)
                project("parse")
                seconds.append(project.build().taken.seconds)
    here, there = median(taken[contacts]), median(taken[FEW])
    return Line(f"dbt build, {contacts:,} contacts", here, f"{FEW} contacts", there, "s")


def by_kind(build: Build) -> dict[str, tuple[int, float]]:
    """How many nodes of each kind there are, and their seconds together."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for node, seconds in build.nodes.items():
        kinds[node.partition(".")[0]].append(seconds)
    return {kind: (len(each), sum(each)) for kind, each in kinds.items()}


def _seconds(builds: list[Build]) -> float:
    return median(build.taken.seconds for build in builds)


def _show(name: str, build: Build, slowest: int) -> None:
    taken = build.taken
    print(
        f"{name:12}{taken.seconds:8.1f} s{taken.cpu_seconds:8.1f} s of processors"
        f"{taken.peak_mb:8.0f} MB"
    )
    for kind, (number, seconds) in sorted(by_kind(build).items()):
        print(f"    {seconds:8.1f} s  {number} x {kind}")
    for node, seconds in sorted(build.nodes.items(), key=lambda item: -item[1])[:slowest]:
        print(f"        {seconds:8.2f} s  {node}")


def main() -> None:
    """Measure at the sizes that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, nargs="+", default=[10_000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--slowest", type=int, default=SLOWEST, help="nodes to print")
    parser.add_argument("--folder", type=Path, help="for the database (default: a temporary one)")
    options = parser.parse_args()
    for contacts in options.contacts:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            compared = compare(contacts, options.rounds, Path(folder))
        print(f"{contacts:,} contacts")
        _show("full", compared.full[-1], options.slowest)
        _show("incremental", compared.incremental[-1], options.slowest)
        print(f"ratio {compared.ratio:.3f}; differing: {', '.join(compared.differing) or 'none'}")


if __name__ == "__main__":
    main()
