{#- Staging says what did not cast; the models are named so that all of them are built. -#}
{%- set casting = [
    ref('stg_activecampaign__account_contacts'),
    ref('stg_activecampaign__account_custom_field_data'),
    ref('stg_activecampaign__account_custom_field_meta'),
    ref('stg_activecampaign__accounts'),
    ref('stg_activecampaign__activities'),
    ref('stg_activecampaign__addresses'),
    ref('stg_activecampaign__automation_blocks'),
    ref('stg_activecampaign__automations'),
    ref('stg_activecampaign__bounce_logs'),
    ref('stg_activecampaign__brandings'),
    ref('stg_activecampaign__calendars'),
    ref('stg_activecampaign__campaign_lists'),
    ref('stg_activecampaign__campaign_messages'),
    ref('stg_activecampaign__campaigns'),
    ref('stg_activecampaign__configs'),
    ref('stg_activecampaign__connections'),
    ref('stg_activecampaign__contact_automations'),
    ref('stg_activecampaign__contact_conversions'),
    ref('stg_activecampaign__contact_data'),
    ref('stg_activecampaign__contact_deals'),
    ref('stg_activecampaign__contact_emails'),
    ref('stg_activecampaign__contact_goals'),
    ref('stg_activecampaign__contact_lists'),
    ref('stg_activecampaign__contact_tags'),
    ref('stg_activecampaign__contacts'),
    ref('stg_activecampaign__conversion_triggers'),
    ref('stg_activecampaign__conversions'),
    ref('stg_activecampaign__custom_object_records'),
    ref('stg_activecampaign__custom_object_schemas'),
    ref('stg_activecampaign__deal_activities'),
    ref('stg_activecampaign__deal_custom_field_data'),
    ref('stg_activecampaign__deal_custom_field_meta'),
    ref('stg_activecampaign__deal_group_users'),
    ref('stg_activecampaign__deal_groups'),
    ref('stg_activecampaign__deal_roles'),
    ref('stg_activecampaign__deal_stages'),
    ref('stg_activecampaign__deal_tasks'),
    ref('stg_activecampaign__deal_tasktypes'),
    ref('stg_activecampaign__deals'),
    ref('stg_activecampaign__ecom_customers'),
    ref('stg_activecampaign__ecom_order_activities'),
    ref('stg_activecampaign__ecom_order_discounts'),
    ref('stg_activecampaign__ecom_order_products'),
    ref('stg_activecampaign__ecom_orders'),
    ref('stg_activecampaign__email_activities'),
    ref('stg_activecampaign__field_options'),
    ref('stg_activecampaign__field_rels'),
    ref('stg_activecampaign__field_values'),
    ref('stg_activecampaign__fields'),
    ref('stg_activecampaign__forms'),
    ref('stg_activecampaign__geo_addresses'),
    ref('stg_activecampaign__geo_ips'),
    ref('stg_activecampaign__goals'),
    ref('stg_activecampaign__group_limits'),
    ref('stg_activecampaign__group_members'),
    ref('stg_activecampaign__groups'),
    ref('stg_activecampaign__link_data'),
    ref('stg_activecampaign__links'),
    ref('stg_activecampaign__list_groups'),
    ref('stg_activecampaign__lists'),
    ref('stg_activecampaign__message_activities'),
    ref('stg_activecampaign__messages'),
    ref('stg_activecampaign__notes'),
    ref('stg_activecampaign__personalizations'),
    ref('stg_activecampaign__saved_responses'),
    ref('stg_activecampaign__score_values'),
    ref('stg_activecampaign__scores'),
    ref('stg_activecampaign__segments'),
    ref('stg_activecampaign__site_messages'),
    ref('stg_activecampaign__sms'),
    ref('stg_activecampaign__tags'),
    ref('stg_activecampaign__task_outcomes'),
    ref('stg_activecampaign__tasktype_outcome_rels'),
    ref('stg_activecampaign__templates'),
    ref('stg_activecampaign__tracking_logs'),
    ref('stg_activecampaign__user_groups'),
    ref('stg_activecampaign__users'),
    ref('stg_activecampaign__webhooks'),
] -%}
{%- set casting_later = [
    ref('int_activecampaign__custom_object_records_unnested_by_field'),
    ref('int_activecampaign__custom_object_records_unnested_by_relationship'),
    ref('int_activecampaign__custom_object_schemas_unnested_by_field'),
    ref('int_activecampaign__deal_custom_field_data_routed_by_type'),
    ref('int_activecampaign__deal_tasktypes_unnested_by_outcome'),
] -%}

with

uncast as (

    select
        '' as model_name,
        '' as id,
        struct_pack(column_name := '', cast_value := '') as uncast
    where false
    {% for node in models_in('staging') if casts_of(node) %}
        union all
        {{ find_uncast(node, casting, 'uncast') }}
    {% endfor %}
    {% for node in models_in('intermediate') if casts_of(node) %}
        union all
        {{ find_uncast(node, casting_later, uncast_in(node)) }}
    {% endfor %}

),

final as (

    select
        model_name,
        uncast.column_name,
        uncast.cast_value,
        count(*) as uncast_values,
        min(id) as example_id

    from uncast
    group by all

)

select * from final
