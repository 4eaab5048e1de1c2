{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'deal_activities')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'd_id', 'deal', 'd_stageid', 'stage', 'userid', 'user', 'dataId', 'automation',
            'seriesid', 'dataType', 'dataAction', 'dataOldval', 'isAddtask', 'deleted', 'cdate',
            'sortdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as deal_activity_id,
        coalesce(
            {{ to_reference('record.d_id') }},
            {{ to_reference('record.deal') }}
        ) as deal_id,
        {{ to_reference('record.d_stageid') }} as d_stage_id,
        {{ to_reference('record.stage') }} as stage_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        {{ to_number('record.dataId') }} as data_id,
        {{ to_number('record.automation') }} as automation_id,
        {{ to_number('record.seriesid') }} as series_id,

        -- text
        record.dataType as data_type,
        record.dataAction as data_action,
        record.dataOldval as data_old_value,

        -- flags, 1 and 0
        {{ to_number('record.isAddtask') }} as is_add_task,
        {{ to_number('record.deleted') }} as deleted,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.sortdate') }} as sort_date,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
