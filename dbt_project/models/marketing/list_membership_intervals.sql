{%- set snapshot = taken('contact_lists_snapshot') -%}

with

memberships as (

    select * from {{ ref('contacts_list_activity') }}

),

contacts as (

    select * from {{ ref('contacts') }}

),

lists as (

    select * from {{ ref('lists') }}

),

states as (

    select
        id,
        contact as contact_id,
        list as list_id,
        status,
        form as form_id,
        seriesid as automation_id,
        sourceid as source_id,
        udate,
        false as is_from_snapshot,
        null as seen_at,
        coalesce(sdate, created_timestamp) as joined_at,
        coalesce(udate, updated_timestamp) as unsubscribed_at

    from memberships
    {% if snapshot %}
        union all
        select
            contact_list_id as id,
            contact_id,
            list_id,
            status,
            form_id,
            series_id as automation_id,
            source_id,
            udate,
            true as is_from_snapshot,
            dbt_valid_from as seen_at,
            sdate as joined_at,
            udate as unsubscribed_at

        from {{ snapshot }}
        where
            sdate is not null
            and contact_list_id in (select memberships.id from memberships)
    {% endif %}

),

-- the last that is known of each time the contact subscribed; the unconfirmed are not on the list
subscriptions as (

    select
        id,
        contact_id,
        list_id,
        status,
        form_id,
        automation_id,
        source_id,
        udate,
        is_from_snapshot,
        seen_at,
        joined_at,
        unsubscribed_at

    from states
    where status in (1, 2, 3) and contact_id is not null and list_id is not null
    {% if snapshot %}
        qualify row_number() over (
            partition by id, joined_at
            order by is_from_snapshot asc, seen_at desc
        ) = 1
    {% endif %}

),

-- the API keeps when a contact left last, also once the contact is back
followed as (

    select
        id,
        contact_id,
        list_id,
        status,
        form_id,
        automation_id,
        source_id,
        udate,
        is_from_snapshot,
        seen_at,
        joined_at,
        unsubscribed_at,
        {% if snapshot %}
            lead(joined_at) over following as next_joined_at,
            lead(udate) over following as next_udate
        {% else %}
            -- each membership stands here once, and sorting millions takes longer than all else
            cast(null as timestamp) as next_joined_at,
            cast(null as timestamp) as next_udate
        {% endif %}
    from subscriptions
    {% if snapshot %}
        window following as (partition by id order by is_from_snapshot desc, joined_at asc)
    {% endif %}

),

ended as (

    select
        followed.id,
        followed.contact_id,
        followed.list_id,
        followed.form_id,
        followed.automation_id,
        followed.source_id,
        followed.is_from_snapshot,
        followed.joined_at,
        followed.next_joined_at,
        lists.name as list_name,
        case
            when followed.status = 2 then 'unsubscribed'
            when followed.status = 3 then 'bounced'
            when
                followed.next_udate > followed.joined_at
                and followed.next_udate <= followed.next_joined_at
                then 'unsubscribed'
        end as ended_as,
        case followed.status
            when 1 then followed.next_udate
            when 2 then followed.unsubscribed_at
            when 3 then cast(contacts.bounced_date as timestamp)
        end as ended_at

    from followed
    left join contacts
        on followed.contact_id = contacts.id
    left join lists
        on followed.list_id = lists.id

),

explained as (

    select
        id as membership_id,
        contact_id,
        list_id,
        joined_at,
        list_name,
        source_id,
        ended_as,
        is_from_snapshot,
        case
            when form_id > 0 then 'form'
            when automation_id > 0 then 'automation'
            when source_id = 4 then 'api'
        end as joined_by,
        nullif(form_id, 0) as form_id,
        nullif(automation_id, 0) as automation_id,
        ended_as is null as is_current,
        case
            when ended_as is not null and ended_at is not null
                then least(greatest(ended_at, joined_at), next_joined_at)
        end as left_at

    from ended
    where
        not is_from_snapshot
        or (ended_as is not null and joined_at < coalesce(next_joined_at, 'infinity'))

),

final as (

    select
        membership_id,
        contact_id,
        list_id,
        joined_at,
        list_name,
        joined_by,
        form_id,
        automation_id,
        source_id,
        ended_as,
        is_current,
        is_from_snapshot,
        left_at

    from explained

)

select * from final
