with

records as (

    select * from {{ ref('stg_activecampaign__custom_object_records') }}

),

schema_fields as (

    select * from {{ ref('int_activecampaign__custom_object_schemas_unnested_by_field') }}

),

elements as (

    select
        id,
        record_id,
        schema_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        unnest(from_json(fields, '[{"id": "VARCHAR", "value": "VARCHAR"}]')) as element,
        generate_subscripts(from_json(fields, '["JSON"]'), 1) as place

    from records
    where json_type(fields) = 'ARRAY'

),

listed as (

    -- a list may name a field twice
    select
        id,
        record_id,
        schema_id,
        element.id as field_id,
        element.value as field_value,
        is_deleted,
        changed_in_run,
        extracted_at

    from elements
    where element.id is not null
    qualify row_number() over (partition by id, element.id order by place) = 1

),

with_type as (

    select
        listed.id,
        listed.record_id,
        listed.schema_id,
        listed.field_id,
        schema_fields.field_type,
        listed.field_value,
        listed.is_deleted,
        listed.changed_in_run,
        listed.extracted_at,
        case
            when schema_fields.field_type in ('number', 'currency') then listed.field_value
        end as number_text,
        case when schema_fields.field_type = 'date' then listed.field_value end as date_text,
        case
            when schema_fields.field_type = 'datetime' then listed.field_value
        end as datetime_text

    from listed
    left join schema_fields
        on
            listed.schema_id = schema_fields.schema_id
            and listed.field_id = schema_fields.field_id

),

final as (

    select
        -- ids
        id,
        record_id,
        schema_id,
        field_id,

        -- text
        field_type,
        field_value,

        -- text that is cast below
        number_text,
        date_text,
        datetime_text,

        -- numbers
        {{ to_number('number_text') }} as number_value,

        -- timestamps, UTC
        coalesce(
            {{ to_date('date_text') }},
            {{ to_timestamp('datetime_text') }}
        ) as date_value,

        -- load
        is_deleted,
        changed_in_run,
        extracted_at

    from with_type

)

select * from final
