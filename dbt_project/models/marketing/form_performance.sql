with

forms as (

    select * from {{ ref('stg_activecampaign__forms') }}
    where not is_deleted

),

memberships as (

    select * from {{ ref('contacts_list_activity') }}
    where form > 0

),

counted as (

    select
        form as form_id,
        count(*) as memberships,
        count(*) filter (where status = 1) as subscribed,
        count(*) filter (where status = 2) as unsubscribed

    from memberships
    group by form

),

named as (

    select
        forms.name as form_name,
        {{ to_count('forms.entries') }} as submissions,
        {{ to_count('forms.contacts') }} as contacts,
        coalesce(forms.form_id, counted.form_id) as form_id,
        coalesce(counted.memberships, 0) as memberships,
        coalesce(counted.subscribed, 0) as subscribed,
        coalesce(counted.unsubscribed, 0) as unsubscribed,
        counted.subscribed / counted.memberships as subscribed_rate,
        counted.unsubscribed / counted.memberships as unsubscribed_rate

    from forms
    full outer join counted
        on forms.form_id = counted.form_id

),

final as (

    select
        form_id,
        form_name,
        submissions,
        contacts,
        memberships,
        subscribed,
        unsubscribed,
        subscribed_rate,
        unsubscribed_rate

    from named

)

select * from final
