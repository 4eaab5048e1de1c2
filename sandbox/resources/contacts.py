"""Contacts and the rows that hang on them; scores, whose values are such rows."""

from hashlib import md5
from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.filters import Filter, Through, before, contains, equals, since
from sandbox.resources.resource import Record, Relation, Resource

_CONTACT: dict[str, Any] = {
    "cdate": None,
    "email": "",
    "phone": "",
    "firstName": "",
    "lastName": "",
    "orgid": "0",
    "orgname": "",
    "segmentio_id": "",
    "bounced_hard": "0",
    "bounced_soft": "0",
    "bounced_date": None,
    "ip": "0",
    "ua": None,
    "hash": "",
    "socialdata_lastcheck": None,
    "email_local": "",
    "email_domain": "",
    "sentcnt": "0",
    "rating_tstamp": None,
    "gravatar": "0",
    "deleted": "0",
    "anonymized": "0",
    "adate": None,
    "udate": None,
    "edate": None,
    "deleted_at": None,
    "created_utc_timestamp": None,
    "updated_utc_timestamp": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "mpp_tracking": "0",
    "last_click_date": None,
    "last_open_date": None,
    "last_mpp_open_date": None,
    "best_send_hour": None,
    "sms_consent": None,
    "sms_consent_updated_at": None,
    "whatsapp_id": None,
    "whatsapp_username": None,
    "organization": None,
}
_FIELD_VALUE: dict[str, Any] = {
    "contact": None,
    "field": None,
    "value": "",
    "cdate": None,
    "udate": None,
    "created_by": "0",
    "updated_by": "0",
    "owner": None,
}
_CONTACT_LIST: dict[str, Any] = {
    "contact": None,
    "list": None,
    "form": None,
    "seriesid": "0",
    "sdate": None,
    "udate": None,
    "status": "1",
    "responder": "1",
    "sync": "0",
    "unsubreason": "",
    "campaign": None,
    "message": None,
    "first_name": "",
    "last_name": "",
    "ip4Sub": "0",
    "sourceid": "4",
    "autosyncLog": None,
    "ip4_last": "0",
    "ip4Unsub": "0",
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": "0",
    "updated_by": "0",
    "unsubscribeAutomation": None,
    "channel": "email",
    "automation": None,
}
_CONTACT_TAG: dict[str, Any] = {
    "contact": None,
    "tag": None,
    "cdate": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
}
_SCORE: dict[str, Any] = {
    "reltype": "contact",
    "name": "",
    "descript": "",
    "status": "1",
    "cdate": None,
    "mdate": None,
}
_SCORE_VALUE: dict[str, Any] = {
    "score": None,
    "contact": None,
    "deal": None,
    "cdate": None,
    "mdate": None,
    "scoreValue": "0",
}


def _complete_contact(contact: Record) -> None:
    email = str(contact["email"])
    contact["email_domain"] = email.rpartition("@")[2]
    contact["hash"] = contact["hash"] or _hash(f"{contact['id']} {email}")


