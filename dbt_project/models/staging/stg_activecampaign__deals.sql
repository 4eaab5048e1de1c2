with

whole_records as (

    select * from {{ source('activecampaign_raw', 'deals') }}

),

stubs as (

    select * from {{ source('activecampaign_raw', 'deals_stubs') }}

),

source as (

    {{ whole_or_cut_down('whole_records', 'stubs') }}

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
