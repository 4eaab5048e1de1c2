with

dates as (

    select * from {{ ref('dates') }}

),

campaigns as (

    select * from {{ ref('campaign_performance') }}

),

intervals as (

    select * from {{ ref('list_membership_intervals') }}

),

-- of mails that go out one by one no day is known
sent_by_day as (

    select
        least(cast(sent_at as date), {{ load_day() }}) as day,
        count(*) as campaigns,
        sum(sent) as sent

    from campaigns
    where
        sent > 0
        and sent_at is not null
        and campaign_kind not in ('automation', 'responder', 'reminder', 'recurring', 'activerss')
    group by least(cast(sent_at as date), {{ load_day() }})

),

-- what happened while the load went over midnight belongs to its day
subscribers as (

    select
        contact_id,
        least(
            cast(coalesce(min(joined_at), (select min(dates.day) from dates)) as date),
            {{ load_day() }}
        ) as day

    from intervals
    where is_current
    group by contact_id

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
