with

source as (

    select * from {{ source('activecampaign_raw', 'group_members') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'rel_id', 'group_id', 'label', 'type_id', 'ordernum',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as group_member_id,
        {{ to_reference('record.rel_id') }} as field_id,
        {{ to_reference('record.group_id') }} as field_group_id,

        -- text
        record.label,

        -- numbers
        {{ to_number('record.type_id') }} as type_id,
        {{ to_number('record.ordernum') }} as display_order,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
