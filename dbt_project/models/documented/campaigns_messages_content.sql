with

messages as (

    select * from {{ ref('stg_activecampaign__messages') }}

),

final as (

    select
        message_id as id,
        created_at as cdate,
        charset,
        ed_instance_id as ed_instanceid,
        ed_version,
        encoding,
        format,
        fromemail,
        fromname,
        has_predictive_content,
        hidden,
        htmlfetch,
        updated_at as mdate,
        name,
        preheader_text,
        preview_data,
        preview_mime,
        priority,
        reply2,
        subject,
        text,
        textfetch,
        user_id as userid

    from messages
    where not is_deleted

)

select * from final
