with

source as (

    select * from {{ source('activecampaign_raw', 'contact_conversions') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        payload ->> 'conversiontrigger' as conversiontrigger,
        {{ parse_payload([
            'contact', 'conversion', 'conversionTrigger', 'conversion_trigger', 'converted_by_id',
            'convertedById', 'convertedBy', 'converted_by', 'converted_by_type', 'convertedByType',
            'trigger_type', 'triggerType', 'modifier', 'currency', 'value', 'dynamic', 'cdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_conversion_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.conversion') }} as conversion_id,
        coalesce(
            {{ to_reference('record.conversionTrigger') }},
            {{ to_reference('conversiontrigger') }},
            {{ to_reference('record.conversion_trigger') }}
        ) as conversion_trigger_id,
        coalesce(
            {{ to_reference('record.converted_by_id') }},
            {{ to_reference('record.convertedById') }},
            {{ to_reference('record.convertedBy') }},
            {{ to_reference('record.converted_by') }}
        ) as converted_by_id,

        -- text
        coalesce(record.converted_by_type, record.convertedByType) as converted_by_type,
        coalesce(record.trigger_type, record.triggerType) as trigger_type,
        record.modifier,
        record.currency,

        -- numbers
        {{ to_number('record.value') }} as value,

        -- flags, 1 and 0
        {{ to_number('record.dynamic') }} as dynamic,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
