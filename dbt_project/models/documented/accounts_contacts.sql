{{ config(materialized='view') }}

with

account_contacts as (

    select * from {{ ref('stg_activecampaign__account_contacts') }}

),

final as (

    select
        account_contact_id as id,
        account_id,
        contact_id,
        created_at as createdtimestamp,
        job_title as jobtitle,
        updated_at as updatedtimestamp

    from account_contacts
    where not is_deleted

)

select * from final
