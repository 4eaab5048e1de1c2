with

source as (

    select * from {{ source('activecampaign_raw', 'brandings') }}

),

parsed as (

    select
        id,
        run_id,
        deleted_in_run,
        extracted_at,
        {{ parse_payload([
            'groupid', 'siteName', 'siteLogo', 'siteLogoSmall', 'headerTextValue',
            'headerHtmlValue', 'footerTextValue', 'footerHtmlValue', 'adminTemplateHtm',
            'adminTemplateCss', 'admin_template_htm_backup', 'admin_template_css_backup',
            'publicTemplateHtm', 'publicTemplateCss', 'favicon', 'copyright', 'version', 'license',
            'help', 'zendeskWidgetEnabled', 'created_timestamp', 'updated_timestamp',
        ]) }} as record

    from source

),

final as (

    select
        -- ids
        id,
        {{ to_number('id') }} as branding_id,
        {{ to_reference('record.groupid') }} as group_id,

        -- text
        record.siteName as site_name,
        record.siteLogo as site_logo,
        record.siteLogoSmall as site_logo_small,
        record.headerTextValue as header_text_value,
        record.headerHtmlValue as header_html_value,
        record.footerTextValue as footer_text_value,
        record.footerHtmlValue as footer_html_value,
        record.adminTemplateHtm as admin_template_htm,
        record.adminTemplateCss as admin_template_css,
        record.admin_template_htm_backup,
        record.admin_template_css_backup,
        record.publicTemplateHtm as public_template_htm,
        record.publicTemplateCss as public_template_css,
        record.favicon,

        -- flags, 1 and 0
        {{ to_number('record.copyright') }} as copyright,
        {{ to_number('record.version') }} as version,
        {{ to_number('record.license') }} as license,
        {{ to_number('record.help') }} as help,
        {{ to_number('record.zendeskWidgetEnabled') }} as zendesk_widget_enabled,

        -- timestamps, UTC
        {{ to_timestamp('record.created_timestamp') }} as created_at,
        {{ to_timestamp('record.updated_timestamp') }} as updated_at,

        -- load
        {{ load_columns() }}

    from parsed

)

select * from final
