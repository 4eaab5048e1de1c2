"""Lists and tags."""

from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.filters import Filter, contains, equals
from sandbox.resources.resource import HOST, Resource

_LIST: dict[str, Any] = {
    "stringid": "",
    "userid": "1",
    "name": "",
    "cdate": None,
    "p_use_tracking": "1",
    "p_use_analytics_read": "0",
    "p_use_analytics_link": "0",
    "p_use_twitter": "0",
    "p_use_facebook": "0",
    "p_embed_image": "1",
    "p_use_captcha": "1",
    "send_last_broadcast": "0",
    "private": "0",
    "analytics_domains": None,
    "analytics_source": "",
    "analytics_ua": "",
    "twitter_token": "",
    "twitter_token_secret": "",
    "facebook_session": None,
    "carboncopy": "",
    "subscription_notify": "",
    "unsubscription_notify": "",
    "require_name": "0",
    "get_unsubscribe_reason": "0",
    "to_name": "Subscriber",
    "optinoptout": "1",
    "sender_name": "",
    "sender_addr1": "",
    "sender_addr2": "",
    "sender_city": "",
    "sender_state": "",
    "sender_zip": "",
    "sender_country": "",
    "sender_phone": "",
    "sender_url": HOST.replace("api-us1", "activehosted"),
    "sender_reminder": "You are receiving these emails because you subscribed to our updates",
    "fulladdress": "",
    "optinmessageid": "0",
    "optoutconf": "0",
    "deletestamp": None,
    "udate": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "channel": "email",
    "description": "",
    "non_deleted_subscribers": "0",
    "active_subscribers": "0",
    "user": "1",
}
_TAG: dict[str, Any] = {
    "tagType": "contact",
    "tag": "",
    "description": "",
    "subscriber_count": "0",
    "cdate": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
    "deleted": "0",
}

RESOURCES: Final = (
    Resource(
        key="lists",
        template=_LIST,
        links=("contactGoalLists", "user", "addressLists"),
        class_name="List",
        created={
            "cdate": iso,
            "udate": iso,
            "created_timestamp": wall,
            "updated_timestamp": wall,
        },
        changed={"udate": iso},  # a rename leaves updated_timestamp alone
        aliases={"user": "userid"},
        orders={"name": "name"},
        filters={"filters[name]": Filter(("name",), equals, operators=True)},
        list_only=("non_deleted_subscribers", "active_subscribers"),
    ),
    Resource(
        key="tags",
        template=_TAG,
        links=("contactGoalTags", "templateTags"),
        class_name="Tag",
        created={"cdate": iso, "created_timestamp": wall, "updated_timestamp": wall},
        orders={"search": "tag"},
        filters={
            "search": Filter(("tag",), contains),
            "filters[search]": Filter(("tag",), contains, operators=True),
        },
    ),
)
