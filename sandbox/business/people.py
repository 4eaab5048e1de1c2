"""Invented people and the companies they work for."""

from random import Random
from typing import Final, NamedTuple

_FIRST: Final = """
    Ada Agnes Alex Amara Ana Andre Anna Bea Ben Carla Chen Chloe Dana David Elena Elif Emma Erik
    Fatima Felix Grace Hana Hugo Ines Ivan Jack Jonas Julia Karl Kofi Lara Leo Lena Luca Maria
    Mateo Maya Mei Mila Nadia Nina Noah Nora Olga Omar Otto Paula Pedro Priya Rosa Samuel Sara
    Sofia Tariq Tim Uma Vera Viktor Wei Yuki Zoe
"""
_LAST: Final = """
    Abbott Adeyemi Aguirre Bauer Becker Bianchi Brown Carvalho Chen Costa Cruz Dubois Eriksen
    Fischer Garcia Goldberg Haddad Hansen Ito Jansen Johnson Kaya Khan Kowalski Kumar Larsen Lee
    Lopez Mensah Meyer Moreau Murphy Nagy Novak Okafor Olsen Park Patel Petrov Popescu Quinn
    Reyes Rossi Sato Schmidt Silva Singh Smith Tanaka Thomas Turner Varga Wagner Walker Weber
    Wilson Wong Yilmaz Young Zimmer
"""
_COMPANIES: Final = """
    alder-labs apexpharma bluewater-testing brightfoods cantonchem clearspring corvid-metals
    deltalloys eastgate-labs fennel-foods foundry-nine gleam-optics goldassay hillside-research
    ironbark juniperlab kestrel-bio lumenworks meridian-labs northpharm orchardchem pinecrest
    quarrytech riverton-uni silverassay stonebridge-qa tarn-analytics umbra-colors vale-dairy
    westlab yarrow-bio zenith-alloys
"""
_ODD_NAMES: Final = (
    ("Zo\u00eb", "O'Brien-N\u00fa\u00f1ez"),
    ("\u674e", "\u5c0f\u9f8d"),
    ("\U0001f600 Max", '"The Scale" M\u00fcller'),
    ("Line\nBreak", "Tab\tbed"),
    ("", ""),
    ("  Padded ", "back\\slash"),
    ("\u00c6gir", "<b>Bold</b> & Co"),
    ("\u0410\u043d\u043d\u0430", "\u0418\u0432\u0430\u043d\u043e\u0432\u0430"),
    ("\u0639\u0645\u0631", "\u062d\u0633\u0646"),
    ("NULL", "null"),
    ("0", "1"),
)
_FIRST_NAMES: Final = _FIRST.split()
_LAST_NAMES: Final = _LAST.split()
_DOMAINS: Final = _COMPANIES.split()


class Person(NamedTuple):
    """A name and an address; no two people share the address."""

    first_name: str
    last_name: str
    email: str
    phone: str


def person(random: Random, index: int) -> Person:
    """The `index`-th person. Every ninth has a name that something, somewhere, trips over."""
    company = random.choice(_DOMAINS)
    phone = f"+1 {random.randrange(200, 1000)} 555 {index % 10000:04}" if index % 3 == 0 else ""
    if index % 9 == 4:
        first, last = _ODD_NAMES[index // 9 % len(_ODD_NAMES)]
        return Person(first, last, f"contact+{index}@{company}.example", phone)
    first, last = random.choice(_FIRST_NAMES), random.choice(_LAST_NAMES)
    return Person(first, last, f"{first}.{last}{index}@{company}.example".lower(), phone)
