{{ config(materialized='view') }}

with

contacts as (

    select * from {{ ref('stg_activecampaign__contacts') }}

),

final as (

    select
        contact_id as id,
        adate,
        anonymized,
        bounced_date,
        bounced_hard,
        bounced_soft,
        created_at as cdate,
        created_timestamp,
        created_utc_timestamp,
        deleted,
        deleted_at,
        edate,
        email,
        email_domain,
        email_empty,
        email_local,
        first_name as firstname,
        gravatar,
        hash,
        ip,
        last_name as lastname,
        mpp_tracking,
        organization_id as orgid,
        organization_name as orgname,
        phone,
        rating_tstamp,
        segmentio_id,
        sent_count as sentcnt,
        socialdata_lastcheck,
        user_agent as ua,
        updated_at as udate,
        updated_timestamp,
        updated_utc_timestamp

    from contacts
    where not is_deleted

)

select * from final
