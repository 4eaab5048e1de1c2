{{ config(materialized='view') }}

with

contact_tags as (

    select * from {{ ref('int_activecampaign__contact_tags_joined_to_tags') }}

),

final as (

    select
        contact_id as contact,
        contact_tag_id as id,
        tag_name,
        tag_description,
        tag_id,
        tag_created_at as tag_cdate,
        tag_created_by,
        tag_created_timestamp,
        tag_deleted,
        tag_type as tag_tagtype,
        tag_updated_timestamp,
        created_at as cdate,
        created_by,
        created_timestamp,
        updated_by,
        updated_timestamp

    from contact_tags
    where not is_deleted

)

select * from final
