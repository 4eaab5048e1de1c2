{%- set acts = "('subscribed', 'clicked', 'order', 'cart_abandoned', 'converted')" -%}
{%- set touches = acts[:-1] ~ ", 'unsubscribed', 'email', 'note', 'task_done', 'deal_created', "
    ~ "'deal_stage', 'deal_won', 'deal_lost', 'tracked')" %}

with

contacts as (

    select * from {{ ref('stg_activecampaign__contacts') }}
    where not is_deleted

),

memberships as (

    select * from {{ ref('contacts_list_activity') }}

),

subscriptions as (

    select * from {{ ref('list_membership_intervals') }}

),

contact_tags as (

    select * from {{ ref('stg_activecampaign__contact_tags') }}
    where not is_deleted

),

tags as (

    select * from {{ ref('stg_activecampaign__tags') }}

),

score_values as (

    select * from {{ ref('stg_activecampaign__score_values') }}
    where not is_deleted and contact_id is not null

),

scores_named as (

    select * from {{ ref('scores') }}

),

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

revenue as (

    select * from {{ ref('customer_revenue') }}

),

timeline as (

    select * from {{ ref('contact_timeline') }}

),

-- who fills in a form acts; whom an import or an automation puts on a list does not
events as (

    select
        contact_id,
        event,
        occurred_at

    from timeline
    where event != 'subscribed'

    union all

    select
        contact_id,
        'subscribed' as event,
        joined_at as occurred_at

    from subscriptions
    where joined_by = 'form'

),

of_lists as (

    select
        contact as contact_id,
        count(*) filter (where status = 1) as lists,
        count(*) filter (where status in (2, 3)) as lists_left

    from memberships
    group by contact

),

of_tags as (

    select
        contact_tags.contact_id,
        count(*) as tags,
        list(tags.tag_name order by tags.tag_name) filter (
            where tags.tag_name is not null
        ) as tag_names

    from contact_tags
    left join tags
        on contact_tags.tag_id = tags.tag_id
    group by contact_tags.contact_id

),

of_scores as (

    select
        score_values.contact_id,
        list(
            struct_pack(score_name := scores_named.name, points := score_values.points)
            order by scores_named.name
        ) as scores

    from score_values
    inner join scores_named
        on score_values.score_id = scores_named.id
    group by score_values.contact_id

),

of_deals as (

    select
        contact_id,
        count(*) as deals,
        count(*) filter (where status_name = 'open') as open_deals,
        count(*) filter (where status_name = 'won') as won_deals,
        count(*) filter (where status_name = 'lost') as lost_deals

    from deals
    group by contact_id

),

of_revenue as (

    select
        contact_id,
        {{ to_count('sum(orders)') }} as orders,
        list(
            struct_pack(
                currency := currency,
                won_value := won_value,
                order_revenue := order_revenue
            )
            order by currency
        ) as revenue

    from revenue
    group by contact_id

),

of_events as (

    select
        contact_id,
        max_by(event, occurred_at) filter (where event in {{ touches }}) as last_touch,
        max(occurred_at) filter (where event in {{ touches }}) as last_touch_at,
        max(occurred_at) filter (where event in {{ acts }}) as last_act_at,
        count(*) filter (
            where event in {{ acts }} and cast(occurred_at as date) > {{ load_day() }} - 365
        ) as acts_365d

    from events
    group by contact_id

),

joined as (

    select
        contacts.contact_id,
        contacts.email,
        contacts.first_name,
        contacts.last_name,
        of_tags.tag_names,
        of_scores.scores,
        of_revenue.revenue,
        of_events.last_touch,
        of_events.last_touch_at,
        contacts.last_click_date as last_clicked_at,
        contacts.last_open_date as last_opened_at,
        contacts.created_at,
        {{ to_count('coalesce(contacts.bounced_hard, 0)') }} as hard_bounced,
        coalesce(of_lists.lists, 0) as lists,
        coalesce(of_lists.lists_left, 0) as lists_left,
        coalesce(of_tags.tags, 0) as tags,
        coalesce(of_deals.deals, 0) as deals,
        coalesce(of_deals.open_deals, 0) as open_deals,
        coalesce(of_deals.won_deals, 0) as won_deals,
        coalesce(of_deals.lost_deals, 0) as lost_deals,
        coalesce(of_revenue.orders, 0) as orders,
        coalesce(of_events.acts_365d, 0) as acts_365d,
        greatest(of_events.last_act_at, contacts.last_click_date) as last_act_at,
        {{ load_day() }} - cast(of_events.last_touch_at as date) as days_since_touch,
        {{ load_day() }} - cast(
            greatest(of_events.last_act_at, contacts.last_click_date) as date
        ) as days_since_act

    from contacts
    left join of_lists
        on contacts.contact_id = of_lists.contact_id
    left join of_tags
        on contacts.contact_id = of_tags.contact_id
    left join of_scores
        on contacts.contact_id = of_scores.contact_id
    left join of_deals
        on contacts.contact_id = of_deals.contact_id
    left join of_revenue
        on contacts.contact_id = of_revenue.contact_id
    left join of_events
        on contacts.contact_id = of_events.contact_id

),

sorted as (

    select
        contact_id,
        email,
        first_name,
        last_name,
        tag_names,
        scores,
        revenue,
        hard_bounced,
        lists,
        lists_left,
        tags,
        deals,
        open_deals,
        won_deals,
        lost_deals,
        orders,
        acts_365d,
        last_touch,
        last_touch_at,
        last_act_at,
        last_clicked_at,
        last_opened_at,
        created_at,
        days_since_touch,
        days_since_act,
        case
            when won_deals > 0 or orders > 0 then 'customer'
            when open_deals > 0 then 'opportunity'
            when lost_deals > 0 then 'lost'
            when lists > 0 then 'lead'
            else 'unreachable'
        end as lifecycle_stage,
        case
            when last_act_at is null then 'never'
            when days_since_act > 365 then 'dormant'
            when days_since_act > 90 and acts_365d >= 3 then 'at risk'
            when days_since_act > 90 then 'cooling'
            when acts_365d >= 3 then 'loyal'
            else 'recent'
        end as segment

    from joined

),

final as (

    select
        contact_id,
        email,
        first_name,
        last_name,
        lifecycle_stage,
        segment,
        last_touch,
        lists,
        lists_left,
        tags,
        tag_names,
        scores,
        hard_bounced,
        deals,
        open_deals,
        won_deals,
        lost_deals,
        orders,
        revenue,
        acts_365d,
        days_since_act,
        days_since_touch,
        last_act_at,
        last_touch_at,
        last_clicked_at,
        last_opened_at,
        created_at

    from sorted

)

select * from final
