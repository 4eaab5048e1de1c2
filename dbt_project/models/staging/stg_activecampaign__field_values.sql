{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'field_values')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'field', 'owner', 'value', 'cdate', 'udate', 'created_by', 'updated_by',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as field_value_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.field') }} as field_id,
        {{ to_reference('record.owner') }} as owner_id,

        -- text
        record.value,
        record.created_by,
        record.updated_by,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
