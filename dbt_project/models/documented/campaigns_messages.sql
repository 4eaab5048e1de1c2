with

campaign_messages as (

    select * from {{ ref('stg_activecampaign__campaign_messages') }}

),

final as (

    select
        campaign_message_id as id,
        campaign_id as automation_or_campaign_id,
        forwards,
        hardbounces,
        initial_split_percentage,
        linkclicks,
        message_id as messageid,
        opens,
        percentage,
        replies,
        screenshot,
        send_amt,
        socialshares,
        softbounces,
        sourcesize,
        spamcheck_max,
        spamcheck_score,
        subject,
        subscriberclicks,
        total_amt,
        uniqueforwards,
        uniquelinkclicks,
        uniqueopens,
        uniquereplies,
        unsubreasons,
        unsubscribes,
        updates

    from campaign_messages
    where not is_deleted

)

select * from final
