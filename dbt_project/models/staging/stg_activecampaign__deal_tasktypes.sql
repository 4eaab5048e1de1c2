with

source as (

    select * from {{ source('activecampaign_raw', 'deal_tasktypes') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'created_by', 'updated_by', 'title', 'outcomes', 'status', 'defduration',
            'display_order', 'cdate', 'udate', 'created_utc_timestamp', 'updated_utc_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as task_type_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.title,
        record.outcomes,

        -- numbers
        {{ to_number('record.status') }} as status,
        {{ to_number('record.defduration') }} as default_duration,
        {{ to_number('record.display_order') }} as display_order,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.created_utc_timestamp') }} as created_utc_timestamp,
        {{ to_timestamp('record.updated_utc_timestamp') }} as updated_utc_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
