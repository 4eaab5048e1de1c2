with

source as (

    select * from {{ source('activecampaign_raw', 'deal_groups') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'title', 'currency', 'source', 'stages', 'count', 'autoassign', 'allusers',
            'allgroups', 'win_probability_initialize_date', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as pipeline_id,

        -- text
        record.title,
        record.currency,
        record.source,
        record.stages,

        -- numbers
        {{ to_number('record.count') }} as deal_count,

        -- flags, 1 and 0
        {{ to_number('record.autoassign') }} as auto_assign,
        {{ to_number('record.allusers') }} as all_users,
        {{ to_number('record.allgroups') }} as all_groups,

        -- timestamps, UTC
        {{ to_timestamp('record.win_probability_initialize_date') }} as win_probability_started_at,
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
