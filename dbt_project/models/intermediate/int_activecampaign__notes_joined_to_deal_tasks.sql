with

notes as (

    select * from {{ ref('stg_activecampaign__notes') }}

),

deal_tasks as (

    select * from {{ ref('stg_activecampaign__deal_tasks') }}

),

tasks as (

    -- beyond 2^53 two ids may be one double
    select
        task_id,
        min(rel_id) as rel_id,
        min(reltype) as reltype

    from deal_tasks
    where task_id is not null
    group by all

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
        case notes.reltype when 'Deal' then notes.rel_id else tasks.rel_id end as deal_id,
        case notes.reltype when 'DealTask' then notes.rel_id end as task_id

    from notes
    left join tasks
        on notes.reltype = 'DealTask' and notes.rel_id = tasks.task_id
    where
        notes.reltype in ('Deal', 'DealTask')
        -- a task may be a contact's or an account's; a note on an unknown one is not lost
        and (tasks.task_id is null or tasks.reltype = 'Deal')

)

select * from final
