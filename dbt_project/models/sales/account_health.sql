with

accounts as (

    select * from {{ ref('accounts') }}

),

account_contacts as (

    select * from {{ ref('stg_activecampaign__account_contacts') }}
    where not is_deleted

),

contacts as (

    select * from {{ ref('contact_engagement') }}

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

users as (

    select * from {{ ref('users') }}

),

loaded as (

    select {{ load_day() }} as day

),

-- an account, the people at it and its deals, as notes and tasks name what they hang on
parts as (

    select
        id as account_id,
        'CustomerAccount' as reltype,
        id as rel_id

    from accounts
    union
    select
        account_id,
        'Subscriber' as reltype,
        contact_id as rel_id

    from account_contacts
    union
    select
        account_id,
        'Deal' as reltype,
        deal_id as rel_id

    from deals

),

people as (

    select
        parts.account_id,
        count(*) as contacts,
        count(*) filter (where contacts.days_since_act <= 90) as engaged_contacts

    from parts
    inner join contacts
        on parts.rel_id = contacts.contact_id
    where parts.reltype = 'Subscriber'
    group by parts.account_id

),

money as (

    select
        account_id,
        currency,
        count(*) filter (where status_name = 'open') as open_deals,
        count(*) filter (where status_name = 'won') as won_deals,
        count(*) filter (where status_name = 'lost') as lost_deals,
        {{ to_count("coalesce(sum(value_cents) filter (where status_name = 'open'), 0)") }}
            as open_value_cents,
        {{ to_count("coalesce(sum(value_cents) filter (where status_name = 'won'), 0)") }}
            as won_value_cents

    from deals
    group by account_id, currency

),

sales as (

    select
        account_id,
        sum(open_deals) as open_deals,
        sum(won_deals) as won_deals,
        sum(lost_deals) as lost_deals,
        list(
            {
                'currency': currency,
                'open_value_cents': open_value_cents,
                'open_value': {{ in_units('open_value_cents') }},
                'won_value_cents': won_value_cents,
                'won_value': {{ in_units('won_value_cents') }}
            }
            order by currency
        ) as value_by_currency

    from money
    group by account_id

),

touches_of_parts as (

    select
        'note' as touch,
        reltype,
        rel_id,
        created_at as touched_at

    from notes
    union all
    select
        'task_done' as touch,
        reltype,
        rel_id,
        done_at as touched_at

    from tasks
    union all
    select
        'email' as touch,
        'Subscriber' as reltype,
        contact_id as rel_id,
        occurred_at as touched_at

    from emails
    union all
    select
        'deal_created' as touch,
        'Deal' as reltype,
        deal_id as rel_id,
        created_at as touched_at

    from deals
    union all
    select
        'deal_stage' as touch,
        'Deal' as reltype,
        deal_id as rel_id,
        entered_at as touched_at

    from visits
    where visit_number > 1
    union all
    select
        'deal_' || status_name as touch,
        'Deal' as reltype,
        deal_id as rel_id,
        closed_at as touched_at

    from deals
    where status_name in ('won', 'lost')

),

last_touches as (

    select
        parts.account_id,
        arg_max(touches_of_parts.touch, touches_of_parts.touched_at) as last_touch,
        max(touches_of_parts.touched_at) as last_touch_at

    from touches_of_parts
    inner join parts
        on
            touches_of_parts.reltype = parts.reltype
            and touches_of_parts.rel_id = parts.rel_id
    group by parts.account_id

),

next_tasks as (

    select
        parts.account_id,
        tasks.task_id,
        tasks.title,
        tasks.due_date

    from tasks
    inner join parts
        on
            tasks.reltype = parts.reltype
            and tasks.rel_id = parts.rel_id
    where tasks.status = 0
    qualify row_number() over (
        partition by parts.account_id
        order by tasks.due_date asc nulls last, tasks.task_id asc
    ) = 1

),

joined as (

    select
        accounts.id as account_id,
        accounts.name as account_name,
        accounts.owner as owner_id,
        sales.value_by_currency,
        next_tasks.task_id as next_task_id,
        next_tasks.title as next_task_title,
        last_touches.last_touch,
        next_tasks.due_date as next_task_due_at,
        last_touches.last_touch_at,
        {{ full_name('users.firstname', 'users.lastname', 'users.username') }} as owner_name,
        coalesce(people.contacts, 0) as contacts,
        coalesce(people.engaged_contacts, 0) as engaged_contacts,
        {{ to_count('coalesce(sales.open_deals, 0)') }} as open_deals,
        {{ to_count('coalesce(sales.won_deals, 0)') }} as won_deals,
        {{ to_count('coalesce(sales.lost_deals, 0)') }} as lost_deals,
        coalesce(cast(next_tasks.due_date as date) < loaded.day, false) as is_next_task_overdue,
        coalesce(last_touches.last_touch_at >= loaded.day - interval 90 day, false) as is_in_touch

    from accounts
    cross join loaded
    left join users
        on accounts.owner = users.id
    left join people
        on accounts.id = people.account_id
    left join sales
        on accounts.id = sales.account_id
    left join last_touches
        on accounts.id = last_touches.account_id
    left join next_tasks
        on accounts.id = next_tasks.account_id

),

final as (

    select
        account_id,
        account_name,
        owner_id,
        owner_name,
        contacts,
        engaged_contacts,
        open_deals,
        won_deals,
        lost_deals,
        value_by_currency,
        next_task_id,
        next_task_title,
        next_task_due_at,
        is_next_task_overdue,
        last_touch,
        last_touch_at,
        case
            when is_in_touch and engaged_contacts > 0 then 'healthy'
            when is_in_touch or engaged_contacts > 0 then 'watch'
            when open_deals + won_deals > 0 then 'at risk'
            else 'dormant'
        end as health

    from joined

)

select * from final
