{%- set fields = custom_fields(
    ref('stg_activecampaign__deal_custom_field_meta'), 'field_label', 'field_type'
) %}

with

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

-- the API keeps each kind of value in a member of its own
custom_values as (

    select
        id as value_id,
        deal_id,
        custom_field_id as field_id,
        custom_field_currency_type as currency,
        coalesce(
            custom_field_text_value,
            custom_field_text_blob,
            cast(custom_field_number_value as varchar),
            cast(custom_field_currency_value as varchar),
            cast(custom_field_date_value as varchar) || 'Z'
        ) as value

    from {{ ref('deals_custom_fields_data') }}

),

pivoted as (

    select
        deal_id,
        count(*) filter (where value != '') as filled_fields{{ values_by_field(fields) }}

    from custom_values
    group by deal_id

),

final as (

    select
        deals.deal_id,
        deals.deal_title,
        deals.contact_id,
        deals.account_id,
        deals.owner_id,
        deals.pipeline_id,
        deals.stage_id,
        deals.status_name,
        deals.value_cents,
        deals.value,
        deals.currency,
        deals.created_at,
        deals.updated_at,
        coalesce(pivoted.filled_fields, 0) as filled_fields{{ custom_columns(fields, 'pivoted') }}

    from deals
    left join pivoted
        on deals.deal_id = pivoted.deal_id

)

select * from final
