with

task_types as (

    select * from {{ ref('stg_activecampaign__deal_tasktypes') }}

),

relations as (

    select * from {{ ref('stg_activecampaign__tasktype_outcome_rels') }}

),

existing_relations as (

    select
        task_type_id,
        outcome_id,
        min(display_order) as display_order

    from relations
    where not is_deleted
    group by all

),

with_list as (

    select
        id,
        task_type_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        -- PHP writes a list with gaps as an object
        case json_type(try_cast(outcomes as json))
            when 'ARRAY' then json_extract(outcomes, '$[*]')
            when 'OBJECT' then json_extract(outcomes, '$.*')
        end as outcomes

    from task_types

),

elements as (

    select
        id,
        task_type_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        unnest(outcomes) as element

    from with_list

),

listed as (

    -- an element is an object of id and display_order, or the id alone
    select
        id,
        task_type_id,
        element ->> if(json_type(element) = 'OBJECT', '$.id', '$') as outcome,
        element ->> 'display_order' as outcome_order,
        {{ to_reference('outcome') }} as outcome_id,
        {{ to_number('outcome_order') }} as display_order,
        is_deleted,
        changed_in_run,
        extracted_at

    from elements
    where coalesce(outcome, '') not in ('', '0')

),

related as (

    -- stands in where a type has no list of its own
    select
        with_list.id,
        with_list.task_type_id,
        null as outcome,
        null as outcome_order,
        existing_relations.outcome_id,
        existing_relations.display_order,
        with_list.is_deleted,
        with_list.changed_in_run,
        with_list.extracted_at

    from with_list
    inner join existing_relations
        on with_list.task_type_id = existing_relations.task_type_id
    where with_list.outcomes is null

),

ordered as (

    select
        listed.id,
        listed.task_type_id,
        listed.outcome_id,
        coalesce(listed.display_order, existing_relations.display_order) as display_order,
        listed.outcome,
        listed.outcome_order,
        listed.is_deleted,
        listed.changed_in_run,
        listed.extracted_at

    from listed
    left join existing_relations
        on
            listed.task_type_id = existing_relations.task_type_id
            and listed.outcome_id = existing_relations.outcome_id

    union all

    select
        related.id,
        related.task_type_id,
        related.outcome_id,
        related.display_order,
        related.outcome,
        related.outcome_order,
        related.is_deleted,
        related.changed_in_run,
        related.extracted_at

    from related

),

final as (

    -- a list may name an outcome twice
    select
        id,
        task_type_id,
        outcome_id,
        display_order,
        outcome,
        outcome_order,
        is_deleted,
        changed_in_run,
        extracted_at

    from ordered
    qualify
        outcome_id is null
        or row_number() over (partition by id, outcome_id order by display_order) = 1

)

select * from final
