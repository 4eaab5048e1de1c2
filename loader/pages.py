"""Cuts a reply into records, each as its own JSON text, for the raw tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final

import msgspec

from loader.client import BadReply
from loader.endpoints import Endpoint, snake_case

NOTHING: Final = ("", "0", 0)  # how the API writes a relation to no record
TRUE: Final = (True, 1, "1", "true")

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_texts = msgspec.json.Decoder(list[msgspec.Raw])

# Each match is one escape, so that what follows an escaped backslash is never taken for one.
_ESCAPES: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


@dataclass(slots=True)
class Records:
    """Rows for one raw table: parallel lists of id, parent's id and the record's own text."""

    ids: list[str]
    parents: list[str | None]
    payloads: list[bytes]

    def where(self, chosen: Sequence[bool]) -> "Records":
        """Those rows that are chosen."""
        return Records(
            ids=list(compress(self.ids, chosen)),
            parents=list(compress(self.parents, chosen)),
            payloads=list(compress(self.payloads, chosen)),
        )


@dataclass(slots=True)
class Page:
    """One reply, cut up."""

    ids: list[str | None]  # of the main collection as served; None where there is no usable one
    total: int | None  # what `meta.total` says
    tables: dict[str, Records]  # by raw table
    carried: set[str]  # side-loads, by key, that stand in the reply
    not_carried: set[str]  # those that it may not hold whole
    rejected: int  # records of any collection without a usable id
    repaired: int  # replies whose text was no valid Unicode
    changed: list[str] = field(default_factory=list)  # when its records changed, where it tells

    def of(self, parent: str) -> "Page":
        """The same, all its rows belonging to one parent."""
        for records in self.tables.values():
            records.parents = [parent] * len(records.ids)
        return self

    @property
    def length(self) -> int:
        """Records of the main collection, usable or not."""
        return len(self.ids)


class Parser:
    """Cuts the replies of one endpoint.

    A record's text is sliced out of the reply, never decoded and written again: integers beyond
    64 bits, `1.10` and the order of keys stay as served.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._relations = {b.key: b.relation for b in endpoint.beside if b.relation}
        self._shape = _Shape(
            endpoint.id_key,
            endpoint.parent_key,
            relations=tuple(self._relations.values()),
            stub_key=endpoint.stub_key,
            whole_key=endpoint.whole_key,
            changed_key=endpoint.changed_key,
        )
        self._beside = {b.key: _Shape("id", b.parent_key) for b in endpoint.beside}

    def __call__(self, body: bytes) -> Page:
        """Cut one reply.

        Raises:
            BadReply: no JSON object, or none with the endpoint's data key in it.
        """
        members, repaired = _decode(body)
        key = self._endpoint.key
        if key not in members and self._endpoint.other_key in members:
            key = self._endpoint.other_key
        if key not in members:
            raise BadReply(f"the reply holds no {key!r}, it starts: {_start(body)}")
        total = _total(members.get("meta"))
        rows, records = _cut(members[key], self._shape, may_be_null=total == 0)
        ids = [None if row is None else str(row.id) for row in rows]
        rejected = ids.count(None)
        whole = [row for row in rows if row is not None and not _is_stub(row)]
        tables = {self._endpoint.raw_table: records}
        if stubs := self._endpoint.stubs_table:
            is_stub = [_is_stub(row) for row in rows if row is not None]
            tables[stubs] = records.where(is_stub)
            tables[self._endpoint.raw_table] = records.where([not stub for stub in is_stub])
        served: dict[str, set[str]] = {}
        for beside, shape in self._beside.items():
            if beside in members:
                others, records = _cut(members[beside], shape, may_be_null=True)
                rejected += others.count(None)
                tables[snake_case(beside)] = records
                served[beside] = set(records.ids)
        return Page(
            ids=ids,
            total=total,
            tables=tables,
            carried=set(served),
            not_carried={
                beside
                for beside, relation in self._relations.items()
                if not all(_names_only(row, relation, served.get(beside, set())) for row in whole)
            },
            rejected=rejected,
            repaired=repaired,
            changed=[str(row.changed) for row in rows if row is not None and row.changed],
        )


