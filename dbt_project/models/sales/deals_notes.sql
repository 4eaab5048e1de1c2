with

notes as (

    select * from {{ ref('int_activecampaign__notes_joined_to_deal_tasks') }}

),

final as (

    select
        note_id as id,
        deal_id,
        task_id,
        created_at as cdate,
        is_draft,
        updated_at as mdate,
        note,
        reltype,
        user_id as userid

    from notes
    where not is_deleted

)

select * from final
