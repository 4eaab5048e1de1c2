{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'contact_automations')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'seriesid', 'automation', 'startid', 'lastblock', 'lastlogid', 'batchid',
            'status', 'timespan', 'in_als', 'completedElements', 'totalElements', 'completeValue',
            'completed', 'adddate', 'remdate', 'lastdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_automation_id,
        {{ to_reference('record.contact') }} as contact_id,
        coalesce(
            {{ to_reference('record.seriesid') }},
            {{ to_reference('record.automation') }}
        ) as automation_id,
        {{ to_reference('record.startid') }} as start_id,
        {{ to_reference('record.lastblock') }} as last_block_id,
        {{ to_reference('record.lastlogid') }} as last_log_id,

        -- text
        record.batchid as batch_id,

        -- numbers
        {{ to_number('record.status') }} as status,
        {{ to_number('record.timespan') }} as timespan,
        {{ to_number('record.in_als') }} as in_als,
        {{ to_number('record.completedElements') }} as completed_elements,
        {{ to_number('record.totalElements') }} as total_elements,
        {{ to_number('record.completeValue') }} as complete_value,

        -- flags, 1 and 0
        {{ to_number('record.completed') }} as completed,

        -- timestamps, UTC
        {{ to_timestamp('record.adddate') }} as adddate,
        {{ to_timestamp('record.remdate') }} as remdate,
        {{ to_timestamp('record.lastdate') }} as lastdate,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
