"""Which endpoints a run reads: those of the table and those that a user adds, by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from dlt.common.normalizers.naming.snake_case import NamingConvention

from loader.endpoints import ENDPOINTS, RAW_TABLES, Endpoint
from loader.errors import ConfigurationError

ADDED: Final = "added"  # group of the endpoints that the user adds
OWN_TABLES: Final = frozenset({"runs", "endpoint_reads", "unfinished_reads"})  # beside the raw ones
_naming: Final = NamingConvention()
_ADDED: Final = re.compile(r"/?(?:api/3/)?(?P<path>[\w./-]*\w):(?P<key>[A-Za-z]\w*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Selection:
    """What there is to read, what of it is read, and what may stand in for a part of that."""

    known: Sequence[Endpoint]
    chosen: Sequence[Endpoint]
    stand_ins: Sequence[Endpoint]


def known(added: Iterable[str]) -> tuple[Endpoint, ...]:
    """The endpoint table, and the endpoints that a user adds as `path:key`.

    Raises:
        ConfigurationError: one is not of that form, or its raw table would be another's.
    """
    endpoints, taken = list(ENDPOINTS), set(RAW_TABLES | OWN_TABLES)
    for text in dict.fromkeys(added):
        match = _ADDED.fullmatch(text)
        if not match:
            raise ConfigurationError(
                "An endpoint is added as its path and the key under which its reply holds the "
                f"records, such as appointments:appointments, not {text!r}."
            )
        endpoint = Endpoint(path=match["path"], key=match["key"], group=ADDED)
        if endpoint.name in [one.name for one in ENDPOINTS]:
            raise ConfigurationError(
                f"The endpoint {endpoint.name} need not be added: it is in the table."
            )
        if _naming.normalize_identifier(endpoint.raw_table) != endpoint.raw_table:
            raise ConfigurationError(
                f"The endpoint {endpoint.name} cannot be added: {endpoint.key} makes no name of a "
                "table that dlt keeps as it is."
            )
        if endpoint.raw_table in taken:
            raise ConfigurationError(
                f"The endpoint {endpoint.name} cannot be added: its raw table would be "
                f"{endpoint.raw_table}, which is there already."
            )
        taken.add(endpoint.raw_table)
        endpoints.append(endpoint)
    return tuple(endpoints)


def select(
    endpoints: Sequence[Endpoint], names: Sequence[str] | None, excluded: Sequence[str] | None
) -> Selection:
    """What `--select` and `--exclude` leave of what is known.

    Raises:
        ConfigurationError: a name that no endpoint, group or pattern has, or nothing is left.
    """
    left_out = named(endpoints, excluded) if excluded else []
    chosen = named(endpoints, names) if names else [one for one in endpoints if _is_usual(one)]
    chosen = [one for one in chosen if one not in left_out]
    if not chosen:
        raise ConfigurationError("--select and --exclude leave no endpoint to read.")
    others = [one for one in endpoints if one not in chosen and one not in left_out]
    return Selection(endpoints, chosen, [one for one in others if one.stands_in])


def named(endpoints: Sequence[Endpoint], names: Iterable[str]) -> list[Endpoint]:
    """The endpoints that have one of these names, or are in a group or match a pattern of them.

    Raises:
        ConfigurationError: a name that none has.
    """
    found: set[Endpoint] = set()
    for name in names:
        matches = {one for one in endpoints if _has(one, name)}
        if not matches:
            raise ConfigurationError(
                f"There is no endpoint or group {name!r}. `python -m loader endpoints` lists them."
            )
        found |= matches
    return [one for one in endpoints if one in found]


def groups(endpoint: Endpoint) -> tuple[str, ...]:
    """The names of the groups that it is in."""
    return (endpoint.group, "documented") if endpoint.documented else (endpoint.group,)


def _is_usual(endpoint: Endpoint) -> bool:
    return not (endpoint.stands_in or endpoint.opt_in)


def _has(endpoint: Endpoint, name: str) -> bool:
    """One that is opt-in goes by its own name alone: no pattern reads 20,000 lists unasked."""
    return (
        name == endpoint.name
        or (fnmatchcase(endpoint.name, name) and not endpoint.opt_in)
        or (name in groups(endpoint) and _is_usual(endpoint))
    )
