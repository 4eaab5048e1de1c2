with

closings as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

pipelines as (

    select * from {{ ref('pipelines') }}

),

stages as (

    select * from {{ ref('pipelines__deal_stages') }}

),

users as (

    select * from {{ ref('users') }}

),

accounts as (

    select * from {{ ref('accounts') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

visits as (

    select * from {{ ref('deal_stage_visits') }}

),

tasks as (

    select * from {{ ref('deals_tasks') }}

),

activities as (

    select * from {{ ref('deals_activities') }}

),

loaded as (

    select {{ load_day() }} as day

),

last_visits as (

    select
        deal_id,
        entered_at,
        left_at

    from visits
    qualify row_number() over (partition by deal_id order by visit_number desc) = 1

),

-- of four visits one is the longest by chance
usual_times as (

    select
        stage_id,
        case when count(days) >= 5 then quantile_cont(days, 0.75) end as days

    from visits
    group by stage_id

),

next_tasks as (

    select
        deal_id,
        id as task_id,
        tasktitle as task_title,
        duedate as due_at

    from tasks
    where status = 0
    qualify row_number() over (partition by deal_id order by duedate asc nulls last, id asc) = 1

),

last_activities as (

    select
        deal_id,
        max(cdate) as last_activity_at

    from activities
    group by deal_id

),

joined as (

    select
        closings.deal_id,
        closings.deal_title,
        closings.status_name,
        closings.pipeline_id,
        pipelines.title as pipeline_name,
        closings.stage_id,
        stages.dealstages_title as stage_name,
        closings.owner_id,
        closings.account_id,
        accounts.name as account_name,
        closings.contact_id,
        closings.currency,
        closings.value_cents,
        closings.value,
        closings.win_probability,
        usual_times.days as stage_days_p75,
        next_tasks.task_id as next_task_id,
        next_tasks.task_title as next_task_title,
        next_tasks.due_at as next_task_due_at,
        closings.created_at,
        last_visits.entered_at as stage_entered_at,
        last_activities.last_activity_at,
        closings.closed_at,
        closings.closed_at_source,
        {{ to_count('stages.dealstages_order') }} as stage_order,
        {{ full_name('users.firstname', 'users.lastname', 'users.username') }} as owner_name,
        {{ full_name('contacts.firstname', 'contacts.lastname', 'contacts.email') }}
            as contact_name,
        {{ days_until('closings.created_at', 'coalesce(closings.closed_at, loaded.day)') }}
            as age_days,
        {{ days_until('last_visits.entered_at', 'coalesce(last_visits.left_at, loaded.day)') }}
            as days_in_stage,
        coalesce(cast(next_tasks.due_at as date) < loaded.day, false) as is_next_task_overdue,
        coalesce(closings.status_name = 'open' and days_in_stage > usual_times.days, false)
            as is_stalled

    from closings
    cross join loaded
    left join pipelines
        on closings.pipeline_id = pipelines.id
    left join stages
        on closings.stage_id = stages.dealstages_id
    left join users
        on closings.owner_id = users.id
    left join accounts
        on closings.account_id = accounts.id
    left join contacts
        on closings.contact_id = contacts.id
    left join last_visits
        on closings.deal_id = last_visits.deal_id
    left join usual_times
        on closings.stage_id = usual_times.stage_id
    left join next_tasks
        on closings.deal_id = next_tasks.deal_id
    left join last_activities
        on closings.deal_id = last_activities.deal_id
    -- beyond 2^53 two ids may be one double, and find two names
    qualify row_number() over (partition by closings.id order by contact_name asc) = 1

),

final as (

    select
        deal_id,
        deal_title,
        status_name,

        -- where, whose, whom
        pipeline_id,
        pipeline_name,
        stage_id,
        stage_name,
        stage_order,
        owner_id,
        owner_name,
        account_id,
        account_name,
        contact_id,
        contact_name,

        -- what it is worth
        currency,
        value_cents,
        value,
        win_probability,

        -- how it stands
        age_days,
        days_in_stage,
        stage_days_p75,
        is_stalled,
        next_task_id,
        next_task_title,
        next_task_due_at,
        is_next_task_overdue,

        -- timestamps, UTC
        created_at,
        stage_entered_at,
        last_activity_at,
        closed_at,
        closed_at_source

    from joined

)

select * from final
