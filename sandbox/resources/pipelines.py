"""Pipelines (the API calls them deal groups) and their stages."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.filters import Filter, contains, equals
from sandbox.resources.resource import Relation, Resource

_GROUP: dict[str, Any] = {
    "title": "",
    "currency": "usd",
    "autoassign": "1",
    "allusers": "1",
    "allgroups": "1",
    "win_probability_initialize_date": None,
    "cdate": None,
    "udate": None,
    "source": "",
    "count": "0",
}
_STAGE: dict[str, Any] = {
    "group": None,
    "title": "",
    "color": "434343",
    "order": "1",
    "width": "280",
    "dealOrder": "next-action DESC",
    "cardRegion1": "title",
    "cardRegion2": "next-action",
    "cardRegion3": "show-avatar",
    "cardRegion4": "contact-fullname-acctname",
    "cardRegion5": "value",
    "cdate": None,
    "udate": None,
}

RESOURCES: Final = (
    Resource(
        key="dealGroups",
        template=_GROUP,
        links=("stages", "dealGroupUsers", "dealGroupGroups", "winProbabilityFeatures"),
        class_name="DealGroup",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        unedited=frozenset({"count"}),
        total="number",
        orders={"title": "title", "popular": "count"},
        filters={"filters[title]": Filter(("title",), contains)},
        relations={
            "stages": Relation("dealStages", "group"),
            "dealGroupUsers": Relation("dealGroupUsers", "dealGroup"),
        },
        always=("stages",),
        single_always=("stages",),
    ),
    Resource(
        key="dealStages",
        template=_STAGE,
        links=("group",),
        class_name="DealStage",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        references={"group": "dealGroups"},
        orders={"title": "title"},
        filters={
            "filters[title]": Filter(("title",), contains),
            "filters[d_groupid]": Filter(("group",), equals),
        },
    ),
    Resource(
        key="dealGroupUsers",
        template={"dealGroup": None, "user": None, "cdate": None},
        links=("dealGroup", "user"),
        class_name="DealGroupUser",
        created={"cdate": iso},
        references={"dealGroup": "dealGroups", "user": "users"},
        unique=("dealGroup", "user"),
    ),
)
