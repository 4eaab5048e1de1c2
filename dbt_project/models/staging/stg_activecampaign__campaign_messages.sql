with

source as (

    select * from {{ source('activecampaign_raw', 'campaign_messages') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'campaignid', 'campaign', 'messageid', 'message', 'subject', 'screenshot', 'percentage',
            'initial_split_percentage', 'sourcesize', 'spamcheck_score', 'spamcheck_max',
            'send_amt', 'total_amt', 'opens', 'uniqueopens', 'linkclicks', 'uniquelinkclicks',
            'subscriberclicks', 'forwards', 'uniqueforwards', 'hardbounces', 'softbounces',
            'unsubscribes', 'unsubreasons', 'updates', 'socialshares', 'replies', 'uniquereplies',
            'verified_opens', 'verified_unique_opens',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as campaign_message_id,
        coalesce(
            {{ to_reference('record.campaignid') }},
            {{ to_reference('record.campaign') }}
        ) as campaign_id,
        coalesce(
            {{ to_reference('record.messageid') }},
            {{ to_reference('record.message') }}
        ) as message_id,

        -- text
        record.subject,
        record.screenshot,

        -- numbers
        {{ to_number('record.percentage') }} as percentage,
        {{ to_number('record.initial_split_percentage') }} as initial_split_percentage,
        {{ to_number('record.sourcesize') }} as sourcesize,
        {{ to_number('record.spamcheck_score') }} as spamcheck_score,
        {{ to_number('record.spamcheck_max') }} as spamcheck_max,
        {{ to_number('record.send_amt') }} as send_amt,
        {{ to_number('record.total_amt') }} as total_amt,
        {{ to_number('record.opens') }} as opens,
        {{ to_number('record.uniqueopens') }} as uniqueopens,
        {{ to_number('record.linkclicks') }} as linkclicks,
        {{ to_number('record.uniquelinkclicks') }} as uniquelinkclicks,
        {{ to_number('record.subscriberclicks') }} as subscriberclicks,
        {{ to_number('record.forwards') }} as forwards,
        {{ to_number('record.uniqueforwards') }} as uniqueforwards,
        {{ to_number('record.hardbounces') }} as hardbounces,
        {{ to_number('record.softbounces') }} as softbounces,
        {{ to_number('record.unsubscribes') }} as unsubscribes,
        {{ to_number('record.unsubreasons') }} as unsubreasons,
        {{ to_number('record.updates') }} as updates,
        {{ to_number('record.socialshares') }} as socialshares,
        {{ to_number('record.replies') }} as replies,
        {{ to_number('record.uniquereplies') }} as uniquereplies,
        {{ to_number('record.verified_opens') }} as verified_opens,
        {{ to_number('record.verified_unique_opens') }} as verified_unique_opens,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
