{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'activities')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'subscriberid', 'userid', 'user', 'reference_id', 'reference', 'reference_type',
            'referenceModelName', 'reference_action', 'jsonData', 'permission', 'notes',
            'recipients', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as activity_id,
        {{ to_reference('record.subscriberid') }} as contact_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        coalesce(
            {{ to_reference('record.reference_id') }},
            {{ to_reference("try_cast(record.reference as json) ->> 'id'") }}
        ) as reference_id,

        -- text
        record.reference_type,
        coalesce(
            record.referenceModelName,
            try_cast(record.reference as json) ->> 'type'
        ) as reference_model_name,
        record.reference_action,
        record.jsonData as json_data,
        record.permission,

        -- JSON
        try_cast(record.notes as json) as notes,
        try_cast(record.recipients as json) as recipients,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as occurred_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
