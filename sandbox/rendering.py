"""Records as the text that goes into a reply, with the relations that they list by id."""

import json
from collections.abc import Iterable, Mapping, Sequence

from sandbox.collection import Collection, encode
from sandbox.resources import RESOURCES, Record, Relation


def record_texts(
    collections: Mapping[str, Collection],
    resource: str,
    numbers: Iterable[int],
    relations: Sequence[str],
) -> list[bytes]:
    """Each record's JSON text, the ids of its related rows put in under each relation's name."""
    records, numbers = collections[resource], list(numbers)
    if not relations:
        return records.texts(numbers)
    named = [RESOURCES[resource].relations[name] for name in relations]
    columns = [_ids(collections[relation.key], relation, numbers) for relation in named]
    start = _start(relations)
    return [
        _text(records, number, relations, ids)
        if records.own(number)
        else records.text(number, start % ids)
        for number, ids in zip(numbers, zip(*columns, strict=True), strict=True)
    ]


def beside_texts(
    collections: Mapping[str, Collection], resource: str, numbers: Iterable[int]
) -> list[bytes]:
    """Records as they come beside others, which for some is another form than their own."""
    form = RESOURCES[resource].beside
    if form is None:
        return record_texts(collections, resource, numbers, ())
    return [
        encode(form(json.loads(text), _parents(collections, resource, number))).encode()
        for number in numbers
        for text in record_texts(collections, resource, [number], ())
    ]


def _parents(
    collections: Mapping[str, Collection], resource: str, number: int
) -> dict[str, Record]:
    """The records that a row's references name, by reference."""
    held = {
        member: collections[RESOURCES[resource].indexed[member]].members(parent)
        for member, parent in collections[resource].parents(number).items()
    }
    return {member: record for member, record in held.items() if record}


def _ids(children: Collection, relation: Relation, numbers: Sequence[int]) -> list[bytes]:
    """What each record lists under a relation: its rows' ids, or the one id or null."""
    texts = children.ids_texts(relation.member, numbers)
    if not relation.single:
        return texts
    return [text[1:-1].partition(b",")[0] or b"null" for text in texts]


def _start(relations: Iterable[str]) -> bytes:
    """The beginning of a record, to be filled with the ids: `{"contactLists":%b,`."""
    return b"{" + b"".join(b'"%b":%%b,' % name.encode() for name in relations)


def _text(
    records: Collection, number: int, relations: Sequence[str], ids: Sequence[bytes]
) -> bytes:
    """A record that put() brought: a relation that it names itself stays as it is."""
    own = records.own(number)
    listed = {name: held for name, held in zip(relations, ids, strict=True) if name not in own}
    return records.text(number, _start(listed) % tuple(listed.values()))
