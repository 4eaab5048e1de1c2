with

source as (

    select * from {{ source('activecampaign_raw', 'tags') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'tag', 'tagType', 'description', 'created_by', 'updated_by', 'subscriber_count',
            'deleted', 'cdate', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as tag_id,

        -- text
        record.tag as tag_name,
        record.tagType as tag_type,
        record.description,
        record.created_by,
        record.updated_by,

        -- numbers
        {{ to_number('record.subscriber_count') }} as subscriber_count,

        -- flags, 1 and 0
        {{ to_number('record.deleted') }} as deleted,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
