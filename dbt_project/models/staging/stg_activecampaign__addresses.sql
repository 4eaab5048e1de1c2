with

source as (

    select * from {{ source('activecampaign_raw', 'addresses') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'created_by', 'updated_by', 'companyName', 'company_name', 'address1', 'address_1',
            'address2', 'address_2', 'city', 'state', 'district', 'zip', 'country', 'smsName',
            'allgroup', 'isDefault', 'is_default', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as address_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        coalesce(record.companyName, record.company_name) as company_name,
        coalesce(record.address1, record.address_1) as address_1,
        coalesce(record.address2, record.address_2) as address_2,
        record.city,
        record.state,
        record.district,
        record.zip,
        record.country,
        record.smsName as sms_name,

        -- flags, 1 and 0
        {{ to_number('record.allgroup') }} as allgroup,
        coalesce(
            {{ to_number('record.isDefault') }},
            {{ to_number('record.is_default') }}
        ) as is_default,

        -- timestamps, UTC
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
