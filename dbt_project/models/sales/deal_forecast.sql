with

deals as (

    select * from {{ ref('deal_pipeline') }}

),

visits as (

    select * from {{ ref('deal_stage_visits') }}

),

-- of all deals that were ever in a stage and are closed, how many were won
visitors as (

    select distinct
        visits.stage_id,
        deals.deal_id,
        deals.status_name

    from visits
    inner join deals
        on visits.deal_id = deals.deal_id
    where deals.status_name in ('won', 'lost')

),

histories as (

    select
        stage_id,
        count(*) as closed_deals,
        count_if(status_name = 'won') / count(*) as win_rate

    from visitors
    group by stage_id

),

-- decimals, which add up to the same in any order
weighted as (

    select
        deals.pipeline_id,
        deals.stage_id,
        deals.owner_id,
        deals.currency,
        deals.pipeline_name,
        deals.stage_name,
        deals.stage_order,
        deals.owner_name,
        deals.value_cents,
        deals.value,
        deals.win_probability,
        histories.closed_deals,
        histories.win_rate,
        try_cast(
            cast(deals.value as double) * deals.win_probability as decimal(30, 10)
        ) as product_value,
        try_cast(
            cast(deals.value as double) * histories.win_rate as decimal(30, 10)
        ) as history_value

    from deals
    left join histories
        on deals.stage_id = histories.stage_id
    where deals.status_name = 'open'

),

summed as (

    select
        pipeline_id,
        stage_id,
        owner_id,
        currency,
        any_value(pipeline_name) as pipeline_name,
        any_value(stage_name) as stage_name,
        any_value(stage_order) as stage_order,
        any_value(owner_name) as owner_name,
        count(*) as deals,
        count(win_probability) as deals_by_product,
        count(*) filter (where win_probability is null and win_rate is not null)
            as deals_by_history,
        count(*) filter (where win_probability is null and win_rate is null) as deals_unweighted,
        {{ to_count('sum(value_cents)') }} as value_cents,
        {{ to_count(
            'coalesce(sum(value_cents) filter (where coalesce(win_probability, win_rate) is null), 0)'
        ) }} as unweighted_value_cents,
        cast(sum(coalesce(product_value, history_value)) as double) as expected_value,
        cast(sum(product_value) as double) as product_value,
        cast(sum(history_value) as double) as history_value,
        any_value(win_rate) as stage_win_rate,
        coalesce(any_value(closed_deals), 0) as stage_closed_deals

    from weighted
    group by pipeline_id, stage_id, owner_id, currency

),

final as (

    select
        pipeline_id,
        stage_id,
        owner_id,
        currency,

        -- names
        pipeline_name,
        stage_name,
        stage_order,
        owner_name,

        -- counts
        deals,
        deals_by_product,
        deals_by_history,
        deals_unweighted,

        -- money
        value_cents,
        {{ in_units('value_cents') }} as value,
        unweighted_value_cents,
        {{ in_units('unweighted_value_cents') }} as unweighted_value,
        expected_value,
        product_value,
        history_value,

        -- the stage's own history
        stage_win_rate,
        stage_closed_deals

    from summed

)

select * from final
