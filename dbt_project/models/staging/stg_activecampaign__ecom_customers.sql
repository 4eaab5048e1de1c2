{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'ecom_customers')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'connectionid', 'connection', 'externalid', 'email', 'avgProductCategory',
            'totalOrders', 'totalProducts', 'totalRevenue', 'avgRevenuePerOrder',
            'acceptsMarketing', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as customer_id,
        coalesce(
            {{ to_reference('record.connectionid') }},
            {{ to_reference('record.connection') }}
        ) as connection_id,
        record.externalid as external_id,

        -- text
        record.email,
        record.avgProductCategory as avg_product_category,

        -- numbers
        {{ to_number('record.totalOrders') }} as total_orders,
        {{ to_number('record.totalProducts') }} as total_products,

        -- money, cents
        {{ to_number('record.totalRevenue') }} as total_revenue_cents,
        {{ to_number('record.avgRevenuePerOrder') }} as avg_revenue_per_order_cents,

        -- flags, 1 and 0
        {{ to_number('record.acceptsMarketing') }} as accepts_marketing,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
