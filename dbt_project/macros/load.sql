{#- The last columns of every staging model: what the loader knows of the record. -#}
{% macro load_columns() -%}
    deleted_in_run is not null as is_deleted,
    greatest(run_id, coalesce(deleted_in_run, 0)) as changed_in_run,
    {{ in_utc('extracted_at') }} as extracted_at
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

{#-
    One row a record, of those served whole and those cut down for the key's user. A newer stub says
    that the record exists, and leaves its values as they were.
-#}
{% macro whole_or_cut_down(whole_records, stubs) -%}
    select
        coalesce(whole.id, stub.id) as id,
        coalesce(whole.payload, stub.payload) as payload,
        whole.id is null or (
            stub.id is not null
            and stub.deleted_in_run is null
            and (stub.run_id, stub.seq) > (whole.run_id, whole.seq)
        ) as is_stub,
        if(is_stub, stub.run_id, whole.run_id) as run_id,
        if(is_stub, stub.deleted_in_run, whole.deleted_in_run) as deleted_in_run,
        if(is_stub, stub.extracted_at, whole.extracted_at) as extracted_at
    from {{ whole_records }} as whole
    full outer join {{ stubs }} as stub
        on whole.id = stub.id
{%- endmacro %}
