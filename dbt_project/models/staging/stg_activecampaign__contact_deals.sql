with

source as (

    select * from {{ source('activecampaign_raw', 'contact_deals') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'deal', 'contact', 'created_by', 'updated_by', 'role', 'cdate', 'created_timestamp',
            'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_deal_id,
        {{ to_reference('record.deal') }} as deal_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_number('record.created_by') }} as created_by,
        {{ to_number('record.updated_by') }} as updated_by,

        -- text
        record.role,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
