with

campaigns as (

    select * from {{ ref('stg_activecampaign__campaigns') }}
    where not is_deleted

),

campaign_messages as (

    select * from {{ ref('stg_activecampaign__campaign_messages') }}
    where not is_deleted

),

campaign_lists as (

    select * from {{ ref('stg_activecampaign__campaign_lists') }}
    where not is_deleted

),

automations as (

    select * from {{ ref('stg_activecampaign__automations') }}
    where not is_deleted

),

-- a campaign writes 0 where its messages write that verified opens are not counted
verified as (

    select
        campaign_id,
        count(verified_unique_opens) > 0 as is_counted

    from campaign_messages
    group by campaign_id

),

lists as (

    select
        campaign_id,
        count(distinct list_id) as lists,
        string_agg(distinct name, ', ' order by name) as list_names

    from campaign_lists
    group by campaign_id

),

joined as (

    select
        campaigns.campaign_id,
        campaigns.name as campaign_name,
        nullif(campaigns.series_id, 0) as automation_id,
        automations.name as automation_name,
        nullif(campaigns.real_campaign_id, 0) as part_of_campaign_id,
        nullif(campaigns.split_winner_message_id, 0) as winner_message_id,
        coalesce(lists.lists, 0) as lists,
        lists.list_names,
        campaigns.sdate as sent_at,
        campaigns.ldate as last_sent_at,
        case
            when campaigns.series_id <> 0 then 'automation'
            else campaigns.campaign_type
        end as campaign_kind,
        case campaigns.status
            when 0 then 'draft'
            when 1 then 'scheduled'
            when 2 then 'sending'
            when 3 then 'paused'
            when 4 then 'stopped'
            when 5 then 'completed'
        end as campaign_status,
        {{ to_count('campaigns.send_amt') }} as sent,
        {{ to_count('campaigns.send_amt - campaigns.hardbounces - campaigns.softbounces') }}
            as delivered,
        {{ to_count('campaigns.hardbounces') }} as hard_bounced,
        {{ to_count('campaigns.softbounces') }} as soft_bounced,
        {{ to_count('campaigns.subscriberclicks') }} as clicked,
        {{ to_count('campaigns.linkclicks') }} as clicks,
        {{ to_count('campaigns.uniqueopens') }} as opened,
        {{ to_count('campaigns.opens') }} as opens,
        case
            when coalesce(verified.is_counted, true)
                then {{ to_count('campaigns.verified_unique_opens') }}
        end as verified_opened,
        {{ to_count('campaigns.unsubscribes') }} as unsubscribed,
        {{ to_count('campaigns.replies') }} as replies,
        {{ to_count('campaigns.forwards') }} as forwards

    from campaigns
    left join automations
        on campaigns.series_id = automations.automation_id
    left join lists
        on campaigns.campaign_id = lists.campaign_id
    left join verified
        on campaigns.campaign_id = verified.campaign_id

),

final as (

    select
        -- what it is
        campaign_id,
        campaign_name,
        campaign_kind,
        campaign_status,
        automation_id,
        automation_name,
        part_of_campaign_id,
        winner_message_id,
        lists,
        list_names,

        -- counts
        sent,
        delivered,
        hard_bounced,
        soft_bounced,
        clicked,
        clicks,
        opened,
        opens,
        verified_opened,
        unsubscribed,
        replies,
        forwards,

        -- rates
        clicked / nullif(delivered, 0) as click_rate,
        unsubscribed / nullif(delivered, 0) as unsubscribe_rate,
        (hard_bounced + soft_bounced) / nullif(sent, 0) as bounce_rate,
        clicked / nullif(opened, 0) as click_to_open_rate,
        opened / nullif(delivered, 0) as open_rate,
        verified_opened / nullif(delivered, 0) as verified_open_rate,
        case
            when click_rate is not null
                then rank() over (
                    partition by campaign_kind
                    order by click_rate desc nulls last
                )
        end as click_rate_rank,

        -- timestamps, UTC
        case
            when sent > 0
                then date_diff('day', cast(sent_at as date), {{ load_day() }})
        end as days_since_sent,
        sent_at,
        last_sent_at

    from joined

)

select * from final
