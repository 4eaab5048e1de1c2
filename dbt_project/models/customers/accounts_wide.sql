{%- set fields = custom_fields(
    ref('stg_activecampaign__account_custom_field_meta'), 'field_label', 'field_type'
) %}

with

accounts as (

    select * from {{ ref('accounts') }}

),

custom_values as (

    select
        id as value_id,
        accountid as account_id,
        customfieldid as field_id,
        fieldvalue as value,
        fieldcurrency as currency

    from {{ ref('accounts_custom_fields_data') }}

),

pivoted as (

    select
        account_id,
        count(*) filter (where value != '') as filled_fields{{ values_by_field(fields) }}

    from custom_values
    group by account_id

),

final as (

    select
        accounts.id as account_id,
        accounts.name as account_name,
        accounts.accounturl as account_url,
        accounts.owner as owner_id,
        accounts.createdtimestamp as created_at,
        accounts.updatedtimestamp as updated_at,
        coalesce(pivoted.filled_fields, 0) as filled_fields{{ custom_columns(fields, 'pivoted') }}

    from accounts
    left join pivoted
        on accounts.id = pivoted.account_id

)

select * from final
