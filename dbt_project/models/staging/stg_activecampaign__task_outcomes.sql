with

source as (

    select * from {{ source('activecampaign_raw', 'task_outcomes') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'created_by', 'updated_by', 'title', 'sentiment', 'dealTasktype_ids', 'disabled',
            'created_utc_timestamp', 'updated_utc_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as outcome_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.title,
        record.sentiment,
        record.dealTasktype_ids as task_type_ids,

        -- flags, 1 and 0
        {{ to_number('record.disabled') }} as disabled,

        -- timestamps, UTC
        {{ to_timestamp('record.created_utc_timestamp') }} as created_utc_timestamp,
        {{ to_timestamp('record.updated_utc_timestamp') }} as updated_utc_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
