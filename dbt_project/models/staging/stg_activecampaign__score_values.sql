{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'score_values')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'score', 'contact', 'deal', 'scoreValue', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as score_value_id,
        {{ to_reference('record.score') }} as score_id,
        {{ to_reference('record.contact') }} as contact_id,
        {{ to_reference('record.deal') }} as deal_id,

        -- numbers
        {{ to_number('record.scoreValue') }} as points,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
