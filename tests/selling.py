"""What an account's records say of its deals, read without any table."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from tests.test_documented_rows import timestamp

Record = dict[str, Any]
Records = Callable[[str], list[Record]]

STATUS: Final = {"0": "open", "1": "won", "2": "lost"}
DAY: Final = 86_400


def moment(text: str | None) -> datetime:
    """A date of the API, UTC."""
    at = timestamp(text)
    assert at
    return at


@dataclass(frozen=True)
class Visit:
    """A time that a deal was in a stage, by a log that lacks nothing."""

    deal: Record
    number: int
    stage: Record
    moved: str | None
    by: str
    entered: datetime
    left: datetime | None
    ended_as: str | None

    @property
    def days(self) -> float | None:
        return (self.left - self.entered).total_seconds() / DAY if self.left else None


class Sales:
    """Deals of an account with what their log and their tasks tell."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.deals = records("deals")

    @cached_property
    def log(self) -> dict[str, list[Record]]:
        """Entries by deal, in the order of time."""
        found = defaultdict(list)
        for one in self.records("dealActivities"):
            found[one["d_id"]].append(one)
        for entries in found.values():
            entries.sort(key=lambda one: (moment(one["cdate"]), int(one["id"])))
        return found

    @cached_property
    def stages(self) -> dict[str, Record]:
        return self.by_id("dealStages")

    @cached_property
    def pipelines(self) -> dict[str, str]:
        return {id: one["title"] for id, one in self.by_id("dealGroups").items()}

    @cached_property
    def users(self) -> dict[str | None, str]:
        """What each user is called."""
        return {id: full_name(one, one["username"]) for id, one in self.by_id("users").items()}

    def by_id(self, resource: str) -> dict[str, Record]:
        return {one["id"]: one for one in self.records(resource)}

    def closed(self, deal: Record) -> datetime | None:
        """When it was won or lost."""
        if deal["status"] == "0":
            return None
        said = [one for one in self.log[deal["id"]] if one["dataType"] == "status"]
        is_told = said and said[-1]["dataAction"] == deal["status"]
        return moment(said[-1]["cdate"] if is_told else deal["mdate"])

    def touches(self, deal: Record) -> list[tuple[datetime, str]]:
        """When it was made, moved and closed, and what that is called."""
        found = [(moment(deal["cdate"]), "deal_created")]
        found += [(one.entered, "deal_stage") for one in self._visits(deal)[1:]]
        if closed := self.closed(deal):
            found.append((closed, f"deal_{STATUS[deal['status']]}"))
        return found

    @cached_property
    def visits(self) -> list[Visit]:
        return [visit for deal in self.deals for visit in self._visits(deal)]

    def _visits(self, deal: Record) -> list[Visit]:
        closed = self.closed(deal)
        entries = [
            one
            for one in self.log[deal["id"]]
            if (one["dataType"] == "d_stageid" and not (closed and closed < moment(one["cdate"])))
            or (not one["dataType"] and one["dataAction"] == "add")
        ]
        found = []
        for number, one in enumerate(entries, 1):
            stage = self.stages[one["d_stageid"]]
            before = self.stages[entries[number - 2]["d_stageid"]] if number > 1 else None
            is_last = number == len(entries)
            status = STATUS[deal["status"]]
            entered = moment(one["cdate"])
            left = closed if is_last else moment(entries[number]["cdate"])
            found.append(
                Visit(
                    deal=deal,
                    number=number,
                    stage=stage,
                    moved=way(before, stage) if before else None,
                    by=one["userid"],
                    entered=entered,
                    left=left,
                    ended_as="moved" if not is_last else None if status == "open" else status,
                )
            )
        return found


def done_at(task: Record) -> datetime | None:
    """When a task was done that is not open again."""
    return timestamp(task["donedate"]) if str(task["status"]) == "1" else None


def way(before: Record, stage: Record) -> str | None:
    if before["group"] != stage["group"]:
        return "other pipeline"
    return "forward" if int(stage["order"]) > int(before["order"]) else "backward"


def full_name(person: Record, otherwise: str) -> str:
    names = (person["firstName"] or "").strip(" "), (person["lastName"] or "").strip(" ")
    return " ".join(filter(None, names)) or otherwise


def quantile(values: list[float], share: float) -> float:
    """The value that so many are at most, between two neighbours in proportion."""
    values = sorted(values)
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
