{#- The day of the last load, UTC: what is counted until today is counted until then. -#}
{% macro load_day() -%}
    (select cast(max(run_started_at) as date) from {{ ref('load_audit') }})
{%- endmacro %}

{#- Days by the calendar, UTC; 0 where the end is earlier, as of what came while the load ran. -#}
{% macro days_until(start, end) -%}
    greatest(cast({{ end }} as date), cast({{ start }} as date)) - cast({{ start }} as date)
{%- endmacro %}
