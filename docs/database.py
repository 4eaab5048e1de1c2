"""The database that docs site and report tell of."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

LAST_RUN: Final = (
    "select account, started_at from activecampaign_raw.runs order by run_id desc limit 1"
)


def chosen() -> Path:
    """The file that `ACTIVECAMPAIGN_DUCKDB` names, or else the loader's usual one."""
    return Path(os.environ.get("ACTIVECAMPAIGN_DUCKDB", "warehouse.duckdb"))


def opened(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection that only reads, and shows times in UTC.

    Raises:
        duckdb.Error: there is no such file, or another program writes to it.
    """
    connection = duckdb.connect(str(database), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def last_run(connection: duckdb.DuckDBPyConnection) -> tuple[str, datetime]:
    """The account that was loaded last, and when that began.

    Raises:
        duckdb.Error: the loader has not run.
    """
    account, started_at = connection.execute(LAST_RUN).fetchall()[0]
    return account, started_at


def models_read(sql: str) -> list[str]:
    """The tables that a query names with their schema, which are models of ours, in order."""
    serialized = duckdb.execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0]
    return sorted(set(_models(json.loads(serialized))))


def _models(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE" and tree["schema_name"]:
            yield tree["table_name"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _models(branch)


def what_to_do(database: Path, problem: duckdb.Error) -> str:
    """What to tell a person whose database cannot be described."""
    return (
        f"{database} cannot be described: {problem}\n"
        "Run `python -m loader && dbt build` first, or `make demo` for a made-up account and "
        "set ACTIVECAMPAIGN_DUCKDB to its file."
    )
