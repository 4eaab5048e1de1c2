with

contact_deals as (

    select * from {{ ref('stg_activecampaign__contact_deals') }}

),

final as (

    select
        contact_deal_id as id,
        created_at as cdate,
        contact_id as contact,
        created_timestamp,
        deal_id as deal,
        role,
        updated_timestamp

    from contact_deals
    where not is_deleted

)

select * from final
