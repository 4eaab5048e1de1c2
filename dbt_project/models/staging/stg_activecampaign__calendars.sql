with

source as (

    select * from {{ source('activecampaign_raw', 'calendars') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'title', 'type', 'notification', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as calendar_id,
        {{ to_reference('record.userid') }} as user_id,

        -- text
        record.title,
        record.type as calendar_type,

        -- numbers
        {{ to_number('record.notification') }} as notification,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
