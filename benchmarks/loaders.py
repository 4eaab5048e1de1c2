"""Who is measured, and beside whom: this project's loader and the two baselines, as commands."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.processes import Taken, take

Load = Callable[[str, Path], Taken]

API_KEY: Final = "sandbox"
WITHOUT_BUDGET: Final = 0.0
RATE: Final = 4.8  # requests a second, as usual
OWN_TABLES: Final = ("runs", "endpoint_reads", "unfinished_reads")  # no records of the account


def loader(url: str, database: Path, *arguments: str, rate: float = WITHOUT_BUDGET) -> Taken:
    """`python -m loader` of the documented tables, with a budget of `rate` requests a second."""
    environment = {
        "ACTIVECAMPAIGN_API_URL": url,
        "ACTIVECAMPAIGN_API_KEY": API_KEY,
        "ACTIVECAMPAIGN_DUCKDB": str(database),
        "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": str(rate),
    }
    command = (sys.executable, "-m", "loader", "--select", "documented", *arguments)
    return take(command, environment, database.parent)


def plain_dlt(url: str, database: Path) -> Taken:
    """The REST source of dlt with its usual settings."""
    return _baseline("benchmarks.plain_dlt", url, database)


def plain_dlt_parquet(url: str, database: Path) -> Taken:
    """The same by way of parquet files, the one setting that makes it much faster."""
    return _baseline("benchmarks.plain_dlt", url, database, "parquet")


def plain_duckdb(url: str, database: Path) -> Taken:
    """The loader's pages as files that SQL merges."""
    return _baseline("benchmarks.plain_duckdb", url, database)


BASELINES: Final[Mapping[str, Load]] = {
    "plain dlt": plain_dlt,
    "plain dlt, parquet": plain_dlt_parquet,
    "plain DuckDB": plain_duckdb,
}


def _baseline(module: str, url: str, database: Path, *arguments: str) -> Taken:
    command = (sys.executable, "-m", module, url, str(database), *arguments)
    return take(command, {}, database.parent)


def rows(database: Path) -> int:
    """Records of the account that a database holds, those nested in others not counted."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where not contains(table_name, '__') and not starts_with(table_name, '_') "
            "and not ends_with(schema_name, '_staging')"
        ).fetchall()
        return sum(
            count(connection, schema, table) for schema, table in tables if table not in OWN_TABLES
        )


def count(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Rows of a table."""
    counted = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
    assert counted
    return int(counted[0])
