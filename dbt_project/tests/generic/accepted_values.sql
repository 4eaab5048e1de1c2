{#-
    In place of dbt's own: a quoted value meets numbers and text alike, and severity is the
    variable's, since the product may add codes.
-#}
{% test accepted_values(model, column_name, values) %}

{{ config(severity=var('activecampaign_severity')) }}

select distinct {{ column_name }} as unknown_value

from {{ model }}

where {{ column_name }} not in ('{{ values | join("', '") }}')

{% endtest %}
