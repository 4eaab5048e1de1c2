with

source as (

    select * from {{ source('activecampaign_raw', 'user_groups') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'user', 'groupid', 'group', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as user_group_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        coalesce(
            {{ to_reference('record.groupid') }},
            {{ to_reference("record['group']") }}
        ) as group_id,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
