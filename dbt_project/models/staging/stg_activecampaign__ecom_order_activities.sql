{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'ecom_order_activities')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'orderid', 'order', 'connectionid', 'connection', 'customerid', 'externalid',
            'externalcheckoutid', 'orderNumber', 'order_number', 'email', 'currency',
            'shippingMethod', 'shipping_method', 'storeName', 'store_name', 'logoUrl', 'logo_url',
            'orderUrl', 'order_url', 'source', 'totalProducts', 'total_products', 'state',
            'totalPrice', 'total_price', 'discountAmount', 'discount_amount', 'shippingAmount',
            'shipping_amount', 'taxAmount', 'tax_amount', 'externalCreatedDate',
            'external_created_date', 'externalUpdatedDate', 'external_updated_date',
            'abandonedDate', 'abandoned_date', 'createdDate', 'created_date', 'updatedDate',
            'updated_date',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as order_activity_id,
        coalesce(
            {{ to_reference('record.orderid') }},
            {{ to_reference("record['order']") }}
        ) as order_id,
        coalesce(
            {{ to_reference('record.connectionid') }},
            {{ to_reference('record.connection') }}
        ) as connection_id,
        {{ to_reference('record.customerid') }} as customer_id,
        record.externalid as external_id,
        record.externalcheckoutid as external_checkout_id,

        -- text
        coalesce(record.orderNumber, record.order_number) as order_number,
        record.email,
        record.currency,
        coalesce(record.shippingMethod, record.shipping_method) as shipping_method,
        coalesce(record.storeName, record.store_name) as store_name,
        coalesce(record.logoUrl, record.logo_url) as logo_url,
        coalesce(record.orderUrl, record.order_url) as order_url,

        -- numbers
        {{ to_number('record.source') }} as source,
        {{ to_number('coalesce(record.totalProducts, record.total_products)') }} as total_products,
        {{ to_number('record.state') }} as state,

        -- money, cents
        {{ to_number('coalesce(record.totalPrice, record.total_price)') }} as total_price_cents,
        {{ to_number(
            'coalesce(record.discountAmount, record.discount_amount)'
        ) }} as discount_amount_cents,
        {{ to_number(
            'coalesce(record.shippingAmount, record.shipping_amount)'
        ) }} as shipping_amount_cents,
        {{ to_number('coalesce(record.taxAmount, record.tax_amount)') }} as tax_amount_cents,

        -- timestamps, UTC
        {{ to_timestamp(
            'coalesce(record.externalCreatedDate, record.external_created_date)'
        ) }} as external_created_date,
        {{ to_timestamp(
            'coalesce(record.externalUpdatedDate, record.external_updated_date)'
        ) }} as external_updated_date,
        {{ to_timestamp(
            'coalesce(record.abandonedDate, record.abandoned_date)'
        ) }} as abandoned_date,
        {{ to_timestamp('coalesce(record.createdDate, record.created_date)') }} as created_at,
        {{ to_timestamp('coalesce(record.updatedDate, record.updated_date)') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
