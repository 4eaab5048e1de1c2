"""Objects of the company's own: the balances it sold and their calibrations, and its sites."""

from collections.abc import Callable
from random import Random
from typing import Any, Final
from uuid import UUID

from sandbox.account import Account
from sandbox.business.contacts import Contact
from sandbox.business.timeline import days_ago, later
from sandbox.dates import epoch, moment
from sandbox.resources import Record
from sandbox.resources.custom_objects import nanoseconds


def _labels(text: str) -> Record:
    return {"singular": text, "plural": text}


def _field(name: str, kind: str, label: str, **members: Any) -> Record:
    return {"id": name, "labels": _labels(label), "type": kind, "required": False, **members}


def _relation(name: str, namespace: str, *, has_many: bool) -> Record:
    label = name.replace("-", " ").title()
    return {
        "id": name,
        "labels": _labels(label),
        "description": "" if has_many else f"{label} of this object",
        "namespace": namespace,
        "hasMany": has_many,
    }


_MODELS: Final = [
    {"id": "lx200", "value": "LX-200"},
    {"id": "ma5", "value": "MA-5 \u201eMoisture\u201c"},
]
_SCHEMAS: Final[tuple[Record, ...]] = (
    {
        "slug": "balance",
        "labels": {"singular": "Balance", "plural": "Balances"},
        "description": "What we sold \u2696\ufe0f",
        "fields": [
            _field("serial", "text", "Serial number", required=True),
            _field("capacity", "number", "Capacity", scale=2),
            _field("sold-on", "date", "Sale"),
            _field("next-visit", "datetime", "Next visit"),
            _field("model", "dropdown", "Model", options=_MODELS),
            _field("modules", "multi-select", "Module", options=[]),
            _field("price", "currency", "Price", defaultCurrency="USD"),
            _field("remarks", "textarea", "Remark"),
        ],
        "relationships": [
            _relation("primary-contact", "contacts", has_many=False),
            _relation("site", "accounts", has_many=False),
            _relation("users", "contacts", has_many=True),
        ],
    },
    {
        "slug": "calibration",
        "labels": {"singular": "Calibration", "plural": "Calibrations"},
        "description": "",
        "visibility": "public",
        "icons": {},
        "fields": [_field("passed", "text", "Result"), _field("drift", "number", "Drift", scale=6)],
        "relationships": [_relation("deal", "deals", has_many=False)],
    },
    {
        "slug": "unused-object",
        "labels": {"singular": "Unused", "plural": "Unused"},
        "description": "Made and never filled",
    },
)
_AGES: Final = (1500, 1400, 90)  # of the schemas, in days
_REMARKS: Final = ("", None, "Stands next to a door \u2026 " * 80, 'Says "drifts"\n<b>twice</b>')

Value = Callable[[Random, int, int], Any]
"""makes the n-th value of a field, of a record made at that moment; None: it has none"""

_VALUES: Final[dict[str, Value]] = {
    "serial": lambda random, n, at: f"LX-{random.randrange(10**6):06}" if n % 9 else "000-\u8a08",
    "capacity": lambda random, n, at: (220, 0.1, -1.5, 10**12, None, "310")[n % 6],
    "sold-on": lambda random, n, at: f"{moment(at):%Y-%m-%d}" if n % 4 else None,
    "next-visit": lambda random, n, at: nanoseconds(moment(at)) if n % 2 else None,
    "model": lambda random, n, at: ("lx200", "ma5", "")[n % 3],
    "modules": lambda random, n, at: (["printer", "ioniser"], [], ["printer"], None)[n % 4],
    "price": lambda random, n, at: 100 * random.randrange(5_000) if n % 3 else None,
    "remarks": lambda random, n, at: _REMARKS[n % len(_REMARKS)],
    "passed": lambda random, n, at: ("yes", "no")[n % 7 == 6],
    "drift": lambda random, n, at: random.randrange(-500, 500) / 1000,
}


def generate(account: Account, contacts: list[Contact], random: Random) -> None:
    """Make the schemas, a balance for one contact in twenty, a calibration for half of these."""
    schemas = []
    for age, members in zip(_AGES, _SCHEMAS, strict=True):
        made, edited = days_ago(age), days_ago(age / 2 if age == _AGES[0] else age)
        schemas.append({**members, "id": _uuid(random)})
        account.create("schemas", made, updatedTimestamp=nanoseconds(edited), **schemas[-1])
    balances, calibrations, _ = schemas
    deals = account.collections["deals"].numbers
    for nth, contact in enumerate(contacts[::20]):
        others = random.sample(contacts[:200], min(nth % 3, len(contacts)))
        since = max(person.created for person in (contact, *others))
        related = {"primary-contact": [contact.id], "users": [other.id for other in others]}
        for row in account.collections["accountContacts"].children("contact", int(contact.id)):
            employed = account.find("accountContacts", row) or {}
            related["site"] = [employed["account"]]
            since = max(since, int(epoch(employed["createdTimestamp"])))
        if nth % 7 == 6:
            related = {}
        _make(account, balances, nth, since, related, random)
        if nth % 2 == 0 and deals:
            deal = account.find("deals", random.choice(deals)) or {}
            related = {"deal": [deal["id"]]} if nth % 8 else {"deal": []}
            _make(account, calibrations, nth, int(epoch(deal["cdate"])), related, random)


def _make(
    account: Account,
    schema: Record,
    nth: int,
    since: int,
    related: dict[str, list[str]],
    random: Random,
) -> None:
    """Make a record of a schema, at some time after a moment."""
    at = later(random, max(since, int(days_ago(min(_AGES[:2])).timestamp())))
    filled = []
    for described in schema["fields"]:
        value = _VALUES[described["id"]](random, nth, at)
        if value is not None:
            filled.append({"id": described["id"], "value": value})
    account.create(
        "records",
        moment(at),
        id=_uuid(random),
        externalId=(f"{schema['slug']}-{nth}", None, "")[nth % 3],
        schemaId=schema["id"],
        fields=filled,
        relationships=related,
        updatedTimestamp=nanoseconds(moment(later(random, at))),
    )


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))
