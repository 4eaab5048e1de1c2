with

campaign_messages as (

    select * from {{ ref('stg_activecampaign__campaign_messages') }}
    where not is_deleted

),

campaigns as (

    select * from {{ ref('campaign_performance') }}

),

counted as (

    select
        campaign_message_id,
        campaign_id,
        message_id,
        subject,
        spamcheck_score,
        percentage,
        {{ to_count('send_amt') }} as sent,
        {{ to_count('send_amt - hardbounces - softbounces') }} as delivered,
        {{ to_count('hardbounces') }} as hard_bounced,
        {{ to_count('softbounces') }} as soft_bounced,
        {{ to_count('subscriberclicks') }} as clicked,
        {{ to_count('linkclicks') }} as clicks,
        {{ to_count('uniqueopens') }} as opened,
        {{ to_count('opens') }} as opens,
        {{ to_count('verified_unique_opens') }} as verified_opened,
        {{ to_count('unsubscribes') }} as unsubscribed

    from campaign_messages

),

rated as (

    select
        campaign_message_id,
        campaign_id,
        message_id,
        subject,
        spamcheck_score,
        percentage,
        sent,
        delivered,
        hard_bounced,
        soft_bounced,
        clicked,
        clicks,
        opened,
        opens,
        verified_opened,
        unsubscribed,
        clicked / nullif(delivered, 0) as click_rate,
        unsubscribed / nullif(delivered, 0) as unsubscribe_rate,
        (hard_bounced + soft_bounced) / nullif(sent, 0) as bounce_rate,
        clicked / nullif(opened, 0) as click_to_open_rate,
        opened / nullif(delivered, 0) as open_rate,
        verified_opened / nullif(delivered, 0) as verified_open_rate

    from counted

),

joined as (

    select
        rated.campaign_message_id,
        rated.campaign_id,
        rated.message_id,
        rated.subject,
        rated.spamcheck_score,
        rated.percentage,
        rated.sent,
        rated.delivered,
        rated.hard_bounced,
        rated.soft_bounced,
        rated.clicked,
        rated.clicks,
        rated.opened,
        rated.opens,
        rated.verified_opened,
        rated.unsubscribed,
        rated.click_rate,
        rated.unsubscribe_rate,
        rated.bounce_rate,
        rated.click_to_open_rate,
        rated.open_rate,
        rated.verified_open_rate,
        campaigns.campaign_name,
        campaigns.campaign_kind,
        campaigns.sent_at,
        coalesce(campaigns.campaign_kind = 'split', false) as is_split_test,
        case
            when campaigns.campaign_kind = 'split'
                then rated.message_id = campaigns.winner_message_id
        end as is_winner,
        case when campaigns.campaign_kind = 'split' then rated.percentage / 100 end
            as split_share

    from rated
    left join campaigns
        on rated.campaign_id = campaigns.campaign_id

),

-- all other variants of a split test, as if they were one
compared as (

    select
        campaign_message_id,
        delivered,
        clicked,
        sum(delivered) over campaign - delivered as other_delivered,
        sum(clicked) over campaign - clicked as other_clicked

    from joined
    where is_split_test
    window campaign as (partition by campaign_id)

),

-- with a click and a mail without one more on each side: few mails do not pass for certainty
adjusted as (

    select
        campaign_message_id,
        delivered + 2 as mails,
        other_delivered + 2 as other_mails,
        (clicked + 1) / (delivered + 2) as rate,
        (other_clicked + 1) / (other_delivered + 2) as other_rate,
        other_clicked / nullif(other_delivered, 0) as other_click_rate,
        clicked / nullif(delivered, 0) - other_click_rate as click_rate_lift

    from compared

),

varied as (

    select
        campaign_message_id,
        other_click_rate,
        click_rate_lift,
        rate - other_rate as middle,
        rate * (1 - rate) / mails + other_rate * (1 - other_rate) / other_mails as variance

    from adjusted

),

lifted as (

    select
        campaign_message_id,
        other_click_rate,
        click_rate_lift,
        -- below 0 only where more clicked than got it, and then nothing can be said
        case
            when click_rate_lift is not null and variance >= 0 then sqrt(variance)
        end as click_rate_lift_error,
        middle - 1.96 * click_rate_lift_error as click_rate_lift_low,
        middle + 1.96 * click_rate_lift_error as click_rate_lift_high

    from varied

),

final as (

    select
        -- what it is
        joined.campaign_message_id,
        joined.campaign_id,
        joined.message_id,
        joined.campaign_name,
        joined.campaign_kind,
        joined.subject,
        joined.is_split_test,
        joined.is_winner,
        joined.spamcheck_score,

        -- counts
        joined.sent,
        joined.delivered,
        joined.hard_bounced,
        joined.soft_bounced,
        joined.clicked,
        joined.clicks,
        joined.opened,
        joined.opens,
        joined.verified_opened,
        joined.unsubscribed,

        -- rates
        joined.split_share,
        joined.click_rate,
        lifted.other_click_rate,
        lifted.click_rate_lift,
        lifted.click_rate_lift_error,
        lifted.click_rate_lift_low,
        lifted.click_rate_lift_high,
        joined.unsubscribe_rate,
        joined.bounce_rate,
        joined.click_to_open_rate,
        joined.open_rate,
        joined.verified_open_rate,

        -- timestamps, UTC
        joined.sent_at

    from joined
    left join lifted
        on joined.campaign_message_id = lifted.campaign_message_id

)

select * from final
