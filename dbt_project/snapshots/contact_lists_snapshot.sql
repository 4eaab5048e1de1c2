{% snapshot contact_lists_snapshot %}

    {{ config(
        unique_key='id',
        strategy='check',
        check_cols=['status', 'sdate', 'udate'],
        updated_at='extracted_at',
    ) }}

    select
        id,
        contact_list_id,
        contact_id,
        list_id,
        status,
        form_id,
        series_id,
        source_id,
        sdate,
        udate,
        extracted_at

    from {{ ref('stg_activecampaign__contact_lists') }}
    where not is_deleted

{% endsnapshot %}
