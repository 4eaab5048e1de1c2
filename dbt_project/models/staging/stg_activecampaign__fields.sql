with

source as (

    select * from {{ source('activecampaign_raw', 'fields') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'title', 'descript', 'type', 'isrequired', 'perstag', 'defval', 'show_in_list', 'rows',
            'cols', 'visible', 'service', 'ordernum', 'cdate', 'udate', 'created_timestamp',
            'updated_timestamp', 'created_by', 'updated_by', 'options', 'relations',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as field_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_number('record.updated_by') }} as updated_by,

        -- text
        record.title,
        record.descript as description,
        record.type as field_type,
        record.perstag as personalization_tag,
        record.defval as default_value,
        record.service,
        record.options,
        record.relations,

        -- numbers
        {{ to_number('record.ordernum') }} as field_order,
        {{ to_number('record.rows') }} as rows,
        {{ to_number('record.cols') }} as cols,

        -- flags, 1 and 0
        {{ to_number('record.isrequired') }} as is_required,
        {{ to_number('record.show_in_list') }} as show_in_list,
        {{ to_number('record.visible') }} as visible,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
