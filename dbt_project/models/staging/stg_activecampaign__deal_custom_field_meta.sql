with

source as (

    select * from {{ source('activecampaign_raw', 'deal_custom_field_meta') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'createdBy', 'updatedBy', 'knownFieldId', 'fieldLabel', 'fieldType', 'fieldOptions',
            'fieldDefault', 'fieldDefaultCurrency', 'personalization', 'displayOrder',
            'isFormVisible', 'isRequired', 'hideFieldFlag', 'createdTimestamp', 'updatedTimestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as custom_field_id,
        {{ to_reference('record.createdBy') }} as created_by,
        {{ to_reference('record.updatedBy') }} as updated_by,
        {{ to_number('record.knownFieldId') }} as known_field_id,

        -- text
        record.fieldLabel as field_label,
        record.fieldType as field_type,
        record.fieldOptions as field_options,
        record.fieldDefault as field_default,
        record.fieldDefaultCurrency as field_default_currency,
        record.personalization,

        -- numbers
        {{ to_number('record.displayOrder') }} as display_order,

        -- flags, 1 and 0
        {{ to_number('record.isFormVisible') }} as is_form_visible,
        {{ to_number('record.isRequired') }} as is_required,
        {{ to_number('record.hideFieldFlag') }} as hide_field_flag,

        -- timestamps, UTC
        {{ to_timestamp('record.createdTimestamp') }} as created_at,
        {{ to_timestamp('record.updatedTimestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
