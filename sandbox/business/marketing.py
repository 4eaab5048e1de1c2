"""What the company made for its mails and sign-ups: forms, segments, templates, tags for texts."""

from random import Random
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sandbox.account import Account
from sandbox.business import messages
from sandbox.business.timeline import DAY, PRESENT, days_ago
from sandbox.dates import epoch, iso, moment, wall
from sandbox.resources import Record

_HEADER: Final = {"type": "header", "header": "Stay in touch \u2013 \u304a\u77e5\u3089\u305b"}
_EMAIL: Final = {"type": "email", "header": "Email", "required": True}
_FORMS: Final[tuple[tuple[str, float, dict[str, Any]], ...]] = (
    # id, days since it was made, what differs from the usual; contacts have come by the first four
    ("1", 2080, {"name": "Newsletter", "cfields": [_HEADER, _EMAIL], "addressid": "1"}),
    (
        "2",
        1950,
        {
            "name": "Order a balance",
            "url": "https://larkfield.example/order",
            "submit": "redirect",
            "submitdata": {"url": "https://larkfield.example/thanks"},
            "style": {"button": {"padding": "12", "background": "#0a5"}, "width": 500},
            "cfields": [_EMAIL, {"type": "customfield", "header": "Job Title", "id": 5}],
            "userid": "2",
            "entries": "",  # as text
        },
    ),
    (
        "3",
        1900,
        {
            "name": "Webinar 'clean rooms' & \u7121\u5875\u5ba4 \U0001f9ea",
            "layout": "modal",
            "title": "Join us",
            "body": '<p>"Weighing" in clean rooms\r\n\t&amp; elsewhere</p>' * 60,
            "style": {"button": {"padding": 8}},
            "submitdata": [],
            "options": [],
            "addressid": "3",
            "userid": "3",
        },
    ),
    ("4", 1880, {"name": "Trade show desk", "layout": "floating-box", "url": "", "thanks": ""}),
    # one was deleted
    ("6", 800, {"name": "Newsletter (copy)", "parentformid": "1", "aid": "a1b2", "style": []}),
    ("7", 3, {"name": "Untitled", "actiondata": [], "cfields": [], "button": "", "source": ""}),
)
_JOINED_BY: Final = ("1", "2", "3", "4")
_NEWEST_LIST: Final = 390  # days; forms that subscribe to lists were edited since

_SEGMENTS: Final[tuple[tuple[str, float, str], ...]] = (
    # name, days since it was made, logic
    ("Customers in Europe", 1650, "and"),
    ("Opened one of the last five", 1300, "or"),
    ("Webinar guests", 410, "and"),
    ('VIP \u2013 "Tier 1" & \u4e0a\u5f97\u610f\u69d8 \U0001f947', 380, "and"),
    ("", 200, "or"),
)
_TEMPLATES: Final[tuple[tuple[str, float, dict[str, Any]], ...]] = (
    # name, days since it was last edited, what differs from the usual
    ("Bulletin layout", 1000, {"subject": "Service bulletin", "used": "1"}),
    ("Webinar layout", 950, {"categoryid": "1", "preview_content": "", "userid": "3"}),
    ("Vorlage f\u00fcr H\u00e4ndler \u2696\ufe0f", 400, {"ed_version": "3", "ed_instanceid": "12"}),
    ('Imported <old> "design"', 1900, {"userid": "0", "importnum": "1", "hidden": "1"}),
    ("Empty", 10, {"content": ""}),
)
_DOCUMENT: Final = '{"version":3,"blocks":[{"type":"text","html":"<p>\u5929\u79e4 \\"LX\\"</p>"}]}'


def generate(account: Account, count: int, random: Random) -> None:
    """Make all of it for an account of so many contacts, from what they and campaigns say."""
    for id, days, differing in _FORMS:
        _form(account, id, days, differing)
    _segments(account, count, random)
    _templates(account, count, random)
    _personalizations(account)


