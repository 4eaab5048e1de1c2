with

reads as (

    select * from {{ ref('load_audit') }}

),

uncast_values as (

    select * from {{ ref('uncast_values') }}

),

orphan_references as (

    select * from {{ ref('orphan_references') }}

),

schema_drift as (

    select * from {{ ref('schema_drift') }}

),

last_run as (

    select max(run_started_at) as started_at
    from reads

),

collections as (

    select unnest(cast({{ collections() }} as varchar[])) as collection

),

-- the last run that asked for it: a list that was not due yet says nothing
last_reads as (

    select
        endpoint,
        collection,
        rows,
        withheld_rows,
        finished_at,
        outcome = 'skipped' as is_refused,
        not is_complete and coalesce(outcome, '') <> 'skipped' as is_short

    from reads
    where skipped_reason is null or requests > 0
    qualify row_number() over (partition by endpoint, collection order by run_id desc) = 1

),

-- a list that the server refuses is not late: it would say the same again
whole_reads as (

    select
        collection,
        max(finished_at) as read_at

    from reads
    where
        (is_complete and (is_exhaustive or is_carried))
        or (outcome = 'skipped' and requests > 0)
    group by collection

),

freshness as (

    select
        collections.collection,
        whole_reads.read_at,
        coalesce(whole_reads.read_at < last_run.started_at - interval 36 hour, true) as is_late

    from collections
    cross join last_run
    left join whole_reads
        on collections.collection = whole_reads.collection

),

late as (

    select
        'fresh' as aspect,
        'Was each list read to its end within a day and a half of the last run?' as question,
        'load_audit' as look_in,
        count(*) filter (where is_late) as affected,
        count(*) as among,
        arg_min(collection, coalesce(read_at, '-infinity')) filter (where is_late) as example,
        min(read_at) as since_at

    from freshness

),

short as (

    select
        'complete' as aspect,
        'Did the last read of each list bring all that the API announced?' as question,
        'load_audit' as look_in,
        count(*) filter (where is_short) as affected,
        count(*) as among,
        min(endpoint) filter (where is_short) as example,
        min(finished_at) filter (where is_short) as since_at

    from last_reads

),

refused as (

    select
        'permitted' as aspect,
        'May the key and the plan see each list?' as question,
        'load_audit' as look_in,
        count(*) filter (where is_refused) as affected,
        count(*) as among,
        min(endpoint) filter (where is_refused) as example,
        min(finished_at) filter (where is_refused) as since_at

    from last_reads

),

withheld as (

    select
        'deletions' as aspect,
        'Were all deletions believed, none too many at once?' as question,
        'load_audit' as look_in,
        sum(withheld_rows) as affected,
        sum(rows) as among,
        arg_max(collection, withheld_rows) filter (where withheld_rows > 0) as example,
        min(finished_at) filter (where withheld_rows > 0) as since_at

    from last_reads

),

uncast as (

    select
        'typed' as aspect,
        'Is every value of its column''s type?' as question,
        'uncast_values' as look_in,
        sum(uncast_values) as affected,
        arg_max(model_name || '.' || column_name, uncast_values) as example

    from uncast_values

),

orphaned as (

    select
        orphan_count,
        reference_count,
        table_name || '.' || column_name as reference

    from orphan_references

),

orphans as (

    select
        'consistent' as aspect,
        'Does every reference point to a row that exists?' as question,
        'orphan_references' as look_in,
        sum(orphan_count) as affected,
        sum(reference_count) as among,
        arg_max(reference, orphan_count) filter (where orphan_count > 0) as example

    from orphaned

),

unknown as (

    select
        first_seen_at,
        raw_table || coalesce('.' || key_name, '') as unknown_key

    from schema_drift
    where drift = 'served_not_staged'

),

drift as (

    select
        'known' as aspect,
        'Is every key that the API serves in a table?' as question,
        'schema_drift' as look_in,
        count(*) as affected,
        min(unknown_key) as example,
        min(first_seen_at) as since_at

    from unknown

),

united as (

    select * from late
    union all by name
    select * from short
    union all by name
    select * from refused
    union all by name
    select * from withheld
    union all by name
    select * from uncast
    union all by name
    select * from orphans
    union all by name
    select * from drift

),

judged as (

    select
        aspect,
        question,
        example,
        look_in,
        cast(coalesce(affected, 0) as bigint) as affected,
        cast(among as bigint) as among,
        cast(since_at as timestamp) as since_at,
        coalesce(affected, 0) = 0 as is_fine

    from united

),

final as (

    select
        aspect,
        question,
        is_fine,
        affected,
        among,
        example,
        since_at,
        look_in

    from judged

)

select * from final
