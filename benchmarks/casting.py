"""How fast staging casts: our SQL of the widest model against one `->>` a column.

    python -m benchmarks.casting

prints rows a second of one core, and the ratio. `from_json` alone is printed too: what DuckDB takes
to read the JSON, below which no cast can get.
"""

import json
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import duckdb

from benchmarks.dbt_build import Project, load

MODEL: Final = "stg_activecampaign__campaigns"  # of all staging models it has most columns
ROWS: Final = 200_000
FEWER: Final = 10  # `->>` is measured on a tenth of the rows
ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Casting:
    """Rows a second of one core, medians."""

    columns: int
    payload_bytes: int
    ours: float
    parsed: float  # `from_json` alone, each member as text
    arrows: float  # one `->>` a member

    @property
    def ratio(self) -> float:
        """How many times as fast as one `->>` a member."""
        return self.ours / self.arrows


def compare(folder: Path) -> Casting:
    """Measure on records of the sandbox, repeated, in a `folder` of its own."""
    database = folder / "casting.duckdb"
    load(1_000, database)
    project = Project(folder, database)
    project("compile", "--select", MODEL)
    (compiled,) = project.target.glob(f"compiled/**/{MODEL}.sql")
    sql = compiled.read_text(encoding="utf-8")
    (raw,) = set(re.findall(r'"\w+"\."activecampaign_raw"\."\w+"', sql))
    parse = next(iter(re.findall(r"from_json\(payload, '\{.*?\}'\)", sql, re.DOTALL)))
    members = json.loads(parse[parse.index("{") : parse.rindex("}") + 1])
    arrows = ", ".join(f'payload ->> \'$."{member}"\' as "{member}"' for member in members)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' (read_only)")
        connection.execute("set threads = 1")
        connection.execute(f"create table raw as select * from {raw}, range({ROWS}) limit {ROWS}")
        connection.execute(f"create table few as select * from raw limit {ROWS // FEWER}")
        queries = {
            "ours": (sql.replace(raw, "raw"), ROWS),
            "parsed": (f"select {parse} as record from raw", ROWS),
            "arrows": (f"select {arrows} from few", ROWS // FEWER),
        }
        speeds: dict[str, list[float]] = {name: [] for name in queries}
        for _ in range(ROUNDS):
            for name, (query, rows) in queries.items():
                started = time.process_time()
                connection.execute(f"create or replace table made as {query}")
                speeds[name].append(rows / (time.process_time() - started))
        columns = connection.execute(f"describe {queries['ours'][0]}").fetchall()
        size = connection.execute("select avg(strlen(payload)) from few").fetchone()
    assert size
    medians = {name: median(each) for name, each in speeds.items()}
    return Casting(columns=len(columns), payload_bytes=int(size[0]), **medians)


def main() -> None:
    """Measure, and print it."""
    with tempfile.TemporaryDirectory() as folder:
        casting = compare(Path(folder))
    print(f"{MODEL}: {casting.columns} columns of {casting.payload_bytes:,} bytes of JSON a row")
    print(f"ours                  {casting.ours:10,.0f} rows/s")
    print(f"from_json alone       {casting.parsed:10,.0f} rows/s")
    print(f"one ->> a column      {casting.arrows:10,.0f} rows/s")
    print(f"ratio to ->>          {casting.ratio:10.1f}")


if __name__ == "__main__":
    main()
