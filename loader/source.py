"""A package as dlt resources, one a raw table."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

import dlt
import pyarrow as pa
from dlt.common.libs.pyarrow import py_arrow_to_table_schema_columns
from dlt.extract import DltResource, DltSource

SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("parent_id", pa.string()),
        pa.field("payload", pa.string()),
        pa.field("run_id", pa.int64()),
        pa.field("seq", pa.int64()),
        pa.field("extracted_at", pa.timestamp("us", tz="UTC")),
        pa.field("deleted_in_run", pa.int64()),
    ]
)


@dlt.source(name="activecampaign", max_table_nesting=0)
def activecampaign(
    batches: dict[str, list[pa.RecordBatch]], run_id: int, seq: Iterator[int]
) -> list[DltResource]:
    """A package's rows, to be merged by id.

    Args:
        batches: by raw table, in the order in which they came. They are taken out as they are
            extracted, so that nothing holds them while they are loaded.
        run_id: stamped on every row.
        seq: gives each row its place among its table's rows of the run.
    """

    def rows(table: str) -> Iterator[pa.Table]:
        yield _rows(batches.pop(table), run_id, seq)

    return [
        dlt.resource(
            rows(table),
            name=table,
            primary_key="id",
            write_disposition="merge",
            columns={"payload": {"data_type": "json"}},
        )
        for table in batches
    ]


def declared(tables: Iterable[str]) -> DltSource:
    """A package without rows, from whose schema dlt makes these raw tables all at once."""
    source = activecampaign({table: [] for table in tables}, 0, iter(()))
    columns = py_arrow_to_table_schema_columns(SCHEMA)
    columns["payload"]["data_type"] = "json"
    columns["_dlt_load_id"] = {"name": "_dlt_load_id", "data_type": "text", "nullable": False}
    for resource in source.resources.values():
        table = resource.compute_table_schema()
        table["columns"] = {name: {**column} for name, column in columns.items()}
        source.schema.update_table(table)
    return source.with_resources()


def _rows(parts: list[pa.RecordBatch], run_id: int, seq: Iterator[int]) -> pa.Table:
    rows = pa.Table.from_batches(_latest(parts))
    own = {
        "run_id": pa.repeat(pa.scalar(run_id, pa.int64()), rows.num_rows),
        "seq": pa.array(itertools.islice(seq, rows.num_rows), pa.int64()),
        "deleted_in_run": pa.nulls(rows.num_rows, pa.int64()),
    }
    for name, values in own.items():
        rows = rows.append_column(name, values)
    return rows.select(SCHEMA.names)


def _latest(parts: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """Of a record that came more than once, the version that came last.

    Only batches that lose rows are copied, so that a package is not in memory twice.
    """
    places = (id for part in parts for id in part["id"].to_pylist())
    last = {id: place for place, id in enumerate(places)}
    if len(last) == sum(part.num_rows for part in parts):
        return parts
    kept, start = [], 0
    for part in parts:
        ids = part["id"].to_pylist()
        chosen = [last[id] == place for place, id in enumerate(ids, start)]
        kept.append(part if all(chosen) else part.filter(pa.array(chosen)))
        start += part.num_rows
    return kept
