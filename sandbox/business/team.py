"""Who works with the account, and what their groups may do."""

from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.dates import iso
from sandbox.resources.users import GROUP_FLAGS

_GROUPS: Final[tuple[tuple[str, str, str | None, str], ...]] = (
    # id, title, description, beginnings of the flags that are set
    ("3", "Admin", "This is a group for admin users (people that can manage content)", "p"),
    (
        "4",
        "Marketing",
        "Campaigns, lists & forms",
        "pgList pgMessage pgContact pgTemplate pgForm pgDeal pgAccount",
    ),
    ("5", "Sales", None, "pgDeal pgAccount pgContactAdd pgContactEdit"),
    ("7", "Read only", "", "pgReports"),
)
_USERS: Final[tuple[dict[str, Any], ...]] = (
    # the API has served mfaEnabled as text, number and boolean
    {
        "id": "1",
        "username": "admin",
        "firstName": "Ingrid",
        "lastName": "Larkfield",
        "email": "ingrid@larkfield.example",
        "mfaEnabled": "1",
        "roles": ["owner"],
    },
    {
        "id": "2",
        "username": "tomasz",
        "firstName": "Tomasz",
        "lastName": "Żuławski",
        "email": "tomasz@larkfield.example",
        "phone": "+1 312 555 0142",
        "signature": "<p>Tomasz | <b>Larkfield</b> \U0001f4ac</p>",
        "localZoneid": "Europe/Warsaw",
    },
    {
        "id": "3",
        "username": "desiree",
        "firstName": "Désirée",
        "lastName": "O'Neill",
        "email": "desiree@larkfield.example",
        "signature": "",
        "mfaEnabled": True,
    },
    {
        "id": "5",
        "username": "sam",
        "firstName": "Sam",
        "lastName": "",
        "email": "sam@larkfield.example",
        "localZoneid": "America/New_York",
        "mfaEnabled": 0,
    },
    {
        "id": "6",
        "username": "auditor",
        "firstName": "",
        "lastName": "",
        "email": "auditor@numbers-and-co.example",
        "lang": "german",
        "mfaEnabled": False,
    },
)
_GROUP_OF_USER: Final = {"1": "3", "2": "4", "3": "4", "5": "5", "6": "7"}


def generate(account: Account) -> None:
    """Make groups, users, and each user's place in a group."""
    founded = days_ago(6 * 365)
    for id, title, description, beginnings in _GROUPS:
        allowed = tuple(beginnings.split())
        flags = dict.fromkeys((flag for flag in GROUP_FLAGS if flag.startswith(allowed)), "1")
        account.create("groups", founded, id=id, title=title, descript=description, **flags)
    account.amend("groups", "3", {"pgContactActions": "0", "reqApproval1st": "2"})
    account.amend("groups", "5", {"reqApproval": "1", "reqApprovalNotify": _USERS[0]["email"]})
    account.amend("groups", "7", {"sdate": None})
    for user in _USERS:
        account.create("users", founded, **user)
        group = _GROUP_OF_USER[user["id"]]
        dates = {"cdate": iso(founded), "udate": iso(days_ago(300))} if user["id"] == "3" else {}
        account.create("userGroups", founded, userid=user["id"], groupid=group, **dates)
