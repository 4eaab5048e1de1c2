with

source as (

    select * from {{ source('activecampaign_raw', 'deal_group_users') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'dealGroup', 'user', 'cdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as deal_group_user_id,
        {{ to_reference('record.dealGroup') }} as pipeline_id,
        {{ to_reference("record['user']") }} as user_id,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
