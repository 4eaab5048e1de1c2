"""How the company set its account up: addresses, looks, calendars, webhooks, canned replies."""

from random import Random
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.dates import iso, moment, wall
from sandbox.resources import Record

_FOUNDED: Final = 6 * 365  # days before the present
_NEWEST_OF_ADDRESSES: Final = frozenset(
    {"smsName", "created_timestamp", "updated_timestamp", "created_by", "updated_by"}
)
_NEWEST_OF_BRANDINGS: Final = frozenset(
    {
        "zendeskWidgetEnabled",
        "admin_template_htm_backup",
        "admin_template_css_backup",
        "created_timestamp",
        "updated_timestamp",
    }
)
_NEWEST_OF_CONFIGS: Final = frozenset(
    {"created_timestamp", "updated_timestamp", "created_by", "updated_by"}
)

_ADDRESSES: Final[tuple[tuple[str, float, dict[str, Any]], ...]] = (
    # id, days since it was made, members
    (
        "1",
        _FOUNDED,
        {
            "companyName": "Larkfield Instruments",
            "address1": "1200 W. Fulton Market",
            "address2": "Suite 4",
            "city": "Chicago",
            "state": "IL",
            "zip": "60607",
            "allgroup": "1",
            "isDefault": "1",
            "smsName": "Larkfield",
        },
    ),
    (
        "3",
        1300,
        {
            "companyName": "Larkfield Europe GmbH & Co. \u201eWaagen\u201c",
            "address1": "Stra\u00dfe des 17. Juni 5",
            "city": "Dresden",
            "zip": "01067",
            "country": "DE",
            "created_by": "1",
            "updated_by": "2",
        },
    ),
    (
        "4",
        700,
        {
            "companyName": "\u30e9\u30fc\u30af\u30d5\u30a3\u30fc\u30eb\u30c9",
            "address1": "\u5343\u4ee3\u7530\u533a 1-1",
            "district": "Chiyoda",
            "city": "Tokyo",
            "country": "JP",
        },
    ),
)
_RESPONSES: Final[tuple[tuple[str, str, str, float], ...]] = (
    # title, subject, body, days since it was made
    ("Quote sent", "Your quote from Larkfield", "Dear %FIRSTNAME%,\r\nplease find attached.", 1500),
    ("Calibration", "When does it suit you?", "<p>Next week: <b>Tue</b> or <b>Thu</b>?</p>", 1100),
    (
        "R\u00fcckruf",
        "Wir rufen zur\u00fcck \u260e\ufe0f",
        'Gru\u00df\n\tIhr "Larkfield"-Team',
        800,
    ),
    ("Empty one", "", "", 500),
    ("Price list", "Prices of 2026", "C:\\prices\\2026.pdf & more <soon>", 290),
)
_CALENDARS: Final = (
    # id, title, user, days since it was made
    ("1", "All tasks", "1", 1900),
    ("2", "Tomasz: \u017bniwa \U0001f4c5", "2", 1400),
    ("4", "", "3", 600),
    ("5", "Sales", "5", 0.4),
)
_WEBHOOKS: Final[tuple[tuple[str, float, dict[str, Any]], ...]] = (
    # id, days since it was made, members
    (
        "1",
        1700,
        {
            "name": "Old shop",
            "url": "http://hook:s3cret@shop.larkfield.example/ac?token=4711&a=b#top",
            "events": ["subscribe", "unsubscribe", "sent"],
            "sources": ["public", "system"],
            "state": "inactive",
            "deactivated_date": iso(days_ago(900)),
        },
    ),
    (
        "2",
        1000,
        {
            "name": "Warehouse",
            "url": "https://warehouse.larkfield.example/in?key=0123456789abcdef",
            "events": ["contact_tag_added", "deal_add", "deal_update", "bounce"],
            "sources": ["public", "admin", "api", "system"],
            "listid": "2",
        },
    ),
    ("4", 500, {"name": "", "url": "https://example.com/my-hook", "events": ["open"]}),
    (
        "5",
        30,
        {
            "name": 'Caf\u00e9 \u2013 n\u00e4chster "Versuch" \U0001fa9d',
            "url": "",
            "events": ["reply"],
            "sources": ["public"],
            "listid": "9",
            "state": "active",
        },
    ),
)
_KEYS: Final = (
    # keyname, section, what it holds
    ("pagination.users_index", "", "20"),
    ("contacts.columns", "contacts", '["email","phone","\u540d\u524d"]'),
    ("deals.view", "deals", "board"),
    ("tour.seen", "", ""),
)
_OF_ALL: Final = (
    ("integration.slack.token", "integrations", "xoxb-not-a-real-token"),
    ("sidebar.collapsed", "", "0"),
)
_EVENTS: Final = (
    *("__pagevisit", "Signed in", "Signed out", "demo_requested", "Ger\u00e4t registriert"),
    *("0", 'price "list" & more', "\u6821\u6b63 \u2696\ufe0f"),
)


