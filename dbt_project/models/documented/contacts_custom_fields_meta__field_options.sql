with

field_options as (

    select * from {{ ref('stg_activecampaign__field_options') }}

),

final as (

    select
        field_id,
        field_option_id as fieldoptions_id,
        created_at as fieldoptions_cdate,
        label as fieldoptions_label,
        option_order as fieldoptions_orderid,
        updated_at as fieldoptions_udate,
        value as fieldoptions_value

    from field_options
    where not is_deleted

)

select * from final
