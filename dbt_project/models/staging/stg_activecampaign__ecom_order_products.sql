{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'ecom_order_products')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'orderid', 'ecomOrder', 'connectionid', 'externalid', 'sku', 'name', 'description',
            'category', 'imageUrl', 'productUrl', 'quantity', 'price', 'tstamp', 'createdDate',
            'updatedDate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as order_product_id,
        coalesce(
            {{ to_reference('record.orderid') }},
            {{ to_reference('record.ecomOrder') }}
        ) as order_id,
        {{ to_reference('record.connectionid') }} as connection_id,
        record.externalid as external_id,

        -- text
        record.sku,
        record.name,
        record.description,
        record.category,
        record.imageUrl as image_url,
        record.productUrl as product_url,

        -- numbers
        {{ to_number('record.quantity') }} as quantity,

        -- money, cents
        {{ to_number('record.price') }} as price_cents,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,
        {{ to_timestamp('record.createdDate') }} as created_at,
        {{ to_timestamp('record.updatedDate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
