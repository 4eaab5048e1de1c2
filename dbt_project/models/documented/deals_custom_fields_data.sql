with

custom_field_values as (

    select * from {{ ref('int_activecampaign__deal_custom_field_data_routed_by_type') }}

),

final as (

    select
        deal_custom_field_datum_id as id,
        created_at as created_timestamp,
        currency_type as custom_field_currency_type,
        currency_value as custom_field_currency_value,
        date_value as custom_field_date_value,
        custom_field_id,
        number_value as custom_field_number_value,
        text_blob as custom_field_text_blob,
        text_value as custom_field_text_value,
        deal_custom_field_metum_id as dealcustomfieldmetum,
        deal_id,
        updated_at as updated_timestamp

    from custom_field_values
    where not is_deleted

)

select * from final
