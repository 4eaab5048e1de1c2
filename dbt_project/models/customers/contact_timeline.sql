{#- Staging is read, whose ids are text: they make the events' ids without loss. -#}
{{ config(materialized='view') }}

with

contacts as (

    select * from {{ ref('stg_activecampaign__contacts') }}
    where not is_deleted

),

memberships as (

    select * from {{ ref('list_membership_intervals') }}

),

contact_tags as (

    select * from {{ ref('stg_activecampaign__contact_tags') }}
    where not is_deleted

),

tags as (

    select * from {{ ref('stg_activecampaign__tags') }}

),

field_values as (

    select * from {{ ref('stg_activecampaign__field_values') }}
    where not is_deleted

),

fields as (

    select * from {{ ref('stg_activecampaign__fields') }}

),

notes as (

    select * from {{ ref('stg_activecampaign__notes') }}
    where not is_deleted

),

tasks as (

    select * from {{ ref('int_activecampaign__deal_tasks_joined_to_owners') }}
    where not is_deleted

),

deals as (

    select * from {{ ref('int_activecampaign__deals_joined_to_closings') }}

),

visits as (

    select * from {{ ref('deal_stage_visits') }}
    where deal_activity_id is not null

),

orders as (

    select * from {{ ref('int_activecampaign__ecom_orders_joined_to_contacts') }}

),

contact_automations as (

    select * from {{ ref('stg_activecampaign__contact_automations') }}
    where not is_deleted

),

automations as (

    select * from {{ ref('stg_activecampaign__automations') }}

),

contact_goals as (

    select * from {{ ref('stg_activecampaign__contact_goals') }}
    where not is_deleted

),

goals as (

    select * from {{ ref('stg_activecampaign__goals') }}

),

contact_conversions as (

    select * from {{ ref('stg_activecampaign__contact_conversions') }}
    where not is_deleted

),

conversions as (

    select * from {{ ref('stg_activecampaign__conversions') }}

),

message_activities as (

    select * from {{ ref('stg_activecampaign__message_activities') }}
    where not is_deleted and event = 'open'

),

clicks as (

    select * from {{ ref('stg_activecampaign__link_data') }}
    where not is_deleted

),

bounces as (

    select * from {{ ref('stg_activecampaign__bounce_logs') }}
    where not is_deleted

),

campaigns as (

    select * from {{ ref('stg_activecampaign__campaigns') }}

),

emails as (

    select * from {{ ref('stg_activecampaign__email_activities') }}
    where not is_deleted

),

tracking_logs as (

    select * from {{ ref('stg_activecampaign__tracking_logs') }}
    where not is_deleted

),

events as (

    select
        'created:' || contacts.id as event_id,
        contacts.contact_id,
        contacts.created_at as occurred_at,
        'created' as event,
        'contact' as object,
        contacts.contact_id as object_id,
        contacts.email as detail

    from contacts

    union all

    select
        'subscribed:' || {{ id_text('memberships.membership_id') }}
        || if(memberships.is_from_snapshot, ' ' || memberships.joined_at, '') as event_id,
        memberships.contact_id,
        memberships.joined_at as occurred_at,
        'subscribed' as event,
        'list' as object,
        memberships.list_id as object_id,
        memberships.list_name as detail

    from memberships

    union all

    select
        'unsubscribed:' || {{ id_text('memberships.membership_id') }}
        || if(memberships.is_from_snapshot, ' ' || memberships.joined_at, '') as event_id,
        memberships.contact_id,
        memberships.left_at as occurred_at,
        'unsubscribed' as event,
        'list' as object,
        memberships.list_id as object_id,
        memberships.list_name as detail

    from memberships
    where memberships.ended_as = 'unsubscribed'

    union all

    select
        'tagged:' || contact_tags.id as event_id,
        contact_tags.contact_id,
        contact_tags.created_at as occurred_at,
        'tagged' as event,
        'tag' as object,
        contact_tags.tag_id as object_id,
        tags.tag_name as detail

    from contact_tags
    left join tags
        on contact_tags.tag_id = tags.tag_id

    union all

    select
        'field_set:' || field_values.id as event_id,
        field_values.contact_id,
        coalesce(field_values.updated_at, field_values.created_at) as occurred_at,
        'field_set' as event,
        'field' as object,
        field_values.field_id as object_id,
        concat_ws(': ', fields.title, left(field_values.value, 100)) as detail

    from field_values
    left join fields
        on field_values.field_id = fields.field_id

    union all

    select
        'note:' || notes.id as event_id,
        if(notes.reltype = 'Deal', deals.contact_id, notes.rel_id) as contact_id,
        notes.created_at as occurred_at,
        'note' as event,
        if(notes.reltype = 'Deal', 'deal', 'contact') as object,
        notes.rel_id as object_id,
        left(notes.note, 100) as detail

    from notes
    left join deals
        on notes.reltype = 'Deal' and notes.rel_id = deals.deal_id
    where (notes.reltype = 'Subscriber' or deals.deal_id is not null)

    union all

    select
        'task:' || tasks.id as event_id,
        if(tasks.reltype = 'Deal', deals.contact_id, tasks.rel_id) as contact_id,
        tasks.created_at as occurred_at,
        'task' as event,
        if(tasks.reltype = 'Deal', 'deal', 'contact') as object,
        tasks.rel_id as object_id,
        tasks.title as detail

    from tasks
    left join deals
        on tasks.reltype = 'Deal' and tasks.rel_id = deals.deal_id
    where (tasks.reltype = 'Subscriber' or deals.deal_id is not null)

    union all

    select
        'task_done:' || tasks.id as event_id,
        if(tasks.reltype = 'Deal', deals.contact_id, tasks.rel_id) as contact_id,
        tasks.done_at as occurred_at,
        'task_done' as event,
        if(tasks.reltype = 'Deal', 'deal', 'contact') as object,
        tasks.rel_id as object_id,
        tasks.title as detail

    from tasks
    left join deals
        on tasks.reltype = 'Deal' and tasks.rel_id = deals.deal_id
    where (tasks.reltype = 'Subscriber' or deals.deal_id is not null)

    union all

    select
        'deal_created:' || {{ id_text('deals.deal_id') }} as event_id,
        deals.contact_id,
        deals.created_at as occurred_at,
        'deal_created' as event,
        'deal' as object,
        deals.deal_id as object_id,
        deals.value || ' ' || deals.currency as detail

    from deals

    union all

    select
        'deal_stage:' || {{ id_text('visits.deal_activity_id') }} as event_id,
        deals.contact_id,
        visits.entered_at as occurred_at,
        'deal_stage' as event,
        'deal' as object,
        visits.deal_id as object_id,
        visits.stage_name as detail

    from visits
    inner join deals
        on visits.deal_id = deals.deal_id

    union all

    select
        'deal_won:' || {{ id_text('deals.deal_id') }} as event_id,
        deals.contact_id,
        deals.closed_at as occurred_at,
        'deal_won' as event,
        'deal' as object,
        deals.deal_id as object_id,
        deals.value || ' ' || deals.currency as detail

    from deals
    where deals.status_name = 'won'

    union all

    select
        'deal_lost:' || {{ id_text('deals.deal_id') }} as event_id,
        deals.contact_id,
        deals.closed_at as occurred_at,
        'deal_lost' as event,
        'deal' as object,
        deals.deal_id as object_id,
        deals.value || ' ' || deals.currency as detail

    from deals
    where deals.status_name = 'lost'

    union all

    select
        'order:' || orders.id as event_id,
        orders.contact_id,
        orders.ordered_at as occurred_at,
        'order' as event,
        'order' as object,
        orders.order_id as object_id,
        concat_ws(' ', orders.total, orders.currency, orders.state_name) as detail

    from orders
    where orders.state_name is distinct from 'abandoned'

    union all

    select
        'cart_abandoned:' || orders.id as event_id,
        orders.contact_id,
        orders.abandoned_at as occurred_at,
        'cart_abandoned' as event,
        'order' as object,
        orders.order_id as object_id,
        concat_ws(' ', orders.total, orders.currency) as detail

    from orders

    union all

    select
        'automation_entered:' || contact_automations.id as event_id,
        contact_automations.contact_id,
        contact_automations.adddate as occurred_at,
        'automation_entered' as event,
        'automation' as object,
        contact_automations.automation_id as object_id,
        automations.name as detail

    from contact_automations
    left join automations
        on contact_automations.automation_id = automations.automation_id

    union all

    select
        'automation_completed:' || contact_automations.id as event_id,
        contact_automations.contact_id,
        contact_automations.remdate as occurred_at,
        'automation_completed' as event,
        'automation' as object,
        contact_automations.automation_id as object_id,
        automations.name as detail

    from contact_automations
    left join automations
        on contact_automations.automation_id = automations.automation_id
    where contact_automations.completed = 1

    union all

    select
        'automation_left:' || contact_automations.id as event_id,
        contact_automations.contact_id,
        contact_automations.remdate as occurred_at,
        'automation_left' as event,
        'automation' as object,
        contact_automations.automation_id as object_id,
        automations.name as detail

    from contact_automations
    left join automations
        on contact_automations.automation_id = automations.automation_id
    where contact_automations.completed is distinct from 1

    union all

    select
        'goal_met:' || contact_goals.id as event_id,
        contact_goals.contact_id,
        contact_goals.tstamp as occurred_at,
        'goal_met' as event,
        'goal' as object,
        contact_goals.goal_id as object_id,
        goals.name as detail

    from contact_goals
    left join goals
        on contact_goals.goal_id = goals.goal_id

    union all

    select
        'converted:' || contact_conversions.id as event_id,
        contact_conversions.contact_id,
        contact_conversions.created_at as occurred_at,
        'converted' as event,
        'conversion' as object,
        contact_conversions.conversion_id as object_id,
        conversions.name as detail

    from contact_conversions
    left join conversions
        on contact_conversions.conversion_id = conversions.conversion_id

    union all

    select
        'opened:' || message_activities.id as event_id,
        message_activities.contact_id,
        message_activities.occurred_at,
        'opened' as event,
        'campaign' as object,
        message_activities.campaign_id as object_id,
        campaigns.name as detail

    from message_activities
    left join campaigns
        on message_activities.campaign_id = campaigns.campaign_id

    union all

    select
        'clicked:' || clicks.id as event_id,
        clicks.contact_id,
        clicks.occurred_at,
        'clicked' as event,
        'campaign' as object,
        clicks.campaign_id as object_id,
        campaigns.name as detail

    from clicks
    left join campaigns
        on clicks.campaign_id = campaigns.campaign_id

    union all

    select
        'bounced:' || bounces.id as event_id,
        bounces.contact_id,
        bounces.occurred_at,
        'bounced' as event,
        'campaign' as object,
        bounces.campaign_id as object_id,
        left(bounces.error, 100) as detail

    from bounces

    union all

    select
        'email:' || emails.id as event_id,
        emails.contact_id,
        emails.occurred_at,
        'email' as event,
        'contact' as object,
        emails.contact_id as object_id,
        left(emails.subject, 100) as detail

    from emails

    union all

    select
        'tracked:' || tracking_logs.id as event_id,
        tracking_logs.contact_id,
        tracking_logs.tstamp as occurred_at,
        'tracked' as event,
        'contact' as object,
        tracking_logs.contact_id as object_id,
        concat_ws(': ', tracking_logs.type, left(tracking_logs.value, 100)) as detail

    from tracking_logs

),

final as (

    select
        event_id,
        contact_id,
        occurred_at,
        event,
        object,
        object_id,
        detail

    from events
    where contact_id is not null and occurred_at is not null

)

select * from final
