{#- A snapshot, where snapshots are on and dbt has taken it at least once; else none. -#}
{% macro taken(snapshot_name) -%}
    {%- if var('activecampaign_snapshots', false) -%}
        {%- set snapshot = ref(snapshot_name) -%}
        {{ return(snapshot if execute and load_relation(snapshot) else none) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
