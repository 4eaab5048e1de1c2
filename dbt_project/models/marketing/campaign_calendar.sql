with

dates as (

    select * from {{ ref('dates') }}

),

campaigns as (

    select * from {{ ref('campaign_performance') }}

),

memberships as (

    select * from {{ ref('contacts_list_activity') }}

),

-- of mails that go out one by one no day is known
sent_by_day as (

    select
        cast(sent_at as date) as day,
        count(*) as campaigns,
        sum(sent) as sent

    from campaigns
    where
        sent > 0
        and campaign_kind not in ('automation', 'responder', 'reminder', 'recurring', 'activerss')
    group by cast(sent_at as date)

),

subscribers as (

    select
        contact,
        cast(coalesce(min(sdate), (select min(dates.day) from dates)) as date) as day

    from memberships
    where status = 1
    group by contact

),

subscribers_by_day as (

    select
        day,
        count(*) as subscribers

    from subscribers
    group by day

),

rolled as (

    select
        dates.day,
        coalesce(sent_by_day.campaigns, 0) as campaigns,
        {{ to_count('coalesce(sent_by_day.sent, 0)') }} as sent,
        {{ to_count('sum(coalesce(sent_by_day.sent, 0)) over last_7_days') }} as sent_7_days,
        {{ to_count('sum(coalesce(sent_by_day.sent, 0)) over last_30_days') }} as sent_30_days,
        {{ to_count('sum(coalesce(subscribers_by_day.subscribers, 0)) over until_then') }}
            as subscribers

    from dates
    left join sent_by_day
        on dates.day = sent_by_day.day
    left join subscribers_by_day
        on dates.day = subscribers_by_day.day
    window
        until_then as (order by dates.day),
        last_7_days as (order by dates.day rows between 6 preceding and current row),
        last_30_days as (order by dates.day rows between 29 preceding and current row)

),

final as (

    select
        day,

        -- counts
        campaigns,
        sent,
        sent_7_days,
        sent_30_days,
        subscribers,

        -- fatigue
        sent_7_days / nullif(subscribers, 0) as sent_per_subscriber_7_days,
        sent_30_days / nullif(subscribers, 0) as sent_per_subscriber_30_days

    from rolled

)

select * from final
