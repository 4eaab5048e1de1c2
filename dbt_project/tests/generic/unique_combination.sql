{#- The columns together are the table's key. As with `unique`, a null equals nothing. -#}
{% test unique_combination(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as row_count

from {{ model }}

where {% for column in columns %}{{ column }} is not null{{ " and " if not loop.last }}{% endfor %}

group by {{ columns | join(', ') }}

having count(*) > 1

{% endtest %}
