"""Deals, the log of what was done to them, and further contacts that take part in them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import md5
from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.filters import (
    Filter,
    Predicate,
    at_least,
    at_most,
    before,
    contains,
    equals,
    since,
)
from sandbox.resources.resource import Record, Relation, Resource

_DEAL: dict[str, Any] = {
    "hash": "",
    "owner": "1",
    "contact": None,
    "organization": None,
    "group": None,
    "stage": None,
    "title": "",
    "description": "",
    "percent": "0",
    "cdate": None,
    "mdate": None,
    "nextdate": None,
    "nexttaskid": None,
    "value": "0",  # in hundredths of the currency
    "currency": "usd",
    "winProbability": None,
    "winProbabilityMdate": None,
    "status": "0",
    "activitycount": "0",
    "nextdealid": None,
    "edate": None,
    "isDisabled": False,
    "account": None,
    "customerAccount": None,
}
_ACTIVITY: dict[str, Any] = {
    "d_id": None,
    "d_stageid": "0",
    "userid": "1",
    "dataId": "0",
    "dataType": "",
    "dataAction": "",
    "dataOldval": "",
    "cdate": None,
    "sortdate": None,
    "isAddtask": "0",
    "deleted": "0",
    "seriesid": "0",
    "deal": None,
    "stage": None,
    "user": None,
    "automation": None,
}
_CONTACT_DEAL: dict[str, Any] = {
    "deal": None,
    "contact": None,
    "role": None,
    "cdate": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
}
_MAILS: Final = frozenset({"email", "connection_email", "LinkData"})


def _complete_deal(deal: Record) -> None:
    """Without a task ever `nextTask` is absent, without one left it is null."""
    deal["hash"] = deal["hash"] or _hash(deal["id"])
    deal["nextdealid"] = deal["nextdealid"] or deal["id"]
    task = deal["nexttaskid"]
    deal.pop("nextTask", None)
    if task is not None:
        deal["nextTask"] = None if task == "0" else task


def _hash(deal_id: str) -> str:
    return md5(f"deal {deal_id}".encode(), usedforsecurity=False).hexdigest()[:8]


def _currencies(deals: Iterable[Mapping[str, str]]) -> Record:
    """How many deals there are of each currency and what they are worth."""
    counts: defaultdict[str, int] = defaultdict(int)
    values: defaultdict[str, int] = defaultdict(int)
    for deal in deals:
        currency = deal["currency"].upper()
        counts[currency] += 1
        values[currency] += int(deal["value"]) if deal["value"].isdigit() else 0
    return {
        "currencies": {
            currency: {
                "total": str(total),
                "value": str(values[currency]),
                "currency": currency,
                "isDisabled": False,
            }
            for currency, total in counts.items()
        }
    }


def _no_mail(_: str) -> Predicate:
    return lambda held: held not in _MAILS


RESOURCES: Final = (
    Resource(
        key="deals",
        template=_DEAL,
        links=(
            "dealActivities",
            "contact",
            "contactDeals",
            "group",
            "nextTask",
            "notes",
            "account",
            "customerAccount",
            "organization",
            "owner",
            "scoreValues",
            "stage",
            "tasks",
            "dealCustomFieldData",
        ),
        class_name="Deal",
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
        unedited=frozenset({"activitycount", "nextdate", "nexttaskid", "nextTask"}),
        twins=(("account", "organization", "customerAccount"),),
        references={"contact": "contacts", "group": "dealGroups", "stage": "dealStages"},
        mentions={
            "owner": "users",
            "account": "accounts",
            "customerAccount": "accounts",
            "organization": "accounts",
            "nextTask": "dealTasks",
        },
        complete=_complete_deal,
        total="number",
        summary=_currencies,
        has_steady_order=False,
        orders={
            "title": "title",
            "value": "value",
            "cdate": "cdate",
            "mdate": "mdate",
            "next-action": "nextdate",
        },
        filters={
            "filters[created_after]": Filter(("cdate",), since),
            "filters[created_before]": Filter(("cdate",), before),
            "filters[updated_after]": Filter(("mdate",), since),
            "filters[updated_before]": Filter(("mdate",), before),
            "filters[search]": Filter(("title",), contains),
            "filters[title]": Filter(("title",), contains),
            "filters[stage]": Filter(("stage",), equals),
            "filters[group]": Filter(("group",), equals),
            "filters[status]": Filter(("status",), equals),
            "filters[owner]": Filter(("owner",), equals),
            "filters[organization]": Filter(("organization",), equals),
            "filters[minimum_value]": Filter(("value",), at_least),
            "filters[maximum_value]": Filter(("value",), at_most),
        },
        compared=frozenset({"currency", "value"}),
        closed_by="group",
        stub=("title", "status", "id"),
        relations={
            "contactDeals": Relation("contactDeals", "deal"),
            "dealActivities": Relation("dealActivities", "d_id"),
            "dealCustomFieldData": Relation("dealCustomFieldData", "dealId"),
            "notes": Relation("notes", "Deal"),
            "tasks": Relation("dealTasks", "Deal"),
        },
    ),
    Resource(
        key="dealActivities",
        template=_ACTIVITY,
        links=("deal", "stage", "user", "automation", "activity"),
        class_name="DealActivity",
        created={"cdate": iso, "sortdate": iso},
        aliases={"stage": "d_stageid", "user": "userid", "automation": "seriesid"},
        twins=(("deal", "d_id"),),
        references={"d_id": "deals"},
        filters={
            "deal": Filter(("d_id",), equals),
            "exclude": Filter(("dataType",), _no_mail),
            "filters[data_type]": Filter(("dataType",), equals),
            "filters[data_id]": Filter(("dataId",), equals),
        },
    ),
    Resource(
        key="contactDeals",
        template=_CONTACT_DEAL,
        links=("deal", "contact"),
        class_name="ContactDeal",
        created={"cdate": iso, "created_timestamp": wall, "updated_timestamp": wall},
        changed={"updated_timestamp": wall},
        references={"deal": "deals", "contact": "contacts"},
        mentions={"role": "dealRoles"},
        unique=("deal", "contact"),
    ),
    Resource(
        key="dealRoles",
        template={"title": "", "created_timestamp": None, "updated_timestamp": None},
        links=("contactDeals",),
        class_name="DealRole",
        created={"created_timestamp": iso, "updated_timestamp": iso},  # with an offset, these two
        changed={"updated_timestamp": iso},
        filters={"search": Filter(("title",), contains)},
        relations={"contactDeals": Relation("contactDeals", "role")},
    ),
)