def _hash(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _contacts_meta(limit: int, offset: int) -> Record:
    page_input: Record = {
        "segmentid": None,
        "formid": 0,
        "listid": 0,
        "tagid": 0,
        "limit": limit,
        "offset": offset,
        "search": None,
        "sort": None,
        "seriesid": 0,
        "waitid": 0,
        "status": -1,
        "forceQuery": 0,
        "cacheid": _hash(f"{limit} {offset}"),
    }
    return {"page_input": page_input, "sortable": True}


RESOURCES: Final = (
    Resource(
        key="contacts",
        template=_CONTACT,
        links=(
            "bounceLogs",
            "contactAutomations?limit=2500&orders%5Blastdate%5D=DESC",
            "contactData",
            "contactGoals",
            "contactLists",
            "contactLogs",
            "contactTags",
            "contactDeals",
            "deals",
            "fieldValues",
            "geoIps",
            "notes",
            "organization",
            "plusAppend",
            "trackingLogs",
            "scoreValues",
            "accountContacts",
            "automationEntryCounts",
        ),
        class_name="Subscriber",
        created={
            "cdate": iso,
            "udate": iso,
            "created_utc_timestamp": wall,
            "updated_utc_timestamp": wall,
            "created_timestamp": wall,
            "updated_timestamp": wall,
        },
        changed={"udate": iso, "updated_utc_timestamp": wall, "updated_timestamp": wall},
        unedited=frozenset({"edate", "adate", "sentcnt", "last_click_date", "last_open_date"}),
        aliases={"organization": "orgid"},
        complete=_complete_contact,
        meta=_contacts_meta,
        order=("firstName", "id"),
        orders={
            "cdate": "cdate",
            "email": "email",
            "first_name": "firstName",
            "last_name": "lastName",
        },
        has_keyset=True,
        filters={
            "filters[updated_after]": Filter(("udate",), since),
            "filters[updated_before]": Filter(("udate",), before),
            "filters[created_after]": Filter(("cdate",), since),
            "filters[created_before]": Filter(("cdate",), before),
            "email": Filter(("email",), equals),
            "email_like": Filter(("email",), contains),
            "phone": Filter(("phone",), equals),
            "search": Filter(("email", "firstName", "lastName", "phone"), contains),
            "ids[]": Filter(("id",), equals),
        },
        through=(
            Through(
                "contactLists", "contact", {"listid": ("list", "0"), "status": ("status", "-1")}
            ),
            Through("contactTags", "contact", {"tagid": ("tag", "0")}),
        ),
        relations={
            "accountContacts": Relation("accountContacts", "contact"),
            "contactLists": Relation("contactLists", "contact"),
            "contactTags": Relation("contactTags", "contact"),
            "fieldValues": Relation("fieldValues", "contact"),
            "scoreValues": Relation("scoreValues", "contact"),
            "notes": Relation("notes", "Subscriber"),
        },
        always=("scoreValues",),
        single_always=("accountContacts", "contactLists", "fieldValues"),
        listed=("accountContacts",),
    ),
    Resource(
        key="fieldValues",
        template=_FIELD_VALUE,
        links=("owner", "field"),
        class_name="FieldValue",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        aliases={"owner": "contact"},
        references={"contact": "contacts", "field": "fields"},
        unique=("contact", "field"),
        filters={
            "filters[fieldid]": Filter(("field",), equals),
            "filters[val]": Filter(("value",), equals),
        },
        refuses_unknown_filters=True,
    ),
    Resource(
        key="contactLists",
        template=_CONTACT_LIST,
        links=(
            "automation",
            "list",
            "contact",
            "form",
            "autosyncLog",
            "campaign",
            "unsubscribeAutomation",
            "message",
        ),
        class_name="SubscriberList",
        created={"sdate": iso, "created_timestamp": wall, "updated_timestamp": wall},
        aliases={"automation": "seriesid"},
        references={"contact": "contacts", "list": "lists"},
        unique=("contact", "list"),
        compared=frozenset({"list", "status"}),
    ),
    Resource(
        key="contactTags",
        template=_CONTACT_TAG,
        links=("tag", "contact"),
        class_name="SubscriberTag",
        created={"cdate": iso, "created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
        references={"contact": "contacts", "tag": "tags"},
        unique=("contact", "tag"),
        compared=frozenset({"tag"}),
    ),
    Resource(
        key="scores",
        template=_SCORE,
        class_name="Score",
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
    ),
    Resource(
        key="scoreValues",
        template=_SCORE_VALUE,
        links=("score", "contact", "deal"),
        class_name="ScoreValue",
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
        references={"contact": "contacts", "score": "scores"},
        unique=("contact", "score"),
        total="absent",
        refuses_unknown_filters=True,
    ),
)
