with

source as (

    select * from {{ source('activecampaign_raw', 'campaign_lists') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'campaignid', 'campaign', 'listid', 'list', 'userid', 'user', 'name', 'list_amt',
            'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as campaign_list_id,
        coalesce(
            {{ to_reference('record.campaignid') }},
            {{ to_reference('record.campaign') }}
        ) as campaign_id,
        coalesce(
            {{ to_reference('record.listid') }},
            {{ to_reference('record.list') }}
        ) as list_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,

        -- text
        record.name,

        -- numbers
        {{ to_number('record.list_amt') }} as list_amt,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
