with

users as (

    select * from {{ ref('stg_activecampaign__users') }}

),

final as (

    select
        user_id as id,
        username,
        created_at as cdate,
        email,
        first_name as firstname,
        lang,
        last_name as lastname,
        local_zoneid as localzoneid,
        mfa_enabled as mfaenabled,
        password_updated_utc_timestamp,
        phone,
        signature,
        updated_at as udate

    from users
    where not is_deleted

)

select * from final
