{#- The references come from their tests; the tables are named so that all of them are built. -#}
{%- set tables = [
    'accounts', 'accounts_contacts', 'accounts_custom_fields_data',
    'accounts_custom_fields_meta', 'accounts_notes', 'campaigns', 'campaigns_messages',
    'campaigns_messages_content', 'contacts', 'contacts_custom_fields_data',
    'contacts_custom_fields_meta', 'contacts_custom_fields_meta__field_options',
    'contacts_list_activity', 'contacts_notes', 'contacts_tags', 'contacts_tasks', 'deals',
    'deals_activities', 'deals_custom_fields_data', 'deals_custom_fields_meta',
    'deals_secondary_contacts', 'deals_tasks', 'lists', 'lists_contacts', 'pipelines',
    'pipelines__deal_stages', 'scores', 'tasks_outcomes', 'tasks_types',
    'tasks_types__outcomes', 'user_groups', 'users', 'users__user_groups',
] -%}
{%- for table in tables %}{% do ref(table) %}{% endfor -%}

with

counted as (

    select
        '' as table_name,
        '' as column_name,
        '' as refers_to,
        0 as reference_count,
        0 as orphan_count,
        '' as example_orphan,
        0 as referred_count,
        true as is_proven
    where false
    {% for reference in references(tables) %}
        union all
        {{ count_orphans(reference) }}
    {% endfor %}

),

final as (

    select
        table_name,
        column_name,
        refers_to,
        reference_count,
        orphan_count,
        example_orphan,
        referred_count,
        is_proven,
        orphan_count / nullif(reference_count, 0) as orphan_share

    from counted

)

select * from final
