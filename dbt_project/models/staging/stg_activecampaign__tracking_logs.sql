{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'tracking_logs')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'subscriberid', 'type', 'value', 'hash', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as tracking_log_id,
        coalesce(
            {{ to_reference('record.contact') }},
            {{ to_reference('record.subscriberid') }}
        ) as contact_id,

        -- text
        record.type,
        record.value,
        record.hash,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
