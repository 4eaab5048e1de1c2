with

source as (

    select * from {{ source('activecampaign_raw', 'custom_object_schemas') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'slug', 'visibility', 'description', 'labels', 'fields', 'icons', 'relationships',
            'createdTimestamp', 'updatedTimestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        id as schema_id,

        -- text
        record.slug,
        record.visibility,
        record.description,

        -- JSON
        try_cast(record.labels as json) as labels,
        try_cast(record.fields as json) as fields,
        try_cast(record.icons as json) as icons,
        try_cast(record.relationships as json) as relationships,

        -- timestamps, UTC
        {{ to_timestamp('record.createdTimestamp') }} as created_at,
        {{ to_timestamp('record.updatedTimestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
