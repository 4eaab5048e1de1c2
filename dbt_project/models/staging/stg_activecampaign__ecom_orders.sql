{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'ecom_orders')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'connectionid', 'connection', 'customerid', 'customer', 'externalid',
            'externalcheckoutid', 'orderNumber', 'email', 'currency', 'orderUrl', 'shippingMethod',
            'orderProducts', 'source', 'totalProducts', 'state', 'totalPrice', 'shippingAmount',
            'taxAmount', 'discountAmount', 'externalCreatedDate', 'externalUpdatedDate',
            'abandonedDate', 'orderDate', 'tstamp', 'createdDate', 'updatedDate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as order_id,
        coalesce(
            {{ to_reference('record.connectionid') }},
            {{ to_reference('record.connection') }}
        ) as connection_id,
        coalesce(
            {{ to_reference('record.customerid') }},
            {{ to_reference('record.customer') }}
        ) as customer_id,
        record.externalid as external_id,
        record.externalcheckoutid as external_checkout_id,

        -- text
        record.orderNumber as order_number,
        record.email,
        record.currency,
        record.orderUrl as order_url,
        record.shippingMethod as shipping_method,

        -- JSON
        try_cast(record.orderProducts as json) as order_products,

        -- numbers
        {{ to_number('record.source') }} as source,
        {{ to_number('record.totalProducts') }} as total_products,
        {{ to_number('record.state') }} as state,

        -- money, cents
        {{ to_number('record.totalPrice') }} as total_price_cents,
        {{ to_number('record.shippingAmount') }} as shipping_amount_cents,
        {{ to_number('record.taxAmount') }} as tax_amount_cents,
        {{ to_number('record.discountAmount') }} as discount_amount_cents,

        -- timestamps, UTC
        {{ to_timestamp('record.externalCreatedDate') }} as external_created_date,
        {{ to_timestamp('record.externalUpdatedDate') }} as external_updated_date,
        {{ to_timestamp('record.abandonedDate') }} as abandoned_date,
        {{ to_timestamp('record.orderDate') }} as order_date,
        {{ to_timestamp('record.tstamp') }} as tstamp,
        {{ to_timestamp('record.createdDate') }} as created_at,
        {{ to_timestamp('record.updatedDate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
