"""What mails and sign-ups are made of: forms, segments, templates, personalizations."""

from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.filters import Filter, equals
from sandbox.resources.resource import Resource

_FORM: dict[str, Any] = {
    "name": "",
    "action": "",
    "actiondata": {},
    "submit": "show-thank-you",
    "submitdata": {},
    "url": None,
    "layout": "inline-form",
    "title": None,
    "body": None,
    "button": "Submit",
    "thanks": "Thanks for signing up!",
    "style": {},
    "options": {},
    "cfields": [],
    "parentformid": "0",
    "userid": "1",
    "addressid": "0",
    "cdate": None,
    "udate": None,
    "source": "builder",
    "aid": None,
    "defaultscreenshot": "//img-us1.com/default-form.gif",
    "recent": [],
    "contacts": 0,
    "deals": 0,
    "entries": 0,
    "address": None,
}
_SEGMENT: dict[str, Any] = {
    "name": None,
    "logic": "and",
    "hidden": "0",
    "seriesid": "0",
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "segmentid_v2": None,
}
_TEMPLATE: dict[str, Any] = {
    "userid": "1",
    "ed_instanceid": "0",
    "ed_version": "0",
    "name": "",
    "subject": None,
    "content": "",
    "categoryid": "0",
    "used": "0",
    "waitpreview": "0",
    "importnum": "0",
    "mdate": None,
    "preview_content": None,
    "modified": "0",
    "hidden": "0",
    "screenshot": None,
}
_PERSONALIZATION: dict[str, Any] = {
    "name": "",
    "tag": "",
    "format": "text",
    "content": "",
    "listIds": "",
    "listNames": "",
    "listsCount": "0",
    "isLocked": False,
}

RESOURCES: Final = (
    Resource(
        key="forms",
        template=_FORM,
        links=("address",),
        class_name="Form",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        unedited=frozenset({"contacts", "deals", "entries", "recent"}),
        aliases={"address": "addressid"},
        mentions={"address": "addresses"},
        list_only=("defaultscreenshot", "recent", "contacts", "deals"),
    ),
    Resource(
        key="segments",
        template=_SEGMENT,
        class_name="Segment",
        created={"created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
    ),
    Resource(
        key="templates",
        template=_TEMPLATE,
        class_name="Template",
        created={"mdate": wall},
        changed={"mdate": wall},
    ),
    Resource(
        key="personalizations",
        template=_PERSONALIZATION,
        class_name="Personalization",
        filters={
            f"filter[{name}]": Filter((member,), equals)
            for name, member in (
                *(("name", "name"), ("tag", "tag"), ("content", "content"), ("format", "format")),
                ("listName", "listNames"),
            )
        },
        orders={name: name for name in ("name", "tag", "format", "content")},
    ),
)
