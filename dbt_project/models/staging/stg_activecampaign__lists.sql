with

source as (

    select * from {{ source('activecampaign_raw', 'lists') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'user', 'optinmessageid', 'name', 'stringid', 'description', 'channel',
            'to_name', 'sender_name', 'sender_addr1', 'sender_addr2', 'sender_city', 'sender_state',
            'sender_zip', 'sender_country', 'sender_phone', 'sender_url', 'sender_reminder',
            'fulladdress', 'carboncopy', 'subscription_notify', 'unsubscription_notify',
            'analytics_source', 'analytics_ua', 'analytics_domains', 'facebook_session', 'udate',
            'deletestamp', 'created_by', 'updated_by', 'optinoptout', 'non_deleted_subscribers',
            'active_subscribers', 'private', 'optoutconf', 'require_name', 'get_unsubscribe_reason',
            'send_last_broadcast', 'p_use_tracking', 'p_use_analytics_read', 'p_use_analytics_link',
            'p_use_twitter', 'p_use_facebook', 'p_embed_image', 'p_use_captcha', 'cdate',
            'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as list_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        {{ to_number('record.optinmessageid') }} as optin_message_id,

        -- text
        record.name,
        record.stringid,
        record.description,
        record.channel,
        record.to_name,
        record.sender_name,
        record.sender_addr1,
        record.sender_addr2,
        record.sender_city,
        record.sender_state,
        record.sender_zip,
        record.sender_country,
        record.sender_phone,
        record.sender_url,
        record.sender_reminder,
        record.fulladdress,
        record.carboncopy,
        record.subscription_notify,
        record.unsubscription_notify,
        record.analytics_source,
        record.analytics_ua,
        record.analytics_domains,
        record.facebook_session,
        record.udate,
        record.deletestamp,
        record.created_by,
        record.updated_by,

        -- numbers
        {{ to_number('record.optinoptout') }} as optinoptout,
        {{ to_number('record.non_deleted_subscribers') }} as non_deleted_subscribers,
        {{ to_number('record.active_subscribers') }} as active_subscribers,

        -- flags, 1 and 0
        {{ to_number('record.private') }} as private,
        {{ to_number('record.optoutconf') }} as optoutconf,
        {{ to_number('record.require_name') }} as require_name,
        {{ to_number('record.get_unsubscribe_reason') }} as get_unsubscribe_reason,
        {{ to_number('record.send_last_broadcast') }} as send_last_broadcast,
        {{ to_number('record.p_use_tracking') }} as p_use_tracking,
        {{ to_number('record.p_use_analytics_read') }} as p_use_analytics_read,
        {{ to_number('record.p_use_analytics_link') }} as p_use_analytics_link,
        {{ to_number('record.p_use_twitter') }} as p_use_twitter,
        {{ to_number('record.p_use_facebook') }} as p_use_facebook,
        {{ to_number('record.p_embed_image') }} as p_embed_image,
        {{ to_number('record.p_use_captcha') }} as p_use_captcha,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
