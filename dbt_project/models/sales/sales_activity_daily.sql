with

dates as (

    select * from {{ ref('dates') }}

),

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

visits as (

    select * from {{ ref('deal_stage_visits') }}

),

tasks as (

    select * from {{ ref('int_activecampaign__deal_tasks_joined_to_owners') }}
    where not is_deleted

),

notes as (

    select * from {{ ref('stg_activecampaign__notes') }}
    where not is_deleted

),

emails as (

    select * from {{ ref('stg_activecampaign__email_activities') }}
    where not is_deleted

),

events as (

    select
        'created' as event,
        created_at as occurred_at

    from deals
    union all
    select
        status_name as event,
        closed_at as occurred_at

    from deals
    where status_name in ('won', 'lost')
    union all
    select
        'moved' as event,
        entered_at as occurred_at

    from visits
    where visit_number > 1
    union all
    select
        'task' as event,
        created_at as occurred_at

    from tasks
    union all
    select
        'task_done' as event,
        done_at as occurred_at

    from tasks
    union all
    select
        'note' as event,
        created_at as occurred_at

    from notes
    union all
    select
        'email' as event,
        occurred_at

    from emails

),

bounds as (

    select
        min(day) as first_day,
        max(day) as last_day

    from dates

),

-- what happened while the load went over midnight belongs to its day
counted as (

    select
        events.event,
        least(greatest(cast(events.occurred_at as date), bounds.first_day), bounds.last_day) as day,
        count(*) as events

    from events
    cross join bounds
    where events.occurred_at is not null
    group by all

),

by_day as (

    select
        day,
        max(events) filter (where event = 'created') as deals_created,
        max(events) filter (where event = 'won') as deals_won,
        max(events) filter (where event = 'lost') as deals_lost,
        max(events) filter (where event = 'moved') as stage_moves,
        max(events) filter (where event = 'task') as tasks_created,
        max(events) filter (where event = 'task_done') as tasks_done,
        max(events) filter (where event = 'note') as notes,
        max(events) filter (where event = 'email') as emails

    from counted
    group by day

),

final as (

    select
        dates.day,
        coalesce(by_day.deals_created, 0) as deals_created,
        coalesce(by_day.deals_won, 0) as deals_won,
        coalesce(by_day.deals_lost, 0) as deals_lost,
        coalesce(by_day.stage_moves, 0) as stage_moves,
        coalesce(by_day.tasks_created, 0) as tasks_created,
        coalesce(by_day.tasks_done, 0) as tasks_done,
        coalesce(by_day.notes, 0) as notes,
        coalesce(by_day.emails, 0) as emails

    from dates
    left join by_day
        on dates.day = by_day.day

)

select * from final
