with

links as (

    select * from {{ ref('stg_activecampaign__links') }}
    where not is_deleted

),

link_data as (

    select * from {{ ref('stg_activecampaign__link_data') }}
    where not is_deleted

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

campaign_clicks as (

    select
        campaign_id,
        sum(linkclicks) as campaign_clicks

    from links
    where message_id is not null
    group by campaign_id

),

logged as (

    select
        link_id,
        count(*) as logged_clicks,
        count(distinct contact_id) as logged_contacts,
        min(occurred_at) as first_logged_at,
        max(occurred_at) as last_logged_at

    from link_data
    group by link_id

),

final as (

    select
        -- what it is
        links.link_id,
        links.campaign_id,
        links.message_id,
        campaigns.name as campaign_name,
        links.link as url,
        links.name as link_name,
        links.message_id is null as is_total,
        links.tracked = 1 as is_tracked,

        -- counts
        {{ to_count('links.linkclicks') }} as clicks,
        {{ to_count('links.uniquelinkclicks') }} as clicked,
        coalesce(logged.logged_clicks, 0) as logged_clicks,
        coalesce(logged.logged_contacts, 0) as logged_contacts,

        -- rates
        links.linkclicks / nullif(campaign_clicks.campaign_clicks, 0) as click_share,

        -- timestamps, UTC
        logged.first_logged_at,
        logged.last_logged_at

    from links
    left join campaigns
        on links.campaign_id = campaigns.id
    left join campaign_clicks
        on links.campaign_id = campaign_clicks.campaign_id
    left join logged
        on links.link_id = logged.link_id

)

select * from final
