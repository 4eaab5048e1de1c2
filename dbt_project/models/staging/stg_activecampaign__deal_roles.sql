with

source as (

    select * from {{ source('activecampaign_raw', 'deal_roles') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'title', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as deal_role_id,

        -- text
        record.title,

        -- timestamps, UTC
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
