with

source as (

    select * from {{ source('activecampaign_raw', 'geo_addresses') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'ip4', 'country2', 'country', 'state', 'city', 'zip', 'area', 'tz', 'lat', 'lon',
            'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as geo_address_id,

        -- text
        record.ip4,
        record.country2 as country_code,
        record.country,
        record.state,
        record.city,
        record.zip,
        record.area,
        record.tz as timezone,

        -- numbers
        {{ to_number('record.lat') }} as latitude,
        {{ to_number('record.lon') }} as longitude,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
