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
        count_if(status = 1) as subscribed,
        count_if(status = 2) as unsubscribed

    from memberships
    group by form

),

final as (

    select
        coalesce(forms.form_id, counted.form_id) as form_id,
        forms.name as form_name,
        cast(forms.entries as bigint) as submissions,
        cast(forms.contacts as bigint) as contacts,
        coalesce(counted.memberships, 0) as memberships,
        cast(coalesce(counted.subscribed, 0) as bigint) as subscribed,
        cast(coalesce(counted.unsubscribed, 0) as bigint) as unsubscribed,
        counted.subscribed / counted.memberships as subscribed_rate,
        counted.unsubscribed / counted.memberships as unsubscribed_rate

    from forms
    full outer join counted
        on forms.form_id = counted.form_id

)

select * from final
