{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'contact_emails')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'subscriberid', 'contact', 'userid', 'user', 'd_id', 'deal', 'messageid', 'message',
            'seriesid', 'account', 'messageheader', 'ip', 'source', 'sdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_email_id,
        coalesce(
            {{ to_reference('record.subscriberid') }},
            {{ to_reference('record.contact') }}
        ) as contact_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        coalesce(
            {{ to_reference('record.d_id') }},
            {{ to_reference('record.deal') }}
        ) as deal_id,
        coalesce(
            {{ to_reference('record.messageid') }},
            {{ to_reference('record.message') }}
        ) as message_id,
        {{ to_reference('record.seriesid') }} as automation_id,
        {{ to_reference('record.account') }} as account_id,

        -- text
        record.messageheader as message_header,
        record.ip,
        record.source,

        -- timestamps, UTC
        {{ to_timestamp('record.sdate') }} as sent_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
