"""A command in a process of its own, with what it took.

    python -m benchmarks.processes FILE COMMAND ...

runs a command and writes to FILE what it took. It stands between the benchmark and the command
since a process is charged with the memory of whoever started it, and the benchmark is not small.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from typing import Final

ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took: `seconds` from its start to its end, processor time, peak memory."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def take(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Taken:
    """Run a command in `folder` to its end.

    Raises:
        RuntimeError: it failed; the message is the end of what it said.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ACTIVECAMPAIGN", "DBT"))}
    settings = {"PYTHONPATH": str(ROOT), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    with NamedTemporaryFile("r", encoding="utf-8") as report:
        launcher = (sys.executable, str(Path(__file__)), report.name)
        ran = subprocess.run(
            (*launcher, *command),
            cwd=folder,
            env=inherited | settings | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if ran.returncode:
            raise RuntimeError(
                f"{' '.join(command)} ended with {ran.returncode}: {ran.stdout[-2000:]}"
            )
        return Taken(**json.load(report))


def medians(taken: Iterable[Taken]) -> Taken:
    """The median of each figure."""
    several = list(taken)
    return Taken(
        seconds=median(one.seconds for one in several),
        cpu_seconds=median(one.cpu_seconds for one in several),
        peak_mb=median(one.peak_mb for one in several),
    )


def _launch(report: Path, command: Sequence[str]) -> int:
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    taken = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }
    report.write_text(json.dumps(taken), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_launch(Path(sys.argv[1]), sys.argv[2:]))
