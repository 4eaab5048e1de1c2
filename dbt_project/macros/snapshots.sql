{#- A snapshot, where dbt has taken it at least once; else none. -#}
{% macro taken(snapshot) -%}
    {{ return(snapshot if execute and load_relation(snapshot) else none) }}
{%- endmacro %}
