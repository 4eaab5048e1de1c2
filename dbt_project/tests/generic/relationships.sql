{#-
    In place of dbt's own: compares as numbers, since some references are text and every id is a
    double; and severity is the variable's, since the source deletes users and lists for good. Ids
    that are no numbers (UUIDs) are compared as text.
-#}
{% test relationships(model, column_name, to, field, as_text=false) %}

{{ config(severity=var('activecampaign_severity')) }}

with

child as (

    select {{ column_name }} as reference from {{ model }}

),

parent as (

    select {{ field }} as id from {{ to }}

)

select child.reference as points_nowhere

from child
left join parent
    {% if as_text -%}
    on child.reference = parent.id
    {%- else -%}
    on try_cast(child.reference as double) = try_cast(parent.id as double)
    {%- endif %}

where child.reference is not null and parent.id is null

{% endtest %}
