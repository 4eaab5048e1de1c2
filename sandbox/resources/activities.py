"""What happened with contacts, and the mails that users wrote to them one by one."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.filters import Filter, after, equals
from sandbox.resources.resource import Resource

_ACTIVITY: dict[str, Any] = {
    "tstamp": None,
    "subscriberid": None,
    "reference_type": "",
    "reference_id": "0",
    "reference_action": "",
    "jsonData": None,
    "userid": "0",
    "permission": "",
    "referenceModelName": "",
    "notes": [],
    "recipients": [],
    "reference": [],
    "user": None,
}
# Whether the API writes `from_name` or `fromName` here, nobody has recorded.
_EMAIL_ACTIVITY: dict[str, Any] = {
    "subscriberid": "0",
    "userid": "1",
    "d_id": "0",
    "account": None,
    "reltype": "",
    "relid": "0",
    "from_name": "",
    "from_address": "",
    "to_address": "",
    "cc_address": "",
    "subject": "",
    "message": "",
    "message_html": "",
    "tstamp": None,
    "contact": None,
    "deal": None,
    "user": "1",
    "reference": [],
}
_CONTACT_EMAIL: dict[str, Any] = {
    "messageid": "0",
    "seriesid": "0",
    "messageheader": "",
    "userid": "1",
    "d_id": "0",
    "subscriberid": "0",
    "account": None,
    "ip": "0",
    "sdate": None,
    "source": "",
    "user": "1",
    "deal": None,
    "contact": None,
    "message": None,
}

RESOURCES: Final = (
    Resource(
        key="activities",
        template=_ACTIVITY,
        class_name="Activity",
        created={"tstamp": iso},
        aliases={"user": "userid"},
        references={"subscriberid": "contacts"},
        mentions={"user": "users"},
        orders={"tstamp": "tstamp"},
        filters={
            "after": Filter(("tstamp",), after),
            "contact": Filter(("subscriberid",), equals),
        },
        always=("subscriberid",),
    ),
    Resource(
        key="emailActivities",
        template=_EMAIL_ACTIVITY,
        class_name="EmailActivity",
        created={"tstamp": iso},
        aliases={"contact": "subscriberid", "user": "userid", "deal": "d_id"},
        references={"contact": "contacts"},
        mentions={"user": "users"},
        filters={
            "filters[subscriberid]": Filter(("subscriberid",), equals),
            "filters[dealId]": Filter(("d_id",), equals),
        },
    ),
    Resource(
        key="contactEmails",
        template=_CONTACT_EMAIL,
        class_name="SubscriberEmail",
        created={"sdate": iso},
        aliases={
            "contact": "subscriberid",
            "user": "userid",
            "deal": "d_id",
            "message": "messageid",
        },
        references={"contact": "contacts"},
        mentions={"user": "users", "message": "messages"},
    ),
)
