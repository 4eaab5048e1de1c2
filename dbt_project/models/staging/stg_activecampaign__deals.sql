with

full_records as (

    select * from {{ source('activecampaign_raw', 'deals') }}

),

stubs as (

    select * from {{ source('activecampaign_raw', 'deals_stubs') }}

),

source as (

    -- a newer stub says that the deal exists, and leaves its values as they were
    select
        coalesce(full_records.id, stubs.id) as id,
        coalesce(full_records.payload, stubs.payload) as payload,
        full_records.id is null or (
            stubs.id is not null
            and stubs.deleted_in_run is null
            and (stubs.run_id, stubs.seq) > (full_records.run_id, full_records.seq)
        ) as is_stub,
        if(is_stub, stubs.run_id, full_records.run_id) as run_id,
        if(is_stub, stubs.deleted_in_run, full_records.deleted_in_run) as deleted_in_run,
        if(is_stub, stubs.extracted_at, full_records.extracted_at) as extracted_at

    from full_records
    full outer join stubs
        on full_records.id = stubs.id

),

parsed as (

    select
        id,
        is_stub,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'owner', 'contact', 'account', 'customerAccount', 'organization', 'group', 'stage',
            'nextTask', 'nexttaskid', 'nextdealid', 'title', 'description', 'hash', 'currency',
            'value', 'percent', 'winProbability', 'activitycount', 'status', 'isDisabled',
            'nextdate', 'edate', 'winProbabilityMdate', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as deal_id,
        {{ to_reference('record.owner') }} as owner_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.account') }} as account_id,
        {{ to_number('record.customerAccount') }} as customer_account_id,
        {{ to_number('record.organization') }} as organization_id,
        {{ to_reference("record['group']") }} as pipeline_id,
        {{ to_reference('record.stage') }} as stage_id,
        {{ to_reference('record.nextTask') }} as next_task,
        {{ to_number('record.nexttaskid') }} as next_task_id,
        {{ to_number('record.nextdealid') }} as next_deal_id,

        -- text
        record.title,
        record.description,
        record.hash,
        record.currency,

        -- numbers
        {{ to_number('record.value') }} as value,
        {{ to_number('record.percent') }} as percent,
        {{ to_number('record.winProbability') }} as win_probability,
        {{ to_number('record.activitycount') }} as activity_count,
        {{ to_number('record.status') }} as status,

        -- flags
        is_stub or {{ to_flag('record.isDisabled') }} as is_disabled,

        -- timestamps, UTC
        {{ to_timestamp('record.nextdate') }} as next_date,
        {{ to_timestamp('record.edate') }} as end_date,
        {{ to_timestamp('record.winProbabilityMdate') }} as win_probability_updated_at,
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
