with

source as (

    select * from {{ source('activecampaign_raw', 'group_limits') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'group', 'groupid', 'limitMailType', 'limitCampaignType', 'limitMail', 'limitCampaign',
            'limitContact', 'limitList', 'limitUser', 'limitAttachment', 'abuseRatio',
            'forceSenderInfo',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as group_limit_id,
        coalesce(
            {{ to_reference("record['group']") }},
            {{ to_reference('record.groupid') }}
        ) as group_id,

        -- text
        record.limitMailType as limit_mail_type,
        record.limitCampaignType as limit_campaign_type,

        -- numbers
        {{ to_number('record.limitMail') }} as limit_mail,
        {{ to_number('record.limitCampaign') }} as limit_campaign,
        {{ to_number('record.limitContact') }} as limit_contact,
        {{ to_number('record.limitList') }} as limit_list,
        {{ to_number('record.limitUser') }} as limit_user,
        {{ to_number('record.limitAttachment') }} as limit_attachment,
        {{ to_number('record.abuseRatio') }} as abuse_ratio,

        -- flags, 1 and 0
        {{ to_number('record.forceSenderInfo') }} as force_sender_info,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
