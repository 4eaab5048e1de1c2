with

source as (

    select * from {{ source('activecampaign_raw', 'saved_responses') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'last_sent_user_id', 'title', 'subject', 'body', 'cdate', 'mdate', 'ldate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as saved_response_id,
        {{ to_reference('record.last_sent_user_id') }} as last_sent_user_id,

        -- text
        record.title,
        record.subject,
        record.body,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,
        {{ to_timestamp('record.ldate') }} as ldate,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