def generate(account: Account, random: Random) -> None:
    """Make all of it, for the users, groups and lists that there are."""
    for id, days, members in _ADDRESSES:
        account.create("addresses", days_ago(days), id=id, **members)
    _make_older(account, "addresses", "4", _NEWEST_OF_ADDRESSES)
    _brand(account)
    _write_responses(account, random)
    for id, title, user, days in _CALENDARS:
        edited = moment(days_ago(days / 2).timestamp())
        account.create(
            "calendars",
            days_ago(days),
            id=id,
            title=title,
            userid=user,
            token=f"{random.getrandbits(128):032x}",
            notification="15" if id == "2" else "0",
            mdate=iso(edited) if id != "1" else None,
        )
    for id, days, members in _WEBHOOKS:
        account.create("webhooks", days_ago(days), id=id, **members)
    _make_older(account, "webhooks", "4", frozenset({"state", "deactivated_date"}))
    _configure(account, random)
    for name in _EVENTS:
        account.create("eventTrackingEvents", days_ago(100), name=name)


def _brand(account: Account) -> None:
    """Give each group its looks; of one `links` is a value of its own, as the API has served it."""
    for nth, group in enumerate(account.records("groups")):
        members: Record = {"groupid": group["id"], "updated_timestamp": wall(days_ago(40 * nth))}
        if nth == 0:
            members |= {
                "siteName": "Larkfield \u2013 Post & \u79e4",
                "siteLogo": "https://larkfield.example/logo.png",
                "headerTextValue": "Larkfield Instruments",
                "headerHtmlValue": '<p class="head">Larkfield<br/>Instruments</p>',
                "footerTextValue": "",
                "publicTemplateCss": "body{color:#123}\n" * 2000,
                "zendeskWidgetEnabled": "1",
                "admin_template_htm_backup": "<html></html>",
            }
        made = account.create("brandings", days_ago(_FOUNDED), **members)
        if nth == 1:
            older = {name: held for name, held in made.items() if name not in _NEWEST_OF_BRANDINGS}
            account.put("brandings", {**older, "links": "1"})


def _write_responses(account: Account, random: Random) -> None:
    for nth, (title, subject, body, days) in enumerate(_RESPONSES):
        sent = {"ldate": iso(days_ago(days * random.random())), "last_sent_user_id": "5"}
        edited = {"mdate": iso(days_ago(days * random.random()))}
        account.create(
            "savedResponses",
            days_ago(days),
            title=title,
            subject=subject,
            body=body,
            **(sent if nth % 3 == 0 else {}),
            **(edited if nth % 2 else {}),
        )


def _configure(account: Account, random: Random) -> None:
    """Make the settings of every user, and those of the account, whose user is 0."""
    users = [user["id"] for user in account.records("users")]
    held = [(user, *key) for user in users for key in _KEYS] + [("0", *key) for key in _OF_ALL]
    for nth, (user, name, section, value) in enumerate(held):
        days = 2000 - 60 * nth
        account.create(
            "configs",
            days_ago(days),
            id=str(nth + 6),
            keyname=name,
            section=section,
            userid=user,
            val=str(random.choice((20, 50, 100))) if value == "20" else value,
            udate=iso(days_ago(days / 3)) if nth % 3 else None,
            updated_by=user if nth % 3 and user != "0" else None,
        )
        if nth % 9 == 4:
            _make_older(account, "configs", str(nth + 6), _NEWEST_OF_CONFIGS)


def _make_older(account: Account, resource: str, record_id: str, newest: frozenset[str]) -> None:
    """Have a record as replies of earlier years had it, without the newest members."""
    record = account.find(resource, record_id) or {}
    older = {name: held for name, held in record.items() if name not in newest}
    account.collections[resource].write(older)
