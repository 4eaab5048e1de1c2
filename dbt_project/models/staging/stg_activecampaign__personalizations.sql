with

source as (

    select * from {{ source('activecampaign_raw', 'personalizations') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'name', 'tag', 'format', 'content', 'listIds', 'listNames', 'listsCount', 'isLocked',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as personalization_id,

        -- text
        record.name,
        record.tag,
        record.format,
        record.content,
        record.listIds as list_ids,
        record.listNames as list_names,

        -- numbers
        {{ to_number('record.listsCount') }} as lists_count,

        -- flags
        {{ to_flag('record.isLocked') }} as is_locked,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
