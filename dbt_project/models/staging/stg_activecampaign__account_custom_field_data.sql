{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'account_custom_field_data')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'accountId', 'customFieldId', 'accountCustomFieldMetumId', 'fieldValue',
            'fieldCurrency', 'createdTimestamp', 'updatedTimestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as account_custom_field_datum_id,
        {{ to_reference('record.accountId') }} as account_id,
        coalesce(
            {{ to_reference('record.customFieldId') }},
            {{ to_reference('record.accountCustomFieldMetumId') }}
        ) as custom_field_id,

        -- text
        record.fieldValue as field_value,
        record.fieldCurrency as field_currency,

        -- timestamps, UTC
        {{ to_timestamp('record.createdTimestamp') }} as created_at,
        {{ to_timestamp('record.updatedTimestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
