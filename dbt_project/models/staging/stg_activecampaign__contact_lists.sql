{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'contact_lists')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'list', 'automation', 'form', 'seriesid', 'sourceid', 'campaign', 'message',
            'unsubscribeAutomation', 'autosyncLog', 'unsubreason', 'first_name', 'last_name',
            'ip4Sub', 'ip4Unsub', 'ip4_last', 'channel', 'created_by', 'updated_by', 'status',
            'responder', 'sync', 'sdate', 'udate', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_list_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.list') }} as list_id,
        {{ to_number('record.automation') }} as automation_id,
        {{ to_number('record.form') }} as form_id,
        {{ to_number('record.seriesid') }} as series_id,
        {{ to_number('record.sourceid') }} as source_id,

        -- text
        {{ to_text_reference('record.campaign') }} as campaign,
        {{ to_text_reference('record.form') }} as form,
        {{ to_text_reference('record.automation') }} as automation,
        record.message,
        record.unsubscribeAutomation as unsubscribe_automation,
        record.autosyncLog as autosync_log,
        record.unsubreason,
        record.first_name,
        record.last_name,
        record.ip4Sub as ip4_sub,
        record.ip4Unsub as ip4_unsub,
        record.ip4_last,
        record.channel,
        record.created_by,
        record.updated_by,

        -- numbers
        {{ to_number('record.status') }} as status,

        -- flags, 1 and 0
        {{ to_number('record.responder') }} as responder,
        {{ to_number('record.sync') }} as sync,

        -- timestamps, UTC
        {{ to_timestamp('record.sdate') }} as sdate,
        {{ to_timestamp('record.udate') }} as udate,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
