with

user_groups as (

    select * from {{ ref('stg_activecampaign__user_groups') }}

),

final as (

    select
        user_id,
        created_at as usergroups_cdate,
        group_id as usergroups_groupid,
        updated_at as usergroups_udate

    from user_groups
    where not is_deleted

)

select * from final
