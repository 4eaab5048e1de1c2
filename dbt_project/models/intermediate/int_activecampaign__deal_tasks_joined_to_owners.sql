{{ config(materialized='table') }}
{%- set outer_space = '^[\\s\\p{Z}]+|[\\s\\p{Z}]+$' %}

with

tasks as (

    select * from {{ ref('stg_activecampaign__deal_tasks') }}

),

contacts as (

    select * from {{ ref('stg_activecampaign__contacts') }}

),

deals as (

    select * from {{ ref('stg_activecampaign__deals') }}

),

accounts as (

    select * from {{ ref('stg_activecampaign__accounts') }}

),

existing_owners as (

    select
        'Subscriber' as reltype,
        contact_id as rel_id,
        coalesce(
            nullif(
                concat_ws(
                    ' ',
                    nullif(regexp_replace(first_name, '{{ outer_space }}', '', 'g'), ''),
                    nullif(regexp_replace(last_name, '{{ outer_space }}', '', 'g'), '')
                ),
                ''
            ),
            email
        ) as owner_name
    from contacts
    where not is_deleted and contact_id in (select tasks.rel_id from tasks)

    union all

    select
        'Deal' as reltype,
        deal_id as rel_id,
        title as owner_name
    from deals
    where not is_deleted and deal_id in (select tasks.rel_id from tasks)

    union all

    select
        'CustomerAccount' as reltype,
        account_id as rel_id,
        name as owner_name
    from accounts
    where not is_deleted and account_id in (select tasks.rel_id from tasks)

),

owners as (

    -- beyond 2^53 two ids may be one double
    select
        reltype,
        rel_id,
        min(owner_name) as owner_name

    from existing_owners
    group by all

),

final as (

    select
        -- ids
        tasks.id,
        tasks.task_id,
        tasks.rel_id,
        tasks.task_type_id,
        tasks.user_id,
        tasks.assignee_id,
        tasks.done_by,
        tasks.outcome_id,

        -- text
        tasks.reltype,
        owners.owner_name,
        tasks.title,
        tasks.note,
        tasks.outcome_info,
        tasks.automation,
        tasks.done_automation,

        -- numbers
        tasks.status,
        tasks.duration,

        -- timestamps, UTC
        tasks.assigned_date,
        tasks.due_date,
        tasks.end_date,
        tasks.done_date,
        tasks.created_at,
        tasks.updated_at,
        tasks.created_utc_timestamp,
        tasks.updated_utc_timestamp,
        tasks.done_utc_timestamp,

        -- load
        tasks.is_deleted,
        tasks.changed_in_run,
        tasks.extracted_at,

        -- a task that is open again keeps its date; one is due on a day
        case
            when tasks.status = 1 then coalesce(tasks.done_date, tasks.done_utc_timestamp)
        end as done_at,
        cast(done_at as date) <= cast(tasks.due_date as date) as is_done_on_time

    from tasks
    left join owners
        on tasks.reltype = owners.reltype and tasks.rel_id = owners.rel_id

)

select * from final
