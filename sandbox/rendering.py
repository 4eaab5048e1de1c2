"""Records as the text that goes into a reply, with the relations that they list by id."""

import json
from collections.abc import Iterable, Mapping, Sequence

from sandbox.collection import Collection, Row, encode
from sandbox.resources import RESOURCES, Record, Relation

Listed = tuple[str, Relation, Collection]  # a relation's name, and the rows it lists


def record_texts(
    collections: Mapping[str, Collection],
    resource: str,
    numbers: Iterable[int],
    relations: Sequence[str],
) -> list[bytes]:
    """Each record's JSON text, the ids of its related rows put in under each relation's name."""
    rows = collections[resource].rows
    if not relations:
        return [rows[number].text for number in numbers]
    named = [(name, RESOURCES[resource].relations[name]) for name in relations]
    listed = [(name, relation, collections[relation.key]) for name, relation in named]
    start = _start(listed)
    return [_text(rows[number], listed, start) for number in numbers]


def beside_texts(
    collections: Mapping[str, Collection], resource: str, numbers: Iterable[int]
) -> list[bytes]:
    """Records as they come beside others, which for some is another form than their own."""
    form = RESOURCES[resource].beside
    if form is None:
        return record_texts(collections, resource, numbers, ())
    return [
        encode(form(json.loads(row.text), _parents(collections, resource, row))).encode()
        for row in map(collections[resource].rows.__getitem__, numbers)
    ]


def _parents(collections: Mapping[str, Collection], resource: str, row: Row) -> dict[str, Record]:
    """The records that a row's references name, by reference."""
    held = {
        member: collections[RESOURCES[resource].indexed[member]].members(number)
        for member, number in row.parents.items()
    }
    return {member: record for member, record in held.items() if record}


def _start(listed: Sequence[Listed]) -> bytes:
    """The beginning of a record, to be filled with the ids: `{"contactLists":%b,`."""
    return b"{" + b"".join(b'"%b":%%b,' % name.encode() for name, *_ in listed)


def _text(row: Row, listed: Sequence[Listed], start: bytes) -> bytes:
    if row.is_bare:
        return row.text
    if row.own:  # put() brought the record: a relation that it names itself stays as it is
        listed = [entry for entry in listed if entry[0] not in row.own]
        start = _start(listed)
    ids = [_ids(children, relation, row.number) for _, relation, children in listed]
    return start % tuple(ids) + row.text[1:]


def _ids(children: Collection, relation: Relation, number: int) -> bytes:
    text = children.ids_text(relation.member, number)
    if not relation.single:
        return text
    return text[1:-1].partition(b",")[0] or b"null"
