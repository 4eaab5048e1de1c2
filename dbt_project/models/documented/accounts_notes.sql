{{ config(materialized='view') }}

with

notes as (

    select * from {{ ref('stg_activecampaign__notes') }}

),

final as (

    select
        note_id as id,
        rel_id as account_id,
        created_at as cdate,
        is_draft,
        updated_at as mdate,
        note,
        owner_id,
        owner_type,
        user_id as userid

    from notes
    where reltype = 'CustomerAccount' and not is_deleted

)

select * from final
