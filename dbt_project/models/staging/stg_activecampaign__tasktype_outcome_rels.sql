with

source as (

    select * from {{ source('activecampaign_raw', 'tasktype_outcome_rels') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'tasktype_id', 'tasktype', 'outcome_id', 'outcome', 'created_by', 'createdBy',
            'updated_by', 'display_order', 'created_utc_timestamp', 'updated_utc_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as task_type_outcome_id,
        coalesce(
            {{ to_reference('record.tasktype_id') }},
            {{ to_reference('record.tasktype') }}
        ) as task_type_id,
        coalesce(
            {{ to_reference('record.outcome_id') }},
            {{ to_reference('record.outcome') }}
        ) as outcome_id,
        coalesce(
            {{ to_reference('record.created_by') }},
            {{ to_reference('record.createdBy') }}
        ) as created_by,
        {{ to_number('record.updated_by') }} as updated_by,

        -- numbers
        {{ to_number('record.display_order') }} as display_order,

        -- timestamps, UTC
        {{ to_timestamp('record.created_utc_timestamp') }} as created_utc_timestamp,
        {{ to_timestamp('record.updated_utc_timestamp') }} as updated_utc_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