def _form(account: Account, form_id: str, days: float, differing: Record) -> None:
    """A form that subscribes to the lists that contacts came to by it, and counts them."""
    rows = account.collections["contactLists"]
    numbers = rows.children("form", int(form_id))
    members: Record = {"udate": iso(days_ago(min(days, _NEWEST_LIST - int(form_id)))), **differing}
    if form_id in _JOINED_BY:
        lists = {rows.parent("list", number) for number in numbers} - {None} or {1}
        members["actiondata"] = {
            "actions": [
                {"type": "subscribe-to-list", "list": str(list_id)}
                for list_id in sorted(list_id for list_id in lists if list_id)
            ]
        }
    entries = len(numbers)
    members["entries"] = str(entries) if members.get("entries") == "" else entries
    members["contacts"] = len({rows.parent("contact", number) for number in numbers})
    account.create("forms", days_ago(days), id=form_id, **members)


def _segments(account: Account, count: int, random: Random) -> None:
    """Those that users made, and those of automations; goals are hidden and have no name."""
    for name, days, logic in _SEGMENTS:
        edited = days_ago(days * random.random())
        account.create(
            "segments",
            days_ago(days),
            name=name,
            logic=logic,
            updated_timestamp=wall(edited),
            created_by="1" if len(name) % 2 else None,
            updated_by="2" if len(name) % 3 else None,
            segmentid_v2=str(uuid5(NAMESPACE_URL, name)) if days < 500 else None,
        )
    for campaign in account.records("campaigns"):
        if campaign["seriesid"] != "0":
            series = campaign["seriesid"]
            made = moment(min(epoch(campaign["cdate"]) + DAY / 4, PRESENT))
            for members in ({"name": f"Segment of Automation {series}"}, {"hidden": "1"}):
                account.create("segments", made, seriesid=series, **members)
    for nth in range(count // 500):
        account.create(
            "segments", days_ago(1600 * random.random()), name=f"Product News readers {nth + 1}"
        )


def _templates(account: Account, count: int, random: Random) -> None:
    further = [
        (f"Product News {nth + 1}", 1700 * random.random(), {"used": "1"})
        for nth in range(count // 1000)
    ]
    written = account.records("messages")
    for nth, (name, days, differing) in enumerate((*_TEMPLATES, *further)):
        content = _DOCUMENT if nth % 4 == 2 else written[nth % len(written)]["html"]
        members = {
            "content": content,
            "categoryid": str(nth % 3),
            "waitpreview": str(nth % 2),
            "modified": "1" if nth % 3 else "0",
            "screenshot": messages.screenshot(f"template {nth}") if nth % 2 else None,
            **differing,
        }
        template = account.create(
            "templates", days_ago(days), id=str(nth + 1 + (nth > 2)), name=name, **members
        )
        if nth % 5 == 4:  # as replies of earlier years had it
            del template["screenshot"]
            account.collections["templates"].write(template)


def _personalizations(account: Account) -> None:
    """Texts that mails of some lists may name."""
    lists = account.records("lists")
    for name, tag, form, content, shown in (
        ("address", "our_address", "html", "<p>1200 W. Fulton Market &amp; more</p>", lists[:3]),
        ("slogan", "slogan", "text", 'Quiet \u2013 "and" quick \u2696\ufe0f', lists),
        (
            "Gru\u00df",
            "gruss",
            "text",
            "Mit freundlichen Gr\u00fc\u00dfen\r\n\tLarkfield",
            lists[5:6],
        ),
        ("unused", "unused", "html", "", []),
    ):
        account.create(
            "personalizations",
            days_ago(1000),
            name=name,
            tag=tag,
            format=form,
            content=content,
            listIds=",".join(one["id"] for one in shown),
            listNames=",".join(one["name"] for one in shown),
            listsCount=str(len(shown)),
            isLocked=name == "slogan",
        )
