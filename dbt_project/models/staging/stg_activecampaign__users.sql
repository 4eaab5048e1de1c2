with

source as (

    select * from {{ source('activecampaign_raw', 'users') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'username', 'firstName', 'lastName', 'email', 'phone', 'signature', 'lang',
            'localZoneid', 'roles', 'mfaEnabled', 'cdate', 'udate',
            'password_updated_utc_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as user_id,

        -- text
        record.username,
        record.firstName as first_name,
        record.lastName as last_name,
        record.email,
        record.phone,
        record.signature,
        record.lang,
        record.localZoneid as local_zoneid,
        record.roles,

        -- flags, 1 and 0
        coalesce(
            {{ to_number('record.mfaEnabled') }},
            cast({{ to_flag('record.mfaEnabled') }} as double)
        ) as mfa_enabled,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.password_updated_utc_timestamp') }}
            as password_updated_utc_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
