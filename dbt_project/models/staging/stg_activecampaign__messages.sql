with

source as (

    select * from {{ source('activecampaign_raw', 'messages') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'user', 'ed_instanceid', 'name', 'fromname', 'fromemail', 'reply2', 'subject',
            'preheader_text', 'text', 'html', 'charset', 'encoding', 'format', 'htmlfetch',
            'textfetch', 'preview_mime', 'preview_data', 'source', 'language_code', 'ed_version',
            'priority', 'hidden', 'has_predictive_content', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as message_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        {{ to_number('record.ed_instanceid') }} as ed_instance_id,

        -- text
        record.name,
        record.fromname,
        record.fromemail,
        record.reply2,
        record.subject,
        record.preheader_text,
        record.text,
        record.html,
        record.charset,
        record.encoding,
        record.format,
        record.htmlfetch,
        record.textfetch,
        record.preview_mime,
        record.preview_data,
        record.source,
        record.language_code,

        -- numbers
        {{ to_number('record.ed_version') }} as ed_version,
        {{ to_number('record.priority') }} as priority,

        -- flags, 1 and 0
        {{ to_number('record.hidden') }} as hidden,
        {{ to_number('record.has_predictive_content') }} as has_predictive_content,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
