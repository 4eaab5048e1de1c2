with

bounce_logs as (

    select * from {{ ref('stg_activecampaign__bounce_logs') }}
    where not is_deleted

),

intervals as (

    select * from {{ ref('list_membership_intervals') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

bounces as (

    select
        bounce_logs.contact_id,
        date_trunc('week', coalesce(bounce_logs.occurred_at, bounce_logs.created_at)) as week,
        {{ email_domain('coalesce(bounce_logs.email, contacts.email)') }} as email_domain,
        coalesce(cast({{ to_count('bounce_logs.code_id') }} as varchar), 'unknown') as bounce_code,
        regexp_extract(bounce_logs.error, '\b([45])\d\d\b', 1) as reply_class

    from bounce_logs
    left join contacts
        on bounce_logs.contact_id = contacts.id

),

bounces_by_code as (

    select
        cast(week as date) as week,
        email_domain,
        bounce_code,
        count(*) as bounces,
        count_if(reply_class = '5') as hard_bounced,
        count_if(reply_class = '4') as soft_bounced,
        count(distinct contact_id) as contacts

    from bounces
    where week is not null
    group by all

),

-- once a contact, who may have many memberships
domains as (

    select
        id as contact_id,
        {{ email_domain('email') }} as email_domain

    from contacts

),

-- a membership without a date of its beginning was there from the start
dated as (

    select
        intervals.left_at,
        coalesce(domains.email_domain, 'unknown') as email_domain,
        coalesce(intervals.joined_at, timestamp '1970-01-01') as joined_at

    from intervals
    left join domains
        on intervals.contact_id = domains.contact_id
    where
        intervals.is_current
        or (intervals.ended_as = 'unsubscribed' and intervals.left_at is not null)

),

moves as (

    select
        email_domain,
        date_trunc('week', least(joined_at, left_at)) as week,
        1 as joined,
        0 as gone

    from dated
    union all
    select
        email_domain,
        date_trunc('week', left_at) as week,
        0 as joined,
        1 as gone

    from dated
    where left_at is not null

),

moves_by_week as (

    select
        cast(week as date) as week,
        email_domain,
        sum(joined) as joined,
        sum(gone) as gone

    from moves
    group by all

),

-- on the list at some time of the week: who came until its end, less who left before it
subscribed_by_week as (

    select
        week,
        email_domain,
        gone as unsubscribed,
        gone + sum(joined - gone) over (partition by email_domain order by week) as subscribed

    from moves_by_week

),

counted as (

    select
        week,
        email_domain,
        bounce_code,
        bounces,
        hard_bounced,
        soft_bounced,
        contacts

    from bounces_by_code
    union all by name
    select
        week,
        email_domain,
        'none' as bounce_code,
        unsubscribed,
        subscribed

    from subscribed_by_week
    where unsubscribed > 0

),

final as (

    select
        week,
        email_domain,
        bounce_code,

        -- counts
        {{ to_count('bounces') }} as bounces,
        {{ to_count('hard_bounced') }} as hard_bounced,
        {{ to_count('soft_bounced') }} as soft_bounced,
        {{ to_count('contacts') }} as contacts,
        {{ to_count('unsubscribed') }} as unsubscribed,
        {{ to_count('subscribed') }} as subscribed,

        -- rates
        unsubscribed / nullif(subscribed, 0) as unsubscribe_rate

    from counted

)

select * from final
