with

memberships as (

    select * from {{ ref('contacts_list_activity') }}

),

lists as (

    select * from {{ ref('lists') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

unsubscribed as (

    select
        list as list_id,
        {{ to_number('campaign') }} as campaign_id,
        udate,
        coalesce(
            nullif(regexp_replace(lower(trim(unsubreason)), '\s+', ' ', 'g'), ''),
            'none given'
        ) as reason

    from memberships
    where status = 2

),

counted as (

    select
        list_id,
        campaign_id,
        reason,
        count(*) as unsubscribed,
        count(*) / sum(count(*)) over (partition by list_id, campaign_id) as reason_share,
        min(udate) as first_unsubscribed_at,
        max(udate) as last_unsubscribed_at

    from unsubscribed
    group by list_id, campaign_id, reason

),

final as (

    select
        -- what it is
        counted.list_id,
        counted.campaign_id,
        counted.reason,
        lists.name as list_name,
        campaigns.name as campaign_name,

        -- counts
        counted.unsubscribed,

        -- rates
        counted.reason_share,

        -- timestamps, UTC
        counted.first_unsubscribed_at,
        counted.last_unsubscribed_at

    from counted
    left join lists
        on counted.list_id = lists.id
    left join campaigns
        on counted.campaign_id = campaigns.id

)

select * from final
