with

source as (

    select * from {{ source('activecampaign_raw', 'groups') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'title', 'descript', 'reqApprovalNotify', 'reqApproval1st', 'unsubscribelink',
            'optinconfirm', 'p_admin', 'pgListAdd', 'pgListEdit', 'pgListDelete', 'pgListHeaders',
            'pgListEmailaccount', 'pgListBounce', 'pgMessageAdd', 'pgMessageEdit',
            'pgMessageDelete', 'pgMessageSend', 'pgContactAdd', 'pgContactEdit', 'pgContactDelete',
            'pgContactMerge', 'pgContactImport', 'pgContactApprove', 'pgContactExport',
            'pgContactSync', 'pgContactFilters', 'pgContactActions', 'pgContactFields',
            'pgContactResubscribe', 'pg_user_add', 'pg_user_edit', 'pg_user_delete', 'pgGroupAdd',
            'pgGroupEdit', 'pgGroupDelete', 'pgMfaAdmin', 'pgTemplateAdd', 'pgTemplateEdit',
            'pgTemplateDelete', 'pgPersonalizationAdd', 'pgPersonalizationEdit',
            'pgPersonalizationDelete', 'pgWebPersonalizationManage', 'pgAutomationManage',
            'pgFormEdit', 'pgLandingPagesAccess', 'pgTagManage', 'pgSavedResponsesManage',
            'pgReportsCampaign', 'pgReportsList', 'pgReportsUser', 'pgReportsTrend',
            'pgReportsDeal', 'pgStartupReports', 'pgStartupGettingstarted', 'pgAccountAdd',
            'pgAccountEdit', 'pgAccountDelete', 'pgAccountImport', 'pgAccountExport',
            'pgAccountManageCustomField', 'pgAccountNoteAdd', 'pgAccountNoteEdit',
            'pgAccountNoteDelete', 'pgDeal', 'pgDealDelete', 'pgDealReassign', 'pgDealListAll',
            'pgDealFields', 'pgDealImport', 'pgDealExport', 'pgDealManageRoles', 'pgDealGroupAdd',
            'pgDealGroupEdit', 'pgDealGroupDelete', 'pgDealNoteAdd', 'pgDealNoteEdit',
            'pgDealNoteDelete', 'reqApproval', 'socialdata', 'sdate',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as group_id,

        -- text
        record.title,
        record.descript,
        record.reqApprovalNotify as req_approval_notify,

        -- numbers
        {{ to_number('record.reqApproval1st') }} as req_approval_1st,

        -- flags, 1 and 0
        {{ to_number('record.unsubscribelink') }} as unsubscribelink,
        {{ to_number('record.optinconfirm') }} as optinconfirm,
        {{ to_number('record.p_admin') }} as p_admin,
        {{ to_number('record.pgListAdd') }} as pg_list_add,
        {{ to_number('record.pgListEdit') }} as pg_list_edit,
        {{ to_number('record.pgListDelete') }} as pg_list_delete,
        {{ to_number('record.pgListHeaders') }} as pg_list_headers,
        {{ to_number('record.pgListEmailaccount') }} as pg_list_emailaccount,
        {{ to_number('record.pgListBounce') }} as pg_list_bounce,
        {{ to_number('record.pgMessageAdd') }} as pg_message_add,
        {{ to_number('record.pgMessageEdit') }} as pg_message_edit,
        {{ to_number('record.pgMessageDelete') }} as pg_message_delete,
        {{ to_number('record.pgMessageSend') }} as pg_message_send,
        {{ to_number('record.pgContactAdd') }} as pg_contact_add,
        {{ to_number('record.pgContactEdit') }} as pg_contact_edit,
        {{ to_number('record.pgContactDelete') }} as pg_contact_delete,
        {{ to_number('record.pgContactMerge') }} as pg_contact_merge,
        {{ to_number('record.pgContactImport') }} as pg_contact_import,
        {{ to_number('record.pgContactApprove') }} as pg_contact_approve,
        {{ to_number('record.pgContactExport') }} as pg_contact_export,
        {{ to_number('record.pgContactSync') }} as pg_contact_sync,
        {{ to_number('record.pgContactFilters') }} as pg_contact_filters,
        {{ to_number('record.pgContactActions') }} as pg_contact_actions,
        {{ to_number('record.pgContactFields') }} as pg_contact_fields,
        {{ to_number('record.pgContactResubscribe') }} as pg_contact_resubscribe,
        {{ to_number('record.pg_user_add') }} as pg_user_add,
        {{ to_number('record.pg_user_edit') }} as pg_user_edit,
        {{ to_number('record.pg_user_delete') }} as pg_user_delete,
        {{ to_number('record.pgGroupAdd') }} as pg_group_add,
        {{ to_number('record.pgGroupEdit') }} as pg_group_edit,
        {{ to_number('record.pgGroupDelete') }} as pg_group_delete,
        {{ to_number('record.pgMfaAdmin') }} as pg_mfa_admin,
        {{ to_number('record.pgTemplateAdd') }} as pg_template_add,
        {{ to_number('record.pgTemplateEdit') }} as pg_template_edit,
        {{ to_number('record.pgTemplateDelete') }} as pg_template_delete,
        {{ to_number('record.pgPersonalizationAdd') }} as pg_personalization_add,
        {{ to_number('record.pgPersonalizationEdit') }} as pg_personalization_edit,
        {{ to_number('record.pgPersonalizationDelete') }} as pg_personalization_delete,
        {{ to_number('record.pgWebPersonalizationManage') }} as pg_web_personalization_manage,
        {{ to_number('record.pgAutomationManage') }} as pg_automation_manage,
        {{ to_number('record.pgFormEdit') }} as pg_form_edit,
        {{ to_number('record.pgLandingPagesAccess') }} as pg_landing_pages_access,
        {{ to_number('record.pgTagManage') }} as pg_tag_manage,
        {{ to_number('record.pgSavedResponsesManage') }} as pg_saved_responses_manage,
        {{ to_number('record.pgReportsCampaign') }} as pg_reports_campaign,
        {{ to_number('record.pgReportsList') }} as pg_reports_list,
        {{ to_number('record.pgReportsUser') }} as pg_reports_user,
        {{ to_number('record.pgReportsTrend') }} as pg_reports_trend,
        {{ to_number('record.pgReportsDeal') }} as pg_reports_deal,
        {{ to_number('record.pgStartupReports') }} as pg_startup_reports,
        {{ to_number('record.pgStartupGettingstarted') }} as pg_startup_gettingstarted,
        {{ to_number('record.pgAccountAdd') }} as pg_account_add,
        {{ to_number('record.pgAccountEdit') }} as pg_account_edit,
        {{ to_number('record.pgAccountDelete') }} as pg_account_delete,
        {{ to_number('record.pgAccountImport') }} as pg_account_import,
        {{ to_number('record.pgAccountExport') }} as pg_account_export,
        {{ to_number('record.pgAccountManageCustomField') }} as pg_account_manage_custom_field,
        {{ to_number('record.pgAccountNoteAdd') }} as pg_account_note_add,
        {{ to_number('record.pgAccountNoteEdit') }} as pg_account_note_edit,
        {{ to_number('record.pgAccountNoteDelete') }} as pg_account_note_delete,
        {{ to_number('record.pgDeal') }} as pg_deal,
        {{ to_number('record.pgDealDelete') }} as pg_deal_delete,
        {{ to_number('record.pgDealReassign') }} as pg_deal_reassign,
        {{ to_number('record.pgDealListAll') }} as pg_deal_list_all,
        {{ to_number('record.pgDealFields') }} as pg_deal_fields,
        {{ to_number('record.pgDealImport') }} as pg_deal_import,
        {{ to_number('record.pgDealExport') }} as pg_deal_export,
        {{ to_number('record.pgDealManageRoles') }} as pg_deal_manage_roles,
        {{ to_number('record.pgDealGroupAdd') }} as pg_deal_group_add,
        {{ to_number('record.pgDealGroupEdit') }} as pg_deal_group_edit,
        {{ to_number('record.pgDealGroupDelete') }} as pg_deal_group_delete,
        {{ to_number('record.pgDealNoteAdd') }} as pg_deal_note_add,
        {{ to_number('record.pgDealNoteEdit') }} as pg_deal_note_edit,
        {{ to_number('record.pgDealNoteDelete') }} as pg_deal_note_delete,
        {{ to_number('record.reqApproval') }} as req_approval,
        {{ to_number('record.socialdata') }} as socialdata,

        -- timestamps, UTC
        {{ to_timestamp('record.sdate') }} as sdate,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
