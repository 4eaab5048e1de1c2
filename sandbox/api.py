"""What the API answers to a path and a query, when nothing goes wrong."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sandbox import replies
from sandbox.behaviour import Behaviour
from sandbox.collection import number_of
from sandbox.resources import ADDRESSES, RESOURCES, Record, Resource
from sandbox.selection import InvalidQuery, Query, select

if TYPE_CHECKING:
    from sandbox.account import Account

JSON = "application/json"
HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a body and what the body is."""

    status: int
    body: bytes
    content_type: str = JSON


def message(status: int, text: str) -> Reply:
    """An error as most of the API words it."""
    return Reply(status, json.dumps({"message": text}).encode())


def error(status: int, title: str) -> Reply:
    """An error as the rest of the API words it."""
    errors = [{"status": status, "title": title, "detail": ""}]
    return Reply(status, json.dumps({"errors": errors}).encode())


def route_of(path: str) -> str:
    """The path with `{id}` for its id: `groups/3/userGroups` is `groups/{id}/userGroups`."""
    return "/".join("{id}" if number_of(part) is not None else part for part in path.split("/"))


def answer(account: "Account", path: str, query: Query, behaviour: Behaviour) -> Reply:
    """The reply to a GET of a path below `/api/3/`."""
    resource, rest = _addressed(path)
    try:
        if resource is None:
            return error(HTTPStatus.NOT_FOUND, "Not Found")
        if resource.per:
            return _per_parent(account, resource, rest, path, query, behaviour)
        record_id, _, relation = rest.partition("/")
        if relation:
            return _related(account, resource, record_id, relation, path, query, behaviour)
        if rest:
            return _single(account, resource, record_id, query, behaviour)
        if resource.is_listed:
            return _list(account, resource, path, query, behaviour)
    except InvalidQuery as problem:
        return error(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem))
    return error(HTTPStatus.NOT_FOUND, "Not Found")


def _addressed(path: str) -> tuple[Resource | None, str]:
    """The resource that a path begins with, and the rest of the path."""
    parts = path.split("/")
    for count in (1, 2):
        resource = ADDRESSES.get("/".join(parts[:count]))
        if resource:
            return resource, "/".join(parts[count:])
    return None, path


def _per_parent(
    account: "Account", resource: Resource, rest: str, path: str, query: Query, behaviour: Behaviour
) -> Reply:
    """Of a resource with a list for each parent: one of these lists, or a record of it."""
    parent_id, _, record_id = rest.partition("/")
    parents = RESOURCES[resource.references[resource.per]]
    number = number_of(parent_id)
    if number is None or number not in account.collections[parents.key]:
        return _missing(parents, parent_id)
    rows = account.collections[resource.key].children(resource.per, number)
    if not record_id:
        return _list(account, resource, path, query, behaviour, among=rows)
    if number_of(record_id) not in rows:
        return _missing(resource, record_id)
    return _single(account, resource, record_id, query, behaviour)


def _list(
    account: "Account",
    resource: Resource,
    path: str,
    query: Query,
    behaviour: Behaviour,
    *,
    among: Sequence[int] | None = None,
) -> Reply:
    total = behaviour.total(path, route_of(path))
    selection = select(account, resource, query, among=among, size=behaviour.max_limit)
    form = resource.total if total is None else total
    meta = replies.meta_of(account.collections[resource.key], selection, form)
    return Reply(200, replies.page(account, resource, selection, query, behaviour, meta))


def _single(
    account: "Account", resource: Resource, record_id: str, query: Query, behaviour: Behaviour
) -> Reply:
    collection = account.collections[resource.key]
    if (resource.key, record_id) == ("users", "me"):
        if not collection.numbers:
            return Reply(200, json.dumps({"user": _owner(resource)}).encode())
        record_id = str(collection.numbers[0])
    number = number_of(record_id) if resource.id_key == "id" else None
    if number is None or number not in collection:
        return _missing(resource, record_id)
    return Reply(200, replies.single(account, resource, number, query, behaviour))


def _owner(users: Resource) -> Record:
    """Whom the key belongs to in an account without users."""
    given = {"username": "owner", "email": "owner@larkfield.example"}
    return {**users.template, **given, "id": "1", "links": {}}


def _related(
    account: "Account",
    resource: Resource,
    record_id: str,
    name: str,
    path: str,
    query: Query,
    behaviour: Behaviour,
) -> Reply:
    """Rows that name a record (`groups/3/userGroups`), or the record that it names."""
    number = number_of(record_id)
    collection = account.collections[resource.key]
    if number is None or number not in collection:
        return _missing(resource, record_id)
    relation = resource.relations.get(name)
    if relation and not relation.single:
        other = RESOURCES[relation.key]
        numbers = account.collections[relation.key].children(relation.member, number)
        size = behaviour.max_limit
        selection = select(account, other, query, among=numbers, size=size)
        total = behaviour.total(path, route_of(path))
        rows = account.collections[other.key]
        meta = None if total is None else replies.meta_of(rows, selection, total)
        return Reply(200, replies.page(account, other, selection, query, behaviour, meta))
    if relation:
        numbers = account.collections[relation.key].children(relation.member, number)
        found = str(numbers[0]) if numbers else ""
        return _single(account, RESOURCES[relation.key], found, {}, behaviour)
    if name in resource.followed:
        parent = collection.parent(name, number)
        found = "" if parent is None else str(parent)
        return _single(account, RESOURCES[resource.followed[name]], found, {}, behaviour)
    return error(HTTPStatus.NOT_FOUND, "Not Found")


def _missing(resource: Resource, record_id: str) -> Reply:
    return message(
        resource.missing_status, f"No Result found for {resource.class_name} with id {record_id}"
    )
