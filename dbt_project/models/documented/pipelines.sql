with

pipelines as (

    select * from {{ ref('stg_activecampaign__deal_groups') }}

),

final as (

    select
        pipeline_id as id,
        all_groups as allgroups,
        all_users as allusers,
        auto_assign as autoassign,
        created_at as cdate,
        currency,
        title,
        updated_at as udate,
        win_probability_started_at as win_probability_initialize_date

    from pipelines
    where not is_deleted

)

select * from final
