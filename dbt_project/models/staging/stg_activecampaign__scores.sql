with

source as (

    select * from {{ source('activecampaign_raw', 'scores') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'name', 'descript', 'reltype', 'status', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as score_id,

        -- text
        record.name,
        record.descript as description,
        record.reltype,

        -- flags, 1 and 0
        {{ to_number('record.status') }} as status,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
