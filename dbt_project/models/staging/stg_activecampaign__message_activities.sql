{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'message_activities')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'campaign', 'event', 'email', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as message_activity_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.campaign') }} as campaign_id,

        -- text
        record.event,
        record.email,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as occurred_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
