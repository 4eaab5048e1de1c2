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
        {{ to_number('data_action') }} as status,
        max(coalesce(created_at, sort_date)) as set_at

    from activities
    group by all

),

joined as (

    select
        deals.deal_id,
        deals.contact_id,
        deals.account_id,
        deals.owner_id,
        deals.pipeline_id,
        deals.stage_id,
        deals.created_at,
        statuses_set.set_at,
        {{ to_count('deals.value') }} as value_cents,
        case deals.status when 0 then 'open' when 1 then 'won' when 2 then 'lost' end
            as status_name,
        upper(deals.currency) as currency,
        coalesce(statuses_set.set_at, deals.updated_at) as closed_at

    from deals
    left join statuses_set
        on
            deals.deal_id = statuses_set.deal_id
            and deals.status = statuses_set.status
            and deals.status in (1, 2)

),

final as (

    select
        -- ids
        deal_id,
        contact_id,
        account_id,
        owner_id,
        pipeline_id,
        stage_id,

        -- what it is worth
        status_name,
        value_cents,
        {{ in_units('value_cents') }} as value,
        currency,

        -- timestamps, UTC
        created_at,
        case when status_name in ('won', 'lost') then closed_at end as closed_at,
        case
            when status_name in ('won', 'lost') and set_at is not null then 'activity'
            when status_name in ('won', 'lost') and closed_at is not null then 'mdate'
        end as closed_at_source

    from joined

)

select * from final
