"""What the database holds of a list that grows at its end."""

import duckdb

from loader.endpoints import Endpoint
from loader.pages import Page
from loader.settings import RAW_SCHEMA

ROWS = "select count(*) from {raw}.{table} where deleted_in_run is null"

SAME = """
select count(*)
from (select unnest($ids) as id, unnest($payloads) as payload) as served
join {raw}.{table} as stored on stored.id = served.id
where stored.deleted_in_run is null and stored.payload::varchar = served.payload
"""

BEFORE = """
select count(*)
from {raw}.{table}
where deleted_in_run is null and try_cast(id as hugeint) < try_cast($first as hugeint)
"""


class StoredList:
    """The records of an endpoint that are loaded and not gone. For one thread at a time."""

    def __init__(self, database: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> None:
        self._database = database.cursor()
        self._table = endpoint.raw_table

    @property
    def rows(self) -> int:
        """How many there are."""
        return self._count(ROWS)

    def holds(self, page: Page, offset: int) -> bool:
        """Whether all of a page is stored as it is, and so many records that come before it.

        The second tells that none of those before it is missing here. There may be more: some may
        have gone from the list since.
        """
        records = page.tables[self._table]
        if not records.ids or len(records.ids) != page.length:
            return False
        texts = [payload.decode() for payload in records.payloads]
        same = self._count(SAME, ids=records.ids, payloads=texts)
        return same == page.length and self._count(BEFORE, first=records.ids[0]) >= offset

    def _count(self, query: str, **values: object) -> int:
        row = self._database.execute(
            query.format(raw=RAW_SCHEMA, table=self._table), values or None
        ).fetchone()
        return int(row[0]) if row else 0
