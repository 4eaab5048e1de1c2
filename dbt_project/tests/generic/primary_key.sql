{#-
    The column names each row: as `not_null` and `unique` together, at the price of one, since what a
    test costs is dbt's own work.
-#}
{% test primary_key(model, column_name) %}

select
    {{ column_name }},
    count(*) as row_count

from {{ model }}

group by {{ column_name }}

having count(*) > 1 or {{ column_name }} is null

{% endtest %}
