with

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

visits as (

    select * from {{ ref('deal_stage_visits') }}

),

-- a deal that was in a stage twice counts once, by how it left the last time
followed as (

    select
        visits.pipeline_id,
        visits.stage_id,
        visits.pipeline_name,
        visits.stage_name,
        visits.stage_order,
        visits.ended_as,
        visits.days,
        cast(date_trunc('month', deals.created_at) as date) as cohort_month,
        lead(
            case
                when visits.moved in ('forward', 'backward') then visits.moved
                else 'elsewhere'
            end
        ) over (partition by visits.deal_id order by visits.visit_number) as moved_on,
        row_number() over (
            partition by visits.deal_id, visits.stage_id
            order by visits.visit_number desc
        ) = 1 as counts

    from visits
    inner join deals
        on visits.deal_id = deals.deal_id

),

counted as (

    select
        pipeline_id,
        stage_id,
        cohort_month,
        any_value(pipeline_name) as pipeline_name,
        any_value(stage_name) as stage_name,
        any_value(stage_order) as stage_order,
        count(*) filter (where counts) as entered,
        count(*) filter (where counts and ended_as = 'moved' and moved_on = 'forward') as advanced,
        count(*) filter (where counts and ended_as = 'moved' and moved_on = 'backward')
            as moved_back,
        count(*) filter (where counts and ended_as = 'moved' and moved_on = 'elsewhere')
            as moved_elsewhere,
        count(*) filter (where counts and ended_as = 'won') as won,
        count(*) filter (where counts and ended_as = 'lost') as lost,
        count(*) filter (where counts and ended_as is null) as still_there,
        count(*) as visits,
        median(days) as median_days

    from followed
    group by pipeline_id, stage_id, cohort_month

),

final as (

    select
        pipeline_id,
        stage_id,
        cohort_month,

        -- names
        pipeline_name,
        stage_name,
        stage_order,

        -- counts
        entered,
        advanced,
        moved_back,
        moved_elsewhere,
        won,
        lost,
        still_there,
        visits,

        -- how long, how many
        median_days,
        (advanced + won) / nullif(entered, 0) as conversion_rate

    from counted

)

select * from final
