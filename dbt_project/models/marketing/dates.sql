with

contacts as (

    select * from {{ ref('contacts') }}

),

deals as (

    select * from {{ ref('deals') }}

),

campaigns as (

    select * from {{ ref('campaigns') }}

),

memberships as (

    select * from {{ ref('contacts_list_activity') }}

),

events as (

    select cdate as occurred_at from contacts
    union all
    select cdate as occurred_at from deals
    union all
    select sdate as occurred_at from campaigns
    union all
    select coalesce(sdate, created_timestamp) as occurred_at from memberships

),

-- the product is not older than 2003: what is dated before is a mistake
bounds as (

    select
        {{ load_day() }} as last_day,
        least(
            min(cast(occurred_at as date)) filter (where occurred_at >= date '2003-01-01'),
            {{ load_day() }}
        ) as first_day

    from events

),

days as (

    select cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as day
    from bounds

),

final as (

    select
        day,
        cast(date_trunc('week', day) as date) as week,
        cast(date_trunc('month', day) as date) as month,
        cast(date_trunc('quarter', day) as date) as quarter,
        year(day) as year,
        isodow(day) as day_of_week,
        isodow(day) > 5 as is_weekend

    from days

)

select * from final
