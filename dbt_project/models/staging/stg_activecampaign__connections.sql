with

source as (

    select * from {{ source('activecampaign_raw', 'connections') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'externalid', 'listId', 'service', 'serviceName', 'name', 'connectionType', 'logoUrl',
            'linkUrl', 'planTier', 'status', 'syncStatus', 'isInternal', 'sync_request_time',
            'sync_start_time', 'lastSync', 'credentialExpiration', 'disconnectDate', 'cdate',
            'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as connection_id,
        record.externalid as external_id,
        {{ to_reference('record.listId') }} as list_id,

        -- text
        record.service,
        record.serviceName as service_name,
        record.name,
        record.connectionType as connection_type,
        record.logoUrl as logo_url,
        record.linkUrl as link_url,
        record.planTier as plan_tier,

        -- numbers
        {{ to_number('record.status') }} as status,
        {{ to_number('record.syncStatus') }} as sync_status,

        -- flags, 1 and 0
        {{ to_number('record.isInternal') }} as is_internal,

        -- timestamps, UTC
        {{ to_timestamp('record.sync_request_time') }} as sync_request_time,
        {{ to_timestamp('record.sync_start_time') }} as sync_start_time,
        {{ to_timestamp('record.lastSync') }} as last_sync,
        {{ to_timestamp('record.credentialExpiration') }} as credential_expiration,
        {{ to_timestamp('record.disconnectDate') }} as disconnect_date,
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
