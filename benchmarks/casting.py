"""How fast staging casts: our SQL of the widest models, on one core."""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import duckdb

from benchmarks.dbt_build import Project, load
from benchmarks.results import Line
from benchmarks.scale import Scale

# of all staging models they have most columns; groups has hardly more text than flags
MODELS: Final = ("stg_activecampaign__campaigns", "stg_activecampaign__groups")
FEWER: Final = 10  # `->>` is measured on a tenth of the rows


@dataclass(frozen=True, slots=True)
class Casting:
    """Rows a second of one core, medians."""

    columns: int
    payload_bytes: int
    ours: float
    parsed: float  # `from_json` alone, each member as text
    arrows: float  # one `->>` a member


def compare(model: str, folder: Path, rows: int, rounds: int) -> Casting:
    """Measure on so many rows, records of the sandbox over and over, in a `folder` of its own."""
    database = folder / "casting.duckdb"
    load(1_000, database)
    project = Project(folder, database)
    project("compile", "--select", model)
    (compiled,) = project.target.glob(f"compiled/**/{model}.sql")
    sql = compiled.read_text(encoding="utf-8")
    (raw,) = set(re.findall(r'"\w+"\."activecampaign_raw"\."\w+"', sql))
    parse = next(iter(re.findall(r"from_json\(payload, '\{.*?\}'\)", sql, re.DOTALL)))
    members = json.loads(parse[parse.index("{") : parse.rindex("}") + 1])
    arrows = ", ".join(f'payload ->> \'$."{member}"\' as "{member}"' for member in members)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' (read_only)")
        connection.execute("set threads = 1")
        connection.execute(f"create table raw as select * from {raw}, range({rows}) limit {rows}")
        connection.execute(f"create table few as select * from raw limit {rows // FEWER}")
        queries = {
            "ours": (sql.replace(raw, "raw"), rows),
            "parsed": (f"select {parse} as record from raw", rows),
            "arrows": (f"select {arrows} from few", rows // FEWER),
        }
        speeds: dict[str, list[float]] = {name: [] for name in queries}
        for _ in range(rounds):
            for name, (query, count) in queries.items():
                started = time.process_time()
                connection.execute(f"create or replace table made as {query}")
                speeds[name].append(count / (time.process_time() - started))
        columns = connection.execute(f"describe {queries['ours'][0]}").fetchall()
        size = connection.execute("select avg(strlen(payload)) from few").fetchone()
    assert size
    medians = {name: median(each) for name, each in speeds.items()}
    return Casting(columns=len(columns), payload_bytes=int(size[0]), **medians)


def lines(scale: Scale) -> Iterator[Line]:
    """Our casts beside one `->>` a member, and beside `from_json` alone, which they cannot beat."""
    for model in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            casting = compare(model, Path(folder), scale.casting_rows, scale.rounds)
        what = (
            f"{casting.columns} columns of {casting.payload_bytes:,} bytes cast, rows/s of a core"
        )
        yield Line(what, casting.ours, "one ->> a column", casting.arrows, better="more")
        yield Line(what, casting.ours, "from_json alone", casting.parsed, better="more")
