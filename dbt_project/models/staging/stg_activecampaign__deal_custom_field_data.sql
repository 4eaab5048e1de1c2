{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'deal_custom_field_data')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'deal_id', 'deal', 'dealId', 'custom_field_id', 'customFieldId',
            'dealCustomFieldMetum', 'dealCustomFieldMetumId', 'created_by', 'updated_by',
            'custom_field_text_value', 'custom_field_text_blob', 'custom_field_date_value',
            'custom_field_number_value', 'custom_field_currency_value', 'fieldValue',
            'custom_field_currency_type', 'fieldCurrency', 'created_timestamp',
            'createdTimestamp', 'updated_timestamp', 'updatedTimestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as deal_custom_field_datum_id,
        coalesce(
            {{ to_reference('record.deal_id') }},
            {{ to_reference('record.deal') }},
            {{ to_reference('record.dealId') }}
        ) as deal_id,
        coalesce(
            {{ to_reference('record.custom_field_id') }},
            {{ to_reference('record.customFieldId') }},
            {{ to_reference('record.dealCustomFieldMetum') }},
            {{ to_reference('record.dealCustomFieldMetumId') }}
        ) as custom_field_id,
        coalesce(
            {{ to_number('record.dealCustomFieldMetum') }},
            {{ to_number('record.dealCustomFieldMetumId') }}
        ) as deal_custom_field_metum_id,
        {{ to_number('record.created_by') }} as created_by,
        {{ to_number('record.updated_by') }} as updated_by,

        -- text
        record.custom_field_text_value,
        record.custom_field_text_blob,
        record.custom_field_date_value,
        record.custom_field_number_value,
        record.custom_field_currency_value,
        record.fieldValue as field_value,
        coalesce(record.custom_field_currency_type, record.fieldCurrency) as currency_type,

        -- timestamps, UTC
        coalesce(
            {{ to_timestamp('record.created_timestamp') }},
            {{ to_timestamp('record.createdTimestamp') }}
        ) as created_at,
        coalesce(
            {{ to_timestamp('record.updated_timestamp') }},
            {{ to_timestamp('record.updatedTimestamp') }}
        ) as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
