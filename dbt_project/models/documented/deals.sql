{{ config(materialized='view') }}

with

deals as (

    select * from {{ ref('stg_activecampaign__deals') }}

),

final as (

    select
        deal_id as id,
        account_id as account,
        activity_count as activitycount,
        created_at as cdate,
        contact_id as contact,
        currency,
        customer_account_id as customeraccount,
        description,
        end_date as edate,
        pipeline_id,
        hash,
        is_disabled as isdisabled,
        updated_at as mdate,
        next_task as nexttask,
        next_date as nextdate,
        next_deal_id as nextdealid,
        next_task_id as nexttaskid,
        organization_id as organization,
        owner_id as owner,
        percent,
        stage_id as stage,
        status,
        title,
        value,
        win_probability as winprobability,
        win_probability_updated_at as winprobabilitymdate

    from deals
    where not is_deleted

)

select * from final
