{{ config(materialized='view') }}

with

field_values as (

    select * from {{ ref('stg_activecampaign__field_values') }}

),

final as (

    select
        field_value_id as id,
        created_at as cdate,
        contact_id as contact,
        field_id as field,
        owner_id as owner,
        updated_at as udate,
        value

    from field_values
    where not is_deleted

)

select * from final
