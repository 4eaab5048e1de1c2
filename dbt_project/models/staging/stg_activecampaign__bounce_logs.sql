{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'bounce_logs')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'subscriberid', 'contact', 'campaignid', 'campaign', 'messageid', 'message', 'bounceid',
            'bounce', 'codeid', 'code', 'created_by', 'updated_by', 'email', 'error', 'source',
            'tstamp', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as bounce_log_id,
        coalesce(
            {{ to_reference('record.subscriberid') }},
            {{ to_reference('record.contact') }}
        ) as contact_id,
        coalesce(
            {{ to_reference('record.campaignid') }},
            {{ to_reference('record.campaign') }}
        ) as campaign_id,
        coalesce(
            {{ to_reference('record.messageid') }},
            {{ to_reference('record.message') }}
        ) as message_id,
        coalesce(
            {{ to_reference('record.bounceid') }},
            {{ to_reference('record.bounce') }}
        ) as bounce_id,
        coalesce(
            {{ to_reference('record.codeid') }},
            {{ to_reference('record.code') }}
        ) as code_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.email,
        record.error,
        record.source,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as occurred_at,
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
