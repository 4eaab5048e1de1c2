{#- Custom fields as columns: which ones an account has is known only from its own data. -#}

{#-
    An account's custom fields of one kind of record, by id: its id, what it holds, the names of its
    columns, and what is said of them. A name is the field's label as a word; one that is taken, by
    a column of the model or by an older field, or that SQL reserves gets the field's id, so that a
    new field never renames another's column. A deleted field keeps its name, lest another's values
    stand under it. No table or none of a kind: no fields.
-#}
{% macro custom_fields(metadata, label, field_type) -%}
    {%- set fields = [] -%}
    {%- if execute and load_relation(metadata) -%}
        {%- set words = "trim(left(trim(regexp_replace(replace(lower(strip_accents(" ~ label
            ~ ")), 'ß', 'ss'), '[^a-z0-9]+', '_', 'g'), '_'), 60), '_')" -%}
        {%- set taken = model.columns | list -%}
        {%- for id, label, type, word, is_reserved, is_deleted in run_query(
            "select try_cast(id as bigint) as number, "
            ~ "left(regexp_replace(" ~ label ~ ", '[[:cntrl:]]', ' ', 'g'), 200), "
            ~ "lower(" ~ field_type ~ "), " ~ words ~ ", " ~ words
            ~ " in (select keyword_name from duckdb_keywords() where keyword_category = 'reserved'),"
            ~ " is_deleted"
            ~ " from " ~ metadata ~ " where number is not null"
            ~ " qualify row_number() over (partition by number order by " ~ label ~ ") = 1"
            ~ " order by number"
        ).rows -%}
            {%- set kind = {
                'number': 'number', 'currency': 'money', 'date': 'date', 'datetime': 'timestamp',
                'checkbox': 'choices', 'listbox': 'choices', 'multiselect': 'choices',
            }.get(type, 'text') -%}
            {%- set name = word if word and not word[0].isdigit() else 'field_' ~ (word or id) -%}
            {%- set parts = ['', '_cents', '_currency'] if kind == 'money' else [''] -%}
            {%- set candidates = [name, name ~ '_' ~ id] -%}
            {%- for again in range(taken | length) -%}
                {%- do candidates.append(name ~ '_' ~ id ~ '_' ~ (again + 2)) -%}
            {%- endfor -%}
            {%- set free = namespace(name=none) -%}
            {%- for candidate in candidates if free.name is none -%}
                {%- set blocked = namespace(any=is_reserved and loop.first) -%}
                {%- for part in parts if candidate ~ part in taken -%}
                    {%- set blocked.any = true -%}
                {%- endfor -%}
                {%- if free.name is none and not blocked.any -%}
                    {%- set free.name = candidate -%}
                {%- endif -%}
            {%- endfor -%}
            {%- for part in parts -%}
                {%- do taken.append(free.name ~ part) -%}
            {%- endfor -%}
            {%- if not is_deleted -%}
                {%- do fields.append({
                    'id': id, 'kind': kind, 'name': free.name, 'label': label, 'type': type
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(fields) }}
{%- endmacro %}

{#-
    Each field's value, of all values of a record in one pass; should a field have two, the newer
    one. Expects `value_id`, `field_id`, `value` and, where money is kept, `currency`.
-#}
{% macro values_by_field(fields) -%}
    {%- for field in fields -%}
        ,
        max_by(value, value_id) filter (where field_id = {{ field.id }}) as value_{{ field.id }}
        {%- if field.kind == 'money' -%}
            ,
            max_by(currency, value_id) filter (
                where field_id = {{ field.id }}
            ) as currency_{{ field.id }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The columns of the fields, typed. -#}
{% macro custom_columns(fields, relation) -%}
    {%- for field in fields -%}
        {%- set value = relation ~ '.value_' ~ field.id -%}
        {%- set name = adapter.quote(field.name) -%}
        ,
        {% if field.kind == 'number' -%}
            {{ to_number(value) }} as {{ name }}
        {%- elif field.kind == 'money' -%}
            {{ in_units(to_count(to_number(value))) }} as {{ name }},
            {{ to_count(to_number(value)) }} as {{ adapter.quote(field.name ~ '_cents') }},
            upper(nullif({{ relation }}.currency_{{ field.id }}, '')) as {{
                adapter.quote(field.name ~ '_currency')
            }}
        {%- elif field.kind == 'date' -%}
            {{ to_date(value) }} as {{ name }}
        {%- elif field.kind == 'timestamp' -%}
            {{ to_timestamp(value) }} as {{ name }}
        {%- elif field.kind == 'choices' -%}
            {{ to_choices(value) }} as {{ name }}
        {%- else -%}
            nullif({{ value }}, '') as {{ name }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Several choices, as a list: the API writes them `||A||B||` or as a JSON array. -#}
{% macro to_choices(value) -%}
    nullif(
        list_filter(
            case
                when json_type(try_cast({{ value }} as json)) = 'ARRAY'
                    then from_json({{ value }}, '["VARCHAR"]')
                else string_split({{ value }}, '||')
            end,
            lambda choice: choice != ''
        ),
        []
    )
{%- endmacro %}

{#- What a client shows of the columns, which no yml file can know. -#}
{% macro describe_custom_columns(fields) -%}
    {%- for field in fields -%}
        {%- for part, what in (
            [('', ', in units'), ('_cents', ', in cents as served'), ('_currency', ': its currency')]
            if field.kind == 'money' else [('', '')]
        ) %}
            comment on column {{ this }}.{{ adapter.quote(field.name ~ part) }} is '
            {{- ("Custom field " ~ field.id ~ ", " ~ field.label ~ " (" ~ field.type ~ ")" ~ what)
            | replace("'", "''") }}';
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
