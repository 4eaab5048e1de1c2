with

outcomes as (

    select * from {{ ref('stg_activecampaign__task_outcomes') }}

),

final as (

    select
        outcome_id as id,
        created_by,
        created_utc_timestamp,
        disabled,
        sentiment,
        title,
        updated_by,
        updated_utc_timestamp

    from outcomes
    where not is_deleted

)

select * from final
