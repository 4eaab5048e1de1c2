with

source as (

    select * from {{ source('activecampaign_raw', 'sms') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'user', 'seriesid', 'automation', 'msg', 'tf_day', 'tf_hr_from', 'tf_hr_to',
            'sent', 'failed', 'unsubscribes', 'replies', 'uniquereplies', 'tstamp', 'sdate',
            'ldate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as sms_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        coalesce(
            {{ to_reference('record.seriesid') }},
            {{ to_reference('record.automation') }}
        ) as automation_id,

        -- text
        record.msg,

        -- numbers
        {{ to_number('record.tf_day') }} as tf_day,
        {{ to_number('record.tf_hr_from') }} as tf_hr_from,
        {{ to_number('record.tf_hr_to') }} as tf_hr_to,
        {{ to_number('record.sent') }} as sent,
        {{ to_number('record.failed') }} as failed,
        {{ to_number('record.unsubscribes') }} as unsubscribes,
        {{ to_number('record.replies') }} as replies,
        {{ to_number('record.uniquereplies') }} as uniquereplies,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,
        {{ to_timestamp('record.sdate') }} as sdate,
        {{ to_timestamp('record.ldate') }} as ldate,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
