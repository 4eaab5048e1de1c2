{#-
    A reference that mostly points nowhere points to the wrong table, or its table was read in part.
    Few values prove nothing, nor does a table that the key may not see, nor a doubtful reference.
-#}
{% test few_orphans(model, share, among) %}

select * from {{ model }}

where
    orphan_share > {{ share }}
    and reference_count >= {{ among }}
    and referred_count > 0
    and is_proven

{% endtest %}
