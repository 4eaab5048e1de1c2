with

source as (

    select * from {{ source('activecampaign_raw', 'webhooks') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'listid', 'name', 'url', 'state', 'events', 'sources', 'cdate', 'deactivated_date',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as webhook_id,
        {{ to_reference('record.listid') }} as list_id,

        -- text
        record.name,
        nullif(
            regexp_extract(
                regexp_replace(trim(record.url), '^(\w*:?//+)?([^/?]*@)?', ''),
                '^[\w.-]+(:\d+)?'
            ),
            ''
        ) as url_host,
        record.state,

        -- json, as served
        try_cast(record.events as json) as events,
        try_cast(record.sources as json) as sources,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.deactivated_date') }} as deactivated_date,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
