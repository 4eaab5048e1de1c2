{{ config(materialized='view') }}

with

tasks as (

    select * from {{ ref('int_activecampaign__deal_tasks_joined_to_owners') }}

),

final as (

    select
        task_id as id,
        assigned_date,
        assignee_id as assignee,
        automation,
        created_at as cdate,
        created_utc_timestamp,
        done_date as donedate,
        task_type_id as tasktype,
        done_automation as doneautomation,
        done_by,
        done_utc_timestamp,
        due_date as duedate,
        duration,
        end_date as edate,
        note,
        outcome_id as outcomeid,
        outcome_info as outcomeinfo,
        owner_name as account_name,
        rel_id as account_id,
        status,
        title as tasktitle,
        updated_at as udate,
        updated_utc_timestamp,
        nullif(user_id, 0) as user

    from tasks
    where reltype = 'CustomerAccount' and not is_deleted

)

select * from final
