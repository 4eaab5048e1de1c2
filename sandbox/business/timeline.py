"""When things happen: years of the company's history, up to the present."""

from datetime import datetime
from random import Random
from typing import Final

from sandbox.dates import NOW, moment

DAY: Final = 86_400
PRESENT: Final = int(NOW.timestamp())
FIRST_CONTACT: Final = PRESENT - 5 * 365 * DAY


def days_ago(days: float) -> datetime:
    """So long before the present."""
    return moment(PRESENT - days * DAY)


def later(random: Random, at: int) -> int:
    """Some time between a moment and the present, sooner rather than later."""
    return at + int((PRESENT - at) * random.random() ** 3)
