with

source as (

    select * from {{ source('activecampaign_raw', 'campaigns') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'userid', 'user', 'automation', 'seriesid', 'message_id', 'campaign_message_id',
            'segmentid', 'bounceid', 'realcid', 'sendid', 'threadid', 'formid', 'basemessageid',
            'addressid', 'split_winner_messageid', 'type', 'name', 'segmentname', 'source',
            'basetemplateid', 'created_by', 'updated_by', 'tracklinks', 'analytics_campaign_name',
            'survey', 'htmlunsubdata', 'textunsubdata', 'recurring', 'split_type',
            'split_offset_type', 'responder_type', 'reminder_field', 'reminder_format',
            'reminder_type', 'reminder_offset_type', 'reminder_offset_sign',
            'reminder_last_cron_run', 'activerss_interval', 'activerss_url', 'ip4', 'ip',
            'laststep', 'scheduleddate', 'series_send_lock_time', 'deletestamp', 'additional_data',
            'format', 'screenshot', 'typeText', 'statusString', 'statusToolTip', 'status',
            'send_amt', 'total_amt', 'opens', 'uniqueopens', 'linkclicks', 'uniquelinkclicks',
            'subscriberclicks', 'forwards', 'uniqueforwards', 'hardbounces', 'softbounces',
            'unsubscribes', 'unsubreasons', 'updates', 'socialshares', 'replies', 'uniquereplies',
            'verified_opens', 'verified_unique_opens', 'numberOfMessages', 'split_content',
            'split_offset', 'responder_offset', 'reminder_offset', 'activerss_items',
            'mail_transfer', 'mail_send', 'mail_cleanup', 'ed_version', 'moderation_status',
            'public', 'mailer_log_file', 'tracklinksanalytics', 'trackreads', 'trackreadsanalytics',
            'tweet', 'facebook', 'embed_images', 'htmlunsub', 'textunsub', 'willrecur',
            'split_winner_awaiting', 'responder_existing', 'managetext', 'schedule', 'waitpreview',
            'replysys', 'can_skip_approval', 'use_quartz_scheduler', 'predictive_send',
            'has_predictive_content', 'has_outdated_translations', 'hasTranslations',
            'repair_by_pydex', 'campaignIsText', 'groupLimitViolation', 'cdate', 'mdate', 'sdate',
            'ldate', 'created_timestamp', 'updated_timestamp', 'repair_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as campaign_id,
        coalesce(
            {{ to_reference('record.userid') }},
            {{ to_reference("record['user']") }}
        ) as user_id,
        {{ to_number('record.automation') }} as automation_id,
        {{ to_number('record.seriesid') }} as series_id,
        {{ to_reference('record.message_id') }} as message_id,
        {{ to_reference('record.campaign_message_id') }} as campaign_message_id,
        {{ to_number('record.segmentid') }} as segment_id,
        {{ to_number('record.bounceid') }} as bounce_id,
        {{ to_number('record.realcid') }} as real_campaign_id,
        {{ to_number('record.sendid') }} as send_id,
        {{ to_number('record.threadid') }} as thread_id,
        {{ to_number('record.formid') }} as form_id,
        {{ to_number('record.basemessageid') }} as base_message_id,
        {{ to_number('record.addressid') }} as address_id,
        {{ to_number('record.split_winner_messageid') }} as split_winner_message_id,

        -- text
        record.type as campaign_type,
        record.name,
        record.segmentname,
        record.source,
        record.basetemplateid as base_template_id,
        record.created_by,
        record.updated_by,
        record.tracklinks,
        record.analytics_campaign_name,
        record.survey,
        record.htmlunsubdata,
        record.textunsubdata,
        record.recurring,
        record.split_type,
        record.split_offset_type,
        record.responder_type,
        record.reminder_field,
        record.reminder_format,
        record.reminder_type,
        record.reminder_offset_type,
        record.reminder_offset_sign,
        record.reminder_last_cron_run,
        record.activerss_interval,
        record.activerss_url,
        record.ip4,
        record.ip,
        record.laststep,
        record.scheduleddate,
        record.series_send_lock_time,
        record.deletestamp,
        record.additional_data,
        record.format,
        record.screenshot,
        record.typeText as type_text,
        record.statusString as status_string,
        record.statusToolTip as status_tool_tip,

        -- numbers
        {{ to_number('record.status') }} as status,
        {{ to_number('record.send_amt') }} as send_amt,
        {{ to_number('record.total_amt') }} as total_amt,
        {{ to_number('record.opens') }} as opens,
        {{ to_number('record.uniqueopens') }} as uniqueopens,
        {{ to_number('record.linkclicks') }} as linkclicks,
        {{ to_number('record.uniquelinkclicks') }} as uniquelinkclicks,
        {{ to_number('record.subscriberclicks') }} as subscriberclicks,
        {{ to_number('record.forwards') }} as forwards,
        {{ to_number('record.uniqueforwards') }} as uniqueforwards,
        {{ to_number('record.hardbounces') }} as hardbounces,
        {{ to_number('record.softbounces') }} as softbounces,
        {{ to_number('record.unsubscribes') }} as unsubscribes,
        {{ to_number('record.unsubreasons') }} as unsubreasons,
        {{ to_number('record.updates') }} as updates,
        {{ to_number('record.socialshares') }} as socialshares,
        {{ to_number('record.replies') }} as replies,
        {{ to_number('record.uniquereplies') }} as uniquereplies,
        {{ to_number('record.verified_opens') }} as verified_opens,
        {{ to_number('record.verified_unique_opens') }} as verified_unique_opens,
        {{ to_number('record.numberOfMessages') }} as number_of_messages,
        {{ to_number('record.split_content') }} as split_content,
        {{ to_number('record.split_offset') }} as split_offset,
        {{ to_number('record.responder_offset') }} as responder_offset,
        {{ to_number('record.reminder_offset') }} as reminder_offset,
        {{ to_number('record.activerss_items') }} as activerss_items,
        {{ to_number('record.mail_transfer') }} as mail_transfer,
        {{ to_number('record.mail_send') }} as mail_send,
        {{ to_number('record.mail_cleanup') }} as mail_cleanup,
        {{ to_number('record.ed_version') }} as ed_version,
        {{ to_number('record.moderation_status') }} as moderation_status,

        -- flags, 1 and 0
        {{ to_number('record.public') }} as public,
        {{ to_number('record.mailer_log_file') }} as mailer_log_file,
        {{ to_number('record.tracklinksanalytics') }} as tracklinksanalytics,
        {{ to_number('record.trackreads') }} as trackreads,
        {{ to_number('record.trackreadsanalytics') }} as trackreadsanalytics,
        {{ to_number('record.tweet') }} as tweet,
        {{ to_number('record.facebook') }} as facebook,
        {{ to_number('record.embed_images') }} as embed_images,
        {{ to_number('record.htmlunsub') }} as htmlunsub,
        {{ to_number('record.textunsub') }} as textunsub,
        {{ to_number('record.willrecur') }} as willrecur,
        {{ to_number('record.split_winner_awaiting') }} as split_winner_awaiting,
        {{ to_number('record.responder_existing') }} as responder_existing,
        {{ to_number('record.managetext') }} as managetext,
        {{ to_number('record.schedule') }} as schedule,
        {{ to_number('record.waitpreview') }} as waitpreview,
        {{ to_number('record.replysys') }} as replysys,
        {{ to_number('record.can_skip_approval') }} as can_skip_approval,
        {{ to_number('record.use_quartz_scheduler') }} as use_quartz_scheduler,
        {{ to_number('record.predictive_send') }} as predictive_send,
        {{ to_number('record.has_predictive_content') }} as has_predictive_content,
        {{ to_number('record.has_outdated_translations') }} as has_outdated_translations,
        {{ to_number('record.hasTranslations') }} as has_translations,
        {{ to_number('record.repair_by_pydex') }} as repair_by_pydex,
        {{ to_number('record.campaignIsText') }} as campaign_is_text,

        -- flags
        {{ to_flag('record.groupLimitViolation') }} as group_limit_violation,

        -- timestamps, UTC
        {{ to_timestamp('record.cdate') }} as created_at,
        {{ to_timestamp('record.mdate') }} as updated_at,
        {{ to_timestamp('record.sdate') }} as sdate,
        {{ to_timestamp('record.ldate') }} as ldate,
        {{ to_timestamp('record.created_timestamp') }} as created_timestamp,
        {{ to_timestamp('record.updated_timestamp') }} as updated_timestamp,
        {{ to_timestamp('record.repair_timestamp') }} as repair_timestamp,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
