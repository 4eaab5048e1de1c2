{{ config(materialized='view') }}

with

custom_field_values as (

    select * from {{ ref('stg_activecampaign__account_custom_field_data') }}

),

final as (

    select
        account_custom_field_datum_id as id,
        account_id as accountid,
        created_at as createdtimestamp,
        custom_field_id as customfieldid,
        field_currency as fieldcurrency,
        field_value as fieldvalue,
        updated_at as updatedtimestamp

    from custom_field_values
    where not is_deleted

)

select * from final
