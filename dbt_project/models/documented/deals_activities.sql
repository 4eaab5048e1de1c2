{{ config(materialized='view') }}

with

activities as (

    select * from {{ ref('stg_activecampaign__deal_activities') }}

),

final as (

    select
        deal_activity_id as id,
        automation_id as automation,
        created_at as cdate,
        deal_id,
        d_stage_id as d_stageid,
        data_action as dataaction,
        data_id as dataid,
        data_old_value as dataoldval,
        data_type as datatype,
        deleted,
        is_add_task as isaddtask,
        series_id as seriesid,
        sort_date as sortdate,
        stage_id as stage,
        user_id as userid

    from activities
    where not is_deleted

)

select * from final
