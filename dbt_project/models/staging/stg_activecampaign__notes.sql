{{ config(materialized='incremental') }}

with

source as (

    {{ only_changed(source('activecampaign_raw', 'notes')) }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ key_set() }} as key_set,
        {{ parse_payload([
            'relid', 'userid', 'user', 'owner', 'reltype', 'note', 'is_draft', 'cdate', 'mdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as note_id,
        {{ to_reference('record.relid') }} as rel_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        {{ to_reference(
            "if(record.owner[1] = '{', try_cast(record.owner as json) ->> 'id', record.owner)"
        ) }} as owner_id,

        -- text
        try_cast(record.owner as json) ->> 'type' as owner_type,
        record.reltype,
        record.note,

        -- flags, 1 and 0
        {{ to_number('record.is_draft') }} as is_draft,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
