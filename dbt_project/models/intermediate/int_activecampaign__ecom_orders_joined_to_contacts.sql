with

orders as (

    select * from {{ ref('stg_activecampaign__ecom_orders') }}
    where not is_deleted

),

customers as (

    select * from {{ ref('stg_activecampaign__ecom_customers') }}
    where not is_deleted

),

contacts as (

    select * from {{ ref('stg_activecampaign__contacts') }}
    where not is_deleted and email != ''

),

-- addresses are unique, but not whatever their case
addresses as (

    select
        lower(email) as address,
        min(contact_id) as contact_id

    from contacts
    group by address

),

with_address as (

    select
        orders.id,
        orders.order_id,
        orders.customer_id,
        orders.external_id,
        orders.state,
        orders.abandoned_date,
        {{ to_count('orders.total_price_cents') }} as total_cents,
        lower(nullif(customers.email, '')) as customer_address,
        lower(nullif(orders.email, '')) as order_address,
        coalesce(orders.external_created_date, orders.order_date, orders.created_at) as ordered_at,
        coalesce(upper(nullif(trim(orders.currency), '')), 'unknown') as currency,
        case orders.state
            when 0 then 'pending'
            when 1 then 'completed'
            when 2 then 'abandoned'
            when 3 then 'recovered'
            when 4 then 'waiting'
        end as state_name

    from orders
    left join customers
        on orders.customer_id = customers.customer_id

),

final as (

    select
        -- ids
        with_address.id,
        with_address.order_id,
        with_address.customer_id,
        coalesce(by_customer.contact_id, by_order.contact_id) as contact_id,
        with_address.external_id,

        -- text
        with_address.state_name,
        with_address.currency,

        -- money
        with_address.total_cents,
        {{ in_units('with_address.total_cents') }} as total,

        -- flags
        coalesce(with_address.state in (1, 3), false) as is_bought,

        -- timestamps, UTC
        with_address.ordered_at,
        with_address.abandoned_date as abandoned_at

    from with_address
    left join addresses as by_customer
        on with_address.customer_address = by_customer.address
    left join addresses as by_order
        on with_address.order_address = by_order.address

)

select * from final
