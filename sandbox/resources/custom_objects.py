"""Objects that an account defines itself: their schemas, and the records of each.

Their ids are UUIDs, their times UTC to the nanosecond.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sandbox.resources.filters import Filter, after
from sandbox.resources.resource import Record, Resource

_SCHEMA: dict[str, Any] = {
    "id": "",
    "slug": "",
    "visibility": "private",
    "labels": {"singular": "", "plural": ""},
    "description": "",
    "createdTimestamp": None,
    "updatedTimestamp": None,
    "fields": [],
    "icons": {"default": ""},
    "relationships": [],
}
_RECORD: dict[str, Any] = {
    "id": "",
    "externalId": None,
    "schemaId": None,
    "fields": [],
    "relationships": {},
    "createdTimestamp": None,
    "updatedTimestamp": None,
}
_TIMES: Final = ("createdTimestamp", "updatedTimestamp")
_LATER: Final = {f"filters[{name}][gt]": Filter((name,), after) for name in _TIMES}
_BY_TIME: Final = {name: name for name in _TIMES}


def nanoseconds(at: datetime) -> str:
    """`2021-04-16T15:08:25.783751329Z`; what the moment does not know follows from the rest."""
    utc = at.astimezone(UTC)
    below = int(utc.timestamp()) * 7_654_321 % 10**9
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{below:09}Z"


def _meta(limit: int, offset: int) -> Record:
    return {"limit": limit, "offset": offset}


RESOURCES: Final = (
    Resource(
        key="schemas",
        address="customObjects/schemas",
        template=_SCHEMA,
        has_links=False,
        class_name="CustomObjectSchema",
        created=dict.fromkeys(_TIMES, nanoseconds),
        changed={"updatedTimestamp": nanoseconds},
        uuids=frozenset({"id"}),
        total="number",
        meta=_meta,
        counts_page=True,
        order=("createdTimestamp", "id"),
        orders=_BY_TIME,
        filters=_LATER,
    ),
    Resource(
        key="records",
        address="customObjects/records",
        per="schemaId",
        template=_RECORD,
        has_links=False,
        class_name="CustomObjectRecord",
        created=dict.fromkeys(_TIMES, nanoseconds),
        changed={"updatedTimestamp": nanoseconds},
        uuids=frozenset({"id", "schemaId"}),
        references={"schemaId": "schemas"},
        total="number",
        meta=_meta,
        counts_page=True,
        order=("createdTimestamp", "id"),
        orders=_BY_TIME,
        filters=_LATER,
    ),
)
