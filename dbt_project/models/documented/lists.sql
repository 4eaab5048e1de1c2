with

lists as (

    select * from {{ ref('stg_activecampaign__lists') }}

),

final as (

    select
        list_id as id,
        analytics_domains,
        analytics_source,
        analytics_ua,
        carboncopy,
        created_at as cdate,
        created_timestamp,
        deletestamp,
        facebook_session,
        fulladdress,
        get_unsubscribe_reason,
        name,
        optin_message_id as optinmessageid,
        optinoptout,
        optoutconf,
        p_embed_image,
        p_use_analytics_link,
        p_use_analytics_read,
        p_use_captcha,
        p_use_facebook,
        p_use_tracking,
        p_use_twitter,
        private,
        require_name,
        send_last_broadcast,
        sender_addr1,
        sender_addr2,
        sender_city,
        sender_country,
        sender_name,
        sender_phone,
        sender_reminder,
        sender_state,
        sender_url,
        sender_zip,
        stringid,
        subscription_notify,
        to_name,
        udate,
        unsubscription_notify,
        updated_timestamp,
        user_id as userid

    from lists
    where not is_deleted

)

select * from final
