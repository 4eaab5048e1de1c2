with

source as (

    select * from {{ source('activecampaign_raw', 'automations') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'name', 'description', 'defaultscreenshot', 'screenshot', 'status', 'source',
            'entered', 'exited', 'hidden', 'entitlements_violation', 'exit_on_unsubscribe',
            'exit_on_conversion', 'multientry', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as automation_id,
        {{ to_reference('record.userid') }} as user_id,

        -- text
        record.name,
        record.description,
        record.defaultscreenshot,
        record.screenshot,

        -- numbers
        {{ to_number('record.status') }} as status,
        {{ to_number('record.source') }} as source,
        {{ to_number('record.entered') }} as entered,
        {{ to_number('record.exited') }} as exited,

        -- flags, 1 and 0
        {{ to_number('record.hidden') }} as hidden,
        {{ to_number('record.entitlements_violation') }} as entitlements_violation,
        {{ to_number('record.exit_on_unsubscribe') }} as exit_on_unsubscribe,
        {{ to_number('record.exit_on_conversion') }} as exit_on_conversion,
        {{ to_number('record.multientry') }} as multientry,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
