{#- What stands behind the last @ of an address, in lower case; `unknown` where nothing does. -#}
{% macro email_domain(email) -%}
    coalesce(nullif(lower(trim(regexp_extract({{ email }}, '@([^@]*)$', 1))), ''), 'unknown')
{%- endmacro %}
