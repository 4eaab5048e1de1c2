"""The records of one resource, kept as the JSON text that is served, with the indexes to find them.

A record is written once and then only copied into replies. What follows from its id is no part of
the text: its links, and relations that every reply lists by id (a contact's `scoreValues`); they
are put in when it is served. An account may hold ten million records, so each is its text and
nothing else: what its references hold is read from there.
"""

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Final
from uuid import UUID

from sandbox.resources import Record, Resource
from sandbox.resources.resource import UUID_FORM

encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""compact, as the API writes"""
_DECODER: Final = json.JSONDecoder()
_LAST: Final = 10**40  # ids that are no numbers come after all that are


class Collection:
    """All records of a resource by id, in the order of their ids, and by the records they name."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self._numbers: list[int] = []  # ids, sorted; some may be of records that are gone
        self._has_gone = False
        self.last_id = 0
        self._texts: dict[int, bytes] = {}  # own members without braces; of what was put: all
        self._put: dict[int, frozenset[str]] = {}  # names of members, of what put() brought
        self._has_ids = resource.id_key == "id"
        links = f',"links":{resource.links_template}}}' if resource.has_links else "}"
        self._links = [piece.encode() for piece in links.split("{id}")]
        self._unnumbered = count(_LAST)
        self._children: dict[str, dict[int, list[int]]] = {m: {} for m in resource.indexed}
        self._facts: dict[str, dict[int, str]] = {}  # by member

    def __contains__(self, number: int | None) -> bool:
        """Whether there is a record with that id."""
        return number in self._texts

    @property
    def numbers(self) -> list[int]:
        """All ids, sorted."""
        if self._has_gone:  # seen to once for however many: each would move all that follow
            self._numbers = [number for number in self._numbers if number in self._texts]
            self._has_gone = False
        return self._numbers

    def next_id(self) -> str:
        """The id of the next new record."""
        text: str = self.resource.id_form("id", str(self.last_id + 1))
        return text

    def write(self, record: Record) -> None:
        """Keep a record, given by its own members, in place of the one with its id."""
        number = id_of(record)
        if not self._has_ids:
            record = {member: held for member, held in record.items() if member != "id"}
        before = self.parents(number)
        self._put.pop(number, None)
        self._keep(number, encode(record)[1:-1].encode(), before, self._named(record))

    def put(self, record: Record | str) -> None:
        """Keep a record or JSON text as it is. Text that is no JSON object is served as well."""
        text = record if isinstance(record, str) else json.dumps(record)
        members = _object(text)
        given = number_of(members.get("id"))
        number = next(self._unnumbered) if given is None else given
        before = self.parents(number)
        self._put[number] = frozenset(members)
        encoded = text.strip().encode(errors="surrogatepass")
        self._keep(number, encoded, before, self._named(members))

    def text(self, number: int, start: bytes = b"{") -> bytes:
        """A record as it is served; `start` is the beginning of an object, to be gone on with."""
        text = self._texts[number]
        if number not in self._put:
            return start + text + (b"%d" % number).join(self._links)
        return start + text[1:] if self._put[number] else text

    def texts(self, numbers: Iterable[int]) -> list[bytes]:
        """Records as they are served."""
        if self._put:
            return [self.text(number) for number in numbers]
        texts, links = self._texts, self._links
        return [b"{" + texts[number] + (b"%d" % number).join(links) for number in numbers]

    def own(self, number: int) -> frozenset[str]:
        """The members that put() brought and that stay as they are."""
        return self._put.get(number, frozenset())

    def is_bare(self, number: int) -> bool:
        """Whether it is no object with members, and served as it is."""
        return number in self._put and not self._put[number]

    def members(self, number: int) -> Record | None:
        """A record's own members, without links and relations; None where there is no such."""
        if number not in self._texts or self.is_bare(number):
            return None
        loaded = self._loaded(number)
        if number in self._put:
            for added in ("links", *self.resource.relations):
                loaded.pop(added, None)
        return loaded if self._has_ids else {**loaded, "id": str(number)}

    def parent(self, member: str, number: int) -> int | None:
        """The id that one of its own references or mentions holds."""
        return number_of(self._member(member, number))

    def parents(self, number: int) -> Mapping[str, int]:
        """The ids that a record's references and mentions hold; none where there is no such."""
        return self._named(self._loaded(number)) if number in self._texts else {}

    def remove(self, number: int) -> None:
        """Take a record out, if there is one."""
        if number in self._texts:
            self._index(number, self.parents(number), {})
            del self._texts[number]
            self._has_gone = True
            self._put.pop(number, None)
            self._forget_facts(number)

    def children(self, member: str, *parents: int) -> list[int]:
        """Ids of the rows whose `member` names one of the records."""
        index = self._children[member]
        return [number for parent in parents for number in index.get(parent, ())]

    def ids_texts(self, member: str, parents: Iterable[int]) -> list[bytes]:
        """The same for each, as the JSON array that it lists its rows in: `["17","18"]`."""
        index, between = self._children[member], '","'
        return [
            f'["{between.join(map(str, index[parent]))}"]'.encode() if parent in index else b"[]"
            for parent in parents
        ]

    def fact(self, member: str, number: int) -> str:
        """A member that filters and orders read, as text; null is the empty text.

        Remembered for the members that were ever asked for, since all records are asked for them.
        """
        column = self._facts.setdefault(member, {})
        if number not in column:
            held = self._member(member, number)
            column[number] = "" if held is None else str(held)
        return column[number]

    def facts(self, number: int) -> Mapping[str, str]:
        """All that the resource's summary reads."""
        return {member: self.fact(member, number) for member in self.resource.compared}

    def _member(self, member: str, number: int) -> Any:
        """What a record has as a member, read without the others where it has no object in it."""
        text, name = self._texts[number].decode(errors="surrogatepass"), f'"{member}":'
        at = text.find(name)
        if at < 0 or "{" in text:
            return self._loaded(number).get(member)
        return _DECODER.raw_decode(text, at + len(name))[0]

    def _loaded(self, number: int) -> Record:
        """A record's text as an object; an empty one where it is none."""
        text = self._texts[number].decode(errors="surrogatepass")
        return _object(text) if number in self._put else _DECODER.decode(f"{{{text}}}")

    def _named(self, members: Record) -> Mapping[str, int]:
        return {
            reference: number
            for reference, held in self.resource.ids(members).items()
            if (number := number_of(held)) is not None
        }

    def _keep(
        self, number: int, text: bytes, before: Mapping[str, int], parents: Mapping[str, int]
    ) -> None:
        if number in self._texts:
            self._forget_facts(number)
        elif self._numbers and number <= self._numbers[-1]:
            insort(self.numbers, number)
        else:
            self._numbers.append(number)
        self._texts[number] = text
        if number < _LAST:
            self.last_id = max(self.last_id, number)
        self._index(number, before, parents)

    def _index(self, number: int, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Have a row under the records that it names now instead of those that it named."""
        for member, parent in before.items() - after.items():
            children = self._children[member][parent]
            del children[bisect_left(children, number)]
            if not children:
                del self._children[member][parent]
        for member, parent in after.items() - before.items():
            index = self._children[member]
            if parent in index:
                insort(index[parent], number)
            else:
                index[parent] = [number]

    def _forget_facts(self, number: int) -> None:
        for column in self._facts.values():
            column.pop(number, None)


def id_of(record: Record) -> int:
    """A record's own id as a number.

    Raises:
        ValueError: it has none.
    """
    number = number_of(record["id"])
    if number is None:
        raise ValueError(f"{record['id']!r} is no id")
    return number


def number_of(record_id: Any) -> int | None:
    """An id as a number, which a UUID is as well (of 128 bits); None for what is none."""
    if isinstance(record_id, str) and record_id.isascii():
        if record_id.isdigit():
            return int(record_id)
        if UUID_FORM.fullmatch(record_id):
            return UUID(record_id).int
    return record_id if type(record_id) is int and record_id >= 0 else None


def _object(text: str) -> Record:
    """A JSON object; an empty one where the text is none."""
    try:
        loaded = _DECODER.decode(text)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