class _Shape:
    """What the loader needs of a record; msgspec passes over its other members undecoded."""

    def __init__(
        self,
        id_key: str,
        parent_key: str | tuple[str, ...] | None,
        *,
        relations: Sequence[str] = (),
        stub_key: str | None = None,
        whole_key: str | None = None,
        changed_key: str | None = None,
    ) -> None:
        scalar = str | int | None
        keys = (parent_key,) if isinstance(parent_key, str) else parent_key or ()
        parents = {f"parent_{number}": key for number, key in enumerate(keys)}
        fields: list[tuple[str, Any, Any]] = [
            ("id", scalar, None),
            ("stub", bool | scalar, None),
            ("whole", Any, msgspec.UNSET),
            ("changed", scalar, None),
        ]
        fields += [(name, scalar, None) for name in parents]
        fields += [
            (name, scalar | list[str | int] | msgspec.UnsetType, msgspec.UNSET)
            for name in relations
        ]
        row: Any = msgspec.defstruct(
            "Row",
            fields,
            rename={
                "id": id_key,
                "stub": stub_key or " ",
                "whole": whole_key or "  ",
                "changed": changed_key or "   ",
                **parents,
            },
        )
        self._parents = tuple(parents)
        self.one = msgspec.json.Decoder(row)
        self.many = msgspec.json.Decoder(list[row])

    def parent(self, row: Any) -> str | None:
        """The parent's id under the first of its names that the record has."""
        ids = (getattr(row, name) for name in self._parents)
        return next((str(id) for id in ids if id is not None and id not in NOTHING), None)


def _decode(body: bytes) -> tuple[dict[str, msgspec.Raw], int]:
    repaired = 0
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            body, repaired = body.decode(errors="replace").encode(), 1
    # DuckDB refuses a whole load for one surrogate without its partner.
    if b"\\ud" in body or b"\\uD" in body:
        whole = _ESCAPES.sub(lambda m: rb"\ufffd" if m["lone"] else m[0], body)
        if whole != body:
            body, repaired = whole, 1
    try:
        return _members.decode(body), repaired
    except (msgspec.DecodeError, RecursionError):
        raise BadReply(
            f"the reply is no JSON object, it starts: {_start(body)}"
            if body
            else "the reply is empty"
        ) from None


def _start(body: bytes) -> str:
    return " ".join(body.decode(errors="replace").split())[:1000]


def _cut(raw: msgspec.Raw, shape: _Shape, *, may_be_null: bool) -> tuple[list[Any], Records]:
    """What the loader needs of each record, None where it has no usable id; and the usable ones."""
    try:
        texts = _texts.decode(raw)
    except msgspec.DecodeError:
        # PHP may write an empty list so; taken for one unasked, it would empty the table
        if not (may_be_null and bytes(raw) in (b"null", b"{}")):
            raise BadReply(
                f"the reply has no list where one is due, but: {_start(bytes(raw))}"
            ) from None
        texts = []
    try:
        rows = shape.many.decode(raw)
    except msgspec.ValidationError:  # an odd record among them: find out which
        rows = [_row_or_none(text, shape) for text in texts]
    rows = [row if row is not None and row.id not in (None, "") else None for row in rows]
    usable = [row for row in rows if row is not None]
    return rows, Records(
        ids=[str(row.id) for row in usable],
        parents=[shape.parent(row) for row in usable],
        payloads=[bytes(text) for row, text in zip(rows, texts, strict=True) if row is not None],
    )


def _row_or_none(text: msgspec.Raw, shape: _Shape) -> Any:
    try:
        return shape.one.decode(text)
    except msgspec.ValidationError:
        pass
    try:
        members = _members.decode(text)
    except msgspec.DecodeError:
        return None
    return _lenient(members, shape)


def _lenient(members: dict[str, msgspec.Raw], shape: _Shape) -> Any:
    """The record's members one by one: an odd parent or relation must not cost the record."""
    kept = {}
    for name in members:
        try:
            shape.one.decode(b"{%b:%b}" % (msgspec.json.encode(name), members[name]))
        except msgspec.ValidationError:
            continue
        kept[name] = members[name]
    return shape.one.decode(msgspec.json.encode(kept))


def _is_stub(row: Any) -> bool:
    return row.stub in TRUE and row.whole is msgspec.UNSET


def _names_only(row: Any, relation: str, served: set[str]) -> bool:
    """Whether every id in the record's relation member was served; without it nothing is known."""
    named = getattr(row, relation)
    if named is msgspec.UNSET or named is None:
        return False
    ids = named if isinstance(named, list) else [named]
    return all(str(one) in served for one in ids if one not in NOTHING)


def _total(meta: msgspec.Raw | None) -> int | None:
    try:
        total = msgspec.json.decode(meta or b"{}", type=_Meta).total
        return None if total is None else int(total)
    except (msgspec.DecodeError, ValueError):
        return None


class _Meta(msgspec.Struct):
    total: int | str | None = None
