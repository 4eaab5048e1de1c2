{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'contact_goals')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'goalid', 'goal', 'seriesid', 'automation', 'subscriberid', 'contact',
            'subscriberseriesid', 'contactAutomation', 'timespan', 'tstamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as contact_goal_id,
        coalesce(
            {{ to_reference('record.goalid') }},
            {{ to_reference('record.goal') }}
        ) as goal_id,
        coalesce(
            {{ to_reference('record.seriesid') }},
            {{ to_reference('record.automation') }}
        ) as automation_id,
        coalesce(
            {{ to_reference('record.subscriberid') }},
            {{ to_reference('record.contact') }}
        ) as contact_id,
        coalesce(
            {{ to_reference('record.subscriberseriesid') }},
            {{ to_reference('record.contactAutomation') }}
        ) as contact_automation_id,

        -- numbers
        {{ to_number('record.timespan') }} as timespan,

        -- timestamps, UTC
        {{ to_timestamp('record.tstamp') }} as tstamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
