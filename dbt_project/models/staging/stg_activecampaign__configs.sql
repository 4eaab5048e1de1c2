with

source as (

    select * from {{ source('activecampaign_raw', 'configs') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'owner', 'created_by', 'updated_by', 'keyname', 'section', 'item', 'cdate',
            'udate', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as config_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference('record.owner') }}
        ) as user_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.keyname,
        record.section,
        record.item,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
