with

contact_tags as (

    select * from {{ ref('stg_activecampaign__contact_tags') }}

),

tags as (

    select * from {{ ref('stg_activecampaign__tags') }}

),

existing_tags as (

    select
        tag_id,
        tag_name,
        tag_type,
        description,
        created_by,
        deleted,
        created_at,
        created_timestamp,
        updated_timestamp

    from tags
    where not is_deleted

),

final as (

    select
        -- ids
        contact_tags.id,
        contact_tags.contact_tag_id,
        contact_tags.contact_id,
        contact_tags.tag_id,

        -- the tag
        existing_tags.tag_name,
        existing_tags.tag_type,
        existing_tags.description as tag_description,
        existing_tags.created_by as tag_created_by,
        existing_tags.deleted as tag_deleted,
        existing_tags.created_at as tag_created_at,
        existing_tags.created_timestamp as tag_created_timestamp,
        existing_tags.updated_timestamp as tag_updated_timestamp,

        -- the tagging
        contact_tags.created_by,
        contact_tags.updated_by,
        contact_tags.created_at,
        contact_tags.created_timestamp,
        contact_tags.updated_timestamp,

        -- load
        contact_tags.is_deleted,
        contact_tags.changed_in_run,
        contact_tags.extracted_at

    from contact_tags
    left join existing_tags
        on contact_tags.tag_id = existing_tags.tag_id

)

select * from final
