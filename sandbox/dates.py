"""The account's time zone, its fixed present, and the forms in which the API writes a moment."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("America/Chicago")  # the product's own default
NOW: Final = datetime(2026, 11, 1, 12, tzinfo=ZONE)  # nothing generated is later


def moment(epoch: float) -> datetime:
    """Seconds since 1970 as a moment in the account's zone."""
    return datetime.fromtimestamp(int(epoch), ZONE)


def iso(at: datetime) -> str:
    """`2026-05-28T03:43:45-05:00`: the form of cdate, udate and their like."""
    return at.isoformat(timespec="seconds")


def wall(at: datetime) -> str:
    """`2026-05-28 03:43:45`: the form of every `*_timestamp`, `*_utc_timestamp` included."""
    return at.isoformat(" ", "seconds")[:19]


def http(at: datetime) -> str:
    """`Thu, 28 May 2026 08:43:45 GMT`: the form of HTTP's own headers."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def epoch(text: str) -> float:
    """Seconds since 1970 of a date or date-time; one without offset is in the account's zone.

    Raises:
        ValueError: it is neither.
    """
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).timestamp()


class Clock:
    """Tells a later moment each time it is asked, so that changes are dated the same every time."""

    def __init__(self, now: datetime = NOW, step: timedelta = timedelta(seconds=1)) -> None:
        self.now = now
        self.step = step

    def __call__(self) -> datetime:
        """Go one step on and tell the time."""
        self.now = moment(self.now.timestamp() + self.step.total_seconds())
        return self.now
