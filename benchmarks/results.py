"""The table of results: a line a measure, beside its baseline; and the file that keeps it."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

FILE: Final = Path(__file__).with_name("RESULTS.md")
HEAD: Final = (
    "| line | measure | here | baseline | its figure | ratio | better | measured |\n"
    "|---|---|--:|---|--:|--:|---|---|"
)
TITLE: Final = """\
# Results

Written by `python -m benchmarks --write`. Each line is one run on one machine, its baseline taken
in the same run, in turns, medians of both; a ratio is the figure by its baseline's.
"""
PACKAGES: Final = ("dlt", "duckdb", "dbt-core", "dbt-duckdb")


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured `here`, in `unit`, and what the baseline did `there` in the same unit."""

    measure: str
    here: float
    baseline: str
    there: float
    unit: str = ""
    better: Literal["more", "less"] = "less"

    @property
    def ratio(self) -> float:
        """The figure by its baseline's."""
        return self.here / self.there if self.there else float("nan")

    def row(self, name: str, day: date) -> str:
        """A row of the table, for the line called `name` on the command line."""
        figures = [f"{_figure(one)} {self.unit}".rstrip() for one in (self.here, self.there)]
        cells = (name, self.measure, figures[0], self.baseline, figures[1])
        return f"| {' | '.join(cells)} | {self.ratio:.2f} | {self.better} | {day} |"


def _figure(number: float) -> str:
    digits = 0 if abs(number) >= 100 or number == int(number) else 2
    return f"{number:,.{digits}f}"


def machine() -> str:
    """This machine and the versions that are measured."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = [f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in PACKAGES)]
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB; {', '.join(versions)}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [row.partition(":")[2].strip() for row in text.splitlines() if "model name" in row]
    return names[0] if names else platform.machine()


def write(on: str, names: Iterable[str], rows: Sequence[str], path: Path = FILE) -> None:
    """Put rows into the file, in place of those of the same `names`.

    What was measured on another machine, or with other versions, goes: it compares with nothing.
    The sections after the table are written by hand and stay.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    held, heading, by_hand = text.partition("\n## ")
    kept = [
        row
        for row in held.splitlines()
        if f"\n{on}\n" in held
        and row.startswith("| ")
        and row not in HEAD
        and row.split(" | ")[0].removeprefix("| ") not in set(names)
    ]
    table = "\n".join((HEAD, *kept, *rows))
    path.write_text(f"{TITLE}\n{on}\n\n{table}\n{heading}{by_hand}", encoding="utf-8")
