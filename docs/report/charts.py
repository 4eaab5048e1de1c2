"""What the report shows: its sections, key figures and charts, each with the query behind it.

A chart is an entry of `CHARTS` and nothing beside. The query is run, and shown, as it stands.
"""

from typing import Final

import altair as alt

from docs.report.chart import (
    COLOURS,
    COUNT,
    DAY,
    MONEY,
    MONTH,
    PERCENT,
    PLOT_HEIGHT,
    SOFT,
    Chart,
    Drawing,
    Figure,
    Rows,
    bars,
    base,
    in_order,
    line,
    names,
    parts,
)

SECTIONS: Final = {
    "lists": "Lists",
    "campaigns": "Campaigns",
    "sales": "Sales",
    "customers": "Customers",
    "quality": "Data quality",
}


def _joined_and_left(_: Rows) -> Drawing:
    called = {"joined": "joined", "unsubscribed": "unsubscribed", "bounced": "bounced"}
    colours = [COLOURS[0], COLOURS[1], COLOURS[3]]
    changes = (
        base()
        .transform_fold(list(called), as_=["change", "count"])
        .transform_calculate(signed="datum.change == 'joined' ? datum.count : -datum.count")
        .mark_bar(width={"band": 0.8})
        .encode(
            x=alt.X("month:T", timeUnit="yearmonth", title=None, axis=alt.Axis(format="%b %y")),
            y=alt.Y("signed:Q", title="memberships a month"),
            color=alt.Color(
                "change:N", title=None, scale=alt.Scale(domain=list(called), range=colours)
            ),
            tooltip=[
                alt.Tooltip("month:T", format=MONTH),
                alt.Tooltip("joined:Q", format=COUNT),
                alt.Tooltip("unsubscribed:Q", format=COUNT),
                alt.Tooltip("bounced:Q", format=COUNT),
                alt.Tooltip("net:Q", format="+,d"),
            ],
        )
    )
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=SOFT).encode(y=alt.datum(0))
    return alt.layer(changes, zero)


def _lifts(rows: Rows) -> Drawing:
    extent = [min(row["lift_low"] for row in rows), max(row["lift_high"] for row in rows)]
    variants = in_order()
    hints = [
        alt.Tooltip("subject:N"),
        alt.Tooltip("delivered:Q", format=COUNT),
        alt.Tooltip("click_rate:Q", title="click rate", format=PERCENT),
        alt.Tooltip("lift:Q", format="+.1%"),
        alt.Tooltip("lift_low:Q", title="at least", format="+.1%"),
        alt.Tooltip("lift_high:Q", title="at most", format="+.1%"),
    ]
    colour = alt.Color(
        "picked:N",
        title=None,
        scale=alt.Scale(
            domain=["picked as the winner", "not picked"], range=[COLOURS[1], COLOURS[0]]
        ),
    )
    spread = variants.mark_rule(strokeWidth=3).encode(
        x=alt.X(
            "lift_low:Q",
            title="click rate above or below the other variants",
            scale=alt.Scale(domain=extent),
        ),
        x2="lift_high:Q",
        color=colour,
        tooltip=hints,
    )
    middle = variants.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("lift:Q", axis=alt.Axis(format="+~%")), color=colour, tooltip=hints
    )
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=SOFT, strokeDash=[4, 4])
    return alt.layer(zero.encode(x=alt.datum(0)), spread, middle, names(variants, "subject"))


