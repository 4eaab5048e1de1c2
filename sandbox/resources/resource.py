"""What the table of resources is made of: all that is special about a resource, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal

from sandbox.resources.filters import Filter, Through

Record = dict[str, Any]
Stamp = Callable[[datetime], str]

HOST: Final = "https://larkfield.api-us1.com"  # of `links`, whatever address serves them


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of another resource that name a record: a contact's `contactLists`."""

    key: str  # the other resource
    member: str  # its member that names the record
    single: bool = False  # a record has one at most, and names it by id instead of a list of ids


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A collection of the API: its address, the members of its records, what may be asked of it."""

    key: str  # data key of replies, and path of the list
    template: Mapping[str, Any]  # every member but id and links, as a new record has it
    links: tuple[str, ...] = ()
    class_name: str  # what "No Result found for ..." calls it
    missing_status: int = 404

    # changes
    created: Mapping[str, Stamp] = field(default_factory=dict)  # members dated at creation
    changed: Mapping[str, Stamp] = field(default_factory=dict)  # members dated at an edit
    unedited: frozenset[str] = frozenset()  # members whose change is no edit
    aliases: Mapping[str, str] = field(default_factory=dict)  # relation form -> plain id
    references: Mapping[str, str] = field(default_factory=dict)  # member -> resource it goes with
    unique: tuple[str, ...] = ()  # one row for each combination: adding it again finds it
    complete: Callable[[Record], None] | None = None  # fills members that follow from others

    # lists
    is_listed: bool = True
    default_limit: int = 20
    total: Literal["string", "number", "absent"] = "string"
    meta: Callable[[int, int], Record] | None = None  # further members, from limit and offset
    order: tuple[str, ...] = ("id",)  # without orders[...]
    orders: Mapping[str, str] = field(default_factory=dict)  # orders[name] -> member
    has_keyset: bool = False  # id_greater and id_less
    filters: Mapping[str, Filter] = field(default_factory=dict)
    through: tuple[Through, ...] = ()
    compared: frozenset[str] = frozenset()  # members that another resource's `through` reads
    refuses_unknown_filters: bool = False  # with 422; otherwise they are ignored

    # side-loads
    relations: Mapping[str, Relation] = field(default_factory=dict)
    always: tuple[str, ...] = ()  # relations that every list reply brings
    single_always: tuple[str, ...] = ()  # relations that a reply of one record brings
    list_only: tuple[str, ...] = ()  # members that a reply of one record lacks

    @property
    def singular(self) -> str:
        """The data key of a reply of one record."""
        return self.key.removesuffix("s")

    @cached_property
    def facts(self) -> frozenset[str]:
        """Members that orders and filters read."""
        filtered = {name for condition in self.filters.values() for name in condition.members}
        return frozenset(filtered | {*self.order, *self.orders.values()}) | self.compared

    @cached_property
    def links_template(self) -> str:
        """The JSON text of `links`, `{id}` standing for the record's id."""
        if not self.links:
            return "[]"
        pairs = (
            f'"{link.partition("?")[0]}":"{HOST}/api/3/{self.key}/{{id}}/{link}"'
            for link in self.links
        )
        return "{" + ",".join(pairs) + "}"

    def new(self, record_id: str, at: datetime, given: Mapping[str, Any]) -> Record:
        """A record with the defaults and dates that the API gives, and then what is given."""
        record = {**self.template, **given, "id": record_id}
        for member, stamp in self.created.items():
            if member not in given:
                record[member] = stamp(at)
        self.settle(record, given)
        if self.complete:
            self.complete(record)
        return record

    def edit(self, before: Record, given: Record, at: datetime) -> Record:
        """The record with what is given and the dates of the edit; equal where nothing changes."""
        after = before | given
        self.settle(after, given)
        if self.complete:
            self.complete(after)
        if any(after[member] != before.get(member) for member in after.keys() - self.unedited):
            dated = {member: stamp(at) for member, stamp in self.changed.items()}
            after |= {member: text for member, text in dated.items() if member not in given}
        return after

    def settle(self, record: Record, given: Mapping[str, Any]) -> None:
        """Bring both forms of each foreign key in line with whichever was given."""
        for alias, plain in self.aliases.items():
            held = record.get(alias if alias in given and plain not in given else plain)
            record[plain] = "0" if held is None else str(held)
            record[alias] = None if record[plain] == "0" else record[plain]
        for member in self.references.keys() & given.keys():
            record[member] = None if given[member] is None else str(given[member])
