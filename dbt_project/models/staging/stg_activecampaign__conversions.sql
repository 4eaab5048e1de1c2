with

source as (

    select * from {{ source('activecampaign_raw', 'conversions') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'name', 'currency', 'value', 'limit', 'enforcelimit', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as conversion_id,

        -- text
        record.name,
        record.currency,

        -- numbers
        {{ to_number('record.value') }} as value,
        {{ to_number("record['limit']") }} as conversion_limit,

        -- flags, 1 and 0
        {{ to_number('record.enforcelimit') }} as enforcelimit,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
