{#- The day of the last load, UTC: what is counted until today is counted until then. -#}
{% macro load_day() -%}
    (select cast(max(run_started_at) as date) from {{ ref('load_audit') }})
{%- endmacro %}