FIGURES: Final = (
    Figure(
        title="Subscribers",
        sql="""
select
    format('{:,}', subscribers) as value,
    'contacts active on a list, ' || strftime(day, '%-d %b %Y') as note
from activecampaign_analytics.campaign_calendar
order by day desc
limit 1
""",
        nothing="none yet",
    ),
    Figure(
        title="Mails sent in 30 days",
        sql="""
select
    format('{:,}', sent_30_days) as value,
    coalesce(
        format('{:.2f} for each subscriber', sent_per_subscriber_30_days), 'nobody is subscribed'
    ) as note
from activecampaign_analytics.campaign_calendar
order by day desc
limit 1
""",
        nothing="none yet",
    ),
    Figure(
        title="Open deals",
        sql="""
select
    concat_ws(
        ' ',
        coalesce(format('{:,.0f}', sum(value)::double), 'no value'),
        nullif(currency, 'unknown')
    ) as value,
    concat_ws(
        ', ',
        format('{:,} {}', sum(deals)::bigint, if(sum(deals) = 1, 'deal', 'deals')),
        if(coalesce(currency, 'unknown') = 'unknown', 'currency unknown', null),
        coalesce(format('expected {:,.0f}', sum(expected_value)), 'no forecast yet'),
        if(
            sum(deals_unweighted) between 1 and sum(deals) - 1,
            format('{:,} without a forecast', sum(deals_unweighted)::bigint),
            null
        )
    ) as note
from activecampaign_analytics.deal_forecast
group by currency
order by sum(deals) desc, currency
""",
        nothing="no deal is open",
    ),
    Figure(
        title="Data quality",
        sql="""
select
    count(*) filter (where is_fine) || ' of ' || count(*) as value,
    coalesce(
        'no: ' || string_agg(question, ' ') filter (where not is_fine), 'all questions are fine'
    ) as note
from activecampaign_analytics.account_quality
having count(*) > 0
""",
        nothing="not known",
    ),
)

