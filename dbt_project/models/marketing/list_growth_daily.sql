with

intervals as (

    select * from {{ ref('list_membership_intervals') }}

),

dates as (

    select * from {{ ref('dates') }}

),

-- what happened while the load went over midnight belongs to its day; least() skips nulls
days_of_intervals as (

    select
        list_id,
        list_name,
        ended_as,
        case
            when joined_at is not null then least(cast(joined_at as date), {{ load_day() }})
        end as joined_on,
        case
            when coalesce(left_at, joined_at) is not null
                then least(cast(coalesce(left_at, joined_at) as date), {{ load_day() }})
        end as left_on

    from intervals

),

lists as (

    select
        list_id,
        any_value(list_name) as list_name,
        greatest(
            coalesce(min(joined_on), min(left_on), {{ load_day() }}),
            (select min(dates.day) from dates)
        ) as first_day

    from days_of_intervals
    group by list_id

),

events as (

    select
        list_id,
        joined_on as day,
        'joined' as event

    from days_of_intervals
    union all
    select
        list_id,
        left_on as day,
        ended_as as event

    from days_of_intervals
    where ended_as is not null

),

counted as (

    select
        lists.list_id,
        greatest(events.day, lists.first_day) as day,
        count_if(events.event = 'joined') as joined,
        count_if(events.event = 'unsubscribed') as unsubscribed,
        count_if(events.event = 'bounced') as bounced

    from events
    inner join lists
        on events.list_id = lists.list_id
    group by all

),

every_day as (

    select
        lists.list_id,
        lists.list_name,
        dates.day,
        coalesce(counted.joined, 0) as joined,
        coalesce(counted.unsubscribed, 0) as unsubscribed,
        coalesce(counted.bounced, 0) as bounced

    from lists
    inner join dates
        on lists.first_day <= dates.day
    left join counted
        on lists.list_id = counted.list_id and dates.day = counted.day

),

final as (

    select
        list_id,
        day,
        list_name,
        cast(joined as bigint) as joined,
        cast(unsubscribed as bigint) as unsubscribed,
        cast(bounced as bigint) as bounced,
        cast(joined - unsubscribed - bounced as bigint) as net,
        cast(
            sum(joined - unsubscribed - bounced) over (partition by list_id order by day)
            as bigint
        ) as active_at_end

    from every_day

)

select * from final
