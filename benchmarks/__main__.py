"""`python -m benchmarks [LINE ...]`: measure on this machine, print the table, keep it."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from benchmarks import (
    casting,
    dbt_build,
    growth,
    rate,
    request_counts,
    results,
    sandbox_pages,
    speed,
)
from benchmarks.results import Line
from benchmarks.scale import QUICK, USUAL, Scale, with_million

MEASURES: Final[Mapping[str, Callable[[Scale], Iterator[Line]]]] = {
    "requests": request_counts.lines,
    "speed": speed.lines,
    "rate": rate.lines,
    "growth": growth.lines,
    "sandbox": sandbox_pages.lines,
    "casting": casting.lines,
    "dbt": dbt_build.lines,
}


def main() -> int:
    """Measure what was asked for, and print each line as soon as it is known."""
    options = _parser().parse_args()
    names = options.lines or list(MEASURES)
    scale = QUICK if options.quick else USUAL
    if options.rounds:
        scale = replace(scale, rounds=options.rounds)
    if options.million:
        scale = with_million(scale)
    on = results.machine()
    print(f"{on}\n\n{results.HEAD}", flush=True)
    rows = []
    for name in names:
        for line in MEASURES[name](scale):
            rows.append(line.row(name, date.today()))
            print(rows[-1], flush=True)
    if options.write:
        results.write(on, names, rows)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "lines", nargs="*", type=_line, metavar="LINE", help=f"only these: {', '.join(MEASURES)}"
    )
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="medians of so many rounds (default 3)"
    )
    parser.add_argument("--million", action="store_true", help="growth to a million contacts, too")
    parser.add_argument("--quick", action="store_true", help="small accounts, to try the command")
    parser.add_argument("--write", action="store_true", help=f"keep it in {results.FILE.name}")
    return parser


def _line(name: str) -> str:
    if name not in MEASURES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(MEASURES)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
