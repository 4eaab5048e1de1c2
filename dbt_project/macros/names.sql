{#- First and last name of a person; where both are empty, what else they are known by. -#}
{% macro full_name(first, last, otherwise) -%}
    coalesce(
        nullif(
            concat_ws(' ', nullif(trim({{ first }}), ''), nullif(trim({{ last }}), '')),
            ''
        ),
        {{ otherwise }}
    )
{%- endmacro %}

{#- Money in units of its currency, exact: what the API sends is in hundredths. -#}
{% macro in_units(cents) -%}
    cast({{ cents }} * 0.01 as decimal(20, 2))
{%- endmacro %}

{#- The number of a record as text: what exceeds 64 bits too, of which doubles keep 53. -#}
{% macro id_text(number) -%}
    coalesce(cast(try_cast({{ number }} as hugeint) as varchar), cast({{ number }} as varchar))
{%- endmacro %}
