with

source as (

    select * from {{ source('activecampaign_raw', 'goals') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'seriesid', 'automation', 'blockid', 'automationBlock', 'automation_block', 'name',
            'dirty_stats', 'dirtyStats', 'cdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as goal_id,
        coalesce(
            {{ to_reference('record.seriesid') }},
            {{ to_reference('record.automation') }}
        ) as automation_id,
        coalesce(
            {{ to_reference('record.blockid') }},
            {{ to_reference('record.automationBlock') }},
            {{ to_reference('record.automation_block') }}
        ) as automation_block_id,

        -- text
        record.name,

        -- flags, 1 and 0
        coalesce(
            {{ to_number('record.dirty_stats') }},
            {{ to_number('record.dirtyStats') }}
        ) as dirty_stats,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
