"""DuckDB as dlt's destination, where a package's rows are merged straight from its files."""

from collections.abc import Sequence

import dlt
from dlt.common.destination.client import FollowupJobRequest, LoadJob, RunnableLoadJob
from dlt.common.destination.typing import PreparedTableSchema
from dlt.common.storages.load_package import LoadJobInfo
from dlt.destinations.impl.duckdb.duck import DuckDbClient


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

    def create_table_chain_completed_followup_jobs(
        self,
        table_chain: Sequence[PreparedTableSchema],
        completed_table_chain_jobs: Sequence[LoadJobInfo] | None = None,
    ) -> list[FollowupJobRequest]:
        return []


class _FileJob(RunnableLoadJob):
    """Puts a file's rows into its table, to be merged in the place of those with the same ids."""

    _job_client: DuckDbClient

    def run(self) -> None:
        sql = self._job_client.sql_client
        table = sql.make_qualified_table_name(self.load_table_name)
        with sql.begin_transaction():
            if self._load_table["write_disposition"] == "merge":
                sql.execute_sql(
                    f"delete from {table} where id in (select id from read_parquet(%s))",
                    self._file_path,
                )
            # as a parameter: a path may hold what ends a literal
            sql.execute_sql(f"insert into {table} by name from read_parquet(%s)", self._file_path)
