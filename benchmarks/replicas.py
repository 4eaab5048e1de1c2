"""A raw database of any size, made with SQL of a small load: so that dbt has a million contacts."""

import shutil
from pathlib import Path
from typing import Final

import duckdb

LISTS: Final = 10  # a contact is on each of them
CONTACTS: Final = "contacts"
MEMBERSHIPS: Final = "contact_lists"
# what an account has more of the more contacts it has
GROWING: Final = (
    CONTACTS, MEMBERSHIPS, "field_values", "contact_tags", "score_values", "accounts",
    "account_contacts", "account_custom_field_data", "notes", "deals", "deal_custom_field_data",
    "deal_activities", "contact_deals", "deal_tasks",
)  # fmt: skip
# members that name a record of those tables
REFERENCES: Final = (
    "id", "contact", "account", "accountId", "customerAccount", "organization", "relid", "deal",
    "deal_id", "dealId", "d_id", "nextdealid", "nexttaskid",
)  # fmt: skip
FIRST_COPY: Final = 900_000  # put before an id; six digits, so that no two ids become one
MARK: Final = 1  # where it is put: a character that no JSON has
# members that say when a record changed, and the year that they say in one that `change` changed
CHANGED_AT: Final = ("udate", "mdate", "updated_timestamp", "updatedTimestamp")


def replicate(source: Path, database: Path, contacts: int) -> None:
    """Make a database of so many contacts, each on ten lists; the rest grows in proportion.

    Args:
        source: a database that the loader filled and dbt did not build in.
        database: where to put the larger one.
        contacts: a multiple of what `source` has, at most a thousand times as many.
    """
    shutil.copy(source, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("use activecampaign_raw")
        connection.execute("set preserve_insertion_order = false")
        copies = contacts // _count(connection, CONTACTS)
        _subscribe_to_ten_lists(connection)
        for table in GROWING:
            members = (*REFERENCES, "owner") if table == "field_values" else REFERENCES
            pattern = f'"({"|".join(members)})":("?)([1-9])'
            connection.execute(f"""
                create or replace temp table marked as
                select * replace (
                    regexp_replace(
                        payload, '{pattern}', '"\\1":\\2' || chr({MARK}) || '\\3', 'g'
                    ) as payload
                )
                from {table}
            """)
            connection.execute(f"""
                insert into {table} by name
                select
                    * exclude (copy, prefix) replace (
                        prefix || id as id,
                        prefix || parent_id as parent_id,
                        replace(payload, chr({MARK}), prefix)::json as payload,
                        seq + copy * 10_000_000 as seq
                    )
                from (
                    select *, ({FIRST_COPY} + copy)::varchar as prefix
                    from marked, range(1, {copies}) as copies (copy)
                )
            """)
        connection.execute(
            "update endpoint_reads set rows = rows * $copies, api_total = api_total * $copies "
            "where collection in (select unnest($growing))",
            {"copies": copies, "growing": GROWING},
        )


def change(database: Path, percent: int = 1) -> None:
    """Do to `percent` in a hundred rows what a run does: most change, some are new, some gone."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("use activecampaign_raw")
        found = connection.execute("select max(run_id) + 3600 from runs").fetchone()
        assert found
        (run_id,) = found
        for table in GROWING:
            connection.execute(
                f"""
                create or replace temp table changed as
                select
                    * replace (
                        {_replaced(CHANGED_AT, '"[0-9]{4}', '"2027')} as payload,
                        $run as run_id,
                        extracted_at + interval 1 hour as extracted_at
                    ),
                    hash(id, $run) // 100 % 10 as lot
                from {table}
                where hash(id, $run) % 100 < $percent and deleted_in_run is null
                """,
                {"run": run_id, "percent": percent},
            )
            connection.execute(f"delete from {table} where id in (select id from changed)")
            connection.execute(
                f"""
                insert into {table} by name
                select * exclude (lot) from changed where lot > 0
                union all by name
                select * exclude (lot)
                    replace (run_id - 3600 as run_id, $run as deleted_in_run) from changed
                where lot = 0
                union all by name
                select
                    * exclude (lot) replace (
                        id || $run as id, regexp_replace(payload, '"id":"[0-9]+', '\\0' || $run)
                        as payload
                    )
                from changed
                where lot = 1
                """,
                {"run": run_id},
            )
        connection.execute(
            "insert into endpoint_reads by name select * replace ($run as run_id, "
            "$run as first_run_id, 'incremental' as mode) from endpoint_reads "
            "where run_id = (select min(run_id) from runs)",
            {"run": run_id},
        )
        connection.execute(
            "insert into runs select $run, account, started_at + to_seconds($run - run_id), "
            "finished_at + to_seconds($run - run_id) from runs order by run_id limit 1",
            {"run": run_id},
        )


def _subscribe_to_ten_lists(connection: duckdb.DuckDBPyConnection) -> None:
    for id in range(1001, 1001 + LISTS - _count(connection, "lists")):
        connection.execute(
            "insert into lists by name select * replace ($id as id, "
            """replace(payload, '"id":"1"', '"id":"' || $id || '"') as payload) """
            "from lists where id = '1'",
            {"id": str(id)},
        )
    connection.execute(f"""
        create or replace temp table subscribed as
        with
        forms as (
            select
                * replace (
                    regexp_replace(
                        regexp_replace(payload, '"id":"[0-9]+', '"id":"' || chr(1)),
                        '"contact":"[0-9]+","list":"[0-9]+',
                        '"contact":"' || chr(2) || '","list":"' || chr(3)
                    ) as payload
                ),
                row_number() over () as number
            from {MEMBERSHIPS}
        ),
        wanted as (
            select
                contacts.id as contact,
                lists.id as list,
                row_number() over () as number,
                number % {_count(connection, MEMBERSHIPS)} + 1 as form
            from {CONTACTS} as contacts cross join lists
        )
        select
            forms.* exclude (number) replace (
                wanted.number::varchar as id,
                contact as parent_id,
                replace(
                    replace(replace(payload, chr(1), wanted.number::varchar), chr(2), contact),
                    chr(3),
                    list
                )::json as payload
            )
        from wanted
        inner join forms
            on wanted.form = forms.number
    """)
    connection.execute(f"delete from {MEMBERSHIPS}")
    connection.execute(f"insert into {MEMBERSHIPS} by name select * from subscribed")


def _replaced(members: tuple[str, ...], pattern: str, value: str) -> str:
    """The payload with another beginning of these members' values."""
    text = f"'\"' || {value}" if not value.startswith('"') else f"'{value}'"
    return f"""regexp_replace(
        payload, '"({"|".join(members)})":{pattern}', '"\\1":' || {text}, 'g'
    )"""


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    assert found
    return int(found[0])
