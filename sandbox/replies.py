"""The bodies of successful replies: a page of records, what is asked for beside it, its meta."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sandbox.behaviour import Behaviour
from sandbox.collection import Collection, encode
from sandbox.rendering import beside_texts, record_texts
from sandbox.resources import RESOURCES, Record, Resource
from sandbox.selection import Query, Selection

if TYPE_CHECKING:
    from sandbox.account import Account

Member = tuple[bytes, ...]  # a member of the reply, in pieces
Tree = dict[str, "Tree"]  # relations to follow from a record, and from their rows in turn
Rows = dict[str, dict[int, None]]  # ids by resource, each once, in the order they were met


def page(
    account: "Account",
    resource: Resource,
    selection: Selection,
    query: Query,
    behaviour: Behaviour,
    meta: Record | None,
) -> bytes:
    """A list reply: side-loads in alphabetical order, the collection itself, meta."""
    tree = _tree(resource.always, query, behaviour)
    members = _side_loads(account, resource, selection.numbers, tree, behaviour)
    texts = _texts(account, resource, selection.numbers, tree, query, behaviour)
    members.append(_collection(resource.key, texts))
    if meta is not None:
        members.append((b'"meta":', encode(meta).encode()))
    return _object(members)


def meta_of(collection: Collection, selection: Selection, total: str | int) -> Record | None:
    """The meta of a page; `total` is its form, or the number to give in the resource's own form."""
    resource = collection.resource
    meta = resource.meta(selection.limit, selection.offset) if resource.meta else {}
    meta |= selection.matched.summary
    if resource.counts_page:
        meta["count"] = len(selection.numbers)
    form, count = total, selection.total
    if isinstance(total, int):
        form, count = resource.total.replace("absent", "string"), total
    if form == "string":
        meta["total"] = str(count)
    elif form == "number":
        meta["total"] = count
    elif form == "null":
        meta["total"] = None
    return meta or None


def single(
    account: "Account", resource: Resource, number: int, query: Query, behaviour: Behaviour
) -> bytes:
    """A reply of one record, with the relations that it brings by itself."""
    tree = _tree(resource.single_always, query, behaviour)
    members = _side_loads(account, resource, [number], tree, behaviour)
    (text,) = _texts(account, resource, [number], tree, query, behaviour)
    if resource.list_only or resource.single_only:
        record = json.loads(text)
        kept = {name: value for name, value in record.items() if name not in resource.list_only}
        text = encode(kept | dict(resource.single_only)).encode()
    members.append((b'"%b":' % resource.singular.encode(), text))
    return _object(members)


def _texts(
    account: "Account",
    resource: Resource,
    numbers: Sequence[int],
    tree: Tree,
    query: Query,
    behaviour: Behaviour,
) -> list[bytes]:
    """The records of a reply, as far as they are asked for and open to the key."""
    # a campaign's `links` stay addresses: of its rows called links the record lists no ids
    asked = [name for name in tree if name in resource.relations and name != "links"]
    relations = list(dict.fromkeys([*asked, *resource.listed]))
    texts = record_texts(account.collections, resource.key, numbers, relations)
    withheld = {
        member: resource.template[member]
        for parameter, members in resource.on_request.items()
        if query.get(parameter, [""])[-1] != "true"
        for member in members
    }
    collection = account.collections[resource.key]
    for index, number in enumerate(numbers):
        if _is_closed(collection, number, behaviour):
            record = json.loads(texts[index])
            stub = {name: record.get(name) for name in resource.stub} | {"isDisabled": True}
            texts[index] = encode(stub).encode()
        elif withheld and not collection.is_bare(number):
            texts[index] = encode(json.loads(texts[index]) | withheld).encode()
    return texts


def _is_closed(collection: Collection, number: int, behaviour: Behaviour) -> bool:
    if not behaviour.closed_pipelines or not collection.resource.closed_by:
        return False
    pipeline = collection.parents(number).get(collection.resource.closed_by)
    return str(pipeline) in behaviour.closed_pipelines


def _tree(always: Iterable[str], query: Query, behaviour: Behaviour) -> Tree:
    tree: Tree = {}
    includes = [path for value in query.get("include", ()) for path in value.split(",")]
    for path in [*always, *includes]:
        branch = tree
        for name in path.strip().split("."):
            if name in behaviour.withheld_includes:
                break
            branch = branch.setdefault(name, {})
    return tree


def _side_loads(
    account: "Account",
    resource: Resource,
    numbers: Sequence[int],
    tree: Tree,
    behaviour: Behaviour,
) -> list[Member]:
    rows: Rows = {}
    held = account.collections[resource.key]
    open_ones = [number for number in numbers if not _is_closed(held, number, behaviour)]
    _follow(account, resource, open_ones, tree, rows)
    return [
        _collection(key, beside_texts(account.collections, key, met))
        for key, met in sorted(rows.items())
        if met or not behaviour.empty_keys_omitted
    ]


def _follow(
    account: "Account", resource: Resource, numbers: Iterable[int], tree: Tree, rows: Rows
) -> None:
    """Collect the rows that relations and references lead to; unknown names lead nowhere."""
    collection = account.collections[resource.key]
    for name, branch in tree.items():
        if name in resource.relations:
            relation = resource.relations[name]
            key = relation.key
            met = account.collections[key].children(relation.member, *numbers)
        elif name in resource.followed:
            key = resource.followed[name]
            parents = [collection.parent(name, number) for number in numbers]
            held = account.collections[key]
            met = [parent for parent in parents if parent is not None and parent in held]
        else:
            continue
        rows.setdefault(key, {}).update(dict.fromkeys(met))
        if branch:
            _follow(account, RESOURCES[key], met, branch, rows)


def _collection(key: str, texts: Iterable[bytes]) -> Member:
    return b'"%b":[' % key.encode(), b",".join(texts), b"]"


def _object(members: Iterable[Member]) -> bytes:
    """Joined once: a page may be a megabyte, and copying is what serving it costs."""
    parts: list[bytes] = []
    start = b"{"
    for member in members:
        parts += (start, *member)
        start = b","
    return b"".join((*parts, b"}"))
