"""`python -m loader purge`: erases what is deleted at the source from the database, for good.

DuckDB leaves what is deleted in the file until its place is needed. So the database is written
anew without it, and only then takes the old file's place: until then nothing has changed.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from loader.database import working_folder
from loader.endpoints import ENDPOINTS
from loader.errors import LoaderError
from loader.settings import DLT_STAGING, RAW_SCHEMA, SCHEMAS

DERIVED: Final = sorted(SCHEMAS - {RAW_SCHEMA, DLT_STAGING})

MARKED_TABLES: Final = """
select table_name
from duckdb_columns()
where database_name = current_database() and schema_name = ? and column_name = 'deleted_in_run'
order by table_name
"""
OBJECTS: Final = """
select schema_name, table_name as name
from duckdb_tables()
where database_name = current_database() and not internal
union all
select schema_name, view_name
from duckdb_views()
where database_name = current_database() and not internal
order by all
"""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What a purge erases and drops, and what it leaves alone."""

    records: dict[str, int]  # raw table -> records that are deleted at the source
    derived: list[str]  # tables and views that dbt made of them
    others: list[str]  # those in schemas of others, which may hold copies

    @property
    def total(self) -> int:
        """Records of all raw tables."""
        return sum(self.records.values())


def _gone(table: str) -> str:
    """The condition that a row of a raw table is deleted, or its parent is."""
    parents = [
        endpoint.raw_table
        for endpoint in ENDPOINTS
        if any(one.raw_table == table and one.parent_key for one in endpoint.beside)
    ]
    parents += [
        one.per for one in ENDPOINTS if one.per and not one.parent_key and table in one.raw_tables
    ]
    is_gone = "deleted_in_run is not null"
    conditions = [
        f"parent_id in (select id from {RAW_SCHEMA}.{parent} where {is_gone})" for parent in parents
    ]
    return f"({' or '.join([is_gone, *conditions])})"


def find(database: duckdb.DuckDBPyConnection) -> Erasure:
    """What a purge would erase.

    Args:
        database: as `open_database` gives it.
    """
    records = {}
    for (table,) in database.execute(MARKED_TABLES, [RAW_SCHEMA]).fetchall():
        query = f"select count(*) from {RAW_SCHEMA}.{table} where {_gone(table)}"
        found = database.execute(query).fetchone()
        if found and found[0]:
            records[table] = found[0]
    objects = database.execute(OBJECTS).fetchall()
    return Erasure(
        records=records,
        derived=[f"{schema}.{name}" for schema, name in objects if schema in DERIVED],
        others=[f"{schema}.{name}" for schema, name in objects if schema not in SCHEMAS],
    )


def purge(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the database anew without what `find` finds, in the old one's place.

    Args:
        database: as `open_database` gives it; it is closed.
        path: its file.

    Raises:
        LoaderError: it cannot be written, for want of space say; nothing has changed.
    """
    file = path.resolve()  # a link stays one
    new = file.with_name(f"{file.name}.purge")
    try:
        _remove(new)
        _copy(database, new)
        database.execute("checkpoint")  # no log of the old file is left for the new one
        database.close()
        shutil.copymode(file, new)
        new.replace(file)
    except (OSError, duckdb.Error) as problem:
        raise LoaderError(
            f"Purge broke off, and {path} is as it was: {str(problem).splitlines()[0]}"
        ) from None
    finally:
        with suppress(OSError):
            _remove(new)
    # what waits there to be loaded is read again
    shutil.rmtree(working_folder(path), ignore_errors=True)


def _copy(database: duckdb.DuckDBPyConnection, new: Path) -> None:
    here = database.execute("select current_database()").fetchone()
    assert here
    database.execute("reset memory_limit")  # DuckDB copies 2,048 rows at once, however large
    database.execute(f"attach {_literal(new)} as purged")
    database.execute(f"copy from database {_quoted(here[0])} to purged (schema)")
    for schema in DERIVED:
        database.execute(f"drop schema if exists purged.{schema} cascade")
    marked = {table for (table,) in database.execute(MARKED_TABLES, [RAW_SCHEMA]).fetchall()}
    tables = database.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'purged'"
    ).fetchall()
    for schema, table in tables:
        name = f"{_quoted(schema)}.{_quoted(table)}"
        is_marked = schema == RAW_SCHEMA and table in marked
        kept = f"where {_gone(table)} is not true" if is_marked else ""
        database.execute(f"insert into purged.{name} select * from {name} {kept}")
    database.execute("detach purged")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return "'" + os.fspath(path).replace("'", "''") + "'"


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
