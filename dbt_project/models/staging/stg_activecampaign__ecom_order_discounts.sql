with

source as (

    select * from {{ source('activecampaign_raw', 'ecom_order_discounts') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'orderid', 'name', 'type', 'discountAmount', 'createdDate', 'updatedDate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as order_discount_id,
        {{ to_reference('record.orderid') }} as order_id,

        -- text
        record.name,
        record.type,

        -- money, cents
        {{ to_number('record.discountAmount') }} as discount_amount_cents,

        -- timestamps, UTC
        {{ to_timestamp('record.createdDate') }} as created_at,
        {{ to_timestamp('record.updatedDate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
