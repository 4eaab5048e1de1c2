with

custom_fields as (

    select * from {{ ref('stg_activecampaign__deal_custom_field_meta') }}

),

final as (

    select
        custom_field_id as id,
        created_by as createdby,
        created_at as createdtimestamp,
        display_order as displayorder,
        field_default as fielddefault,
        field_default_currency as fielddefaultcurrency,
        field_label as fieldlabel,
        field_options as fieldoptions,
        field_type as fieldtype,
        hide_field_flag as hidefieldflag,
        is_form_visible as isformvisible,
        is_required as isrequired,
        known_field_id as knownfieldid,
        personalization,
        updated_by as updatedby,
        updated_at as updatedtimestamp

    from custom_fields
    where not is_deleted

)

select * from final
