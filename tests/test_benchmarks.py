"""The benchmarks: who is measured does the same work, and nothing else is charged to it."""

import sys
from datetime import date
from pathlib import Path

import pytest

from benchmarks import loaders, results
from benchmarks.processes import take
from benchmarks.results import Line
from sandbox.account import Account
from sandbox.server import serve
from tests.conftest import Load

LINE = Line("rows a second", 300, "plain DuckDB", 600, better="more")
DAY = date(2026, 11, 25)


def test_plain_duckdb_reads_what_the_loader_reads(load: Load, tmp_path: Path) -> None:
    plain = tmp_path / "plain.duckdb"
    with serve(Account.generate(contacts=250, seed=2)) as server:
        loaded = load(server)
        loaders.plain_duckdb(server.url, plain)
    assert loaders.rows(plain) == loaders.rows(loaded.database) > 1_000


def test_a_process_is_not_charged_with_the_memory_of_whoever_measures_it(tmp_path: Path) -> None:
    held = bytearray(b"x") * 200_000_000
    taken = take((sys.executable, "-c", "x = bytes(b'x') * 50_000_000"), {}, tmp_path)
    assert len(held) / 2**20 > 150 > taken.peak_mb > 50


def test_what_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        take((sys.executable, "-c", "raise SystemExit('no such luck')"), {}, tmp_path)


def test_a_line_stands_in_the_file_until_it_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    speed, rate = LINE.row("speed", DAY), LINE.row("rate", DAY)
    results.write("a machine", ["speed", "rate"], [speed, rate], file)
    again = LINE.row("speed", date(2026, 11, 26))
    results.write("a machine", ["speed"], [again], file)
    assert file.read_text().endswith(f"\na machine\n\n{results.HEAD}\n{rate}\n{again}\n")
    with file.open("a") as opened:
        opened.write("\n## Limits\n\nSaid by hand.\n")
    results.write("another machine", ["speed"], [speed], file)
    assert file.read_text().endswith(
        f"\nanother machine\n\n{results.HEAD}\n{speed}\n\n## Limits\n\nSaid by hand.\n"
    )
