"""What the company wants to know of a contact: custom fields, their options, their values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import PRESENT, days_ago
from sandbox.dates import iso, moment

_LANGUAGES: Final = """
    af:Afrikaans sq:Albanian am:Amharic ar:Arabic hy:Armenian az:Azerbaijani eu:Basque
    be:Belarusian bn:Bengali bs:Bosnian bg:Bulgarian ca:Catalan zh:Chinese hr:Croatian cs:Czech
    da:Danish nl:Dutch en:English eo:Esperanto et:Estonian fi:Finnish fr:French gl:Galician
    ka:Georgian de:German el:Greek gu:Gujarati ht:Haitian ha:Hausa he:Hebrew hi:Hindi hu:Hungarian
    is:Icelandic ig:Igbo id:Indonesian ga:Irish it:Italian ja:Japanese kn:Kannada kk:Kazakh
    km:Khmer ko:Korean ku:Kurdish ky:Kyrgyz lo:Lao la:Latin lv:Latvian lt:Lithuanian
    lb:Luxembourgish mk:Macedonian ms:Malay ml:Malayalam mt:Maltese mi:Maori mr:Marathi
    mn:Mongolian ne:Nepali no:Norwegian fa:Persian pl:Polish pt:Portuguese pa:Punjabi ro:Romanian
    ru:Russian sr:Serbian sk:Slovak sl:Slovenian es:Spanish sw:Swahili sv:Swedish ta:Tamil
    th:Thai tr:Turkish uk:Ukrainian vi:Vietnamese
"""
LANGUAGES: Final = tuple(
    (value, label) for value, _, label in (pair.partition(":") for pair in _LANGUAGES.split())
)
NOTES: Final = (
    "Asked for a quote.\nCall back after the fair.",
    'Says "the old LX-200 drifts"; wants a visit \U0001f64f',
    "Zahlt p\u00fcnktlich. Ansprechpartner: Hr. M\u00fcller, Tel. 0049/30/555 01",
    "<b>Prefers e-mail</b> & no calls\r\n\tbefore 10:00",
    "\u30b5\u30fc\u30d3\u30b9\u5951\u7d04\u3092\u66f4\u65b0",
    "C:\\temp\\quote.pdf",
)

Value = Callable[[Random, int], str | None]
"""Makes the n-th value of a field."""


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field: its title and type, its options (value, label), and how a value is made."""

    id: str
    title: str
    type: str
    value: Value
    options: tuple[tuple[str, str], ...] = ()
    members: dict[str, Any] = field(default_factory=dict)
    relid: str = "0"  # every list


def _same(*labels: str) -> tuple[tuple[str, str], ...]:
    return tuple((label, label) for label in labels)


def _one_of(options: tuple[tuple[str, str], ...]) -> Value:
    return lambda random, n: random.choice(options)[0]


def _some_of(options: tuple[tuple[str, str], ...]) -> Value:
    """Several as `||A||B||`; none is `||`, as the API leaves it when all are taken away."""

    def value(random: Random, n: int) -> str:
        chosen = [value for value, _ in options if n % 6 and random.random() < 0.5]
        return f"||{'||'.join(chosen)}||" if chosen else "||"

    return value


def _day(random: Random, n: int) -> str:
    return moment(PRESENT - random.random() * 1e8).date().isoformat()


def _time(random: Random, n: int) -> str:
    return iso(moment(PRESENT - random.random() * 1e8 // 900 * 900))


def _number(random: Random, n: int) -> str:
    return str(random.randrange(40))


def _key(random: Random, n: int) -> str:
    return f"L-{random.getrandbits(32):08x}"


def _any(*values: str | None) -> Value:
    return lambda random, n: values[n % len(values)]


_SIZES: Final = _same("1-9", "10-49", "50-249", "250+")
_SOURCES: Final = _same("Website", "Trade show", "Referral", "Cold call")
_INTERESTS: Final = _same("Analytical", "Precision", "Moisture", "Micro & ultra")
_CERTIFICATES: Final = _same("ISO 9001", "ISO 17025", "GLP", 'Other ("see notes")')

FIELDS: Final = (
    Field("1", "Preferred Language", "dropdown", _one_of(LANGUAGES), LANGUAGES, {"service": "AI"}),
    Field("2", "Company Size", "dropdown", _one_of(_SIZES), _SIZES, {"show_in_list": "1"}),
    Field("3", "Interests", "checkbox", _some_of(_INTERESTS), _INTERESTS, {"defval": "||"}),
    Field("4", "Customer Since", "date", _day),
    Field("5", "Job Title", "text", _any("Buyer", "Lab manager", "CEO", "")),
    # 6 was deleted
    Field("7", "Next Calibration", "datetime", _time, relid="3"),
    Field("8", "Notes", "textarea", _any(*NOTES), members={"rows": "4", "cols": "40"}),
    Field("9", "Lead Source", "radio", _one_of(_SOURCES), _SOURCES, {"isrequired": "1"}),
    Field("10", "Certificates", "listbox", _some_of(_CERTIFICATES), _CERTIFICATES),
    Field("11", "CRM Key", "hidden", _key, members={"visible": "0"}),
    Field("12", "Balances Owned", "text", _number, members={"defval": "0"}),
    Field(
        "13",
        "Legacy Code",
        "NULL",
        _any("A1", "B2", None),
        members={"descript": "From the former system"},
    ),
    Field("14", "Region", "", _any("EMEA", "AMER", "APAC"), members={"service": "google"}),
)


def generate(account: Account) -> None:
    """Make the fields, their options and the lists that they belong to."""
    for index, made in enumerate(FIELDS):
        at = days_ago(2090 - 30 * index)
        is_by_system = made.members.get("service") == "AI"
        account.create(
            "fields",
            at,
            id=made.id,
            title=made.title,
            type=made.type,
            perstag=made.title.upper().replace(" ", "_"),
            ordernum=str(index + 1),
            created_by="1" if index % 2 == 0 else None,
            updated_by="1" if index % 2 == 0 else None,
            **made.members,
        )
        for order, (value, label) in enumerate(made.options, start=1):
            dates = {"cdate": None, "udate": None} if is_by_system else {}
            account.create(
                "fieldOptions",
                at,
                field=made.id,
                orderid=str(order),
                value=value,
                label=label,
                isdefault="1" if made.id == "9" and order == 1 else "0",
                **dates,
            )
        account.create("fieldRels", at, field=made.id, relid=made.relid)
