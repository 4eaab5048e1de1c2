{#- Raw is read here and not staging: only raw still has a value that did not cast. -#}
{%- set casting_later = [
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
        {{ find_uncast(node, raw_records(node)) }}
    {% endfor %}
    {% for node in models_in('intermediate') if casts_of(node) %}
        union all
        {{ find_uncast(node, existing_rows(node, casting_later)) }}
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
