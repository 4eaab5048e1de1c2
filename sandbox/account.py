"""A made-up account: what it holds, and the changes that its users could make."""

import json
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.collection import Collection, id_of, number_of
from sandbox.consequences import CONSEQUENCES
from sandbox.dates import NOW, ZONE, Clock
from sandbox.rendering import record_texts
from sandbox.resources import RESOURCES, Record
from sandbox.selection import Matched


class Account:
    """Records by resource (the API's data key). Safe to change while it is served.

    `clock` dates the changes; any callable that returns an aware datetime will do.
    `children_move_parent` says whether changes of a contact's rows move the contact's dates where
    nobody has proven that they do (`consequences.py`).
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock: Callable[[], datetime] = Clock()
        self.present = NOW  # the moment that the clock told last
        self.children_move_parent = True
        self.collections = {key: Collection(resource) for key, resource in RESOURCES.items()}
        self.memo: dict[Hashable, Matched] = {}  # what was selected since the last change

    @classmethod
    def empty(cls) -> "Account":
        """An account that holds nothing at all."""
        return cls()

    @classmethod
    def generate(cls, contacts: int, seed: int) -> "Account":
        """A small company's account with that many contacts; the same for the same seed.

        Raises:
            ValueError: a negative number of contacts.
        """
        from sandbox import business  # which fills accounts, and so imports this module

        account = cls()
        business.generate(account, contacts, seed)
        return account

    def records(self, resource: str) -> list[Record]:
        """All records in the order of their ids, as a list reply without `include` has them."""
        with self.lock:
            return self._as_served(resource, self.collections[resource].numbers)

    def add(self, resource: str, **members: Any) -> Record:
        """A new record with the next id, and the defaults and dates that the API gives.

        Where the API keeps one row only (a contact's membership of a list, its tag, its value of a
        field) and has it already, that row is updated instead.
        """
        with self.lock:
            twin = self._twin(resource, members)
            if twin is not None:
                return self.update(resource, twin, **members)
            at = self._now()
            record = self.create(resource, at, **members)
            self._follow(resource, None, record, at)
            return self._as_served(resource, [id_of(record)])[0]

    def update(self, resource: str, record_id: int | str, **members: Any) -> Record:
        """Change members of a record; dates and what hangs on them move as with the API.

        Raises:
            KeyError: there is no such record.
        """
        with self.lock:
            before = self._get(resource, record_id)
            at = self._now()
            after = RESOURCES[resource].edit(before, members, at)
            if after != before:
                self._write(resource, after)
                self._follow(resource, before, after, at)
            return self._as_served(resource, [id_of(after)])[0]

    def delete(self, resource: str, record_id: int | str) -> None:
        """Remove a record for good, and with it the rows that exist only with it.

        Raises:
            KeyError: there is no such record.
        """
        with self.lock:
            self._delete(resource, self._get(resource, record_id), self._now())

    def put(self, resource: str, record: Record | str) -> None:
        """Keep a record exactly as given, a dict or any text; one with its id is replaced."""
        with self.lock:
            self.collections[resource].put(record)
            self.memo.clear()

    # What generators and consequences use: one record at a time, and nothing follows.

    def create(self, resource: str, at: datetime, **members: Any) -> Record:
        """A new record as of that moment; its own members only."""
        record_id = str(members.pop("id", self.collections[resource].next_id()))
        record = RESOURCES[resource].new(record_id, at, members)
        self._write(resource, record)
        return record

    def find(self, resource: str, record_id: Any) -> Record | None:
        """A record's own members; None where there is no such record."""
        number = number_of(record_id)
        return None if number is None else self.collections[resource].members(number)

    def amend(self, resource: str, record_id: Any, members: Record) -> None:
        """Change members of a record, if there is one, and nothing else."""
        record = self.find(resource, record_id)
        if record is not None:
            self._write(resource, record | members)

    def count(self, resource: str, record_id: Any, steps: Mapping[str, int]) -> None:
        """Move counters of a record, if there is one."""
        record = self.find(resource, record_id) or {}
        moved = {name: str(int(record.get(name, 0)) + step) for name, step in steps.items()}
        self.amend(resource, record_id, moved)

    def _now(self) -> datetime:
        self.present = self.clock().astimezone(ZONE)
        return self.present

    def _get(self, resource: str, record_id: int | str) -> Record:
        record = self.find(resource, record_id)
        if record is None:
            raise KeyError(f"{resource} {record_id}")
        return record

    def _twin(self, resource: str, members: Mapping[str, Any]) -> int | None:
        """The row that holds the same values where there may be one row only."""
        unique = RESOURCES[resource].unique
        if not unique or not members.keys() >= set(unique):
            return None
        wanted = [str(members[name]) for name in unique]
        for number in self.collections[resource].children(unique[0], int(wanted[0])):
            row = self.find(resource, number) or {}
            if [str(row[name]) for name in unique] == wanted:
                return number
        return None

    def _write(self, resource: str, record: Record) -> None:
        self.collections[resource].write(record)
        self.memo.clear()

    def _delete(self, resource: str, record: Record, at: datetime) -> None:
        number = id_of(record)
        self.collections[resource].remove(number)
        self.memo.clear()
        for key, collection in self.collections.items():
            for member, parent in RESOURCES[key].parents.items():
                if parent == resource:
                    for child in list(collection.children(member, number)):
                        self._delete(key, self._get(key, child), at)
        self._follow(resource, record, None, at)

    def _follow(
        self, resource: str, before: Record | None, after: Record | None, at: datetime
    ) -> None:
        if resource in CONSEQUENCES:
            CONSEQUENCES[resource](self, before, after, at)

    def _as_served(self, resource: str, numbers: Iterable[int]) -> list[Record]:
        held = RESOURCES[resource]
        relations = [name for name in held.always + held.listed if name in held.relations]
        collection = self.collections[resource]
        objects = [number for number in numbers if not collection.is_bare(number)]
        texts = record_texts(self.collections, resource, objects, relations)
        return [json.loads(text) for text in texts]
