with

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

activities as (

    select * from {{ ref('stg_activecampaign__deal_activities') }}
    where not is_deleted

),

-- stages and pipelines that are gone too: deals have been there
stages as (

    select * from {{ ref('stg_activecampaign__deal_stages') }}

),

pipelines as (

    select * from {{ ref('stg_activecampaign__deal_groups') }}

),

creations as (

    select
        deal_id,
        first(d_stage_id order by deal_activity_id) as stage_id,
        first(user_id order by deal_activity_id) as entered_by,
        first(automation_id order by deal_activity_id) as automation_id,
        min(coalesce(created_at, sort_date)) as entered_at

    from activities
    where data_action = 'add' and coalesce(data_type, '') = ''
    group by deal_id

),

moves as (

    select
        deal_activity_id,
        deal_id,
        user_id as entered_by,
        automation_id,
        {{ to_reference('data_old_value') }} as old_stage_id,
        coalesce(d_stage_id, {{ to_reference('data_action') }}) as stage_id,
        coalesce(created_at, sort_date) as entered_at

    from activities
    where data_type = 'd_stageid'

),

first_moves as (

    select
        deal_id,
        old_stage_id as stage_id

    from moves
    qualify row_number() over (partition by deal_id order by entered_at, deal_activity_id) = 1

),

-- the deal's first stage: what the log says; else what its first move left; else where it is
starts as (

    select
        deals.deal_id,
        creations.entered_by,
        creations.automation_id,
        case
            when creations.stage_id is not null then creations.stage_id
            when first_moves.deal_id is not null then first_moves.stage_id
            else deals.stage_id
        end as stage_id,
        coalesce(creations.entered_at, deals.created_at) as entered_at,
        case when creations.entered_at is null then 'deal' else 'activity' end as entered_at_source

    from deals
    left join creations
        on deals.deal_id = creations.deal_id
    left join first_moves
        on deals.deal_id = first_moves.deal_id

),

entries as (

    select
        deal_id,
        0 as part,
        null as deal_activity_id,
        null as old_stage_id,
        stage_id,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source

    from starts
    union all
    select
        moves.deal_id,
        1 as part,
        moves.deal_activity_id,
        moves.old_stage_id,
        moves.stage_id,
        moves.entered_by,
        moves.automation_id,
        moves.entered_at,
        'activity' as entered_at_source

    from moves
    inner join deals
        on moves.deal_id = deals.deal_id

),

followed as (

    select
        deal_id,
        part,
        deal_activity_id,
        old_stage_id,
        stage_id,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source,
        lag(stage_id) over in_order as stage_before,
        lead(deal_id) over in_order is null as is_last

    from entries
    where stage_id is not null
    window in_order as (partition by deal_id order by part, entered_at, deal_activity_id)

),

-- a move that the log lacks shows where the next one left, or where the deal is now
all_entries as (

    select
        deal_id,
        part,
        entered_at as sorted_at,
        deal_activity_id,
        true as is_logged,
        stage_id,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source

    from followed
    union all by name
    select
        deal_id,
        part,
        entered_at as sorted_at,
        deal_activity_id,
        false as is_logged,
        old_stage_id as stage_id,
        'inferred' as entered_at_source

    from followed
    where old_stage_id <> stage_before
    union all by name
    select
        followed.deal_id,
        2 as part,
        false as is_logged,
        deals.stage_id,
        'inferred' as entered_at_source

    from followed
    inner join deals
        on followed.deal_id = deals.deal_id
    where followed.is_last and followed.stage_id <> deals.stage_id

),

-- an entry that changes nothing begins no visit
changes as (

    select
        deal_id,
        part,
        sorted_at,
        deal_activity_id,
        is_logged,
        stage_id,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source

    from all_entries
    qualify stage_id is distinct from lag(stage_id) over (
        partition by deal_id
        order by part, sorted_at, deal_activity_id, is_logged
    )

),

visits as (

    select
        changes.deal_id,
        changes.stage_id,
        stages.title as stage_name,
        stages.stage_order,
        pipelines.title as pipeline_name,
        changes.entered_by,
        changes.automation_id,
        changes.entered_at,
        changes.entered_at_source,
        deals.status_name,
        deals.closed_at,
        coalesce(
            stages.pipeline_id,
            case when changes.stage_id = deals.stage_id then deals.pipeline_id end
        ) as pipeline_id,
        row_number() over in_order as visit_number,
        lead(changes.deal_id) over in_order is null as is_last,
        lead(changes.entered_at) over in_order as next_entered_at,
        lag(stages.stage_order) over in_order as order_before,
        lag(stages.pipeline_id) over in_order as pipeline_before

    from changes
    inner join deals
        on changes.deal_id = deals.deal_id
    left join stages
        on changes.stage_id = stages.stage_id
    left join pipelines
        on stages.pipeline_id = pipelines.pipeline_id
    window in_order as (
        partition by changes.deal_id
        order by changes.part, changes.sorted_at, changes.deal_activity_id, changes.is_logged
    )

),

ended as (

    select
        deal_id,
        visit_number,
        pipeline_id,
        pipeline_name,
        stage_id,
        stage_name,
        stage_order,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source,
        case
            when pipeline_id <> pipeline_before then 'other pipeline'
            when stage_order > order_before then 'forward'
            when stage_order < order_before then 'backward'
        end as moved,
        case
            when not is_last then 'moved'
            when status_name in ('won', 'lost') then status_name
        end as ended_as,
        -- a deal may be moved once it is closed
        case
            when not is_last then next_entered_at
            when status_name in ('won', 'lost') then greatest(closed_at, entered_at)
        end as left_at

    from visits

),

final as (

    select
        deal_id,
        visit_number,

        -- where
        pipeline_id,
        pipeline_name,
        stage_id,
        stage_name,
        {{ to_count('stage_order') }} as stage_order,

        -- how
        moved,
        entered_by,
        automation_id,
        ended_as,
        ended_as is null as is_current,
        entered_at_source,

        -- how long
        epoch(left_at - entered_at) / 86400 as days,
        entered_at,
        left_at

    from ended

)

select * from final
