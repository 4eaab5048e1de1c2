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
        {%- set columns = run_query(
            "select column_name from information_schema.columns where table_schema = '"
            ~ schema | replace("'", "''") ~ "' and table_name = 'endpoint_reads'"
        ).columns[0].values() -%}
        {%- if 'outcome' not in columns -%}
            {{ exceptions.raise_compiler_error(
                target.path ~ " was loaded by an earlier version: run `python -m loader` once more."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#-
    Incremental models take in what runs have changed since. Where raw was dropped and loaded anew
    they would keep for ever what was gone by then.
-#}
{% macro check_incremental_models() -%}
    {%- set models = [] -%}
    {%- for node in (graph.nodes.values() if execute and not flags.FULL_REFRESH else [])
        if node.resource_type == 'model' and node.config.materialized == 'incremental' -%}
        {%- set built = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if built -%}
            {%- do models.append("select min(changed_in_run) as first_run from " ~ built) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if models -%}
        {%- set outdated = run_query(
            "select count(*) from (" ~ models | join(" union all ") ~ ") where first_run < "
            ~ "(select min(run_id) from " ~ source('activecampaign_raw', 'runs') ~ ")"
        ).columns[0].values()[0] -%}
        {%- if outdated -%}
            {{ exceptions.raise_compiler_error(
                "The raw tables were dropped and loaded anew: run `dbt build --full-refresh` once."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
