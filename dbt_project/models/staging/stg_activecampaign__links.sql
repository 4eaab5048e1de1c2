with

source as (

    select * from {{ source('activecampaign_raw', 'links') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'campaignid', 'campaign', 'messageid', 'message', 'created_by', 'updated_by', 'link',
            'name', 'ref', 'linkclicks', 'uniquelinkclicks', 'tracked', 'created_timestamp',
            'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as link_id,
        coalesce(
            {{ to_reference('record.campaignid') }},
            {{ to_reference('record.campaign') }}
        ) as campaign_id,
        coalesce(
            {{ to_reference('record.messageid') }},
            {{ to_reference('record.message') }}
        ) as message_id,
        {{ to_reference('record.created_by') }} as created_by,
        {{ to_reference('record.updated_by') }} as updated_by,

        -- text
        record.link,
        record.name,
        record.ref,

        -- numbers
        {{ to_number('record.linkclicks') }} as linkclicks,
        {{ to_number('record.uniquelinkclicks') }} as uniquelinkclicks,

        -- flags, 1 and 0
        {{ to_number('record.tracked') }} as tracked,

        -- timestamps, UTC
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
