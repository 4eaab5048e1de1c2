with

orders as (

    select * from {{ ref('int_activecampaign__ecom_orders_joined_to_contacts') }}
    where is_bought and contact_id is not null

),

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}
    where status_name = 'won' and contact_id is not null

),

contacts as (

    select * from {{ ref('contacts') }}

),

purchases as (

    select
        contact_id,
        currency,
        ordered_at as bought_at,
        1 as orders,
        total_cents as order_revenue_cents,
        0 as won_deals,
        0 as won_value_cents

    from orders

    union all

    select
        contact_id,
        currency,
        closed_at as bought_at,
        0 as orders,
        0 as order_revenue_cents,
        1 as won_deals,
        value_cents as won_value_cents

    from deals

),

added as (

    select
        contact_id,
        currency,
        {{ to_count('sum(orders)') }} as orders,
        {{ to_count('coalesce(sum(order_revenue_cents), 0)') }} as order_revenue_cents,
        {{ to_count('sum(won_deals)') }} as won_deals,
        {{ to_count('coalesce(sum(won_value_cents), 0)') }} as won_value_cents,
        {{ to_count(
            'coalesce(sum(order_revenue_cents), 0) + coalesce(sum(won_value_cents), 0)'
        ) }} as total_revenue_cents,
        min(bought_at) as first_purchase_at,
        max(bought_at) as last_purchase_at

    from purchases
    group by contact_id, currency

),

final as (

    select
        added.contact_id,
        added.currency,
        contacts.email,
        added.orders,
        added.order_revenue_cents,
        {{ in_units('added.order_revenue_cents') }} as order_revenue,
        added.won_deals,
        added.won_value_cents,
        {{ in_units('added.won_value_cents') }} as won_value,
        added.total_revenue_cents,
        {{ in_units('added.total_revenue_cents') }} as total_revenue,
        added.first_purchase_at,
        added.last_purchase_at

    from added
    left join contacts
        on added.contact_id = contacts.id

)

select * from final
