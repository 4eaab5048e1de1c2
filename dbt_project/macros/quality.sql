{#- What the quality models count, read from the project's own models and tests: nothing twice. -#}

{#-
    The casts in a model's code: each value that is cast, the kinds of cast it is offered to, and
    the column it fills.
-#}
{% macro casts_of(node) -%}
    {%- set call = "to_(number|reference|timestamp|date|flag)\(\s*(['\"])(.+?)\\2\s*\)" -%}
    {%- set column = "(?=.*?\\bas (?!double\\b|varchar\\b)(\\w+))" -%}
    {%- set casts = {} -%}
    {%- for kind, _, value, column in modules.re.findall("(?s)" ~ call ~ column, node.raw_code) -%}
        {%- do casts.setdefault((value, column), []).append(kind) -%}
    {%- endfor -%}
    {{ return(casts) }}
{%- endmacro %}

{#- Whether a value is there and is of none of these types. PHP may write nothing as `[]`. -#}
{% macro is_uncast(value, kinds) -%}
    {%- set casts = {
        'number': to_number,
        'reference': to_number,
        'timestamp': to_timestamp,
        'date': to_date,
        'flag': to_flag,
    } -%}
    {%- set conditions = [] -%}
    {%- for kind in kinds -%}
        {%- do conditions.append(casts[kind](value) ~ " is null") -%}
    {%- endfor -%}
    {%- do conditions.append(
        value ~ " not in ('', '[]', '0000-00-00', '0000-00-00 00:00:00')"
    ) -%}
    {{ conditions | join(' and ') }}
{%- endmacro %}

{#-
    The casts in a model's code that fail on a row, as a list of columns and what is cast; null where
    none does. Whether there is one is asked first, since lists are dear and failures are rare.
-#}
{% macro uncast_in(node) -%}
    {%- set conditions = [] -%}
    {%- set cases = [] -%}
    {%- for (value, column), kinds in (casts_of(node) if execute else {}).items() -%}
        {%- set condition = is_uncast(value, kinds) -%}
        {%- do conditions.append("(" ~ condition ~ ")") -%}
        {%- do cases.append(
            "case when " ~ condition ~ " then {'column_name': '" ~ column
            ~ "', 'cast_value': $$" ~ value ~ "$$} end"
        ) -%}
    {%- endfor -%}
    {%- if cases -%}
        case when {{ conditions | join(' or ') }} then
            list_filter([{{ cases | join(', ') }}], lambda uncast: uncast is not null)
        end
    {%- else -%}
        cast(null as struct(column_name varchar, cast_value varchar)[])
    {%- endif -%}
{%- endmacro %}

{#- A row for each value on which a cast in a model's code fails; the model has to be there. -#}
{% macro find_uncast(node, built, uncast) -%}
    {%- if node.relation_name not in built | map('string') -%}
        {{ exceptions.raise_compiler_error(node.name ~ " is missing in " ~ model.path) }}
    {%- endif -%}
    select
        '{{ node.name }}' as model_name,
        id,
        unnest({{ uncast }}) as uncast
    from {{ node.relation_name }}
    where not is_deleted and ({{ uncast }}) is not null
{%- endmacro %}

{#- The models of a folder; the graph is known only once everything is parsed. -#}
{% macro models_in(folder) -%}
    {%- set found = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) -%}
        {%- if node.resource_type == 'model' and node.fqn[1] == folder -%}
            {%- do found.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | sort(attribute='name')) }}
{%- endmacro %}

{#- The relationships tests of the documented tables, each with what it compares. -#}
{% macro references(tables) -%}
    {%- set documented = models_in('documented') | map(attribute='name') -%}
    {%- set missing = documented | reject('in', tables) | list -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            model.path ~ " does not name " ~ missing | join(', ')
        ) }}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for test in (graph.nodes.values() if execute else [])
        if test.test_metadata and test.test_metadata.name == 'relationships'
        and graph.nodes[test.attached_node].fqn[1] == 'documented' -%}
        {%- set child = graph.nodes[test.attached_node] -%}
        {%- set parents = test.depends_on.nodes | reject('equalto', child.unique_id)
            | select('in', graph.nodes) | list -%}
        {%- do found.append({
            'child': child,
            'column': test.column_name,
            'parent': graph.nodes[parents[0] if parents else child.unique_id],
            'field': test.test_metadata.kwargs.field,
            'where': test.config.where or 'true',
            'is_proven': test.config.meta.get('is_proven', true),
        }) -%}
    {%- endfor -%}
    {{ return(found | sort(attribute='child.name,column')) }}
{%- endmacro %}

{#- How many values of a reference there are, and how many of them point to nothing. -#}
{% macro count_orphans(reference) -%}
    select
        '{{ reference.child.name }}' as table_name,
        '{{ reference.column }}' as column_name,
        '{{ reference.parent.name }}.{{ reference.field }}' as refers_to,
        count(*) as reference_count,
        cast(count_if(parent.id is null) as bigint) as orphan_count,
        cast(min(child.id) filter (where parent.id is null) as varchar) as example_orphan,
        (select count(*) from {{ reference.parent.relation_name }}) as referred_count,
        {{ reference.is_proven | lower }} as is_proven
    from (
        select {{ reference.column }} as id
        from {{ reference.child.relation_name }}
        where {{ reference.column }} is not null and {{ reference.where }}
    ) as child
    left join (
        select {{ reference.field }} as id
        from {{ reference.parent.relation_name }}
    ) as parent
        on try_cast(child.id as double) = try_cast(parent.id as double)
{%- endmacro %}

{#- The raw tables that a model reads. -#}
{% macro raw_tables_of(node) -%}
    {%- set found = [] -%}
    {%- for source in node.depends_on.nodes if source in graph.sources -%}
        {%- do found.append(graph.sources[source].identifier) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#-
    The keys of records that staging makes columns of, by its own code, for each raw table that a
    model reads; `main_table` is the one that it is named after.
-#}
{% macro staged_keys() -%}
    {%- for node in models_in('staging') -%}
        {%- set keys = modules.re.findall(
            "'([^']+)'",
            modules.re.findall("(?s)parse_payload\(\[(.*?)\]", node.raw_code) | join
        ) -%}
        {%- for raw_table in (raw_tables_of(node) if keys else []) %}
    union all
    select
        '{{ raw_table }}' as raw_table,
        '{{ node.name.split('__')[1] }}' as main_table,
        unnest(['{{ keys | join("', '") }}']) as key_name
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- A variable that lists keys by raw table, as rows; a table `all` stands for each. -#}
{% macro declared_keys(variable) -%}
    {%- for raw_table, keys in (var(variable).items() if execute else []) %}
    union all
    select
        '{{ raw_table }}' as raw_table,
        unnest(['{{ keys | join("', '") }}']) as key_name
    {%- endfor -%}
{%- endmacro %}

{#-
    Large raw tables whose staging model holds the very same records, each with that model. One that
    has not taken in the last load, or that a purge has changed, is left out.
-#}
{% macro counted_in_staging() -%}
    {%- set raw_schema = var('activecampaign_raw_schema') -%}
    {%- set counted = {} -%}
    {%- set comparisons = [] -%}
    {%- for node in models_in('staging') if node.config.materialized == 'incremental'
        and adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- set raw_table = raw_tables_of(node) | join -%}
        {%- do counted.update({raw_table: node.relation_name}) -%}
        {%- do comparisons.append(
            "select '" ~ raw_table ~ "' where (select (count(*), max(changed_in_run)) from "
            ~ node.relation_name ~ ") = (select (count(*), max(greatest(run_id, "
            ~ "coalesce(deleted_in_run, 0)))) from " ~ raw_schema ~ "." ~ raw_table ~ ")"
        ) -%}
    {%- endfor -%}
    {%- set same = run_query(comparisons | join(' union all ')).columns[0].values()
        if comparisons else [] -%}
    {%- for raw_table in counted | list if raw_table not in same -%}
        {%- do counted.pop(raw_table) -%}
    {%- endfor -%}
    {{ return(counted) }}
{%- endmacro %}

{#-
    What keys the records of each raw table have, a row a combination: most have the very same ones,
    and each is looked at once. All tables that are there, whether or not a model reads them: a user
    may have added some. Large ones are counted in staging, which told the combinations apart when it
    took the records in; one record of each says what its keys are.
-#}
{% macro key_combinations() -%}
    {%- set schema = var('activecampaign_raw_schema') -%}
    {%- set counted = counted_in_staging() -%}
    {%- for raw_table in (run_query(
        "select table_name from information_schema.columns where column_name = 'payload' "
        ~ "and table_schema = '" ~ schema | replace("'", "''") ~ "' order by table_name"
    ).columns[0].values() if execute else []) %}
    union all
    {%- if raw_table in counted %}
    select
        '{{ raw_table }}' as raw_table,
        counted.record_count,
        counted.deleted_count,
        counted.first_seen_at,
        counted.last_seen_at,
        json_keys(example.payload) as key_names
    from (
        select
            any_value(id) as id,
            count(*) as record_count,
            count_if(is_deleted) as deleted_count,
            min(extracted_at) as first_seen_at,
            max(extracted_at) as last_seen_at
        from {{ counted[raw_table] }}
        group by key_set
    ) as counted
    inner join {{ adapter.quote(schema) }}.{{ adapter.quote(raw_table) }} as example
        on counted.id = example.id
    {%- else %}
    select
        '{{ raw_table | replace("'", "''") }}' as raw_table,
        count(*) as record_count,
        count(deleted_in_run) as deleted_count,
        {{ in_utc('min(extracted_at)') }} as first_seen_at,
        {{ in_utc('max(extracted_at)') }} as last_seen_at,
        json_keys(payload) as key_names
    from {{ adapter.quote(schema) }}.{{ adapter.quote(raw_table) }}
    group by key_names
    {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The table that the last build made of this model; none where the build begins anew. -#}
{% macro built_before() -%}
    {{ return(load_relation(this) if execute and not flags.FULL_REFRESH else none) }}
{%- endmacro %}

{#- Raw tables that every run is to fill, which those are not that are read only where named. -#}
{% macro collections() -%}
    {%- set found = [] -%}
    {%- for source in (graph.sources.values() if execute else [])
        if source.freshness and source.identifier not in ('endpoint_reads', 'runs') -%}
        {%- do found.append(source.identifier) -%}
    {%- endfor -%}
    {{ return(found | sort) }}
{%- endmacro %}
