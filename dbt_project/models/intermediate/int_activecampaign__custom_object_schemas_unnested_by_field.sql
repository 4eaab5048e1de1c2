with

schemas as (

    select * from {{ ref('stg_activecampaign__custom_object_schemas') }}

),

elements as (

    select
        id,
        schema_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        unnest(from_json(fields, '["JSON"]')) as element,
        generate_subscripts(from_json(fields, '["JSON"]'), 1) as field_order

    from schemas
    where json_type(fields) = 'ARRAY'

),

described as (

    select
        id,
        schema_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        field_order,
        element as definition,
        element ->> 'id' as field_id,
        element ->> '$.labels.singular' as label,
        element ->> '$.labels.plural' as plural_label,
        element ->> 'type' as field_type,
        element ->> 'required' as required,
        element ->> 'scale' as scale,
        element -> 'options' as options

    from elements

),

final as (

    select
        -- ids
        id,
        schema_id,
        field_id,

        -- text
        label,
        plural_label,
        field_type,

        -- text that is cast below
        required,
        scale,

        -- JSON
        options,
        definition,

        -- numbers
        field_order,
        {{ to_number('scale') }} as decimal_places,

        -- flags
        {{ to_flag('required') }} as is_required,

        -- load
        is_deleted,
        changed_in_run,
        extracted_at

    from described
    where field_id is not null
    -- a list may name a field twice
    qualify row_number() over (partition by id, field_id order by field_order) = 1

)

select * from final
