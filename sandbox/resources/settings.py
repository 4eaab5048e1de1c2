"""How the account is set up: addresses, looks, calendars, webhooks, canned replies, settings."""

from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.filters import Filter, equals
from sandbox.resources.resource import Relation, Resource

_SAVED_RESPONSE: dict[str, Any] = {
    "title": "",
    "subject": "",
    "body": "",
    "ldate": None,
    "last_sent_user_id": None,
    "cdate": None,
    "mdate": None,
}
_ADDRESS: dict[str, Any] = {
    "companyName": "",
    "address1": "",
    "address2": "",
    "city": "",
    "state": "",
    "district": "",
    "zip": "",
    "country": "US",
    "allgroup": "0",
    "isDefault": "0",
    "smsName": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
}
_BRANDING: dict[str, Any] = {
    "groupid": "0",
    "siteName": "ActiveCampaign Email Marketing",
    "siteLogo": None,
    "siteLogoSmall": None,
    "headerTextValue": None,
    "headerHtmlValue": None,
    "footerTextValue": None,
    "footerHtmlValue": None,
    "copyright": "1",
    "version": "1",
    "license": "1",
    "help": "1",
    "zendeskWidgetEnabled": None,
    "adminTemplateHtm": "",
    "adminTemplateCss": "",
    "admin_template_htm_backup": None,
    "admin_template_css_backup": None,
    "publicTemplateHtm": "",
    "publicTemplateCss": "",
    "favicon": None,
    "created_timestamp": None,
    "updated_timestamp": None,
}
_CALENDAR: dict[str, Any] = {
    "userid": "1",
    "title": "",
    "type": "All",
    "token": "",
    "notification": "0",
    "cdate": None,
    "mdate": None,
}
_WEBHOOK: dict[str, Any] = {
    "cdate": None,
    "listid": "0",
    "name": "",
    "url": "",
    "events": [],
    "sources": [],
    "state": None,
    "deactivated_date": None,
}
_CONFIG: dict[str, Any] = {
    "keyname": "",
    "section": "",
    "item": "",
    "userid": "0",
    "val": "",
    "cdate": None,
    "udate": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "owner": None,
}
_EVENT: dict[str, Any] = {"name": "event"}

RESOURCES: Final = (
    Resource(
        key="savedResponses",
        template=_SAVED_RESPONSE,
        links=("user", "savedResponseCategorySavedResponse"),
        class_name="SavedResponse",
        created={"cdate": iso},
        changed={"mdate": iso},
        unedited=frozenset({"ldate", "last_sent_user_id"}),
    ),
    Resource(
        key="addresses",
        template=_ADDRESS,
        links=("addressGroup", "addressList", "forms"),
        class_name="Address",
        created={"created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
        relations={"forms": Relation("forms", "address")},
    ),
    Resource(
        key="brandings",
        template=_BRANDING,
        class_name="Branding",
        created={"created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
        references={"groupid": "groups"},
    ),
    Resource(
        key="calendars",
        template=_CALENDAR,
        links=("calendarRels", "calendarUsers"),
        class_name="Calendar",
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
    ),
    Resource(
        key="webhooks",
        template=_WEBHOOK,
        class_name="Webhook",
        created={"cdate": iso},
        filters={
            f"filters[{member}]": Filter((member,), equals) for member in ("name", "url", "listid")
        },
    ),
    Resource(
        key="configs",
        template=_CONFIG,
        links=("owner",),
        class_name="Config",
        created={
            "cdate": iso,
            "udate": iso,
            "created_timestamp": wall,
            "updated_timestamp": wall,
        },
        changed={"udate": iso, "updated_timestamp": wall},
        aliases={"owner": "userid"},
        mentions={"owner": "users"},
    ),
    Resource(
        key="eventTrackingEvents",
        template=_EVENT,
        class_name="EventTrackingEvent",
        id_key="name",
        has_links=False,
        total="number",
    ),
)
