{#- What the API sends as text, typed. What has no such type becomes null and stops nothing. -#}

{#- Number, as double. DuckDB reads 'nan' and 'inf' as doubles; nobody else does. -#}
{% macro to_number(value) -%}
    case when isfinite(try_cast({{ value }} as double)) then try_cast({{ value }} as double) end
{%- endmacro %}

{#- Foreign key, as double. The API writes "none" as 0. -#}
{% macro to_reference(value) -%}
    nullif({{ to_number(value) }}, 0)
{%- endmacro %}

{#- Foreign key that the documented table keeps as text. -#}
{% macro to_text_reference(value) -%}
    nullif(nullif({{ value }}, ''), '0')
{%- endmacro %}

{#- An instant's time in UTC. `timezone('UTC', ...)` says the same at twenty times the cost. -#}
{% macro in_utc(instant) -%}
    make_timestamp(epoch_us({{ instant }}))
{%- endmacro %}

{#-
    Instant, as timestamp in UTC. A value with an offset is that instant (a plain cast would drop
    the offset); one without is wall time in the account's zone; a bare date keeps its midnight.
    The form of a date is asked for first: 'infinity', 'epoch' and years beyond 9999 cast too, and
    the last break `timezone`. `like` is cheaper than a regular expression, and nearly free where
    `%` is its only wildcard; a cast that fails costs five times one that does not, and dates of
    zeros are frequent.
-#}
{% macro to_timestamp(value) -%}
    case
        when {{ value }} like '0000-00-00%' then null
        when
            {{ value }} like '____-__-__%:%-%'
            or ({{ value }} like '%+%' and {{ value }} like '____-__-__%:%+%')
            or ({{ value }} like '%Z' and {{ value }} like '____-__-__%Z')
            then {{ in_utc('try_cast(' ~ value ~ ' as timestamptz)') }}
        when {{ value }} like '____-__-__ %' or {{ value }} like '____-__-__T%'
            then {{ in_utc(
                "timezone('" ~ var("activecampaign_timezone") ~ "', try_cast("
                ~ value ~ " as timestamp))"
            ) }}
        when {{ value }} like '____-__-__' then try_cast({{ value }} as timestamp)
    end
{%- endmacro %}

{#- Calendar date as written, whatever time or offset follows: midnight is never moved. -#}
{% macro to_date(value) -%}
    case when {{ value }} like '____-__-__%' then try_cast({{ value }} as date) end
{%- endmacro %}

{#- Boolean from true/false or 1/0. A plain cast would take 't' and 'f' too. -#}
{% macro to_flag(value) -%}
    case when lower({{ value }}) in ('true', 'false', '1', '0')
        then try_cast({{ value }} as boolean)
    end
{%- endmacro %}

{#- Count, as bigint: counters are doubles in the tables that they come from. -#}
{% macro to_count(value) -%}
    try_cast({{ value }} as bigint)
{%- endmacro %}
