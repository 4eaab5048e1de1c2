with

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

-- what was deleted since is a part of the log too
activities as (

    select * from {{ ref('stg_activecampaign__deal_activities') }}
    where not is_deleted

),

-- stages and pipelines that are gone too: deals have been there
deal_stages as (

    select * from {{ ref('stg_activecampaign__deal_stages') }}

),

pipelines as (

    select * from {{ ref('stg_activecampaign__deal_groups') }}

),

-- beyond 2^53 two ids may be one double
stages as (

    select
        deal_stages.stage_id,
        any_value(deal_stages.title) as stage_name,
        any_value(deal_stages.stage_order) as stage_order,
        any_value(deal_stages.pipeline_id) as pipeline_id,
        any_value(pipelines.title) as pipeline_name

    from deal_stages
    left join pipelines
        on deal_stages.pipeline_id = pipelines.pipeline_id
    group by deal_stages.stage_id

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

-- a move without a date has no place among the others: it is taken for one that the log lacks
moves as (

    select
        activities.deal_id,
        activities.deal_activity_id,
        activities.user_id as entered_by,
        activities.automation_id,
        'activity' as entered_at_source,
        {{ to_reference('activities.data_old_value') }} as old_stage_id,
        coalesce(activities.d_stage_id, {{ to_reference('activities.data_action') }}) as stage_id,
        coalesce(activities.created_at, activities.sort_date) as entered_at

    from activities
    inner join deals
        on activities.deal_id = deals.deal_id
    where
        activities.data_type = 'd_stageid'
        and coalesce(activities.created_at, activities.sort_date) is not null

),

first_moves as (

    select
        deal_id,
        old_stage_id,
        entered_at

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
            when first_moves.deal_id is not null then first_moves.old_stage_id
            else deals.stage_id
        end as stage_id,
        coalesce(creations.entered_at, deals.created_at) as came_at,
        least(first_moves.entered_at, deals.closed_at) as gone_at,
        if(came_at > gone_at, null, came_at) as entered_at,
        case
            when came_at is null or came_at > gone_at then 'inferred'
            when creations.entered_at is null then 'deal'
            else 'activity'
        end as entered_at_source

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
        stage_id,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source

    from starts
    union all by name
    select
        deal_id,
        1 as part,
        deal_activity_id,
        old_stage_id,
        stage_id,
        entered_by,
        automation_id,
        entered_at,
        entered_at_source

    from moves

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
        followed.entered_at as sorted_at,
        false as is_logged,
        deals.stage_id,
        'inferred' as entered_at_source

    from followed
    inner join deals
        on followed.deal_id = deals.deal_id
    where followed.is_last and followed.stage_id <> deals.stage_id

),

-- an entry that changes nothing begins no visit, and neither does a move of a closed deal
changes as (

    select
        all_entries.deal_id,
        all_entries.part,
        all_entries.sorted_at,
        all_entries.deal_activity_id,
        all_entries.is_logged,
        all_entries.stage_id,
        all_entries.entered_by,
        all_entries.automation_id,
        all_entries.entered_at,
        all_entries.entered_at_source,
        deals.closed_at,
        nullif(deals.status_name, 'open') as closed_as

    from all_entries
    inner join deals
        on all_entries.deal_id = deals.deal_id
    where
        all_entries.part = 0
        or coalesce(all_entries.sorted_at <= deals.closed_at, true)
    qualify all_entries.stage_id is distinct from lag(all_entries.stage_id) over (
        partition by all_entries.deal_id
        order by
            all_entries.part,
            all_entries.sorted_at,
            all_entries.deal_activity_id,
            all_entries.is_logged
    )

),

visits as (

    select
        changes.deal_id,
        stages.pipeline_id,
        stages.pipeline_name,
        changes.stage_id,
        stages.stage_name,
        stages.stage_order,
        changes.entered_by,
        changes.automation_id,
        changes.entered_at,
        changes.entered_at_source,
        case when changes.is_logged then changes.deal_activity_id end as deal_activity_id,
        row_number() over in_order as visit_number,
        if(lead(changes.deal_id) over in_order is null, changes.closed_as, 'moved') as ended_as,
        case
            when ended_as = 'moved' then lead(changes.entered_at) over in_order
            else changes.closed_at
        end as left_at,
        lag(stages.stage_order) over in_order as order_before,
        lag(stages.pipeline_id) over in_order as pipeline_before

    from changes
    left join stages
        on changes.stage_id = stages.stage_id
    window in_order as (
        partition by changes.deal_id
        order by changes.part, changes.sorted_at, changes.deal_activity_id, changes.is_logged
    )

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
        case
            when pipeline_id <> pipeline_before then 'other pipeline'
            when stage_order > order_before then 'forward'
            when stage_order < order_before then 'backward'
        end as moved,
        entered_by,
        automation_id,
        ended_as,
        ended_as is null as is_current,
        entered_at_source,
        deal_activity_id,

        -- how long
        epoch(left_at - entered_at) / 86400 as days,
        entered_at,
        left_at

    from visits

)

select * from final
