with

source as (

    select * from {{ source('activecampaign_raw', 'deal_stages') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'group', 'title', 'color', 'dealOrder', 'cardRegion1', 'cardRegion2', 'cardRegion3',
            'cardRegion4', 'cardRegion5', 'order', 'width', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as stage_id,
        {{ to_reference("record['group']") }} as pipeline_id,

        -- text
        record.title,
        record.color,
        record.dealOrder as deal_order,
        record.cardRegion1 as card_region_1,
        record.cardRegion2 as card_region_2,
        record.cardRegion3 as card_region_3,
        record.cardRegion4 as card_region_4,
        record.cardRegion5 as card_region_5,

        -- numbers
        {{ to_number("record['order']") }} as stage_order,
        {{ to_number('record.width') }} as width,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
