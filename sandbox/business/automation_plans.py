"""The automations of the account, block by block, as they were thought out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sandbox.business.timeline import days_ago
from sandbox.dates import iso

MAIL: Final = "send"


class Step(NamedTuple):
    """A block: its type, when it was put in (days before the present), what it is set to."""

    type: str
    made: float
    params: Any = ()
    tags: tuple[str, ...] = ()
    deleted: float | None = None  # days before the present


@dataclass(frozen=True, slots=True)
class Plan:
    """An automation and its blocks, one after the other. `send` takes its mail, and its day."""

    id: str
    name: str
    made: float  # days before the present
    steps: tuple[Step, ...]
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_used(self) -> bool:
        """Whether contacts ever went through it."""
        return self.members.get("status") != "0"


def _wait(time: int, unit: str) -> dict[str, Any]:
    return {"waittype": "time", "waittime": str(time), "waitdurt": unit}


def _goal(name: str, *, position: str = "below", unmet: str = "wait") -> dict[str, Any]:
    return {"name": name, "position": position, "unmet": unmet, "segmentid": "0"}


# The first six are older than all contacts, since lists and logs name them at any time.
PLANS: Final = (
    Plan(
        "1",
        "Welcome series",
        1840,
        (
            Step(MAIL, 0),
            Step("wait", 1824, _wait(3, "days")),
            Step("addtag", 1740, tags=("Newsletter reader",)),
            Step("goal", 1200, _goal("Bought a balance")),
            Step("removetag", 1100, tags=("Prospect", "Trial unit")),
        ),
        {"multientry": "1", "description": "For everyone who is new", "source": "0"},
    ),
    Plan(
        "2",
        "Calibration reminders",
        1838,
        (
            Step("wait", 1836, {"waittype": "date", "waittime": "0", "waitdurt": ""}),
            Step(MAIL, 0),
            Step("wait", 1690, _wait(30, "days"), deleted=1000),
            Step("goal", 1300, _goal("Calibrated \u2013 \u6821\u6b63\u6e08\u307f \u2713")),
            Step("addtag", 1290, tags=("Calibration due",)),
        ),
        {"multientry": "1", "userid": "2", "exit_on_unsubscribe": "1", "source": "2"},
    ),
    Plan(
        "3",
        'Nach der Vorf\u00fchrung: "LX-200" & Zubeh\u00f6r \U0001f52c',
        1836,
        (
            Step("wait", 1830, _wait(2, "hours")),
            Step(MAIL, 0),
            Step("goal", 150, _goal("Answered", position="anywhere", unmet="continue")),
        ),
        {"userid": "3", "exit_on_conversion": "1", "description": ""},
    ),
    Plan(
        "4",
        "Win them back",
        1834,
        (
            Step("removetag", 1650, tags=("Newsletter reader",)),
            Step("wait", 1640, _wait(6, "months")),
            Step(MAIL, 0),
        ),
    ),
    Plan(
        "5",
        "Trade show leads",
        1832,
        (Step("addtag", 1100, tags=("Webinar 2025", "Price list sent")),),
        {"status": 2, "hidden": "1", "description": "Until 2025"},
    ),
    Plan("6", "Distributors", 1830, (Step("wait", 1828, _wait(1, "weeks")),)),
    # 7 was deleted
    Plan(
        "8",
        "Onboarding, as the assistant wrote it",
        40,
        (Step("wait", 40, []),),
        {
            "status": "0",
            "source": "6",
            "entitlements_violation": "1",
            "description": "A 14-day sequence of mails:\nhow to set up, level and adjust. " * 60,
        },
    ),
    Plan("9", "Untitled automation", 3, (), {"status": "0", "userid": "0"}),
)
TEXTS: Final[tuple[tuple[str, float, dict[str, Any]], ...]] = (
    # text, days since it was written, what differs from the usual
    (
        "Larkfield: your balance is due for calibration. Reply STOP to opt out.",
        800,
        {"automation": "2", "tf_day": "1", "tf_hr_from": "9", "tf_hr_to": "17"},
    ),
    (
        "Willkommen \u2013 sch\u00f6n, dass Sie da sind \U0001f389 " * 8,
        600,
        {"automation": "1", "userid": "2"},
    ),
    ("Stand 4-120, hall 4?", 30, {"userid": "0"}),
)
ON_SITE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    # name, what differs from the usual
    (
        "Hello again",
        {
            "automation": "1",
            "template": {
                "initial": {"type": "bubble", "text": "Need a hand?"},
                "detailed": {"headline": 'Ask "Ingrid"', "text": "We answer \u2615", "image": None},
            },
            "ldate": iso(days_ago(100)),
        },
    ),
    ("Vorf\u00fchrung buchen \U0001f4c5", {"automation": "3", "ldate": "0000-00-00 00:00:00"}),
    ("Untitled", {"template": {"initial": [], "detailed": []}}),
)
