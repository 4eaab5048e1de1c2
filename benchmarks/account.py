"""The account that the benchmarks read, and what a day's work changes in it.

It is as large as the one on which other connectors were measured, some 149,000 rows in the
documented tables: 20,000 contacts with 28,000 tags, 29,800 values and 20,050 memberships of lists,
2,000 accounts, 5,000 deals with a log of 15,000, 5,000 notes, 4,000 tasks.
"""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from random import Random
from threading import Thread
from typing import Any, Final, cast

from sandbox.account import Account
from sandbox.dates import NOW, Clock, epoch
from sandbox.resources import Record
from sandbox.server import Request, Server

CONTACTS: Final = 20_000
SEED: Final = 1
ROWS: Final = {  # of the others there are as many as `Account.generate` makes
    "accountContacts": 3_300,
    "accountCustomFieldData": 6_000,
    "contactDeals": 1_000,
    "contactLists": 20_050,
    "dealActivities": 15_000,
    "dealCustomFieldData": 10_000,
    "fieldValues": 29_800,
}

_VALUE: Final = ("value", "fieldValue", "fieldCurrency")
Ids = defaultdict[str, list[str]]  # by resource


@dataclass(frozen=True)
class Changes:
    """What users did themselves, without what moves along: ids by resource.

    A read of what changed can see all of it but deleted contacts and deals, and what hung on them.
    """

    added: Ids = field(default_factory=lambda: defaultdict(list))
    edited: Ids = field(default_factory=lambda: defaultdict(list))
    deleted: Ids = field(default_factory=lambda: defaultdict(list))


