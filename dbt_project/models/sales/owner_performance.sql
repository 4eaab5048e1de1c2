with

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

tasks as (

    select * from {{ ref('int_activecampaign__deal_tasks_joined_to_owners') }}
    where not is_deleted

),

users as (

    select * from {{ ref('users') }}

),

events as (

    select
        owner_id as user_id,
        currency,
        'created' as event,
        null as value_cents,
        null as days_to_win,
        null as is_done_on_time,
        created_at as occurred_at

    from deals
    union all
    select
        owner_id as user_id,
        currency,
        status_name as event,
        value_cents,
        case when status_name = 'won' then epoch(closed_at - created_at) / 86400 end as days_to_win,
        null as is_done_on_time,
        closed_at as occurred_at

    from deals
    where status_name in ('won', 'lost')
    union all
    select
        assignee_id as user_id,
        null as currency,
        'task' as event,
        null as value_cents,
        null as days_to_win,
        is_done_on_time,
        done_at as occurred_at

    from tasks

),

counted as (

    select
        user_id,
        currency,
        cast(date_trunc('month', occurred_at) as date) as month,
        count(*) filter (where event = 'created') as deals_created,
        count(*) filter (where event = 'won') as deals_won,
        count(*) filter (where event = 'lost') as deals_lost,
        count(*) filter (where event = 'task') as tasks_done,
        count(*) filter (where is_done_on_time) as tasks_done_on_time,
        {{ to_count("coalesce(sum(value_cents) filter (where event = 'won'), 0)") }}
            as won_value_cents,
        {{ to_count("coalesce(sum(value_cents) filter (where event = 'lost'), 0)") }}
            as lost_value_cents,
        median(days_to_win) as median_days_to_win

    from events
    where occurred_at is not null
    group by all

),

final as (

    select
        counted.user_id,
        counted.month,
        counted.currency,
        {{ full_name('users.firstname', 'users.lastname', 'users.username') }} as user_name,

        -- counts
        counted.deals_created,
        counted.deals_won,
        counted.deals_lost,
        counted.tasks_done,
        counted.tasks_done_on_time,

        -- money
        counted.won_value_cents,
        {{ in_units('counted.won_value_cents') }} as won_value,
        counted.lost_value_cents,
        {{ in_units('counted.lost_value_cents') }} as lost_value,

        -- rates
        counted.deals_won / nullif(counted.deals_won + counted.deals_lost, 0) as win_rate,
        counted.median_days_to_win

    from counted
    left join users
        on counted.user_id = users.id

)

select * from final
