with

custom_field_values as (

    select * from {{ ref('stg_activecampaign__deal_custom_field_data') }}

),

custom_fields as (

    select * from {{ ref('stg_activecampaign__deal_custom_field_meta') }}

),

kinds as (

    -- beyond 2^53 two ids may be one double
    select
        custom_field_id,
        min(case
            when field_type in ('multiselect', 'listbox', 'checkbox') then 'choices'
            when field_type in ('text', 'hidden', 'dropdown', 'radio') then 'text'
            when field_type in ('textarea', 'date', 'datetime', 'number', 'currency')
                then field_type
        end) as kind

    from custom_fields
    group by all

),

with_kind as (

    select
        custom_field_values.id,
        custom_field_values.deal_custom_field_datum_id,
        custom_field_values.deal_id,
        custom_field_values.custom_field_id,
        custom_field_values.deal_custom_field_metum_id,
        custom_field_values.custom_field_text_value,
        custom_field_values.custom_field_text_blob,
        custom_field_values.custom_field_date_value,
        custom_field_values.custom_field_number_value,
        custom_field_values.custom_field_currency_value,
        custom_field_values.currency_type,
        custom_field_values.created_at,
        custom_field_values.updated_at,
        custom_field_values.is_deleted,
        custom_field_values.changed_in_run,
        custom_field_values.extracted_at,
        custom_field_values.field_value,
        coalesce(kinds.kind, 'unknown') as kind

    from custom_field_values
    left join kinds
        on custom_field_values.custom_field_id = kinds.custom_field_id

),

routed as (

    select
        id,
        deal_custom_field_datum_id,
        deal_id,
        custom_field_id,
        deal_custom_field_metum_id,
        currency_type,
        created_at,
        updated_at,
        is_deleted,
        changed_in_run,
        extracted_at,
        -- several choices come as a JSON array; in other fields, brackets are what was typed
        case
            when
                kind in ('choices', 'unknown')
                and json_type(try_cast(field_value as json)) = 'ARRAY'
                then '||' || array_to_string(
                    list_transform(
                        json_extract_string(field_value, '$[*]'), lambda choice: choice || '||'
                    ),
                    ''
                )
            else field_value
        end as served_value,
        coalesce(
            case when kind = 'choices' then nullif(custom_field_text_value, '') end,
            case when kind = 'choices' then custom_field_text_blob end,
            custom_field_text_value,
            case when kind in ('text', 'choices', 'unknown') then served_value end
        ) as text_value,
        case
            when kind = 'textarea' then coalesce(custom_field_text_blob, served_value)
            when kind != 'choices' or nullif(custom_field_text_value, '') is not null
                then custom_field_text_blob
        end as text_blob,
        coalesce(
            custom_field_number_value,
            case when kind = 'number' then served_value end
        ) as custom_field_number_value,
        coalesce(
            custom_field_currency_value,
            case when kind = 'currency' then served_value end
        ) as custom_field_currency_value,
        coalesce(
            custom_field_date_value,
            case when kind in ('date', 'datetime') then served_value end
        ) as date_text,
        -- midnight without an offset is a day, unless the field is known to hold instants
        kind = 'date' or (kind != 'datetime' and date_text like '____-__-___00:00:00') as is_day,
        case when is_day then date_text end as custom_field_calendar_date,
        case when not is_day then date_text end as custom_field_date_value

    from with_kind

),

final as (

    select
        -- ids
        id,
        deal_custom_field_datum_id,
        deal_id,
        custom_field_id,
        deal_custom_field_metum_id,

        -- text
        text_value,
        text_blob,
        currency_type,

        -- text that is cast below
        custom_field_number_value,
        custom_field_currency_value,
        custom_field_calendar_date,
        custom_field_date_value,

        -- numbers
        {{ to_number('custom_field_number_value') }} as number_value,
        {{ to_number('custom_field_currency_value') }} as currency_value,

        -- timestamps, UTC
        coalesce(
            {{ to_date('custom_field_calendar_date') }},
            {{ to_timestamp('custom_field_date_value') }}
        ) as date_value,
        created_at,
        updated_at,

        -- load
        is_deleted,
        changed_in_run,
        extracted_at

    from routed

)

select * from final
