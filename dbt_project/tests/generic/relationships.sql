{#-
    In place of dbt's own: compares as numbers, since some references are text and every id is a
    double; and severity is the variable's, since the source deletes users and lists for good.
-#}
{% test relationships(model, column_name, to, field) %}

{{ config(severity=var('activecampaign_severity')) }}

select child.{{ column_name }} as points_nowhere

from {{ model }} as child
left join {{ to }} as parent
    on try_cast(child.{{ column_name }} as double) = try_cast(parent.{{ field }} as double)

where child.{{ column_name }} is not null and parent.{{ field }} is null

{% endtest %}
