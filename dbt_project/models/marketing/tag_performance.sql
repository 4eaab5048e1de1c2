with

tags as (

    select * from {{ ref('stg_activecampaign__tags') }}
    where not is_deleted

),

contacts_tags as (

    select * from {{ ref('contacts_tags') }}
    where tag_id is not null

),

deals as (

    select * from {{ ref('deals') }}

),

winners as (

    select distinct contact
    from deals
    where status = 1

),

counted as (

    select
        contacts_tags.tag_id,
        count(distinct contacts_tags.contact) as contacts,
        count(distinct contacts_tags.contact) filter (
            where cast(contacts_tags.cdate as date) > {{ load_day() }} - 30
        ) as new_contacts_30d,
        count(distinct winners.contact) as contacts_with_won_deal,
        min(contacts_tags.cdate) as first_tagged_at,
        max(contacts_tags.cdate) as last_tagged_at

    from contacts_tags
    left join winners
        on contacts_tags.contact = winners.contact
    group by contacts_tags.tag_id

),

named as (

    select
        tags.tag_name,
        tags.tag_type,
        counted.first_tagged_at,
        counted.last_tagged_at,
        coalesce(tags.tag_id, counted.tag_id) as tag_id,
        coalesce(counted.contacts, 0) as contacts,
        coalesce(counted.new_contacts_30d, 0) as new_contacts_30d,
        coalesce(counted.contacts_with_won_deal, 0) as contacts_with_won_deal,
        counted.contacts_with_won_deal / nullif(counted.contacts, 0) as won_deal_rate

    from tags
    full outer join counted
        on tags.tag_id = counted.tag_id

),

final as (

    select
        tag_id,
        tag_name,
        tag_type,
        contacts,
        new_contacts_30d,
        contacts_with_won_deal,
        won_deal_rate,
        first_tagged_at,
        last_tagged_at

    from named

)

select * from final
