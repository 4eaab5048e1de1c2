"""Who may do what with what: lists, pipelines, parts in deals, limits; where fields are shown."""

from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.dates import iso
from sandbox.resources.users import LIST_FLAGS

_ROLES: Final = (
    # id, title, days since it was made and edited
    ("1", "Decision maker", 2040, 2040),
    ("2", "Contributor", 2040, 700),
    ("4", 'Pr\u00fcfer & \u8cfc\u8cb7 \u2013 "technical"', 900, 30),  # 3 was deleted
    ("5", "", 800, 800),
)
_SELLERS: Final = ("1", "2", "3", "5")  # of the pipeline that is not open to all
_ALLOWED: Final = {  # by group, the beginnings of what it may do with its lists
    "3": ("p_",),
    "4": ("p_list", "p_message", "p_subscriber"),
    "5": ("p_subscriber_add", "p_subscriber_edit"),
}
_LIMITS: Final[dict[str, dict[str, Any]]] = {  # by group, what differs from the usual
    "3": {},
    "4": {"limitMail": "50000", "limitCampaign": "100", "limitCampaignType": "ever"},
    "5": {"limitContact": "2500", "limitList": "3", "forceSenderInfo": "1"},
    "7": {"limitMailType": "", "limitAttachment": "0", "limitUser": "1", "abuseRatio": "0.5"},
}


def generate(account: Account) -> None:
    """Make roles, limits and permissions for what there is."""
    for id, title, made, edited in _ROLES:
        account.create(
            "dealRoles",
            days_ago(made),
            id=id,
            title=title,
            updated_timestamp=iso(days_ago(edited)),
        )
    for nth, user in enumerate(_SELLERS):
        at = days_ago(2000)
        dated = {"cdate": None} if nth == 1 else {}
        account.create("dealGroupUsers", at, dealGroup="2", user=user, **dated)
    for group, limits in _LIMITS.items():
        account.create("groupLimits", days_ago(0), group=group, **limits)
    for list_ in account.records("lists"):
        for group, beginnings in _ALLOWED.items():
            if group == "5" and list_["private"] == "1":
                continue
            flags = dict.fromkeys((flag for flag in LIST_FLAGS if flag.startswith(beginnings)), "1")
            account.create("listGroups", days_ago(0), list=list_["id"], group=group, **flags)
    newest = account.collections["listGroups"].last_id
    for number in (1, newest):  # some replies name both by number
        row = account.find("listGroups", number) or {}
        account.amend("listGroups", number, {name: int(row[name]) for name in ("list", "group")})
    for nth, field in enumerate(account.records("fields")):
        # 1 is the general group; two fields are in none
        if nth % 6 != 5:
            shown = 3 if field["title"].startswith("C") else 1
            members = {"rel_id": field["id"], "group_id": shown, "ordernum": nth * 10}
            account.create("groupMembers", days_ago(0), id=80 + nth, **members)
