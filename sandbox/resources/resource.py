"""What the table of resources is made of: all that is special about a resource, as data."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal
from uuid import UUID

from sandbox.resources.filters import Filter, Through

Record = dict[str, Any]
Stamp = Callable[[datetime], str]

_SINGULARS: Final = (
    *(("Meta", "Metum"), ("Data", "Datum"), ("ies", "y"), ("sses", "ss"), ("s", ""), ("", "")),
)
HOST: Final = "https://larkfield.api-us1.com"  # of `links`, whatever address serves them
UUID_FORM: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of another resource that name a record: a contact's `contactLists`."""

    key: str  # the other resource
    member: str  # its member that names the record
    single: bool = False  # a record has one at most, and names it by id instead of a list of ids


@dataclass(frozen=True, slots=True)
class Owner:
    """What a record hangs on, where a member says what that is: a contact, a deal, an account.

    Each kind is a reference of its own, called like the kind.
    """

    kind: str  # member that says what it is
    id: str  # member that says which one
    resources: Mapping[str, str]  # kind -> resource


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A collection of the API: its address, the members of its records, what may be asked of it."""

    key: str  # data key of replies, and path of the list
    address: str = ""  # path of the list, where it is not the key
    per: str = ""  # reference whose id follows the address: there is a list for each
    template: Mapping[str, Any]  # every member but id and links, as a new record has it
    has_links: bool = True  # though there may be none in them
    links: tuple[str, ...] = ()
    class_name: str  # what "No Result found for ..." calls it
    missing_status: int = 404
    id_key: str = (
        "id"  # what tells records apart; of another than `id` they have no id and no links
    )

    # changes
    created: Mapping[str, Stamp] = field(default_factory=dict)  # members dated at creation
    changed: Mapping[str, Stamp] = field(default_factory=dict)  # members dated at an edit
    unedited: frozenset[str] = frozenset()  # members whose change is no edit
    aliases: Mapping[str, str] = field(default_factory=dict)  # relation form -> plain id
    twins: tuple[tuple[str, ...], ...] = ()  # members that hold one and the same id
    numbers: frozenset[str] = frozenset()  # ids that are JSON numbers
    uuids: frozenset[str] = frozenset()  # ids that are UUIDs, `id` itself included
    references: Mapping[str, str] = field(default_factory=dict)  # member -> resource it goes with
    mentions: Mapping[str, str] = field(default_factory=dict)  # member -> resource it outlives
    owner: Owner | None = None  # a reference to one of several resources
    unique: tuple[str, ...] = ()  # one row for each combination: adding it again finds it
    complete: Callable[[Record], None] | None = None  # fills members that follow from others

    # lists
    is_listed: bool = True
    default_limit: int = 20
    total: Literal["string", "number", "absent"] = "string"
    meta: Callable[[int, int], Record] | None = None  # further members, from limit and offset
    counts_page: bool = False  # and in `count` how many records the page has
    summary: Callable[[Iterable[Mapping[str, str]]], Record] | None = None  # of all that match
    order: tuple[str, ...] = ("id",)  # without orders[...]
    has_steady_order: bool = True  # otherwise rows change places from page to page
    orders: Mapping[str, str] = field(default_factory=dict)  # orders[name] -> member
    has_keyset: bool = False  # id_greater and id_less
    filters: Mapping[str, Filter] = field(default_factory=dict)
    through: tuple[Through, ...] = ()
    compared: frozenset[str] = frozenset()  # members that `summary` or another's `through` reads
    refuses_unknown_filters: bool = False  # with 422; otherwise they are ignored

    # side-loads
    relations: Mapping[str, Relation] = field(default_factory=dict)
    always: tuple[str, ...] = ()  # relations and references that every list reply brings
    single_always: tuple[str, ...] = ()  # relations that a reply of one record brings
    listed: tuple[str, ...] = ()  # relations whose ids every record lists, without their rows
    list_only: tuple[str, ...] = ()  # members that a reply of one record lacks
    single_only: Mapping[str, Any] = field(default_factory=dict)  # and that only it has

    # forms
    on_request: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """parameter -> members that show what they hold where it is `true`, else the template's"""
    beside: Callable[[Record, Mapping[str, Record]], Record] | None = None
    """the form beside others, from a record and the records that its references name"""
    closed_by: str = ""  # reference to what may be closed to the key
    stub: tuple[str, ...] = ()  # members that are left of a record that is closed

    @property
    def path(self) -> str:
        """The path of the list, but for the id that `per` adds."""
        return self.address or self.key

    @property
    def singular(self) -> str:
        """The data key of a reply of one record."""
        return next(
            self.key.removesuffix(end) + one for end, one in _SINGULARS if self.key.endswith(end)
        )

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """Every reference, those to the `owner` included -> resource."""
        return {**self.references, **(self.owner.resources if self.owner else {})}

    @cached_property
    def followed(self) -> Mapping[str, str]:
        """Every member that leads to a record, in a path or an `include` -> resource."""
        return {**self.references, **self.mentions}

    @cached_property
    def indexed(self) -> Mapping[str, str]:
        """Every reference and every mention -> resource."""
        return {**self.parents, **self.mentions}

    def ids(self, record: Mapping[str, Any]) -> Record:
        """What a record's references and mentions hold."""
        return self.named(record) | {member: record.get(member) for member in self.mentions}

    def named(self, record: Mapping[str, Any]) -> Record:
        """What a record's references hold, by reference."""
        held = {member: record.get(member) for member in self.references}
        if self.owner and (kind := str(record.get(self.owner.kind))) in self.owner.resources:
            held[kind] = record.get(self.owner.id)
        return held

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
        record = {**self.template, **given, "id": self.id_form("id", record_id)}
        texts: dict[Stamp, str] = {}  # each form once: to tell the time zone takes long
        for member, stamp in self.created.items():
            if member not in given:
                record[member] = texts[stamp] = texts.get(stamp) or stamp(at)
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
        for twins in self.twins:
            held = [given[member] for member in twins if member in given]
            if held:
                record |= {member: self.id_form(member, held[0]) for member in twins}
        for member in self.references.keys() & given.keys():
            record[member] = self.id_form(member, given[member])

    def id_form(self, member: str, value: Any) -> Any:
        """An id in the form that the member has it in."""
        if value is None:
            return None
        if member in self.uuids and str(value).isdigit():
            return str(UUID(int=int(value)))
        return int(value) if member in self.numbers else str(value)
