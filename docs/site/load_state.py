"""How fresh and complete a database is, as the front page tells it."""

from pathlib import Path
from typing import Final

import duckdb

STATE: Final = """
with

latest as (

    select *
    from activecampaign_analytics.load_audit
    qualify row_number() over (partition by endpoint, collection order by run_id desc) = 1

),

whole as (

    select max(finished_at) as finished_at, collection
    from activecampaign_analytics.load_audit
    where is_complete and (is_exhaustive or is_carried)
    group by collection

),

facts (fact, value) as (

    select 'account', any_value(account)
    from activecampaign_raw.runs
    union all
    select 'last run of the loader', strftime(max(run_started_at), '%Y-%m-%d %H:%M UTC')
    from activecampaign_analytics.load_audit
    union all
    select
        'longest since it was read whole',
        '`' || arg_min(collection, finished_at) || '`, '
        || strftime(min(finished_at), '%Y-%m-%d %H:%M UTC')
    from whole
    union all
    select
        'read to the end the last time',
        count(*) filter (where is_complete) || ' of ' || count(distinct collection)
        || ' collections'
    from (select bool_or(is_complete) as is_complete, collection from latest group by collection)
    union all
    select
        'left out',
        coalesce(
            string_agg('`' || endpoint || '`: ' || skipped_reason, '; ' order by endpoint), 'none'
        )
    from latest
    where skipped_reason is not null
    union all
    select 'announced by the API and not served', coalesce(sum(greatest(missing_rows, 0)), 0)::text
    from latest
    union all
    select
        'values that are not of their column''s type',
        coalesce(sum(uncast_values), 0)::bigint || ' in ' || count(*) || ' columns'
    from activecampaign_analytics.uncast_values
    union all
    select
        'references to nothing',
        sum(orphan_count)::bigint || ' of ' || sum(reference_count)::bigint
    from activecampaign_analytics.orphan_references

)

select fact, value from facts
"""


def load_state(database: Path) -> str:
    """A table in Markdown of what the database says of its own load.

    Raises:
        duckdb.Error: the database cannot be opened, or was not built by dbt.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        facts = connection.execute(STATE).fetchall()
    rows = "\n".join(f"| {fact} | {str(value).replace('|', '/')} |" for fact, value in facts)
    return f"| | |\n|---|---|\n{rows}"
