with

stages as (

    select * from {{ ref('stg_activecampaign__deal_stages') }}

),

final as (

    select
        pipeline_id,
        stage_id as dealstages_id,
        card_region_1 as dealstages_cardregion1,
        card_region_2 as dealstages_cardregion2,
        card_region_3 as dealstages_cardregion3,
        card_region_4 as dealstages_cardregion4,
        card_region_5 as dealstages_cardregion5,
        created_at as dealstages_cdate,
        color as dealstages_color,
        deal_order as dealstages_dealorder,
        stage_order as dealstages_order,
        title as dealstages_title,
        updated_at as dealstages_udate,
        width as dealstages_width

    from stages
    where not is_deleted

)

select * from final
