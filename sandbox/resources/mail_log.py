"""What campaigns link to and whom they are for, and the logs of what became of their mails."""

from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.resource import Resource

_LINK: dict[str, Any] = {
    "campaignid": "0",
    "messageid": "0",
    "link": "",
    "name": "",
    "ref": "",
    "tracked": "1",
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "uniquelinkclicks": "0",
    "linkclicks": "0",
    "campaign": None,
    "message": None,
}
_CAMPAIGN_LIST: dict[str, Any] = {
    "campaignid": "0",
    "listid": "0",
    "userid": "1",
    "list_amt": "0",
    "cdate": None,
    "udate": None,
    "name": "",
    "user": "1",
    "list": None,
    "campaign": None,
}
# These two as one client reads them; nobody has published a reply.
_LINK_DATA: dict[str, Any] = {
    "contact": None,
    "tstamp": None,
    "campaign": None,
    "link": None,
    "email": None,
}
_MESSAGE_ACTIVITY: dict[str, Any] = {
    "event": "open",
    "contact": None,
    "tstamp": None,
    "campaign": None,
    "email": None,
}
_BOUNCE_LOG: dict[str, Any] = {
    "tstamp": None,
    "bounceid": "0",
    "subscriberid": "0",
    "campaignid": "0",
    "messageid": "0",
    "codeid": "0",
    "email": "",
    "error": "",
    "source": "",
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "bounce": None,
    "contact": None,
    "campaign": None,
    "message": None,
    "code": None,
}

RESOURCES: Final = (
    Resource(
        key="links",
        template=_LINK,
        links=("campaign", "message"),
        class_name="Link",
        created={"created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
        aliases={"campaign": "campaignid", "message": "messageid"},
        references={"campaign": "campaigns"},
        mentions={"message": "messages"},
    ),
    Resource(
        key="campaignLists",
        template=_CAMPAIGN_LIST,
        links=("user", "list", "campaign"),
        class_name="CampaignList",
        aliases={"user": "userid", "list": "listid", "campaign": "campaignid"},
        references={"campaign": "campaigns", "list": "lists"},
        mentions={"user": "users"},
        unique=("campaign", "list"),
    ),
    Resource(
        key="linkData",
        template=_LINK_DATA,
        class_name="LinkData",
        created={"tstamp": iso},
        references={"contact": "contacts"},
        mentions={"campaign": "campaigns", "link": "links"},
    ),
    Resource(
        key="messageActivities",
        template=_MESSAGE_ACTIVITY,
        class_name="MessageActivity",
        created={"tstamp": iso},
        references={"contact": "contacts"},
        mentions={"campaign": "campaigns"},
    ),
    Resource(
        key="bounceLogs",
        template=_BOUNCE_LOG,
        links=("bounce", "contact", "campaign", "message", "code"),
        class_name="BounceLog",
        created={"tstamp": iso, "created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
        aliases={
            "bounce": "bounceid",
            "contact": "subscriberid",
            "campaign": "campaignid",
            "message": "messageid",
        },
        references={"contact": "contacts"},
        mentions={"campaign": "campaigns", "message": "messages"},
    ),
)
