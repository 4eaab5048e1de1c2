with

source as (

    select * from {{ source('activecampaign_raw', 'site_messages') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'automation', 'name', 'template', 'ldate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as site_message_id,
        {{ to_reference('record.automation') }} as automation_id,

        -- text
        record.name,

        -- JSON
        try_cast(record.template as json) as template,

        -- timestamps, UTC
        {{ to_timestamp('record.ldate') }} as ldate,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
