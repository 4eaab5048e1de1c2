with

task_types as (

    select * from {{ ref('stg_activecampaign__deal_tasktypes') }}

),

final as (

    select
        task_type_id as id,
        created_at as cdate,
        created_by,
        created_utc_timestamp,
        default_duration as defduration,
        display_order,
        status,
        title,
        updated_at as udate,
        updated_by,
        updated_utc_timestamp

    from task_types
    where not is_deleted

)

select * from final