CHARTS: Final = (
    Chart(
        name="list_growth",
        section="lists",
        title="Are our lists growing?",
        sql="""
with growth as (
    select
        format('{} ({:.0f})', coalesce(list_name, 'a list that is gone'), list_id) as list,
        day,
        active_at_end as active,
        max(day) over () as last_day,
        arg_max(active_at_end, day) over (partition by list_id) as active_now
    from activecampaign_analytics.list_growth_daily
)
select list, day, active
from growth
where day > last_day - interval 2 year and (day = last_day(day) or day = growth.last_day)
qualify dense_rank() over (order by active_now desc, list) <= 8
order by active_now desc, list, day
""",
        draw=lambda rows: line(rows, "day", "active", "", "active contacts", day=DAY, active=COUNT),
        height=110,
        panel="list",
        is_wide=True,
        reading=(
            "Contacts active on each of the eight largest lists at the end of each month of the "
            "last two years. Each list has a scale of its own; a contact may be on several."
        ),
        nothing="No contact has joined a list in this account.",
    ),
    Chart(
        name="joined_and_left",
        section="lists",
        title="Do more join than leave?",
        sql="""
select
    date_trunc('month', day)::date as month,
    sum(joined)::bigint as joined,
    sum(unsubscribed)::bigint as unsubscribed,
    sum(bounced)::bigint as bounced,
    sum(net)::bigint as net
from activecampaign_analytics.list_growth_daily
where
    day >= (
        select date_trunc('month', max(day) - interval 2 year)
        from activecampaign_analytics.list_growth_daily
    )
group by month
order by month
""",
        draw=_joined_and_left,
        height=PLOT_HEIGHT,
        reading=(
            "Above the line, memberships of all lists that began in the month; below it, those "
            "that ended. The last month goes to the day of the load."
        ),
        nothing="No contact has joined a list in this account.",
    ),
    Chart(
        name="reasons",
        section="lists",
        title="Why do people leave?",
        sql="""
select
    reason,
    sum(unsubscribed)::bigint as unsubscribed,
    sum(unsubscribed) / sum(sum(unsubscribed)) over () as share,
    max(last_unsubscribed_at)::date as last_on
from activecampaign_analytics.unsubscribe_reasons
group by reason
order by unsubscribed desc, reason
limit 8
""",
        draw=lambda _: bars(
            "reason",
            "unsubscribed",
            "memberships ended by the contact",
            COUNT,
            reason="",
            unsubscribed=COUNT,
            share=PERCENT,
            last_on=DAY,
        ),
        reading=(
            "What people said when they left a list, of all lists and times: the eight reasons "
            "said most."
        ),
        nothing="Nobody has left a list in this account.",
    ),
    Chart(
        name="mail_a_subscriber",
        section="campaigns",
        title="How much mail does a subscriber get?",
        sql="""
select
    date_trunc('week', day)::date as week,
    max(sent_per_subscriber_30_days) as most_mails,
    sum(campaigns)::bigint as campaigns,
    sum(sent)::bigint as sent
from activecampaign_analytics.campaign_calendar
where day > (select max(day) from activecampaign_analytics.campaign_calendar) - interval 1 year
group by week
qualify max(max(sent_30_days)) over () > 0
order by week
""",
        draw=lambda rows: line(
            rows,
            "week",
            "most_mails",
            "",
            "mails for each subscriber in 30 days",
            week=DAY,
            most_mails=".2f",
            campaigns=COUNT,
            sent=COUNT,
        ),
        height=PLOT_HEIGHT,
        reading=(
            "Mails of campaigns over 30 days, for each contact who was active on a list then, at "
            "its highest in each week of the last year. Mails of automations are not in it."
        ),
        nothing="No campaign was sent in the last year of this account.",
    ),
    Chart(
        name="latest_campaigns",
        section="campaigns",
        title="How were our latest campaigns clicked?",
        sql="""
select
    coalesce(campaign_name, 'without a name') as campaign,
    sent_at::date as sent_on,
    delivered,
    clicked,
    unsubscribed,
    click_rate,
    unsubscribe_rate
from activecampaign_analytics.campaign_performance
where campaign_kind <> 'automation' and sent_at is not null and delivered > 0
order by sent_at desc, campaign_id desc
limit 10
""",
        draw=lambda _: bars(
            "campaign",
            "click_rate",
            "clicked, of those who got it",
            PERCENT,
            campaign="",
            sent_on=DAY,
            delivered=COUNT,
            clicked=COUNT,
            click_rate=PERCENT,
            unsubscribed=COUNT,
            unsubscribe_rate=PERCENT,
        ),
        reading=(
            "Share of the recipients who clicked a link, the ten campaigns sent last, the latest "
            "first. Clicks tell more than opens, which mail programs make by themselves."
        ),
        nothing="No campaign was sent in this account.",
    ),
    Chart(
        name="split_tests",
        section="campaigns",
        title="Are the winners of our split tests really better?",
        sql="""
with variants as (
    select
        *,
        concat_ws(
            ', ', coalesce(campaign_name, 'without a name'), strftime(sent_at, '%-d %b %Y')
        ) as campaign
    from activecampaign_analytics.message_performance
    where is_split_test and click_rate_lift is not null
    qualify dense_rank() over (order by sent_at desc, campaign_id desc) <= 4
)
select
    if(
        count(distinct campaign_id) over (partition by campaign) > 1,
        format('{} ({:.0f})', campaign, campaign_id),
        campaign
    ) as campaign,
    coalesce(subject, 'without a subject') as subject,
    if(is_winner, 'picked as the winner', 'not picked') as picked,
    delivered,
    click_rate,
    click_rate_lift as lift,
    click_rate_lift_low as lift_low,
    click_rate_lift_high as lift_high
from variants
order by sent_at desc, campaign_id desc, lift desc, subject
""",
        draw=_lifts,
        panel="campaign",
        is_wide=True,
        reading=(
            "The dot is how far a variant's click rate is above or below that of the others, the "
            "bar its 95 % interval. A bar that crosses the dashed line may be chance. The four "
            "tests sent last are shown."
        ),
        nothing="No split test was sent in this account.",
    ),
    Chart(
        name="funnel",
        section="sales",
        title="How far do deals get?",
        sql="""
with stages as (
    select
        pipeline_id,
        if(pipeline_id is null, 'unknown', coalesce(pipeline_name, 'a pipeline that is gone'))
            as pipeline,
        stage_id,
        stage_order,
        coalesce(stage_name, 'a stage that is gone') as stage,
        sum(entered)::bigint as entered,
        sum(advanced + won)::bigint as went_on,
        sum(still_there)::bigint as still_there,
        sum(moved_back + moved_elsewhere)::bigint as moved_away,
        sum(lost)::bigint as lost
    from activecampaign_analytics.pipeline_funnel
    group by all
    having sum(entered) > 0
),
pipelines as (
    select
        *,
        sum(entered) over (partition by pipeline_id) as of_pipeline,
        count(distinct pipeline_id) over (partition by pipeline) > 1 as has_namesake
    from stages
)
select
    if(has_namesake, format('{} ({:.0f})', pipeline, pipeline_id), pipeline) as pipeline,
    stage,
    entered,
    went_on,
    still_there,
    moved_away,
    lost,
    went_on / nullif(entered - still_there, 0) as went_on_rate
from pipelines
qualify dense_rank() over (order by of_pipeline desc, pipeline_id) <= 6
order by of_pipeline desc, pipeline_id, stage_order, stage, stage_id
""",
        draw=lambda _: parts(
            "stage",
            {
                "went_on": "went on or won",
                "still_there": "still there",
                "moved_away": "moved back or away",
                "lost": "lost",
            },
            [COLOURS[0], COLOURS[2], COLOURS[3], COLOURS[1]],
            "deals that were ever in the stage",
            COUNT,
            stage="",
            entered=COUNT,
            went_on=COUNT,
            still_there=COUNT,
            moved_away=COUNT,
            lost=COUNT,
            went_on_rate=PERCENT,
        ),
        panel="pipeline",
        is_wide=True,
        reading=(
            "Each deal counts once in each stage that it was ever in, by how it left it the last "
            "time. Where much is lost or moved back, deals fail; where much is still there, they "
            "wait. The rate leaves out what is still there. Of many pipelines, the six that most "
            "deals were in are shown."
        ),
        nothing="There are no deals in this account.",
    ),
    Chart(
        name="forecast",
        section="sales",
        title="What will the open deals bring?",
        sql="""
with stages as (
    select
        coalesce(nullif(currency, 'unknown'), 'currency unknown') as currency,
        pipeline_id,
        stage_id,
        stage_order,
        if(
            stage_id is null,
            'deals that the key may not see',
            coalesce(pipeline_name, 'a pipeline that is gone')
            || ': ' || coalesce(stage_name, 'a stage that is gone')
        ) as stage,
        sum(deals)::bigint as deals,
        coalesce(sum(value), 0) as value,
        coalesce(sum(expected_value), 0) as expected,
        coalesce(sum(unweighted_value), 0) as no_forecast,
        sum(product_value) as by_product,
        sum(history_value) as by_history
    from activecampaign_analytics.deal_forecast
    group by all
),
currencies as (
    select
        *,
        sum(deals) over (partition by currency) as of_currency,
        row_number() over (partition by currency order by value desc, stage, stage_id) as place
    from stages
)
select
    currency,
    stage,
    deals,
    value,
    expected,
    greatest(value::double - no_forecast::double - expected, 0) as rest,
    no_forecast,
    by_product,
    by_history
from currencies
where place <= 8
qualify dense_rank() over (order by of_currency desc, currency) <= 4
order by of_currency desc, currency, pipeline_id, stage_order, stage, stage_id
""",
        draw=lambda rows: parts(
            "stage",
            {"expected": "expected", "rest": "the rest of their value"}
            | (
                {"no_forecast": "no forecast yet"}
                if any(row["no_forecast"] for row in rows)
                else {}
            ),
            [COLOURS[0], COLOURS[2], COLOURS[3]],
            "value, in the currency above",
            MONEY,
            stage="",
            currency="",
            deals=COUNT,
            value=MONEY,
            expected=MONEY,
            no_forecast=MONEY,
            by_product=MONEY,
            by_history=MONEY,
        ),
        panel="currency",
        is_wide=True,
        reading=(
            "Value of the open deals in each stage, of which the blue part is to be expected: by "
            "the chance that ActiveCampaign reckons, or else by how often deals that were in the "
            "stage were won. There is no forecast where there is neither. Each currency stands "
            "alone: the four with the most deals are shown, and of each the eight largest stages."
        ),
        nothing="No deal is open in this account.",
    ),
    Chart(
        name="owners",
        section="sales",
        title="Who wins their deals?",
        sql="""
select
    coalesce(user_name, format('a user who is gone ({:.0f})', user_id), 'nobody') as owner,
    sum(deals_won)::bigint as won,
    sum(deals_lost)::bigint as lost,
    sum(deals_won) / nullif(sum(deals_won + deals_lost), 0) as win_rate,
    sum(deals_created)::bigint as created,
    sum(tasks_done)::bigint as tasks_done
from activecampaign_analytics.owner_performance
cross join (select max(day) as last_day from activecampaign_analytics.dates)
where month > last_day - interval 1 year and month <= last_day
group by user_id, owner
having sum(deals_won + deals_lost) > 0
order by won desc, owner
limit 10
""",
        draw=lambda _: parts(
            "owner",
            {"won": "won", "lost": "lost"},
            [COLOURS[0], COLOURS[1]],
            "deals closed in the last twelve months",
            COUNT,
            owner="",
            won=COUNT,
            lost=COUNT,
            win_rate=PERCENT,
            created=COUNT,
            tasks_done=COUNT,
        ),
        reading=(
            "Deals that each owner won and lost in the last twelve months, of all currencies. The "
            "ten who won most are shown."
        ),
        nothing="No deal was closed in the last year of this account.",
    ),
    Chart(
        name="stalled",
        section="sales",
        title="Where do open deals stall?",
        sql="""
select
    if(
        stage_id is null,
        'deals that the key may not see',
        coalesce(pipeline_name, 'a pipeline that is gone')
        || ': ' || coalesce(stage_name, 'a stage that is gone')
    ) as stage,
    count(*) as open,
    count(*) filter (where is_stalled) as stalled,
    count(*) filter (where not coalesce(is_stalled, false)) as moving,
    count(*) filter (where is_next_task_overdue) as task_overdue,
    median(days_in_stage) as median_days
from activecampaign_analytics.deal_pipeline
where status_name = 'open'
group by pipeline_id, stage, stage_id
order by stalled desc, open desc, stage, stage_id
limit 12
""",
        draw=lambda _: parts(
            "stage",
            {"moving": "not longer than usual", "stalled": "stalled"},
            [COLOURS[2], COLOURS[1]],
            "open deals",
            COUNT,
            stage="",
            open=COUNT,
            stalled=COUNT,
            task_overdue=COUNT,
            median_days=",.0f",
        ),
        reading=(
            "A deal is stalled when it has been in its stage for longer than three of four deals "
            "that left it. Where few have left, nobody can tell, and none is. The twelve stages "
            "with the most stalled deals are shown."
        ),
        nothing="No deal is open in this account.",
    ),
    Chart(
        name="won_value",
        section="sales",
        title="What did each of them win?",
        sql="""
with owners as (
    select
        coalesce(nullif(currency, 'unknown'), 'currency unknown') as currency,
        user_id,
        coalesce(user_name, format('a user who is gone ({:.0f})', user_id), 'nobody') as owner,
        sum(won_value) as won_value,
        sum(deals_won)::bigint as won,
        sum(lost_value) as lost_value,
        sum(deals_lost)::bigint as lost
    from activecampaign_analytics.owner_performance
    cross join (select max(day) as last_day from activecampaign_analytics.dates)
    where month > last_day - interval 1 year and month <= last_day
    group by all
    having sum(deals_won) > 0
),
currencies as (
    select
        *,
        sum(won) over (partition by currency) as of_currency,
        row_number() over (
            partition by currency order by won_value desc, owner, user_id
        ) as place
    from owners
)
select currency, owner, won_value, won, lost_value, lost
from currencies
where place <= 10
qualify dense_rank() over (order by of_currency desc, currency) <= 4
order by of_currency desc, currency, place
""",
        draw=lambda _: bars(
            "owner",
            "won_value",
            "won, in the currency above",
            MONEY,
            owner="",
            currency="",
            won_value=MONEY,
            won=COUNT,
            lost_value=MONEY,
            lost=COUNT,
        ),
        panel="currency",
        is_wide=True,
        reading=(
            "Value of the deals that each owner won in the last twelve months, each currency "
            "alone: the four with the most deals won, and in each the ten owners who won most."
        ),
        nothing="No deal was won in the last year of this account.",
    ),
    Chart(
        name="lifecycle",
        section="customers",
        title="Who are our contacts, and how lately did they act?",
        sql="""
select
    lifecycle_stage as stage,
    count(*) as contacts,
    count(*) filter (where days_since_act <= 90) as lately,
    count(*) filter (where days_since_act between 91 and 365) as this_year,
    count(*) filter (where coalesce(days_since_act, 366) > 365) as earlier
from activecampaign_analytics.contact_engagement
group by stage
order by
    list_position(['customer', 'opportunity', 'lead', 'lost', 'unreachable'], stage)
""",
        draw=lambda _: parts(
            "stage",
            {
                "lately": "acted in the last 90 days",
                "this_year": "91 to 365 days ago",
                "earlier": "longer ago or never",
            },
            [COLOURS[0], COLOURS[4], COLOURS[2]],
            "contacts",
            COUNT,
            stage="",
            contacts=COUNT,
            lately=COUNT,
            this_year=COUNT,
            earlier=COUNT,
        ),
        reading=(
            "Each contact counts once, as the first of these: a customer won a deal or paid for "
            "an order, an opportunity has an open deal, whoever has deals that came to nothing is "
            "lost, a lead is on a list, and anybody else is unreachable. To act is to subscribe by "
            "a form, click, fill a cart, order or convert; opening is none."
        ),
        nothing="There are no contacts in this account.",
    ),
    Chart(
        name="segments",
        section="customers",
        title="Which customers are going quiet?",
        sql="""
select
    segment,
    count(*) as customers,
    count(*) / sum(count(*)) over () as share,
    count(*) filter (where lists = 0) as on_no_list
from activecampaign_analytics.contact_engagement
where lifecycle_stage = 'customer'
group by segment
order by
    list_position(['loyal', 'recent', 'at risk', 'cooling', 'dormant', 'never'], segment)
""",
        draw=lambda _: bars(
            "segment",
            "customers",
            "customers",
            COUNT,
            segment="",
            customers=COUNT,
            share=PERCENT,
            on_no_list=COUNT,
        ),
        reading=(
            "Loyal and recent customers acted in the last 90 days, those at risk or cooling in the "
            "last year; loyal and at risk are those who acted three times or more. Those at risk "
            "are the ones to call."
        ),
        nothing="There are no customers in this account.",
    ),
    Chart(
        name="account_quality",
        section="quality",
        title="Is the data fresh, complete and consistent?",
        sql="""
select
    if(is_fine, 'yes', 'no') as answer,
    question,
    affected,
    among,
    example,
    look_in
from activecampaign_analytics.account_quality
order by is_fine, aspect
""",
        is_wide=True,
        reading=(
            "Each row is a question about the whole load; where the answer is no, `look_in` names "
            "the model that has the particulars."
        ),
        nothing="Nothing was loaded.",
    ),
)
