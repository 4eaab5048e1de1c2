with

scores as (

    select * from {{ ref('stg_activecampaign__scores') }}

),

final as (

    select
        score_id as id,
        created_at as cdate,
        description as descript,
        updated_at as mdate,
        name,
        reltype,
        status

    from scores
    where not is_deleted

)

select * from final
