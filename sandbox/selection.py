"""Which records a query asks for, and in which order."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zlib import crc32

from sandbox.collection import Collection, number_of
from sandbox.resources import Record, Resource
from sandbox.resources.filters import OPERATORS, Filter, Predicate, Through

if TYPE_CHECKING:
    from sandbox.account import Account

Query = Mapping[str, Sequence[str]]
Test = Callable[[int], bool]
Order = tuple[tuple[str, ...], bool]  # members, and whether descending

MAX_LIMIT: Final = 100
_TIES: Final = 13  # rows that tie where an order is not steady; no usual page ends between them
_BY_ID: Final[Order] = (("id",), False)
_PAGING: Final = frozenset({"limit", "offset", "id_greater", "id_less", "include"})
_PARAMETER: Final = re.compile(r"(\w+)\[(\w+)\](?:\[(\w+)\])?")


class InvalidQuery(Exception):
    """The API would answer 422; the message says what is wrong."""


@dataclass(frozen=True)
class Matched:
    """Ids of all records that the filters let through, in order."""

    collection: Collection
    numbers: Sequence[int]

    @cached_property
    def summary(self) -> Record:
        """What the meta of a page tells of all of them; of most resources nothing."""
        summary, facts = self.collection.resource.summary, self.collection.facts
        return summary(map(facts, self.numbers)) if summary else {}


@dataclass(frozen=True, slots=True)
class Selection:
    """A page of records, and how many there are in all."""

    numbers: Sequence[int]
    matched: Matched
    total: int
    limit: int
    offset: int


def select(
    account: "Account",
    resource: Resource,
    query: Query,
    *,
    among: Sequence[int] | None = None,
    size: int | None = None,
) -> Selection:
    """The page of a resource that a query asks for.

    `among` are the ids that there are to choose from (all), `size` is the size of pages where the
    query has no say in it.

    Raises:
        InvalidQuery: a filter that cannot be understood.
    """
    limit = size or _limit(resource, query)
    offset = max(_integer(query, "offset", 0), 0)
    matched = _matching(account, resource, query, among)
    numbers = matched.numbers
    low, high = 0, len(numbers)
    if resource.has_keyset:
        numbers, low, high = _beyond(numbers, query, is_by_id=_order(resource, query) == _BY_ID)
    start = min(low + offset, high)
    page = numbers[start : min(start + limit, high)]
    if not (resource.has_steady_order or among is not None or _is_ordered(resource, query)):
        page = _unsteady(numbers, start, len(page))
    return Selection(page, matched, high - low, limit, offset)


def _unsteady(numbers: Sequence[int], start: int, length: int) -> list[int]:
    """A page of rows that tie in the order: a few at its ends are others each time.

    Over all pages some rows come twice and others never; the same page is the same every time.
    """
    low = start // _TIES * _TIES
    kept: list[int] = []
    for first in range(low, start + length, _TIES):
        tied = numbers[first : first + _TIES]
        kept += sorted(tied, key=lambda number: crc32(f"{number} {start}".encode()))
    return kept[start - low :][:length]


def _limit(resource: Resource, query: Query) -> int:
    limit = _integer(query, "limit", resource.default_limit)
    return min(limit, MAX_LIMIT) if limit > 0 else resource.default_limit


def _integer(query: Query, name: str, default: int) -> int:
    number = number_of(query[name][-1]) if name in query else None
    return default if number is None else number


def _is_ordered(resource: Resource, query: Query) -> bool:
    return any(f"orders[{name}]" in query for name in ("id", *resource.orders))


def _order(resource: Resource, query: Query) -> Order:
    for parameter, values in query.items():
        found = _PARAMETER.fullmatch(parameter)
        if found and found[1] == "orders":
            is_descending = values[-1].upper() == "DESC"
            if found[2] == "id":
                return ("id",), is_descending
            if found[2] in resource.orders:
                return (resource.orders[found[2]], "id"), is_descending
    return resource.order, False


def _matching(
    account: "Account", resource: Resource, query: Query, among: Sequence[int] | None
) -> Matched:
    """All that the filters let through; of the whole resource, remembered until a change."""
    order = _order(resource, query)
    asked = {name: tuple(values) for name, values in query.items() if name not in _PAGING}
    key = (resource.key, order, tuple(sorted(asked.items())))
    found = account.memo.get(key) if among is None else None
    if found is None:
        collection = account.collections[resource.key]
        tests = [*_filters(collection, query), *_throughs(account, resource, query)]
        numbers = collection.numbers if among is None else among
        if tests:
            numbers = [number for number in numbers if all(test(number) for test in tests)]
        found = Matched(collection, _sorted(collection, numbers, order))
        if among is None:
            account.memo[key] = found
    return found


def _sorted(collection: Collection, numbers: Sequence[int], order: Order) -> Sequence[int]:
    members, is_descending = order
    if members == ("id",):
        return numbers[::-1] if is_descending else numbers

    def key(number: int) -> tuple[str, int]:
        fact = collection.fact(members[0], number).lower()
        return fact.zfill(20) if fact.isdigit() else fact, number

    return sorted(numbers, key=key, reverse=is_descending)


def _beyond(
    numbers: Sequence[int], query: Query, *, is_by_id: bool
) -> tuple[Sequence[int], int, int]:
    """Those with ids above `id_greater` and below `id_less`, as bounds of a sequence."""
    greater = _integer(query, "id_greater", -1)
    less = _integer(query, "id_less", 0)
    if greater < 0 and not less:
        return numbers, 0, len(numbers)
    if is_by_id:
        low = bisect_right(numbers, greater)
        return numbers, low, max(bisect_left(numbers, less), low) if less else len(numbers)
    kept = [number for number in numbers if number > greater and (not less or number < less)]
    return kept, 0, len(kept)


def _filters(collection: Collection, query: Query) -> list[Test]:
    resource = collection.resource
    tests = []
    for parameter, values in query.items():
        condition, operator = _condition(resource, parameter)
        given = [value for value in values if value]
        if condition and given:
            make = OPERATORS[operator] if operator else condition.test
            tests.append(_test(collection, condition, make, parameter, given))
        elif not condition and resource.refuses_unknown_filters:
            found = _PARAMETER.fullmatch(parameter)
            if found and found[1] == "filters":
                raise InvalidQuery(f"Invalid attribute: {found[2]}")
    return tests


def _condition(resource: Resource, parameter: str) -> tuple[Filter | None, str]:
    condition = resource.filters.get(parameter)
    if condition:
        return condition, ""
    found = _PARAMETER.fullmatch(parameter)
    if found and found[3] in OPERATORS:
        condition = resource.filters.get(f"{found[1]}[{found[2]}]")
        if condition and condition.operators:
            return condition, found[3]
    return None, ""


def _test(
    collection: Collection,
    condition: Filter,
    make: Callable[[str], Predicate],
    parameter: str,
    values: Sequence[str],
) -> Test:
    try:
        predicates = [make(value) for value in values]
    except ValueError:
        raise InvalidQuery(f"{parameter} is not valid: {values[0]}") from None

    def test(number: int) -> bool:
        facts = (collection.fact(member, number) for member in condition.members)
        return any(is_so(fact) for fact in facts for is_so in predicates)

    return test


def _throughs(account: "Account", resource: Resource, query: Query) -> list[Test]:
    tests = []
    for through in resource.through:
        wanted = {
            member: query[parameter][-1]
            for parameter, (member, anything) in through.parameters.items()
            if query.get(parameter, [anything])[-1] not in (anything, "")
        }
        if wanted:
            tests.append(_through(account.collections[through.key], through, wanted))
    return tests


def _through(children: Collection, through: Through, wanted: Mapping[str, str]) -> Test:
    def test(number: int) -> bool:
        return any(
            all(children.fact(member, child) == value for member, value in wanted.items())
            for child in children.children(through.member, number)
        )

    return test
