with

source as (

    select * from {{ source('activecampaign_raw', 'automation_blocks') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'automation', 'parent', 'type', 'params', 'ordernum', 'deleted', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as automation_block_id,
        {{ to_reference('record.automation') }} as automation_id,
        {{ to_reference('record.parent') }} as parent_block_id,

        -- text
        record.type as block_type,

        -- JSON
        try_cast(record.params as json) as params,

        -- numbers
        {{ to_number('record.ordernum') }} as ordernum,

        -- flags, 1 and 0
        {{ to_number('record.deleted') }} as deleted,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
