"""The records of one resource, kept as the JSON text that is served, with the indexes to find them.

A record is written once and then only copied into replies. Relations that every reply lists by id
(a contact's `scoreValues`) are no part of the text: they are put in when it is served.
"""

import json
from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from sandbox.resources import Record, Resource

encode: Final = json.JSONEncoder(separators=(",", ":")).encode  # compact, as the API writes
_LAST: Final = 10**40  # ids that are no numbers come after all that are


@dataclass(slots=True)
class Row:
    """A record. `number` is its id; `parents` are the ids that its references and mentions hold."""

    number: int
    text: bytes
    parents: Mapping[str, int]
    own: frozenset[str] = frozenset()  # members that put() brought and that stay as they are
    is_bare: bool = False  # no object with members: served as it is
    facts: Mapping[str, str] | None = None


class Collection:
    """All rows of a resource by id, in the order of their ids, and by the records they name."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.rows: dict[int, Row] = {}
        self.numbers: list[int] = []  # sorted
        self.last_id = 0
        self._unnumbered = count(_LAST)
        self._children: dict[str, dict[int, list[int]]] = {m: {} for m in resource.indexed}
        self._ids_texts: dict[str, dict[int, bytes]] = {m: {} for m in resource.indexed}

    def next_id(self) -> str:
        """The id of the next new record."""
        return str(self.last_id + 1)

    def write(self, record: Record) -> None:
        """Keep a record, given by its own members, in place of the one with its id."""
        links = self.resource.links_template.replace("{id}", record["id"])
        text = encode(record)
        parents = {
            reference: number
            for reference, held in self.resource.ids(record).items()
            if (number := number_of(held)) is not None
        }
        self._keep(Row(int(record["id"]), f'{text[:-1]},"links":{links}}}'.encode(), parents))

    def put(self, record: Record | str) -> None:
        """Keep a record or JSON text as it is. Text that is no JSON object is served as well."""
        text = record if isinstance(record, str) else json.dumps(record)
        try:
            loaded = json.loads(text)
        except ValueError:
            loaded = None
        members: Mapping[str, Any] = loaded if isinstance(loaded, dict) else {}
        number = number_of(members.get("id"))
        parents = {
            reference: parent
            for reference, held in self.resource.ids(members).items()
            if (parent := number_of(held)) is not None
        }
        row = Row(
            next(self._unnumbered) if number is None else number,
            text.strip().encode(errors="surrogatepass"),
            parents,
            own=frozenset(members),
            is_bare=not members,
        )
        self._keep(row)

    def members(self, number: int) -> Record | None:
        """A record's own members, without links and relations; None where there is no such."""
        row = self.rows.get(number)
        if row is None or row.is_bare:
            return None
        added = {"links", *self.resource.relations}
        return {name: value for name, value in json.loads(row.text).items() if name not in added}

    def remove(self, number: int) -> Row | None:
        """Take a row out; None where there is none."""
        row = self.rows.pop(number, None)
        if row is None:
            return None
        del self.numbers[bisect_left(self.numbers, number)]
        for member, parent in row.parents.items():
            children = self._children[member][parent]
            children.remove(number)
            if not children:
                del self._children[member][parent]
            self._ids_texts[member].pop(parent, None)
        return row

    def children(self, member: str, *parents: int) -> list[int]:
        """Ids of the rows whose `member` names one of the records."""
        index = self._children[member]
        return [number for parent in parents for number in index.get(parent, ())]

    def ids_text(self, member: str, parent: int) -> bytes:
        """The same as the JSON array that a record lists its rows in: `["17","18"]`."""
        text = self._ids_texts[member].get(parent)
        if text is None:
            numbers = self._children[member].get(parent)
            if not numbers:
                return b"[]"
            text = b'["%b"]' % '","'.join(map(str, numbers)).encode()
            self._ids_texts[member][parent] = text
        return text

    def facts(self, number: int) -> Mapping[str, str]:
        """The members of a row that filters and orders read, as text; null is the empty text."""
        row = self.rows[number]
        if row.facts is None:
            members = self.members(number) or {}
            row.facts = {
                member: "" if members.get(member) is None else str(members[member])
                for member in self.resource.facts
            }
        return row.facts

    def _keep(self, row: Row) -> None:
        self.remove(row.number)
        self.rows[row.number] = row
        if self.numbers and row.number < self.numbers[-1]:
            insort(self.numbers, row.number)
        else:
            self.numbers.append(row.number)
        if row.number < _LAST:
            self.last_id = max(self.last_id, row.number)
        for member, parent in row.parents.items():
            insort(self._children[member].setdefault(parent, []), row.number)
            self._ids_texts[member].pop(parent, None)


def number_of(record_id: Any) -> int | None:
    """An id as a number; None for what is none."""
    if isinstance(record_id, str) and record_id.isascii() and record_id.isdigit():
        return int(record_id)
    return record_id if type(record_id) is int and record_id >= 0 else None
