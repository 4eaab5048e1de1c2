with

task_type_outcomes as (

    select * from {{ ref('int_activecampaign__deal_tasktypes_unnested_by_outcome') }}

),

final as (

    select
        task_type_id as type_id,
        outcome_id as outcomes_id,
        display_order as outcomes_display_order

    from task_type_outcomes
    where not is_deleted

)

select * from final
