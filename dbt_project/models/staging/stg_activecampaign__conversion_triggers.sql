with

source as (

    select * from {{ source('activecampaign_raw', 'conversion_triggers') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'conversion', 'automationBlock', 'trigger_type', 'modifier', 'value', 'dynamic',
            'retroactive', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as conversion_trigger_id,
        {{ to_reference('record.conversion') }} as conversion_id,
        {{ to_reference('record.automationBlock') }} as automation_block_id,

        -- text
        record.trigger_type,
        record.modifier,

        -- numbers
        {{ to_number('record.value') }} as value,

        -- flags, 1 and 0
        {{ to_number('record.dynamic') }} as dynamic,
        {{ to_number('record.retroactive') }} as retroactive,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
