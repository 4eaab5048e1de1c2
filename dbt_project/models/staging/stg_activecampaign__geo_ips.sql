{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'geo_ips')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'geoAddress', 'geoaddrid', 'campaignid', 'messageid', 'ip4', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as geo_ip_id,
        {{ to_reference('record.contact') }} as contact_id,
        coalesce(
            {{ to_reference('record.geoAddress') }},
            {{ to_reference('record.geoaddrid') }}
        ) as geo_address_id,
        {{ to_reference('record.campaignid') }} as campaign_id,
        {{ to_reference('record.messageid') }} as message_id,

        -- text
        record.ip4,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
