with

source as (

    select * from {{ source('activecampaign_raw', 'segments') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'seriesid', 'name', 'logic', 'segmentid_v2', 'created_by', 'updated_by', 'hidden',
            'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as segment_id,
        {{ to_reference('record.seriesid') }} as automation_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.name,
        record.logic,
        record.segmentid_v2 as segment_id_v2,

        -- flags, 1 and 0
        {{ to_number('record.hidden') }} as hidden,

        -- timestamps, UTC
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
