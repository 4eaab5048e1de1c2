"""What is sold: deals on their way through a pipeline, and the log of each."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

from sandbox import sales
from sandbox.account import Account
from sandbox.business import custom_fields
from sandbox.business.companies import Employers
from sandbox.business.contacts import AUTOMATIONS, Contact
from sandbox.business.profile import NOTES
from sandbox.business.timeline import later
from sandbox.dates import epoch, iso, moment, wall
from sandbox.resources import Record

_TITLES: Final = (
    "LX-200 analytical balance",
    "Moisture analyser MA-5",
    "Calibration, yearly",
    "3 \u00d7 precision balance \u201ePX\u201c",
    'Micro balance "ultra" & case',
    "\u5929\u79e4 LX-200 \u00d7 2",
    "Rental, 6 months",
)
_OWNERS: Final = ("1", "2", "3", "5")
_WON: Final = "1"
_LOST: Final = "2"
_FATES: Final = ("0", "0", _WON, "0", _LOST, _WON, "0")  # of one deal after the other
_ROLES: Final = (None, None, None, "1")

_Stage = tuple[str, float]  # its id, and since when there is such a stage
Event = tuple[int, Record]  # seconds since 1970, a row of the log


def generate(
    account: Account, contacts: list[Contact], employers: Employers, random: Random
) -> None:
    """Make a deal for four contacts."""
    seller = _Seller(account, contacts, employers, random)
    chosen = [random.choice(contacts) for _ in range((len(contacts) + 3) // 4)]
    started = []
    for contact in chosen:
        _, employed = employers.get(contact.id, (None, contact.created))
        # few buy before they have a company
        since = employed if random.random() < 0.8 else contact.created
        started.append((later(random, since), contact))
    started.sort(key=lambda start: start[0])
    holders = [
        custom_fields.Holder(_id(index), at, _currency(index), is_deal=True)
        for index, (at, _) in enumerate(started)
    ]
    edits = custom_fields.fill(account, holders, random)
    for index, (at, contact) in enumerate(started):
        seller.sell(index, at, contact.id, edits.get(_id(index), 0))
    seller.close()


def log_work(account: Account) -> None:
    """Write the notes and tasks of deals into their logs, which were written before them."""
    work = [
        (int(epoch(record["cdate"])), kind, record["id"], record["relid"], record["user"])
        for kind, key in (("note", "notes"), ("task", "dealTasks"))
        for number in account.collections[key].numbers
        if (record := account.find(key, number)) and record["reltype"] == "Deal"
    ]
    for at, kind, id, deal_id, user in sorted(work):
        deal = account.find("deals", deal_id) or {}
        account.create("dealActivities", moment(at), **sales.added(deal, kind, id, user))
        last = max(deal["mdate"], iso(moment(at)), key=epoch)
        count = str(int(deal["activitycount"]) + 1)
        account.amend("deals", deal_id, {"mdate": last, "activitycount": count})


def _id(index: int) -> str:
    return str(index + 1 + (index >= 3))  # one was deleted


def _group(index: int) -> str:
    return "2" if index % 4 == 3 else "1"


def _currency(index: int) -> str:
    return "gbp" if index % 17 == 5 else "eur" if _group(index) == "2" else "usd"


class _Seller:
    """Makes deals one after the other, and at last what can only be told of all."""

    def __init__(
        self,
        account: Account,
        contacts: list[Contact],
        employers: Employers,
        random: Random,
    ) -> None:
        self.account = account
        self.contacts = contacts
        self.employers = employers
        self.random = random
        self.stages: dict[str, list[_Stage]] = {}
        for stage in sorted(account.records("dealStages"), key=lambda stage: int(stage["order"])):
            since = epoch(stage["cdate"]) if stage["cdate"] else 0
            self.stages.setdefault(stage["group"], []).append((stage["id"], since))
        self.log: list[Event] = []
        self.by_group: Counter[str] = Counter()
        self.by_account: Counter[str] = Counter()

    def sell(self, index: int, at: int, contact: str, edited: int) -> None:
        """Make a deal with its history; the deal last, since its members follow from that."""
        random = self.random
        group = _group(index)
        employer, since = self.employers.get(contact, (None, at))
        if index % 10 == 9 or since > at:
            employer = None
        deal: Record = {
            "id": _id(index),
            "contact": contact,
            "group": group,
            "stage": self.stages[group][0][0],
            "owner": random.choice(_OWNERS),
            "value": str(random.randrange(50_000) * 100) if index % 13 else "0",
            "status": "0",
        }
        log = list(self._history(deal, at, _FATES[index % len(_FATES)], index))
        self.log += log
        last = moment(max(log[-1][0], edited))
        probability = self._probability(deal) if index % 3 else None
        self.account.create(
            "deals",
            moment(at),
            **deal,
            account=employer,
            title=f"{_TITLES[index % len(_TITLES)]} {index or ''}".strip(),
            description=NOTES[index // 5 % len(NOTES)] if index % 5 == 2 else "",
            mdate=iso(last),
            currency=_currency(index),
            winProbability=probability,
            winProbabilityMdate=iso(last) if probability else None,
            percent=str(probability) if probability and index % 6 == 1 else "0",
            nexttaskid="0" if index % 5 == 1 else None,
            activitycount=str(len(log)),
            edate=(None, wall(last), "0000-00-00 00:00:00")[index % 3],
        )
        self.by_group[group] += 1
        if employer:
            self.by_account[employer] += 1

    def close(self) -> None:
        """Write the log in the order of time, as it was written, and the counts of deals."""
        self.log.sort(key=lambda event: event[0])
        for at, row in self.log:
            self.account.create("dealActivities", moment(at), **row)
        for resource, member, counts in (
            ("dealGroups", "count", self.by_group),
            ("accounts", "dealCount", self.by_account),
        ):
            for id, number in counts.items():
                self.account.amend(resource, id, {member: str(number)})

    def _history(self, deal: Record, at: int, fate: str, index: int) -> Iterator[Event]:
        """What is done to a deal from its first day on, in the order of time."""
        automation = str(self.random.choice(AUTOMATIONS)) if index % 12 == 5 else "0"
        yield at, {**sales.made(deal), "seriesid": automation}
        existing = dict(self.stages[deal["group"]])
        changes = [("stage", stage) for stage in self._way(list(existing), fate)]
        if index % 9 == 4 and fate != _WON:
            changes.append(("stage", deal["stage"]))  # back to the beginning
        if index % 8 == 2:
            changes.insert(0, ("owner", next(o for o in _OWNERS if o != deal["owner"])))
        if index % 7 == 3:
            changes.append(("value", str(int(deal["value"]) + 12_345)))
        if fate != "0":
            changes.append(("status", fate))
        other = self.random.choice(self.contacts)
        if index % 6 == 1 and other.id != deal["contact"]:
            at = later(self.random, max(at, other.created))
            yield at, self._invite(deal, other.id, at, index)
        for member, value in changes:
            old, then = deal[member], later(self.random, at)
            if value != old and (member != "stage" or existing[value] <= then):
                at, deal[member] = then, value
                yield at, sales.changed(deal, member, old)

    def _way(self, stages: list[str], fate: str) -> list[str]:
        """The stages that a deal passes after the first: what is won mostly comes to the last."""
        last = len(stages) - 1
        end = self.random.choice((last, last, last, last - 1)) if fate == _WON else None
        end = self.random.randrange(len(stages)) if end is None else end
        passed = [stage for stage in stages[1:end] if self.random.random() < 0.4]
        return [*passed, stages[end]]

    def _probability(self, deal: Record) -> int:
        """How likely a deal is to be won, in percent: the likelier the further it has come."""
        if deal["status"] == _WON:
            return self.random.randrange(85, 100)
        if deal["status"] == _LOST:
            return self.random.randrange(1, 20)
        stages = [id for id, _ in self.stages[deal["group"]]]
        return 10 + 70 * stages.index(deal["stage"]) // len(stages) + self.random.randrange(15)

    def _invite(self, deal: Record, contact_id: str, at: int, index: int) -> Record:
        """A further contact takes part, or did for a while; the log's row of that."""
        user = "2" if index % 4 == 1 else None
        has_left = index % 18 == 13
        if not has_left:
            self.account.create(
                "contactDeals",
                moment(at),
                deal=deal["id"],
                contact=contact_id,
                role=_ROLES[index // 6 % len(_ROLES)],
                created_by=user,
            )
        row = sales.added(deal, "contact", contact_id, user)
        return row | {"deleted": "1"} if has_left else row
