with

fields as (

    select * from {{ ref('stg_activecampaign__fields') }}

),

final as (

    select
        field_id as id,
        created_at as cdate,
        cols,
        created_by,
        created_timestamp,
        default_value as defval,
        description as descript,
        is_required as isrequired,
        field_order as ordernum,
        personalization_tag as perstag,
        rows,
        show_in_list,
        title,
        field_type as type,
        updated_at as udate,
        updated_by,
        updated_timestamp,
        service,
        visible

    from fields
    where not is_deleted

)

select * from final
