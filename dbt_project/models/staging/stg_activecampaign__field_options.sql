with

source as (

    select * from {{ source('activecampaign_raw', 'field_options') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'field', 'orderid', 'value', 'label', 'isdefault', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as field_option_id,
        {{ to_reference('record.field') }} as field_id,

        -- text
        record.label,
        record.value,

        -- numbers
        {{ to_number('record.orderid') }} as option_order,

        -- flags, 1 and 0
        {{ to_number('record.isdefault') }} as is_default,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
