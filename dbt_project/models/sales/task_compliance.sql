with

tasks as (

    select * from {{ ref('int_activecampaign__deal_tasks_joined_to_owners') }}
    where not is_deleted

),

outcomes as (

    select * from {{ ref('stg_activecampaign__task_outcomes') }}

),

users as (

    select * from {{ ref('users') }}

),

sentiments as (

    select
        outcome_id,
        any_value(sentiment) as sentiment

    from outcomes
    group by outcome_id

),

judged as (

    select
        tasks.assignee_id as user_id,
        tasks.outcome_id,
        sentiments.sentiment,
        tasks.is_done_on_time,
        cast(date_trunc('week', tasks.due_date) as date) as week,
        coalesce(tasks.status = 1, false) as is_done,
        cast(tasks.due_date as date) < {{ load_day() }} as is_past

    from tasks
    left join sentiments
        on tasks.outcome_id = sentiments.outcome_id
    where tasks.due_date is not null

),

counted as (

    select
        user_id,
        week,
        count(*) as tasks_due,
        count(*) filter (where is_done) as tasks_done,
        count(*) filter (where is_done_on_time) as done_on_time,
        count(*) filter (where not is_done_on_time) as done_late,
        count(*) filter (where not is_done and is_past) as overdue,
        count(*) filter (where is_done and sentiment = 'POSITIVE') as outcome_positive,
        count(*) filter (where is_done and sentiment = 'NEUTRAL') as outcome_neutral,
        count(*) filter (where is_done and sentiment = 'NEGATIVE') as outcome_negative,
        count(*) filter (where is_done and outcome_id is null) as outcome_none

    from judged
    group by user_id, week

),

final as (

    select
        counted.user_id,
        counted.week,
        {{ full_name('users.firstname', 'users.lastname', 'users.username') }} as user_name,

        -- counts
        counted.tasks_due,
        counted.tasks_done,
        counted.done_on_time,
        counted.done_late,
        counted.overdue,
        counted.outcome_positive,
        counted.outcome_neutral,
        counted.outcome_negative,
        counted.outcome_none,

        -- rates
        counted.done_on_time
        / nullif(counted.done_on_time + counted.done_late + counted.overdue, 0) as on_time_rate

    from counted
    left join users
        on counted.user_id = users.id

)

select * from final
