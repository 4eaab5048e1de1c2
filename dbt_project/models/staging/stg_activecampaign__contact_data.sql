{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'contact_data')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'contact', 'created_by', 'updated_by', 'geoIp4', 'geoCountry2', 'geo_country',
            'geoState', 'geoCity', 'geoZip', 'geoArea', 'geoTz', 'ga_campaign_source',
            'ga_campaign_name', 'ga_campaign_medium', 'ga_campaign_term', 'ga_campaign_content',
            'ga_campaign_customsegment', 'fb_id', 'fb_name', 'tw_id', 'geoLat', 'geoLon',
            'geoTzOffset', 'ga_times_visited', 'tstamp', 'geoTstamp', 'ga_first_visit',
            'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_data_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.geoIp4 as geo_ip4,
        record.geoCountry2 as geo_country_code,
        record.geo_country,
        record.geoState as geo_state,
        record.geoCity as geo_city,
        record.geoZip as geo_zip,
        record.geoArea as geo_area,
        record.geoTz as geo_timezone,
        record.ga_campaign_source,
        record.ga_campaign_name,
        record.ga_campaign_medium,
        record.ga_campaign_term,
        record.ga_campaign_content,
        record.ga_campaign_customsegment,
        record.fb_id,
        record.fb_name,
        record.tw_id,

        -- numbers
        {{ to_number('record.geoLat') }} as geo_latitude,
        {{ to_number('record.geoLon') }} as geo_longitude,
        {{ to_number('record.geoTzOffset') }} as geo_timezone_offset,
        {{ to_number('record.ga_times_visited') }} as ga_times_visited,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,
        {{ to_timestamp('record.geoTstamp') }} as geo_tstamp,
        {{ to_timestamp('record.ga_first_visit') }} as ga_first_visit,
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
