{{ config(materialized='view') }}

with

accounts as (

    select * from {{ ref('stg_activecampaign__accounts') }}

),

final as (

    select
        account_id as id,
        account_url as accounturl,
        contact_count as contactcount,
        created_at as createdtimestamp,
        deal_count as dealcount,
        name,
        owner_id as owner,
        updated_at as updatedtimestamp

    from accounts
    where not is_deleted

)

select * from final
