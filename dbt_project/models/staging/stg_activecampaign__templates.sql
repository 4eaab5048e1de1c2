with

source as (

    select * from {{ source('activecampaign_raw', 'templates') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'ed_instanceid', 'categoryid', 'name', 'subject', 'content',
            'preview_content', 'screenshot', 'ed_version', 'importnum', 'used', 'waitpreview',
            'modified', 'hidden', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as template_id,
        {{ to_reference('record.userid') }} as user_id,
        {{ to_number('record.ed_instanceid') }} as ed_instance_id,
        {{ to_number('record.categoryid') }} as category_id,

        -- text
        record.name,
        record.subject,
        record.content,
        record.preview_content,
        record.screenshot,

        -- numbers
        {{ to_number('record.ed_version') }} as ed_version,
        {{ to_number('record.importnum') }} as importnum,

        -- flags, 1 and 0
        {{ to_number('record.used') }} as used,
        {{ to_number('record.waitpreview') }} as waitpreview,
        {{ to_number('record.modified') }} as modified,
        {{ to_number('record.hidden') }} as hidden,

        -- timestamps, UTC
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
