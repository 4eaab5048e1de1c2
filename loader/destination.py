"""DuckDB as dlt's destination, where a package's rows are merged straight from its files."""

import dlt
from dlt.common.destination.client import LoadJob, RunnableLoadJob
from dlt.common.destination.typing import PreparedTableSchema
from dlt.destinations.impl.duckdb.duck import DuckDbClient

from loader.settings import RAW_SCHEMA


class MergingDuckDb(dlt.destinations.duckdb):
    """dlt's own DuckDB but for how rows are merged.

    dlt copies them into a table of a second schema first, where those of several files could be
    told apart. A package of ours has one file for each table and each id in it once, so there is
    nothing to tell apart, and the copy would take half of the time that loading takes.
    """

    @property
    def client_class(self) -> type[DuckDbClient]:
        """What loads a package's files."""
        return _Client


class _Client(DuckDbClient):
    def should_load_data_to_staging_dataset(self, table_name: str) -> bool:
        return False

    def create_load_job(
        self, table: PreparedTableSchema, file_path: str, load_id: str, restore: bool = False
    ) -> LoadJob:
        if file_path.endswith(".parquet"):
            return _FileJob(file_path)
        return super().create_load_job(table, file_path, load_id, restore)


class _FileJob(RunnableLoadJob):
    """Puts a file's rows into its table, in the place of those with the same ids."""

    _job_client: DuckDbClient

    def run(self) -> None:
        sql = self._job_client.sql_client
        table = f'{RAW_SCHEMA}."{self.load_table_name}"'
        rows = "read_parquet(%s, hive_partitioning = false)"  # a folder may be called `day=1`
        with sql.begin_transaction():
            if self._load_table["write_disposition"] == "merge":
                sql.execute_sql(
                    f"delete from {table} where id in (select id from {rows})", self._file_path
                )
            sql.execute_sql(f"insert into {table} by name from {rows}", self._file_path)
