{{ config(materialized='view') }}

with

contact_lists as (

    select * from {{ ref('stg_activecampaign__contact_lists') }}

),

final as (

    select
        contact_list_id as id,
        automation,
        autosync_log as autosynclog,
        campaign,
        contact_id as contact,
        created_timestamp,
        first_name,
        form,
        ip4_sub as ip4sub,
        ip4_unsub as ip4unsub,
        ip4_last,
        last_name,
        list_id as list,
        message,
        responder,
        sdate,
        series_id as seriesid,
        status,
        sync,
        udate,
        unsubreason,
        unsubscribe_automation as unsubscribeautomation,
        updated_timestamp

    from contact_lists
    where not is_deleted

)

select * from final
