{#- Descriptions as comments in the database. -#}

{#-
    All comments of a relation in one statement. dbt's own asks twice which columns there are before
    it sends two: an eighth of a build of small tables. It only warns of a column that is described
    and not there, which is an error here.
-#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments -%}
        {%- if for_relation and config.persist_relation_docs() and model.description -%}
            {{ alter_relation_comment(relation, model.description) }}
        {%- endif -%}
        {%- for column in model.columns.values()
            if for_columns and config.persist_column_docs() and column.description -%}
            comment on column {{ relation }}.{{ adapter.quote(column.name) }}
                is {{ duckdb_escape_comment(column.description) }};
        {%- endfor -%}
    {%- endset -%}
    {%- if comments -%}
        {%- call statement('persist_docs') -%}{{ comments }}{%- endcall -%}
    {%- endif -%}
{%- endmacro %}
