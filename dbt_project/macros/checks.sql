{#- Before anything runs: what would otherwise fail once per model, and less clearly. -#}

{% macro check_timezone() -%}
    {%- if execute -%}
        {%- set zone = var('activecampaign_timezone') -%}
        {%- set known = run_query(
            "select 1 from pg_timezone_names() where name = '" ~ zone | replace("'", "''") ~ "'"
        ) -%}
        {%- if not known.rows -%}
            {{ exceptions.raise_compiler_error(
                "The variable activecampaign_timezone is '" ~ zone ~ "', which is no time zone. "
                ~ "Use an IANA name such as America/Chicago (vars in dbt_project.yml)."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro check_raw_tables() -%}
    {%- if execute -%}
        {%- set schema = var('activecampaign_raw_schema') -%}
        {%- set present = run_query(
            "select table_name from information_schema.tables where table_schema = '"
            ~ schema | replace("'", "''") ~ "'"
        ).columns[0].values() -%}
        {%- set expected = graph.sources.values() | map(attribute='identifier') | list -%}
        {%- set missing = expected | reject('in', present) | sort -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                ("Nothing loaded yet in " ~ target.path if missing | length == expected | length
                else target.path ~ " does not hold " ~ missing | join(", "))
                ~ " (schema " ~ schema ~ "): run `python -m loader` (or "
                ~ "`python -m loader --sandbox`) first."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
