with

events as (

    select min(cdate) as first_at from {{ ref('contacts') }}
    union all
    select min(cdate) as first_at from {{ ref('deals') }}
    union all
    select min(sdate) as first_at from {{ ref('campaigns') }}
    union all
    select min(sdate) as first_at from {{ ref('contacts_list_activity') }}

),

bounds as (

    select
        {{ load_day() }} as last_day,
        least(min(cast(first_at as date)), {{ load_day() }}) as first_day

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
