{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'deal_tasks')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'relid', 'dealTasktype', 'user', 'assignee', 'done_by', 'updated_by', 'outcomeId',
            'owner', 'reltype', 'title', 'note', 'outcomeInfo', 'automation', 'doneAutomation',
            'triggerAutomationOnCreate', 'status', 'duration', 'assigned_date', 'duedate',
            'edate', 'donedate', 'cdate', 'udate', 'created_utc_timestamp',
            'updated_utc_timestamp', 'done_utc_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as task_id,
        {{ to_reference('record.relid') }} as rel_id,
        {{ to_number('record.dealTasktype') }} as task_type_id,
        {{ to_number("record['user']") }} as user_id,
        {{ to_reference('record.assignee') }} as assignee_id,
        {{ to_reference('record.done_by') }} as done_by,
        {{ to_number('record.updated_by') }} as updated_by,
        {{ to_reference('record.outcomeId') }} as outcome_id,
        {{ to_reference(
            "if(record.owner[1] = '{', try_cast(record.owner as json) ->> 'id', record.owner)"
        ) }} as owner_id,

        -- text
        record.reltype,
        try_cast(record.owner as json) ->> 'type' as owner_type,
        record.title,
        record.note,
        record.outcomeInfo as outcome_info,
        record.automation,
        record.doneAutomation as done_automation,
        record.triggerAutomationOnCreate as trigger_automation_on_create,

        -- numbers
        {{ to_number('record.status') }} as status,
        {{ to_number('record.duration') }} as duration,

        -- timestamps, UTC
        {{ to_timestamp('record.assigned_date') }} as assigned_date,
        {{ to_timestamp('record.duedate') }} as due_date,
        {{ to_timestamp('record.edate') }} as end_date,
        {{ to_timestamp('record.donedate') }} as done_date,
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,
        {{ to_timestamp('record.created_utc_timestamp') }} as created_utc_timestamp,
        {{ to_timestamp('record.updated_utc_timestamp') }} as updated_utc_timestamp,
        {{ to_timestamp('record.done_utc_timestamp') }} as done_utc_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
