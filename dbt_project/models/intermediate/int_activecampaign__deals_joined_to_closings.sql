{{ config(materialized='table') }}

with

deals as (

    select * from {{ ref('stg_activecampaign__deals') }}
    where not is_deleted

),

activities as (

    select * from {{ ref('stg_activecampaign__deal_activities') }}
    where not is_deleted and data_type = 'status'

),

-- a deal may be closed, opened again and closed once more: the last time counts
statuses_set as (

    select
        deal_id,
        case data_action when '1' then 'won' when '2' then 'lost' end as status_name,
        max(coalesce(created_at, sort_date)) as set_at

    from activities
    group by all

),

deals_by_status as (

    select
        deal_id,
        contact_id,
        account_id,
        owner_id,
        pipeline_id,
        stage_id,
        created_at,
        updated_at,
        case status when 0 then 'open' when 1 then 'won' when 2 then 'lost' end as status_name,
        {{ to_count('value') }} as value_cents,
        upper(currency) as currency

    from deals

),

final as (

    select
        -- ids
        deals_by_status.deal_id,
        deals_by_status.contact_id,
        deals_by_status.account_id,
        deals_by_status.owner_id,
        deals_by_status.pipeline_id,
        deals_by_status.stage_id,

        -- what it is worth
        deals_by_status.status_name,
        deals_by_status.value_cents,
        {{ in_units('deals_by_status.value_cents') }} as value,
        deals_by_status.currency,

        -- timestamps, UTC
        deals_by_status.created_at,
        case
            when deals_by_status.status_name in ('won', 'lost')
                then coalesce(statuses_set.set_at, deals_by_status.updated_at)
        end as closed_at,
        case
            when statuses_set.set_at is not null then 'activity'
            when
                deals_by_status.status_name in ('won', 'lost')
                and deals_by_status.updated_at is not null
                then 'mdate'
        end as closed_at_source

    from deals_by_status
    left join statuses_set
        on
            deals_by_status.deal_id = statuses_set.deal_id
            and deals_by_status.status_name = statuses_set.status_name

)

select * from final
