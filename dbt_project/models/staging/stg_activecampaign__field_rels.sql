with

source as (

    select * from {{ source('activecampaign_raw', 'field_rels') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'field', 'relid', 'dorder', 'cdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as field_rel_id,
        {{ to_reference('record.field') }} as field_id,
        {{ to_number('record.relid') }} as list_id,

        -- numbers
        {{ to_number('record.dorder') }} as field_order,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
