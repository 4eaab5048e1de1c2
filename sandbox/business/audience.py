"""The lists that people subscribe to, and the tags that they get."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.dates import moment, wall

_LISTS: Final[tuple[tuple[str, str, float, dict[str, Any]], ...]] = (
    # id, name, days since it was made, what differs from the usual
    ("1", "Master Contact List", 2100, {"udate": None, "created_by": "1", "updated_by": "1"}),
    ("2", "Product News", 2090, {"description": "New balances, four times a year"}),
    ("3", "Service Bulletins", 2050, {"private": "1", "carboncopy": None}),
    ("5", "Trade Show Leads", 1500, {"userid": "2", "subscription_notify": None}),
    ("6", "Webinar Invitations", 1200, {"userid": "3", "get_unsubscribe_reason": "1"}),
    ("8", "Distributors \u2013 Europe & \u65e5\u672c", 900, {"require_name": "1", "udate": None}),
    (
        "9",
        "Customer Council",
        420,
        {
            "private": "1",
            "send_last_broadcast": "1",
            "carboncopy": "archive@larkfield.example",
            "subscription_notify": "ingrid@larkfield.example",
            "unsubscription_notify": "ingrid@larkfield.example",
            "analytics_source": "newsletter",
            "analytics_ua": "UA-1040-2",
        },
    ),
    # nothing keeps two lists from having one name
    ("10", "Product News", 400, {"stringid": "product-news", "unsubscription_notify": None}),
)
_SENDER: Final = {
    "sender_name": "Larkfield Instruments",
    "sender_addr1": "1200 W. Fulton Market",
    "sender_addr2": "Suite 4",
    "sender_city": "Chicago",
    "sender_state": "IL",
    "sender_zip": "60607",
    "sender_country": "United States",
    "sender_phone": "+1 312 555 0100",
    "fulladdress": "1200 W. Fulton Market, Suite 4, Chicago, IL 60607",
}
_TAGS: Final = (
    "Customer",
    "Prospect",
    "Distributor",
    "Former customer",
    "VIP",
    "Do not call",
    "Newsletter reader",
    "Webinar 2023",
    "Webinar 2024",
    "Webinar 2025",
    "Analytica 2024",
    "Analytica 2026",
    "Pittcon 2025",
    "Interest: analytical",
    "Interest: precision",
    "Interest: moisture",
    'Interest: micro "ultra"',
    "Calibration due",
    "Service contract",
    "Warranty registered",
    "Trial unit",
    "Price list sent",
    "R\u00e9f\u00e9rence client \U0001f947",
)
_TEMPLATE_TAGS: Final = ("Bulletin layout", "Webinar layout")


@dataclass(slots=True)
class Tally:
    """Who subscribed to what and who left, as counted while contacts were made."""

    members: Counter[str] = field(default_factory=Counter)  # by list
    active: Counter[str] = field(default_factory=Counter)  # by list
    tagged: Counter[str] = field(default_factory=Counter)  # by tag
    tagged_last: dict[str, int] = field(default_factory=dict)  # by tag, seconds since 1970
    left: Counter[str] = field(default_factory=Counter)  # by the message that made them leave
    explained: Counter[str] = field(default_factory=Counter)  # those who said why, by message


def generate(account: Account) -> None:
    """Make lists and tags, without subscribers yet."""
    for id, name, days, differing in _LISTS:
        members = {"stringid": name.lower().replace(" ", "-"), **_SENDER, **differing}
        account.create("lists", days_ago(days), id=id, name=name, **members)
    for index, name in enumerate(_TAGS):
        description = f"Set by sales: {name}" if index % 3 == 0 else ""
        created_by = "2" if index % 4 == 1 else None
        made = days_ago(2000 - 40 * index)
        account.create("tags", made, tag=name, description=description, created_by=created_by)
    for name in _TEMPLATE_TAGS:
        account.create("tags", days_ago(1000), tag=name, tagType="template")


def count(account: Account, tally: Tally) -> None:
    """Give lists and tags their numbers of subscribers, and tags the time of their last use."""
    for id, members in tally.members.items():
        counts = {"non_deleted_subscribers": members, "active_subscribers": tally.active[id]}
        account.count("lists", id, counts)
    for id, tagged in tally.tagged.items():
        account.count("tags", id, {"subscriber_count": tagged})
        account.amend("tags", id, {"updated_timestamp": wall(moment(tally.tagged_last[id]))})
