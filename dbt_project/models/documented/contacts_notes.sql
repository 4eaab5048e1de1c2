{{ config(materialized='view') }}

with

notes as (

    select * from {{ ref('stg_activecampaign__notes') }}

),

final as (

    select
        note_id as id,
        created_at as cdate,
        is_draft,
        updated_at as mdate,
        note,
        rel_id as relid,
        reltype,
        user_id as userid

    from notes
    where reltype = 'Subscriber' and not is_deleted

)

select * from final
