with

contact_automations as (

    select * from {{ ref('stg_activecampaign__contact_automations') }}
    where not is_deleted

),

automations as (

    select * from {{ ref('stg_activecampaign__automations') }}
    where not is_deleted

),

entries as (

    select
        automation_id,
        cast(date_trunc('month', adddate) as date) as month,
        case
            when completed = 1 then 'completed'
            when status = 1 or remdate is null then 'active'
            else 'exited early'
        end as outcome,
        epoch(remdate - adddate) / 86400 as days

    from contact_automations
    where automation_id is not null

),

counted as (

    select
        automation_id,
        month,
        count(*) as entered,
        count(*) filter (where outcome = 'active') as active,
        count(*) filter (where outcome = 'completed') as completed,
        count(*) filter (where outcome = 'exited early') as exited_early,
        completed / entered as completion_rate,
        median(days) filter (where outcome = 'completed') as median_days_to_complete

    from entries
    group by automation_id, month

),

final as (

    select
        counted.automation_id,
        counted.month,
        automations.name as automation_name,
        counted.entered,
        counted.active,
        counted.completed,
        counted.exited_early,
        counted.completion_rate,
        counted.median_days_to_complete

    from counted
    left join automations
        on counted.automation_id = automations.automation_id

)

select * from final
