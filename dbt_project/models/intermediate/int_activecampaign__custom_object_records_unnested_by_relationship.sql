with

records as (

    select * from {{ ref('stg_activecampaign__custom_object_records') }}

),

schemas as (

    select * from {{ ref('stg_activecampaign__custom_object_schemas') }}

),

defined as (

    select
        schema_id,
        unnest(
            from_json(relationships, '[{"id": "VARCHAR", "namespace": "VARCHAR"}]')
        ) as relationship

    from schemas
    where json_type(relationships) = 'ARRAY'

),

namespaces as (

    select
        schema_id,
        relationship.id as relationship_id,
        min(relationship.namespace) as related_namespace

    from defined
    group by all

),

entries as (

    select
        id,
        record_id,
        schema_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        unnest(map_entries(from_json(relationships, '"MAP(VARCHAR, JSON)"'))) as entry

    from records
    where json_type(relationships) = 'OBJECT'

),

listed as (

    -- one id may come without an array around it
    select
        id,
        record_id,
        schema_id,
        entry.key as relationship_id,
        is_deleted,
        changed_in_run,
        extracted_at,
        unnest(
            case json_type(entry.value)
                when 'ARRAY' then from_json(entry.value, '["VARCHAR"]')
                else [entry.value ->> '$']
            end
        ) as related_key

    from entries

),

with_namespace as (

    -- an array may name one twice
    select distinct
        listed.id,
        listed.record_id,
        listed.schema_id,
        listed.relationship_id,
        listed.related_key,
        namespaces.related_namespace,
        listed.is_deleted,
        listed.changed_in_run,
        listed.extracted_at

    from listed
    left join namespaces
        on
            listed.schema_id = namespaces.schema_id
            and listed.relationship_id = namespaces.relationship_id
    where listed.related_key is not null

),

final as (

    select
        -- ids
        id,
        record_id,
        schema_id,
        relationship_id,
        {{ to_reference('related_key') }} as related_id,

        -- text
        related_namespace,

        -- text that is cast above
        related_key,

        -- load
        is_deleted,
        changed_in_run,
        extracted_at

    from with_namespace

)

select * from final
