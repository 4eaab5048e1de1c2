{#-
    Raw tables are read by name and not as sources, since there may be some that no model knows. When
    a key was first seen is remembered from build to build: a full read dates every record anew.
-#}
{%- set before = built_before() -%}
-- after staging, where large tables are counted; depends_on: {{ ref('uncast_values') }}

with

combinations as (

    select
        '' as raw_table,
        0 as record_count,
        0 as deleted_count,
        localtimestamp as first_seen_at,
        localtimestamp as last_seen_at,
        [''] as key_names
    where false
    {{ key_combinations() }}

),

staged as (

    select
        '' as raw_table,
        '' as main_table,
        '' as key_name
    where false
    {{ staged_keys() }}

),

left_out as (

    select
        '' as raw_table,
        '' as key_name
    where false
    {{ declared_keys('activecampaign_keys_left_out') }}

),

rare as (

    select
        '' as raw_table,
        '' as key_name
    where false
    {{ declared_keys('activecampaign_keys_rare') }}

),

raw_tables as (

    select
        raw_table,
        sum(record_count) as table_record_count,
        sum(deleted_count) as deleted_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from combinations
    group by raw_table

),

unnested as (

    select
        raw_table,
        record_count,
        deleted_count,
        first_seen_at,
        last_seen_at,
        unnest(list_distinct(key_names)) as key_name

    from combinations

),

served as (

    select
        raw_table,
        key_name,
        sum(record_count) as record_count,
        sum(deleted_count) as deleted_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from unnested
    group by raw_table, key_name

),

served_not_staged as (

    select
        served.*,
        'served_not_staged' as drift

    from served
    semi join staged
        on served.raw_table = staged.raw_table
    anti join staged as staged_key
        on
            served.raw_table = staged_key.raw_table
            and served.key_name = staged_key.key_name
    anti join left_out
        on
            left_out.raw_table in (served.raw_table, 'all')
            and served.key_name = left_out.key_name

),

staged_never_served as (

    select
        staged.main_table as raw_table,
        staged.key_name,
        0 as record_count,
        0 as deleted_count,
        null as first_seen_at,
        null as last_seen_at,
        'staged_never_served' as drift

    from staged
    left join served
        on
            staged.raw_table = served.raw_table
            and staged.key_name = served.key_name
    anti join rare
        on
            staged.main_table = rare.raw_table
            and staged.key_name = rare.key_name
    group by staged.main_table, staged.key_name
    having count(served.key_name) = 0

),

tables_not_staged as (

    select
        raw_tables.raw_table,
        null as key_name,
        raw_tables.table_record_count as record_count,
        raw_tables.deleted_count,
        raw_tables.first_seen_at,
        raw_tables.last_seen_at,
        'served_not_staged' as drift

    from raw_tables
    anti join staged
        on raw_tables.raw_table = staged.raw_table

),

drifting as (

    select * from served_not_staged
    union all by name
    select * from staged_never_served
    union all by name
    select * from tables_not_staged

),

before as (

    {% if before %}
        select
            raw_table,
            key_name,
            first_seen_at
        from {{ this }}
    {% else %}
        select
            '' as raw_table,
            '' as key_name,
            cast(null as timestamp) as first_seen_at
        where false
    {% endif %}

),

final as (

    select
        drifting.raw_table,
        drifting.key_name,
        drifting.drift,
        drifting.last_seen_at,
        cast(drifting.record_count as bigint) as record_count,
        cast(drifting.deleted_count as bigint) as deleted_count,
        cast(raw_tables.table_record_count as bigint) as table_record_count,
        least(drifting.first_seen_at, before.first_seen_at) as first_seen_at

    from drifting
    inner join raw_tables
        on drifting.raw_table = raw_tables.raw_table
    left join before
        on
            drifting.raw_table = before.raw_table
            and drifting.key_name is not distinct from before.key_name

)

select * from final
