{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'contacts')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'email', 'phone', 'firstName', 'lastName', 'orgid', 'organization', 'orgname',
            'segmentio_id', 'bounced_hard', 'bounced_soft', 'bounced_date', 'ip', 'ua', 'hash',
            'socialdata_lastcheck', 'email_local', 'email_domain', 'email_empty', 'sentcnt',
            'rating_tstamp', 'gravatar', 'deleted', 'anonymized', 'cdate', 'adate', 'udate',
            'edate', 'deleted_at', 'created_utc_timestamp', 'updated_utc_timestamp',
            'created_timestamp', 'updated_timestamp', 'created_by', 'updated_by',
            'mpp_tracking', 'last_click_date', 'last_open_date', 'last_mpp_open_date',
            'best_send_hour', 'sms_consent', 'sms_consent_updated_at', 'whatsapp_id',
            'whatsapp_username', 'scoreValues', 'accountContacts',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_id,
        coalesce(
            {{ to_reference('record.orgid') }},
            {{ to_reference('record.organization') }}
        ) as organization_id,

        -- text
        record.email,
        record.email_local,
        record.email_domain,
        record.firstName as first_name,
        record.lastName as last_name,
        record.phone,
        record.orgname as organization_name,
        record.hash,
        record.ip,
        record.ua as user_agent,
        record.segmentio_id,
        record.whatsapp_id,
        record.whatsapp_username,
        record.created_by,
        record.updated_by,
        record.scoreValues as score_values,
        record.accountContacts as account_contacts,

        -- numbers
        {{ to_number('record.sentcnt') }} as sent_count,
        {{ to_number('record.bounced_hard') }} as bounced_hard,
        {{ to_number('record.bounced_soft') }} as bounced_soft,
        {{ to_number('record.best_send_hour') }} as best_send_hour,

        -- flags, 1 and 0
        {{ to_number('record.anonymized') }} as anonymized,
        {{ to_number('record.deleted') }} as deleted,
        {{ to_number('record.gravatar') }} as gravatar,
        {{ to_number('record.mpp_tracking') }} as mpp_tracking,
        {{ to_number('record.sms_consent') }} as sms_consent,
        {{ to_flag('record.email_empty') }} as email_empty,

        -- dates
        {{ to_date('record.bounced_date') }} as bounced_date,
        {{ to_date('record.rating_tstamp') }} as rating_tstamp,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.adate') }} as adate,
        {{ to_timestamp('record.edate') }} as edate,
        {{ to_timestamp('record.deleted_at') }} as deleted_at,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,
        {{ to_timestamp('record.created_utc_timestamp') }} as created_utc_timestamp,
        {{ to_timestamp('record.updated_utc_timestamp') }} as updated_utc_timestamp,
        {{ to_timestamp('record.last_click_date') }} as last_click_date,
        {{ to_timestamp('record.last_open_date') }} as last_open_date,
        {{ to_timestamp('record.last_mpp_open_date') }} as last_mpp_open_date,
        {{ to_timestamp('record.socialdata_lastcheck') }} as socialdata_lastcheck,
        {{ to_timestamp('record.sms_consent_updated_at') }} as sms_consent_updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
