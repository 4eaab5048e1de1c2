with

source as (

    select * from {{ source('activecampaign_raw', 'list_groups') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'list', 'group', 'p_list_add', 'p_list_edit', 'p_list_delete', 'p_list_sync',
            'p_list_filter', 'p_message_add', 'p_message_edit', 'p_message_delete',
            'p_message_send', 'p_subscriber_add', 'p_subscriber_edit', 'p_subscriber_delete',
            'p_subscriber_import', 'p_subscriber_approve',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as list_group_id,
        {{ to_reference("record['list']") }} as list_id,
        {{ to_reference("record['group']") }} as group_id,

        -- flags, 1 and 0
        {{ to_number('record.p_list_add') }} as p_list_add,
        {{ to_number('record.p_list_edit') }} as p_list_edit,
        {{ to_number('record.p_list_delete') }} as p_list_delete,
        {{ to_number('record.p_list_sync') }} as p_list_sync,
        {{ to_number('record.p_list_filter') }} as p_list_filter,
        {{ to_number('record.p_message_add') }} as p_message_add,
        {{ to_number('record.p_message_edit') }} as p_message_edit,
        {{ to_number('record.p_message_delete') }} as p_message_delete,
        {{ to_number('record.p_message_send') }} as p_message_send,
        {{ to_number('record.p_subscriber_add') }} as p_subscriber_add,
        {{ to_number('record.p_subscriber_edit') }} as p_subscriber_edit,
        {{ to_number('record.p_subscriber_delete') }} as p_subscriber_delete,
        {{ to_number('record.p_subscriber_import') }} as p_subscriber_import,
        {{ to_number('record.p_subscriber_approve') }} as p_subscriber_approve,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
