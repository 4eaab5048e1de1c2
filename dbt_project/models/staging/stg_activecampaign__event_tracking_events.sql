with

source as (

    select * from {{ source('activecampaign_raw', 'event_tracking_events') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload(['name']) }} as record

    from source

),

final as (

    select
        -- ids
        id,

        -- text
        record.name,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
