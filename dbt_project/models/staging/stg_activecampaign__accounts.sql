{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'accounts')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'owner', 'name', 'accountUrl', 'contactCount', 'dealCount', 'createdTimestamp',
            'updatedTimestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as account_id,
        {{ to_reference('record.owner') }} as owner_id,

        -- text
        record.name,
        record.accountUrl as account_url,

        -- numbers
        {{ to_number('record.contactCount') }} as contact_count,
        {{ to_number('record.dealCount') }} as deal_count,

        -- timestamps, UTC
        {{ to_timestamp('record.createdTimestamp') }} as created_at,
        {{ to_timestamp('record.updatedTimestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
