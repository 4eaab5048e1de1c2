with

source as (

    select * from {{ source('activecampaign_raw', 'forms') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'parentformid', 'userid', 'addressid', 'address', 'name', 'action', 'submit', 'url',
            'layout', 'title', 'body', 'button', 'thanks', 'source', 'aid', 'defaultscreenshot',
            'actiondata', 'submitdata', 'style', 'options', 'cfields', 'recent', 'contacts',
            'deals', 'entries', 'cdate', 'udate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as form_id,
        {{ to_reference('record.parentformid') }} as parent_form_id,
        {{ to_reference('record.userid') }} as user_id,
        coalesce(
            {{ to_reference('record.addressid') }},
            {{ to_reference('record.address') }}
        ) as address_id,

        -- text
        record.name,
        record.action,
        record.submit,
        record.url,
        record.layout,
        record.title,
        record.body,
        record.button,
        record.thanks,
        record.source,
        record.aid,
        record.defaultscreenshot,

        -- json, as served
        try_cast(record.actiondata as json) as actiondata,
        try_cast(record.submitdata as json) as submitdata,
        try_cast(record.style as json) as style,
        try_cast(record.options as json) as options,
        try_cast(record.cfields as json) as cfields,
        try_cast(record.recent as json) as recent,

        -- numbers
        {{ to_number('record.contacts') }} as contacts,
        {{ to_number('record.deals') }} as deals,
        {{ to_number('record.entries') }} as entries,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.udate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
