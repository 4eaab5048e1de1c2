{{ config(materialized='table') }}

with

deals as (

    select * from {{ ref('stg_activecampaign__deals') }}
    where not is_deleted

),

-- what was deleted since is a part of the log too
activities as (

    select * from {{ ref('stg_activecampaign__deal_activities') }}
    where not is_deleted and data_type = 'status'

),

-- a deal may be closed, opened again and closed once more: the last entry counts
last_statuses as (

    select
        deal_id,
        coalesce(created_at, sort_date) as set_at,
        case data_action when '1' then 1 when '2' then 2 end as status

    from activities
    qualify row_number() over (
        partition by deal_id
        order by coalesce(created_at, sort_date) desc nulls last, deal_activity_id desc
    ) = 1

),

final as (

    select
        -- ids
        deals.id,
        deals.deal_id,
        deals.contact_id,
        deals.account_id,
        deals.owner_id,
        deals.pipeline_id,
        deals.stage_id,

        -- what it is, and worth
        deals.title as deal_title,
        case deals.status when 0 then 'open' when 1 then 'won' when 2 then 'lost' end
            as status_name,
        deals.win_probability / 100 as win_probability,
        {{ to_count('deals.value') }} as value_cents,
        {{ in_units(to_count('deals.value')) }} as value,
        coalesce(nullif(upper(trim(deals.currency)), ''), 'unknown') as currency,

        -- timestamps, UTC
        deals.created_at,
        deals.updated_at,
        case
            when deals.status in (1, 2) then coalesce(last_statuses.set_at, deals.updated_at)
        end as closed_at,
        case
            when last_statuses.set_at is not null then 'activity'
            when deals.status in (1, 2) and deals.updated_at is not null then 'mdate'
        end as closed_at_source

    from deals
    left join last_statuses
        on
            deals.deal_id = last_statuses.deal_id
            and deals.status = last_statuses.status

)

select * from final
