with

orders as (

    select * from {{ ref('int_activecampaign__ecom_orders_joined_to_contacts') }}
    where is_bought

),

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}
    where status_name = 'won'

),

memberships as (

    select * from {{ ref('list_membership_intervals') }}

),

forms as (

    select * from {{ ref('stg_activecampaign__forms') }}

),

contact_automations as (

    select * from {{ ref('stg_activecampaign__contact_automations') }}
    where not is_deleted

),

automations as (

    select * from {{ ref('stg_activecampaign__automations') }}

),

contact_tags as (

    select * from {{ ref('stg_activecampaign__contact_tags') }}
    where not is_deleted

),

tags as (

    select * from {{ ref('stg_activecampaign__tags') }}

),

revenue as (

    select
        'order:' || id as revenue_id,
        'order' as revenue_event,
        contact_id,
        currency,
        ordered_at as bought_at,
        coalesce(total_cents, 0) as cents

    from orders

    union all

    select
        'deal_won:' || {{ id_text('deal_id') }} as revenue_id,
        'deal_won' as revenue_event,
        contact_id,
        coalesce(currency, 'unknown') as currency,
        closed_at as bought_at,
        coalesce(value_cents, 0) as cents

    from deals

),

buyers as (

    select distinct contact_id
    from revenue

),

touches as (

    select
        'list:' || {{ id_text('memberships.membership_id') }}
        || if(memberships.is_from_snapshot, ' ' || memberships.joined_at, '') as touch_id,
        memberships.contact_id,
        memberships.joined_at as touched_at,
        if(memberships.form_id is null, 'list', 'form') as touch,
        coalesce(memberships.form_id, memberships.list_id) as object_id,
        if(memberships.form_id is null, memberships.list_name, forms.name) as touch_name

    from memberships
    left join forms
        on memberships.form_id = forms.form_id

    union all

    select
        'automation:' || contact_automations.id as touch_id,
        contact_automations.contact_id,
        contact_automations.adddate as touched_at,
        'automation' as touch,
        contact_automations.automation_id as object_id,
        automations.name as touch_name

    from contact_automations
    left join automations
        on contact_automations.automation_id = automations.automation_id

    union all

    select
        'tag:' || contact_tags.id as touch_id,
        contact_tags.contact_id,
        contact_tags.created_at as touched_at,
        'tag' as touch,
        contact_tags.tag_id as object_id,
        tags.tag_name as touch_name

    from contact_tags
    left join tags
        on contact_tags.tag_id = tags.tag_id

),

touches_of_buyers as (

    select
        touches.touch_id,
        touches.contact_id,
        touches.touched_at,
        touches.touch,
        touches.object_id,
        touches.touch_name

    from touches
    inner join buyers
        on touches.contact_id = buyers.contact_id

),

numbered as (

    select
        revenue.revenue_id,
        revenue.revenue_event,
        revenue.contact_id,
        revenue.currency,
        revenue.bought_at,
        revenue.cents,
        touches.touch_id,
        touches.touch,
        touches.object_id,
        touches.touch_name,
        touches.touched_at,
        row_number() over in_order as touch_number,
        count(*) over of_revenue as touches

    from revenue
    left join touches_of_buyers as touches
        on
            revenue.contact_id = touches.contact_id
            and revenue.bought_at > touches.touched_at
    window
        of_revenue as (partition by revenue.revenue_id),
        in_order as (
            partition by revenue.revenue_id
            order by
                touches.touched_at,
                -- what is done in one second: a form starts automations, and both tag
                list_position(['form', 'list', 'automation', 'tag'], touches.touch),
                length(touches.touch_id),
                touches.touch_id
        )

),

-- what is left over when cents are divided goes to some of the touches, so that none is lost
divided as (

    select
        revenue_id,
        revenue_event,
        contact_id,
        currency,
        bought_at,
        touch_id,
        touch,
        object_id,
        touch_name,
        touched_at,
        touch_number,
        touches,
        if(touch_number = 1, cents, 0) as first_touch_value_cents,
        if(touch_number = touches, cents, 0) as last_touch_value_cents,
        {{ to_count(
            "cast(cents as hugeint) * touch_number // touches"
            ~ " - cast(cents as hugeint) * (touch_number - 1) // touches"
        ) }} as linear_value_cents

    from numbered

),

final as (

    select
        revenue_id,
        touch_id,
        revenue_event,
        contact_id,
        currency,
        touch,
        object_id,
        touch_name,
        case when touch_id is not null then touch_number end as touch_number,
        case when touch_id is not null then touches else 0 end as touches,
        first_touch_value_cents,
        {{ in_units('first_touch_value_cents') }} as first_touch_value,
        last_touch_value_cents,
        {{ in_units('last_touch_value_cents') }} as last_touch_value,
        linear_value_cents,
        {{ in_units('linear_value_cents') }} as linear_value,
        touched_at,
        bought_at

    from divided

)

select * from final
