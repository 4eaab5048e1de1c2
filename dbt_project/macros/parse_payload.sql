{#-
    One pass over the JSON: every named key as text, whatever its JSON type; null where it is
    missing. `payload ->> 'key'` for each column would parse the record once per column.
    Keys are case-sensitive: `firstname` finds nothing in `firstName`.
-#}
{% macro parse_payload(keys, payload='payload') -%}
    from_json({{ payload }}, '{"{{ keys | join('": "VARCHAR", "') }}": "VARCHAR"}')
{%- endmacro %}
