"""Automations, the blocks that they are built of, who went through them, and what they send."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.filters import Filter, equals
from sandbox.resources.resource import Record, Relation, Resource

_AUTOMATION: dict[str, Any] = {
    "name": "",
    "cdate": None,
    "mdate": None,
    "userid": "1",
    "status": "0",
    "entered": "0",
    "exited": "0",
    "hidden": "0",
    "entitlements_violation": "0",
    "source": "0",
    "description": None,
    "exit_on_unsubscribe": "0",
    "exit_on_conversion": "0",
    "multientry": "0",
    "defaultscreenshot": "//img-us1.com/default-series.gif",
    "screenshot": "",
}
_BLOCK: dict[str, Any] = {
    "automation": None,
    "parent": None,
    "ordernum": "1",
    "type": "start",
    "params": [],
    "deleted": "0",
    "cdate": None,
    "mdate": None,
}
_CONTACT_AUTOMATION: dict[str, Any] = {
    "contact": None,
    "seriesid": "0",
    "startid": "0",
    "status": "1",
    "batchid": None,
    "adddate": None,
    "remdate": None,
    "timespan": None,
    "lastblock": None,
    "lastlogid": "0",
    "lastdate": None,
    "in_als": None,
    "completedElements": 0,
    "totalElements": 0,
    "completed": 0,
    "completeValue": 0,
    "automation": None,
}
_GOAL: dict[str, Any] = {
    "blockid": "0",
    "seriesid": "0",
    "name": "",
    "cdate": None,
    "dirty_stats": "0",
    "automation": None,
    "automationBlock": None,
}
_CONTACT_GOAL: dict[str, Any] = {
    "goalid": "0",
    "seriesid": "0",
    "subscriberid": "0",
    "subscriberseriesid": "0",
    "timespan": "0",
    "tstamp": None,
    "goal": None,
    "automation": None,
    "contact": None,
    "contactAutomation": None,
}
_SITE_MESSAGE: dict[str, Any] = {
    "name": "",
    "automation": None,
    "template": {"initial": {}, "detailed": {}},
    "ldate": None,
}
_SMS: dict[str, Any] = {
    "userid": "1",
    "seriesid": "0",
    "msg": "",
    "tstamp": None,
    "tf_day": "0",
    "tf_hr_from": "0",
    "tf_hr_to": "0",
    "sent": "0",
    "failed": "0",
    "unsubscribes": "0",
    "replies": "0",
    "uniquereplies": "0",
    "sdate": None,
    "ldate": None,
    "user": "1",
    "automation": None,
}


def _starts(automations: Iterable[Mapping[str, str]]) -> Record:
    """What the meta of automations tells of what starts them: one thing each, of its number."""
    starts = [
        {"id": held["id"], "series": held["id"], "type": "subscribe", "dealfield": "0"}
        for held in automations
    ]
    return {"starts": starts, "filtered": False, "smsLogs": []}


def _without_stats(limit: int, offset: int) -> Record:
    return {"showcase_stats": []}


RESOURCES: Final = (
    Resource(
        key="automations",
        template=_AUTOMATION,
        links=(
            "campaigns",
            "contactGoals",
            "contactAutomations",
            "blocks",
            "goals",
            "sms",
            "sitemessages",
            "triggers",
        ),
        class_name="Series",  # a guess, by what it calls a contact's way through one
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
        unedited=frozenset({"entered", "exited", "screenshot"}),
        summary=_starts,
        compared=frozenset({"id"}),
        relations={
            "campaigns": Relation("campaigns", "automation"),
            "contactGoals": Relation("contactGoals", "automation"),
            "contactAutomations": Relation("contactAutomations", "automation"),
            "blocks": Relation("automationBlocks", "automation"),
            "goals": Relation("goals", "automation"),
            "sms": Relation("sms", "automation"),
            "sitemessages": Relation("siteMessages", "automation"),
        },
        list_only=("defaultscreenshot", "screenshot"),
    ),
    Resource(
        key="automationBlocks",
        template=_BLOCK,
        links=("automation", "parent", "children"),
        class_name="SeriesBlock",
        created={"cdate": iso, "mdate": iso},
        changed={"mdate": iso},
        references={"automation": "automations"},
        mentions={"parent": "automationBlocks"},
        filters={"filters[automation]": Filter(("automation",), equals)},
        relations={"children": Relation("automationBlocks", "parent")},
    ),
    Resource(
        key="contactAutomations",
        template=_CONTACT_AUTOMATION,
        links=("automation", "contact", "contactGoals"),
        class_name="SubscriberSeries",
        created={"adddate": iso, "lastdate": iso},
        changed={"lastdate": iso},
        aliases={"automation": "seriesid"},
        references={"contact": "contacts", "automation": "automations"},
        meta=_without_stats,
        orders={"lastdate": "lastdate"},
        filters={
            "filters[automation]": Filter(("automation",), equals),
            "filters[seriesid]": Filter(("seriesid",), equals),
            "filters[contact]": Filter(("contact",), equals),
            "filters[status]": Filter(("status",), equals),
        },
        relations={"contactGoals": Relation("contactGoals", "contactAutomation")},
    ),
    Resource(
        key="goals",
        template=_GOAL,
        links=("automation", "automationBlock", "contactGoals"),
        class_name="Goal",
        created={"cdate": iso},
        aliases={"automation": "seriesid", "automationBlock": "blockid"},
        references={"automation": "automations", "automationBlock": "automationBlocks"},
        relations={"contactGoals": Relation("contactGoals", "goal")},
    ),
    Resource(
        key="contactGoals",
        template=_CONTACT_GOAL,
        links=(
            "goal",
            "automation",
            "contact",
            "contactAutomation",
            "contactGoalLists",
            "contactGoalTags",
        ),
        class_name="SubscriberGoal",
        created={"tstamp": iso},
        aliases={
            "goal": "goalid",
            "automation": "seriesid",
            "contact": "subscriberid",
            "contactAutomation": "subscriberseriesid",
        },
        references={
            "goal": "goals",
            "automation": "automations",
            "contact": "contacts",
            "contactAutomation": "contactAutomations",
        },
    ),
    Resource(
        key="siteMessages",
        template=_SITE_MESSAGE,
        links=("automation",),
        class_name="SiteMessage",
        changed={"ldate": iso},
        mentions={"automation": "automations"},
    ),
    Resource(
        key="sms",
        template=_SMS,
        links=("user", "automation"),
        class_name="Sms",
        created={"tstamp": iso},
        aliases={"user": "userid", "automation": "seriesid"},
        mentions={"user": "users", "automation": "automations"},
    ),
)
