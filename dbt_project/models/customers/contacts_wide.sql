{%- set fields = custom_fields(ref('stg_activecampaign__fields'), 'title', 'field_type') %}

with

contacts as (

    select * from {{ ref('contacts') }}

),

custom_values as (

    select
        id as value_id,
        contact as contact_id,
        field as field_id,
        value

    from {{ ref('contacts_custom_fields_data') }}

),

pivoted as (

    select
        contact_id,
        count(*) filter (where value != '') as filled_fields{{ values_by_field(fields) }}

    from custom_values
    group by contact_id

),

final as (

    select
        contacts.id as contact_id,
        contacts.email,
        contacts.firstname as first_name,
        contacts.lastname as last_name,
        contacts.phone,
        contacts.cdate as created_at,
        contacts.udate as updated_at,
        coalesce(pivoted.filled_fields, 0) as filled_fields{{ custom_columns(fields, 'pivoted') }}

    from contacts
    left join pivoted
        on contacts.id = pivoted.contact_id

)

select * from final
