{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'custom_object_records')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'schemaId', 'externalId', 'fields', 'relationships', 'createdTimestamp',
            'updatedTimestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        id as record_id,
        record.schemaId as schema_id,
        record.externalId as external_id,

        -- JSON
        try_cast(record.fields as json) as fields,
        try_cast(record.relationships as json) as relationships,

        -- timestamps, UTC
        {{ to_timestamp('record.createdTimestamp') }} as created_at,
        {{ to_timestamp('record.updatedTimestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
