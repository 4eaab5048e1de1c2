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

-- an endpoint's rows of the last run that read it or tried to
last_reads as (

    select *
    from reads
    where outcome is distinct from 'skipped' or requests > 0
    qualify row_number() over (partition by endpoint, collection order by run_id desc) = 1

),

whole_reads as (

    select
        collection,
        max(finished_at) as read_at
    from reads
    where is_complete and (is_exhaustive or is_carried)
    group by collection

),

late as (

    select
        'fresh' as aspect,
        'Was each list read to its end within a day and a half of the last run?' as question,
        count(*) filter (where read_at < started_at - interval 36 hour) as affected,
        count(*) as among,
        arg_min(collection, read_at)
            filter (where read_at < started_at - interval 36 hour) as example,
        min(read_at) as since_at,
        'load_audit' as look_in

    from whole_reads
    cross join last_run

),

short as (

    select
        'complete' as aspect,
        'Did the last read of each list bring all that the API announced?' as question,
        count(*) filter (where not is_complete and outcome is distinct from 'skipped') as affected,
        count(*) as among,
        min(endpoint)
            filter (where not is_complete and outcome is distinct from 'skipped') as example,
        min(finished_at)
            filter (where not is_complete and outcome is distinct from 'skipped') as since_at,
        'load_audit' as look_in

    from last_reads

),

refused as (

    select
        'permitted' as aspect,
        'May the key and the plan see each list?' as question,
        count(*) filter (where outcome = 'skipped') as affected,
        count(*) as among,
        min(endpoint) filter (where outcome = 'skipped') as example,
        min(finished_at) filter (where outcome = 'skipped') as since_at,
        'load_audit' as look_in

    from last_reads

),

withheld as (

    select
        'deletions' as aspect,
        'Were all deletions believed, none too many at once?' as question,
        sum(withheld_rows) as affected,
        sum(rows) as among,
        arg_max(collection, withheld_rows) filter (where withheld_rows > 0) as example,
        min(finished_at) filter (where withheld_rows > 0) as since_at,
        'load_audit' as look_in

    from last_reads

),

uncast as (

    select
        'typed' as aspect,
        'Is every value of its column''s type?' as question,
        sum(uncast_values) as affected,
        null as among,
        arg_max(model_name || '.' || column_name, uncast_values) as example,
        null as since_at,
        'uncast_values' as look_in

    from uncast_values

),

orphans as (

    select
        'consistent' as aspect,
        'Does every reference point to a row that exists?' as question,
        sum(orphan_count) as affected,
        sum(reference_count) as among,
        arg_max(table_name || '.' || column_name, orphan_count)
            filter (where orphan_count > 0) as example,
        null as since_at,
        'orphan_references' as look_in

    from orphan_references

),

drift as (

    select
        'known' as aspect,
        'Is every key that the API serves in a table?' as question,
        count(*) filter (where drift = 'served_not_staged') as affected,
        null as among,
        min(raw_table || coalesce('.' || key_name, ''))
            filter (where drift = 'served_not_staged') as example,
        min(first_seen_at) filter (where drift = 'served_not_staged') as since_at,
        'schema_drift' as look_in

    from schema_drift

),

united as (

    select * from late
    union all
    select * from short
    union all
    select * from refused
    union all
    select * from withheld
    union all
    select * from uncast
    union all
    select * from orphans
    union all
    select * from drift

),

final as (

    select
        aspect,
        question,
        coalesce(affected, 0) = 0 as is_fine,
        cast(coalesce(affected, 0) as bigint) as affected,
        cast(among as bigint) as among,
        example,
        cast(since_at as timestamp) as since_at,
        look_in

    from united

)

select * from final
