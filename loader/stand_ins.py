"""Flat lists that are read in place of a collection that did not come beside its parent."""

from collections.abc import Sequence
from typing import Final

import duckdb

from loader.endpoints import Endpoint
from loader.settings import RAW_SCHEMA

# Whether a collection did not come beside its parent, and was not read whole since by any way.
LACKING: Final = f"""
select
    max(run_id) filter (where endpoint = $parent and not is_carried and skipped_reason is null)
    > coalesce(
        max(run_id) filter (
            where is_complete
            and (endpoint = $stand_in or (endpoint = $parent and is_carried and mode = 'full'))
        ),
        -1
    )
from {RAW_SCHEMA}.endpoint_reads
where collection = $collection
"""


def is_lacking(
    database: duckdb.DuckDBPyConnection, stand_in: Endpoint, endpoints: Sequence[Endpoint]
) -> bool:
    """Whether a flat list has to be read, since its collection did not come beside its parent.

    It stays so until it was read to its end, whatever becomes of the run.

    Args:
        database: holds what was recorded of earlier reads, and of this run's.
        stand_in: the flat list.
        endpoints: those that may be its parent.
    """
    for parent in endpoints:
        if any(one.key == stand_in.key and one.relation for one in parent.beside):
            row = database.execute(
                LACKING,
                {
                    "parent": parent.name,
                    "stand_in": stand_in.name,
                    "collection": stand_in.raw_table,
                },
            ).fetchone()
            if row and row[0]:
                return True
    return False
