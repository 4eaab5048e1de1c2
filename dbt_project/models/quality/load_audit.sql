with

reads as (

    select * from {{ source('activecampaign_raw', 'endpoint_reads') }}

),

runs as (

    select * from {{ source('activecampaign_raw', 'runs') }}

),

joined as (

    select
        reads.run_id,
        reads.endpoint,
        reads.collection,
        reads.first_run_id,
        reads.mode,
        reads.is_complete,
        reads.is_exhaustive,
        reads.is_carried,
        reads.proves_absence,
        reads.outcome,
        reads.skipped_reason,
        reads.rows,
        reads.api_total,
        reads.marked as marked_rows,
        reads.withheld as withheld_rows,
        reads.requests,
        reads.retries,
        reads.api_total - reads.rows as missing_rows,
        epoch(reads.finished_at - reads.started_at) as seconds,
        timezone('UTC', reads.cursor) as cursor,
        timezone('UTC', reads.started_at) as started_at,
        timezone('UTC', reads.finished_at) as finished_at,
        timezone('UTC', runs.started_at) as run_started_at,
        timezone('UTC', runs.finished_at) as run_finished_at

    from reads
    left join runs
        on reads.run_id = runs.run_id

),

final as (

    select
        -- ids
        run_id,
        endpoint,
        collection,
        first_run_id,

        -- how it was read
        mode,
        cursor,
        is_complete,
        is_exhaustive,
        is_carried,
        proves_absence,
        outcome,
        skipped_reason,

        -- numbers
        rows,
        api_total,
        missing_rows,
        marked_rows,
        withheld_rows,
        requests,
        retries,
        seconds,

        -- timestamps, UTC
        started_at,
        finished_at,
        run_started_at,
        run_finished_at

    from joined

)

select * from final