def benchmark_account(contacts: int = CONTACTS) -> Account:
    """The account; the same every time. With other numbers of contacts, in the same proportions."""
    account = Account.generate(contacts, SEED)
    wanted = {key: rows * contacts // CONTACTS for key, rows in ROWS.items()}
    random = Random(SEED)
    account.clock = lambda: NOW
    account.children_move_parent = False  # or all would seem to be changed just now
    for owner in ("account", "deal"):
        _give_values(account, owner, wanted[f"{owner}CustomFieldData"], random)
    deals, people = _ids(account, "deals"), _ids(account, "contacts")
    while len(_ids(account, "contactDeals")) < wanted["contactDeals"]:
        account.add("contactDeals", deal=random.choice(deals), contact=random.choice(people))
    _forget_log(account, wanted["dealActivities"])
    for key in ("accountContacts", "contactLists", "fieldValues"):
        ids = _ids(account, key)
        for id in random.sample(ids, len(ids) - wanted[key]):
            account.delete(key, id)
    account.children_move_parent = True
    account.clock = Clock()
    return account


def _ids(account: Account, resource: str) -> list[int]:
    return list(account.collections[resource].numbers)


def _give_values(account: Account, owner: str, wanted: int, random: Random) -> None:
    """Give accounts or deals more values, such as others have, until there are so many."""
    key, holder, metum = f"{owner}CustomFieldData", f"{owner}Id", f"{owner}CustomFieldMetumId"
    rows = account.records(key)
    held = {(row[holder], row[metum]) for row in rows}
    holders = _ids(account, f"{owner}s")
    while len(held) < wanted:
        row, id = random.choice(rows), random.choice(holders)
        if (id, row[metum]) not in held:
            held.add((id, row[metum]))
            copied = {name: row[name] for name in row.keys() - {"id", "links", holder}}
            account.add(key, **copied, **{holder: id})


def _forget_log(account: Account, wanted: int) -> None:
    """Shorten the log of deals, the oldest entries first, as where it was not kept at first."""
    noted = {note["relid"] for note in account.records("notes") if note["reltype"] == "Activity"}
    rows = [row for row in account.records("dealActivities") if row["id"] not in noted]
    rows.sort(key=lambda row: (epoch(row["cdate"]), int(row["id"])))
    for row in rows[: len(rows) + len(noted) - wanted]:
        account.delete("dealActivities", row["id"])


def change_one_percent(account: Account) -> Changes:
    """Do a day's work: the same to the same account.

    Of contacts, deals and accounts one in a hundred is edited, as many contacts and deals are new,
    with rows, notes and tasks of their own; a tenth as many are deleted.
    """
    account.clock = Clock(account.present, timedelta(minutes=1))
    day = _Day(account)
    for resource in ("notes", "dealTasks", "deals", "contacts"):  # first: no id is lost afterwards
        for id in day.some(resource, one_in=1000):
            day.delete(resource, id)
    contacts, deals = day.some("contacts"), day.some("deals")
    day.edit_contacts(contacts)
    day.edit_deals(deals)
    for nth, id in enumerate(day.some("accounts")):
        day.edit("accounts", id, name=f"Renamed {nth} \u2013 GmbH")
    for nth, id in enumerate(day.some("dealTasks")):
        day.edit("dealTasks", id, status="1", title=f"Done {nth}")
    made = day.add_contacts(len(contacts))
    day.add_work(contacts + made, deals + day.add_deals(len(deals), made))
    return day.changes


class _Day:
    """What users do, noted down."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.random = Random(SEED)
        self.changes = Changes()

    def add(self, resource: str, **members: Any) -> str:
        id: str = self.account.add(resource, **members)["id"]
        self.changes.added[resource].append(id)
        return id

    def edit(self, resource: str, record_id: int | str, **members: Any) -> None:
        before = self.account.find(resource, record_id)
        self.account.update(resource, record_id, **members)
        if self.account.find(resource, record_id) != before:
            self.changes.edited[resource].append(str(record_id))

    def delete(self, resource: str, record_id: int | str) -> None:
        self.account.delete(resource, record_id)
        self.changes.deleted[resource].append(str(record_id))

    def some(self, resource: str, one_in: int = 100) -> list[str]:
        ids = _ids(self.account, resource)
        return [str(id) for id in self.random.sample(ids, -(-len(ids) // one_in))]

    def one(self, resource: str) -> str:
        return str(self.random.choice(self.account.collections[resource].numbers))

    def rows(self, resource: str, member: str, parent: str) -> list[int]:
        return self.account.collections[resource].children(member, int(parent))

    def value(self, resource: str, member: str, field_id: str) -> Record:
        """What somebody else has in a custom field."""
        row = self.account.find(resource, self.random.choice(self.rows(resource, member, field_id)))
        return {name: row[name] for name in _VALUE if name in row} if row else {}

    def edit_contacts(self, ids: list[str]) -> None:
        """Edit contacts by turns: a value, a list, a tag, their own members."""
        for nth, id in enumerate(ids):
            values = self.rows("fieldValues", "contact", id)
            lists = self.rows("contactLists", "contact", id)
            tags = self.rows("contactTags", "contact", id)
            if nth % 4 == 0 and values:
                self.edit("fieldValues", values[0], value=f"changed {nth}")
            elif nth % 4 == 1 and lists:
                self.edit("contactLists", lists[0], status="2", unsubreason="Too many e-mails")
            elif nth % 4 == 2 and tags:
                self.delete("contactTags", tags[0])
            else:
                self.edit("contacts", id, phone=f"+1 312 555 {nth:04}")

    def add_contacts(self, count: int) -> list[str]:
        """Make contacts as a form does: with a list, a tag and two values."""
        made = []
        fields = _ids(self.account, "fields")
        for nth in range(count):
            email = f"new.{self.account.collections['contacts'].next_id()}@larkfield.example"
            id = self.add("contacts", email=email, firstName="New", lastName=f"No. {nth}")
            self.add("contactLists", contact=id, list=self.one("lists"))
            self.add("contactTags", contact=id, tag=self.one("tags"))
            for field_id in map(str, self.random.sample(fields, 2)):
                value = self.value("fieldValues", "field", field_id)
                self.add("fieldValues", contact=id, field=field_id, **value)
            made.append(id)
        return made

    def edit_deals(self, ids: list[str]) -> None:
        """Edit deals by turns: a value of a custom field, the stage, what they are worth."""
        for nth, id in enumerate(ids):
            values = self.rows("dealCustomFieldData", "dealId", id)
            if nth % 3 == 0 and values:
                self.edit("dealCustomFieldData", values[0], fieldValue=None)
            elif nth % 3 == 1:
                self.edit("deals", id, stage=self.one("dealStages"), value=str(1_000 + nth))
            else:
                self.edit("deals", id, value=str(100_000 + nth))

    def add_deals(self, count: int, contacts: list[str]) -> list[str]:
        """Make deals of contacts, each with an account and two values."""
        made = []
        fields = _ids(self.account, "dealCustomFieldMeta")
        for nth in range(count):
            stage = self.account.find("dealStages", self.one("dealStages")) or {}
            company, contact = self.one("accounts"), contacts[nth % len(contacts)]
            id = self.add(
                "deals",
                title=f"New deal {nth}",
                contact=contact,
                account=company,
                value=str(5_000 + nth),
                stage=stage["id"],
                group=stage["group"],
            )
            self.add("accountContacts", account=company, contact=contact)
            for field_id in map(str, self.random.sample(fields, 2)):
                value = self.value("dealCustomFieldData", "dealCustomFieldMetumId", field_id)
                given = {"dealId": id, "dealCustomFieldMetumId": field_id, **value}
                self.add("dealCustomFieldData", **given)
            made.append(id)
        return made

    def add_work(self, contacts: list[str], deals: list[str]) -> None:
        """Note down what was said and plan what comes: for one in a hundred notes and tasks."""
        kinds = (("Subscriber", contacts), ("Deal", deals))
        for key in ("notes", "dealTasks"):
            for nth in range(len(_ids(self.account, key)) // 100):
                kind, ids = kinds[nth % 2]
                text = {"note": f"No. {nth}"} if key == "notes" else {"title": f"Call {nth}"}
                type = {"dealTasktype": "1"} if key == "dealTasks" else {}
                self.add(key, reltype=kind, relid=ids[nth % len(ids)], **text, **type)


class Host:
    """The account and its server, in a process of their own; see `served`."""

    def __init__(self, contacts: int, rate: float) -> None:
        self._server = Server(benchmark_account(contacts), rate=rate)
        gc.freeze()  # as `python -m sandbox` does
        Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self) -> str:
        """Where the account is served; the key is `sandbox`."""
        return self._server.url

    def change(self) -> Changes:
        """Do a day's work in the account."""
        with self._server.account.lock:
            return change_one_percent(self._server.account)

    def records(self, resource: str) -> list[Record]:
        """What the account holds."""
        return self._server.account.records(resource)

    def delay(self, seconds: float | tuple[float, float]) -> None:
        """Hold every reply back for so long, or for any time between two."""
        self._server.behaviour.latency = seconds

    def requests(self) -> list[Request]:
        """All requests since this was called last."""
        asked, self._server.requests = self._server.requests, []
        return asked


class _Manager(BaseManager):
    """Starts the process of a host."""


_Manager.register("Host", Host)


@contextmanager
def served(contacts: int = CONTACTS, rate: float = 0.0) -> Iterator[Host]:
    """Serve the account from a process of its own for as long as the block runs.

    `rate` is the account's budget in requests a second, 0 for none.
    """
    with _Manager(ctx=get_context("spawn")) as manager:
        start = cast(Callable[[int, float], Host], manager.Host)  # type: ignore[attr-defined]
        yield start(contacts, rate)
