"""What the company wants to know of an account or a deal: custom fields of every type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.profile import NOTES
from sandbox.business.timeline import DAY, days_ago, later
from sandbox.dates import iso, moment, wall


@dataclass(frozen=True, slots=True)
class Holder:
    """An account or a deal that has values: its id, when it was made, and its currency."""

    id: str
    made: int  # seconds since 1970
    currency: str
    is_deal: bool = False


_Value = Callable[[Random, int, Holder, int], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A type of field, what it is called for accounts and for deals, and how a value is made."""

    type: str
    account: str
    deal: str
    value: _Value  # the n-th one of that holder, given at that second
    options: tuple[str, ...] = ()
    members: dict[str, Any] = field(default_factory=dict)


def _day(random: Random, n: int, holder: Holder, at: int) -> str:
    """The day of a delivery to come, or since when one is a customer."""
    days = random.randrange(10, 120) if holder.is_deal else -random.randrange(1, 3000)
    return moment(at + days * DAY).date().isoformat()


def _time(random: Random, n: int, holder: Holder, at: int) -> str:
    """An appointment to come."""
    day = moment(at + random.randrange(1, 60) * DAY)
    return iso(day.replace(hour=8 + n % 10, minute=15, second=0))


def _number(random: Random, n: int, holder: Holder, at: int) -> int:
    return random.randrange(1, 25 if holder.is_deal else 900)


def _cents(random: Random, n: int, holder: Holder, at: int) -> int | str:
    """What it costs to ship a balance, or what a laboratory has to spend in a year."""
    cents = random.randrange(2_000, 90_000) if holder.is_deal else random.randrange(5, 500) * 10**5
    return str(cents) if n % 3 == 2 else cents


def _any(*values: Any) -> _Value:
    return lambda random, n, holder, at: values[n % len(values)]


def _one_of(*options: str) -> tuple[_Value, tuple[str, ...]]:
    return lambda random, n, holder, at: random.choice(options), options


def _some_of(*options: str) -> tuple[_Value, tuple[str, ...]]:
    return lambda random, n, holder, at: random.sample(options, 1 + n % len(options)), options


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
    Field("hidden", "ERP Key", "Web Source", lambda random, *_: f"{random.getrandbits(32):08x}"),
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


def fill(account: Account, holders: list[Holder], random: Random) -> dict[str, int]:
    """Give accounts or deals their values.

    The fields take turns, so that few records show all types. Tells when each holder's values were
    last edited, in seconds since 1970.
    """
    turn = 0
    edits: dict[str, int] = {}
    for nth, holder in enumerate(holders):
        owner = "deal" if holder.is_deal else "account"
        for _ in range(_EACH[nth % len(_EACH)]):
            index = turn % len(FIELDS)
            at = later(random, holder.made)
            edited = later(random, at) if random.random() < 0.2 else at
            members = {
                f"{owner}Id": holder.id,
                f"{owner}CustomFieldMetumId": field_id(index),
                "fieldValue": FIELDS[index].value(random, turn // len(FIELDS), holder, edited),
                "updatedTimestamp": wall(moment(edited)),
            }
            if FIELDS[index].type == "currency":
                members["fieldCurrency"] = holder.currency.upper()
            account.create(f"{owner}CustomFieldData", moment(at), **members)
            edits[holder.id] = max(edited, edits.get(holder.id, 0))
            turn += 1
    return edits
