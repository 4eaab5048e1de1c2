"""How query parameters pick records: what is compared with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox import dates

Predicate = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter compared with a member of the record.

    `test` takes the parameter's value and gives the test of a member's value; several members or
    several values mean "any of them".
    """

    members: tuple[str, ...]
    test: Callable[[str], Predicate]
    operators: bool = False  # also as `filters[name][contains]` and the like


@dataclass(frozen=True, slots=True)
class Through:
    """Query parameters compared with rows that name the record: a contact's lists and tags.

    All that are given must hold for one and the same row. `parameters` maps each to the row's
    member and to the value that means "any".
    """

    key: str
    member: str  # of the row, names the record
    parameters: Mapping[str, tuple[str, str]]


def equals(value: str) -> Predicate:
    """The same text, whatever the case."""
    wanted = value.lower()
    return lambda held: held.lower() == wanted


def contains(value: str) -> Predicate:
    """The text somewhere within, whatever the case."""
    wanted = value.lower()
    return lambda held: wanted in held.lower()


def since(value: str) -> Predicate:
    """At that moment or later; no date is never. Raises ValueError for what is no date."""
    bound = dates.epoch(value)
    return lambda held: (at := _epoch_or_none(held)) is not None and at >= bound


def after(value: str) -> Predicate:
    """Later than that moment; no date is never. Raises ValueError for what is no date."""
    bound = dates.epoch(value)
    return lambda held: (at := _epoch_or_none(held)) is not None and at > bound


def before(value: str) -> Predicate:
    """Before that moment; no date is never. Raises ValueError for what is no date."""
    bound = dates.epoch(value)
    return lambda held: (at := _epoch_or_none(held)) is not None and at < bound


def at_least(value: str) -> Predicate:
    """That number or more; no number is never. Raises ValueError for what is no number."""
    bound = float(value)
    return lambda held: held.isdigit() and int(held) >= bound


def at_most(value: str) -> Predicate:
    """That number or less; no number is never. Raises ValueError for what is no number."""
    bound = float(value)
    return lambda held: held.isdigit() and int(held) <= bound


def _epoch_or_none(held: str) -> float | None:
    try:
        return dates.epoch(held)
    except ValueError:
        return None


OPERATORS: Final[Mapping[str, Callable[[str], Predicate]]] = {
    "eq": equals,
    "neq": lambda value: lambda held: held.lower() != value.lower(),
    "lt": lambda value: lambda held: held.lower() < value.lower(),
    "lte": lambda value: lambda held: held.lower() <= value.lower(),
    "gt": lambda value: lambda held: held.lower() > value.lower(),
    "gte": lambda value: lambda held: held.lower() >= value.lower(),
    "contains": contains,
    "starts_with": lambda value: lambda held: held.lower().startswith(value.lower()),
}
