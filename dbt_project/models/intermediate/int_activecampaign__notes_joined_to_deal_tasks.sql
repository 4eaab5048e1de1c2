with

notes as (

    select * from {{ ref('stg_activecampaign__notes') }}

),

deal_tasks as (

    select * from {{ ref('stg_activecampaign__deal_tasks') }}

),

final as (

    select
        -- ids
        notes.id,
        notes.note_id,
        notes.user_id,

        -- the note
        notes.reltype,
        notes.note,
        notes.is_draft,
        notes.created_at,
        notes.updated_at,

        -- load
        notes.is_deleted,
        notes.changed_in_run,
        notes.extracted_at,

        -- what it hangs on
        case notes.reltype when 'Deal' then notes.rel_id else deal_tasks.rel_id end as deal_id,
        case notes.reltype when 'DealTask' then notes.rel_id end as task_id

    from notes
    left join deal_tasks
        on notes.reltype = 'DealTask' and notes.rel_id = deal_tasks.task_id
    where
        notes.reltype in ('Deal', 'DealTask')
        -- a task may be a contact's or an account's; a note on an unknown one is not lost
        and coalesce(deal_tasks.reltype, 'Deal') = 'Deal'

)

select * from final
