{#- The last columns of every staging model: what the loader knows of it, and what did not cast. -#}
{% macro load_columns() -%}
    deleted_in_run is not null as is_deleted,
    greatest(run_id, coalesce(deleted_in_run, 0)) as changed_in_run,
    {{ in_utc('extracted_at') }} as extracted_at,
    {%- if execute and model.config.materialized == 'incremental' %}
    key_set,
    {%- endif %}
    {{ uncast_in(model) }} as uncast
{%- endmacro %}

{#-
    A number for the keys that a record has, which `schema_drift` counts without parsing the JSON
    again; in large models only.
-#}
{% macro key_set() -%}
    hash(json_keys(payload))
{%- endmacro %}

{#-
    The records of a raw table; in an incremental model, those that a run has changed since. The run
    of the newest that the model has counts again only where it was broken off: then the model may
    have been built when half of it was loaded. Two reads, for DuckDB skips what one condition on
    one column rules out, and else decompresses every payload.
-#}
{% macro only_changed(raw) -%}
    select * from {{ raw }}
    {%- if is_incremental() %}
        {%- set first = first_run_to_take_in() %}
    where run_id >= {{ first }}
    union all
    select * from {{ raw }}
    where run_id < {{ first }} and deleted_in_run >= {{ first }}
    {%- endif -%}
{%- endmacro %}

{% macro first_run_to_take_in() -%}
    {%- set newest = "select coalesce(max(changed_in_run), 0) from " ~ this -%}
    (
        select ({{ newest }}) + count(finished_at)
        from {{ var('activecampaign_raw_schema') }}.runs
        where run_id = ({{ newest }})
    )
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
