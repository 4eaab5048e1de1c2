{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'email_activities')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'subscriberid', 'contact', 'userid', 'user', 'd_id', 'deal', 'account', 'relid',
            'reference', 'reltype', 'from_name', 'fromName', 'from_address', 'fromAddress',
            'to_address', 'toAddress', 'cc_address', 'ccAddress', 'subject', 'message',
            'message_html', 'messageHtml', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as email_activity_id,
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
        {{ to_reference('record.account') }} as account_id,
        coalesce(
            {{ to_reference('record.relid') }},
            {{ to_reference("try_cast(record.reference as json) ->> 'id'") }}
        ) as rel_id,

        -- text
        record.reltype,
        nullif(try_cast(record.reference as json) ->> 'type', '') as reference_type,
        coalesce(record.from_name, record.fromName) as from_name,
        coalesce(record.from_address, record.fromAddress) as from_address,
        coalesce(record.to_address, record.toAddress) as to_address,
        coalesce(record.cc_address, record.ccAddress) as cc_address,
        record.subject,
        record.message,
        coalesce(record.message_html, record.messageHtml) as message_html,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as occurred_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
