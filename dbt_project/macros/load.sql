{#- The last columns of every staging model: what the loader knows of the record. -#}
{% macro load_columns() -%}
    deleted_in_run is not null as is_deleted,
    greatest(run_id, coalesce(deleted_in_run, 0)) as changed_in_run,
    timezone('UTC', extracted_at) as extracted_at
{%- endmacro %}

{#-
    In an incremental model, the records that a run has changed since. The last run counts again,
    for it may have been half loaded when the model was built.
-#}
{% macro only_changed() -%}
    {%- if is_incremental() -%}
        where greatest(run_id, coalesce(deleted_in_run, 0))
            >= (select coalesce(max(changed_in_run), 0) from {{ this }})
    {%- endif -%}
{%- endmacro %}
