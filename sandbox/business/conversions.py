"""What the company counts as a success, and the contacts that it came of."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.contacts import Contact
from sandbox.business.timeline import days_ago, later
from sandbox.dates import epoch, iso, moment

_CONVERSIONS: Final[tuple[tuple[str, str, float, dict[str, Any]], ...]] = (
    # id, name, days since it was made, what differs from the usual
    ("1", "Bought a balance", 1500, {"value": "2450.00", "udate": iso(days_ago(900))}),
    ("2", "Demo \u2013 \u201eLX-200\u201c \U0001f52c", 1200, {"limit": "1", "enforcelimit": "1"}),
    # 3 was deleted
    ("4", "Asked for a quote", 700, {"value": "", "currency": "EUR"}),
)
_TRIGGERS: Final[tuple[tuple[str, str, str, float, dict[str, Any]], ...]] = (
    # id, conversion, type, days since it was made, what differs from the usual
    ("1", "1", "order", 1500, {"dynamic": "1", "modifier": "is"}),
    ("2", "2", "tag", 1200, {"value": "80.5", "modifier": "added"}),
    ("3", "4", "webvisit", 700, {"modifier": "/pricing?a=1&b=\u00fc", "value": ""}),
    ("4", "1", "automation", 650, {"value": "2450.00"}),  # its block is the automation's goal
    # 5 was deleted
    ("6", "4", "form", 300, {"retroactive": "1", "value": "12", "udate": iso(days_ago(20))}),
)

_Converted = tuple[int, str, str, str | None]
"""when (seconds since 1970), and the ids of contact, trigger and automation"""


def generate(account: Account, people: list[Contact], random: Random) -> None:
    """Make conversions, what triggers them, and about one for every eight contacts."""
    for id, name, days, differing in _CONVERSIONS:
        account.create("conversions", days_ago(days), id=id, name=name, **differing)
    goal = next(goal for goal in account.records("goals") if goal["name"] == "Bought a balance")
    for id, conversion, kind, days, differing in _TRIGGERS:
        account.create(
            "conversionTriggers",
            days_ago(days),
            id=id,
            conversion=conversion,
            trigger_type=kind,
            automationBlock=goal["blockid"] if kind == "automation" else None,
            **differing,
        )
    converted = sorted(
        [
            *_converted_otherwise(people, random),
            *_converted_in_automation(account, goal["id"], limit=len(people) // 20),
        ]
    )
    conversions = {record["id"]: record for record in account.records("conversions")}
    triggers = {record["id"]: record for record in account.records("conversionTriggers")}
    for nth, (at, contact_id, trigger_id, automation_id) in enumerate(converted):
        trigger = triggers[trigger_id]
        counted = conversions[trigger["conversion"]]
        is_known = nth % 6 != 2  # otherwise what triggered it was deleted since
        value = trigger["value"] or counted["value"]
        if trigger["dynamic"] == "1":
            value = f"{random.randrange(10_000, 900_000) / 100:.2f}"
        account.create(
            "contactConversions",
            moment(at),
            contact=contact_id,
            conversion=counted["id"],
            conversionTrigger=trigger_id if is_known else None,
            converted_by_type="automation" if automation_id else None,
            converted_by_id=automation_id,
            trigger_type=trigger["trigger_type"] if is_known else None,
            modifier=trigger["modifier"] if is_known else None,
            value=value,
            currency=counted["currency"],
            dynamic=trigger["dynamic"],
        )


def _converted_otherwise(people: Sequence[Contact], random: Random) -> Iterator[_Converted]:
    """Contacts and what they did; each contact once, so that no limit is passed."""
    others = [trigger for trigger in _TRIGGERS if trigger[2] != "automation"]
    for nth, person in enumerate(random.sample(people, -(-len(people) // 10))):
        id, _, _, days, _ = others[nth % len(others)]
        at = later(random, max(person.created, int(days_ago(days).timestamp())))
        yield at, person.id, id, None


def _converted_in_automation(account: Account, goal_id: str, *, limit: int) -> Iterator[_Converted]:
    """Contacts who met a goal since that is a trigger."""
    ((id, _, _, days, _),) = (trigger for trigger in _TRIGGERS if trigger[2] == "automation")
    numbers = account.collections["contactGoals"].children("goal", int(goal_id))
    for number in reversed(numbers[-limit:] if limit else []):
        row = account.find("contactGoals", number) or {}
        at = int(epoch(row["tstamp"]))
        if at < days_ago(days).timestamp():
            break
        yield at, row["contact"], id, row["automation"]
