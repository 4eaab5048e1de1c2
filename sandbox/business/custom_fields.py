"""What the company wants to know of an account or a deal: custom fields of every type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.profile import NOTES
from sandbox.business.timeline import PRESENT, days_ago, later
from sandbox.dates import iso, moment, wall


@dataclass(frozen=True, slots=True)
class Field:
    """A type of field, what it is called for accounts and for deals, and how a value is made."""

    type: str
    account: str
    deal: str
    value: Callable[[Random, int], Any]  # the n-th value
    options: tuple[str, ...] = ()
    members: dict[str, Any] = field(default_factory=dict)


def _day(random: Random, n: int) -> str:
    return moment(PRESENT - random.random() * 1e8).date().isoformat()


def _time(random: Random, n: int) -> str:
    at = moment(PRESENT - random.random() * 1e8)
    return iso(at.replace(hour=8 + n % 10, minute=15, second=0))


def _number(random: Random, n: int) -> float:
    return random.randrange(1, 900) if n % 2 else random.randrange(9000) / 4


def _cents(random: Random, n: int) -> int | str:
    cents = random.randrange(10**7)
    return str(cents) if n % 3 == 2 else cents


def _any(*values: Any) -> Callable[[Random, int], Any]:
    return lambda random, n: values[n % len(values)]


def _one_of(*options: str) -> tuple[Callable[[Random, int], Any], tuple[str, ...]]:
    return lambda random, n: random.choice(options), options


def _some_of(*options: str) -> tuple[Callable[[Random, int], Any], tuple[str, ...]]:
    return lambda random, n: random.sample(options, 1 + n % len(options)), options


FIELDS: Final = (
    Field("dropdown", "Industry", "Product Line", *_one_of("Pharma", "Food", "Chemistry & oil")),
    Field("multiselect", "Certificates", "Options", *_some_of("ISO 9001", "GLP", 'Other "x"')),
    Field("number", "Employees", "Units", _number),
    Field(
        "currency",
        "Yearly Budget",
        "Shipping Cost",
        _cents,
        members={"fieldDefault": 1, "fieldDefaultCurrency": "USD"},
    ),
    Field("date", "Customer Since", "Expected Delivery", _day),
    Field("datetime", "Next Audit", "Demonstration", _time),
    Field("textarea", "About", "Terms", _any(*NOTES, "long " * 800, "", None)),
    Field("text", "VAT Number", "Order Number", _any("X-1", "", "\u30aa\u30fc\u30c0\u30fc", None)),
    Field("radio", "Tier", "Urgency", *_one_of("A", "B", "C"), {"fieldDefault": "B"}),
    Field("checkbox", "Interests", "Services", *_some_of("Service", "Rental", "Training")),
    Field("hidden", "ERP Key", "Web Source", lambda random, n: f"{random.getrandbits(32):08x}"),
    Field("listbox", "Sites", "Regions", *_some_of("EMEA", "AMER"), {"fieldDefault": ["EMEA"]}),
)
_EACH: Final = (1, 0, 2, 1, 3, 0, 2)  # values of one record after the other: 1.3 on average


def generate(account: Account) -> None:
    """Make the fields of accounts and of deals, without values yet."""
    for owner in ("account", "deal"):
        for index, made in enumerate(FIELDS):
            label = str(getattr(made, owner))
            account.create(
                f"{owner}CustomFieldMeta",
                days_ago(2000 - 10 * index),
                id=field_id(index),
                fieldLabel=label,
                fieldType=made.type,
                fieldOptions=list(made.options) or None,
                isFormVisible=int(index % 3 == 0),
                isRequired=int(index == 0),
                displayOrder=index + 1,
                personalization=f"{owner}_{label}".upper().replace(" ", "_"),
                knownFieldId=1 if index == 0 else None,
                hideFieldFlag=int(made.type == "hidden"),
                createdBy=1 if index % 2 else None,
                updatedBy=2 if index % 4 == 1 else None,
                **made.members,
            )


def field_id(index: int) -> str:
    """The id of the `index`-th field; one was deleted."""
    return str(index + 1 if index < 5 else index + 2)


def fill(
    account: Account, owner: str, owners: list[tuple[str, int]], random: Random
) -> dict[str, int]:
    """Give accounts or deals their values: ids, and seconds since 1970 when each was made.

    The fields take turns, so that few records show all types. Tells when each owner's values were
    last edited.
    """
    turn = 0
    edits: dict[str, int] = {}
    for nth, (owner_id, made) in enumerate(owners):
        for _ in range(_EACH[nth % len(_EACH)]):
            index = turn % len(FIELDS)
            at = later(random, made)
            edited = later(random, at) if random.random() < 0.2 else at
            members = {
                f"{owner}Id": owner_id,
                f"{owner}CustomFieldMetumId": field_id(index),
                "fieldValue": FIELDS[index].value(random, turn // len(FIELDS)),
                "updatedTimestamp": wall(moment(edited)),
            }
            if FIELDS[index].type == "currency":
                members["fieldCurrency"] = "EUR" if turn % 5 else "USD"
            account.create(f"{owner}CustomFieldData", moment(at), **members)
            edits[owner_id] = max(edited, edits.get(owner_id, 0))
            turn += 1
    return edits
