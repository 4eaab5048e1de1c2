"""The companies that the contacts work for."""

from random import Random
from typing import Final

from sandbox.account import Account
from sandbox.business import custom_fields
from sandbox.business.contacts import Contact
from sandbox.business.timeline import FIRST_CONTACT, PRESENT, later
from sandbox.dates import iso, moment

_SITES: Final = """
    Berlin Boston Chicago Dublin Geneva Hamburg Lagos Lima London Lyon Madrid Milan Nagoya Oslo
    Porto Prague Pune Seoul Sydney Toronto Utrecht Vienna Warsaw
"""
_CITIES: Final = _SITES.split()
_ODD_NAMES: Final = (
    "Caf\u00e9 \u201eZur Waage\u201c GmbH & Co. KG",
    "\u682a\u5f0f\u4f1a\u793e\u8a08\u91cf \u2696\ufe0f",
    'O\'Hara "Assay" <b>Ltd</b>, Inc.',
    "Two\nLines",
)
Employers = dict[str, tuple[str, int]]
"""by contact: the account that it works for, and since when, in seconds since 1970"""

_TITLES: Final = ("Buyer", "Lab manager", "", None, "Geschäftsführerin", 'CEO, "founder"')


def generate(account: Account, contacts: list[Contact], random: Random) -> Employers:
    """Make a company for ten contacts, and who works there since when."""
    domains = list(dict.fromkeys(contact.company for contact in contacts))
    count = (len(contacts) + 9) // 10
    made = sorted(random.randrange(FIRST_CONTACT, PRESENT) for _ in range(count))
    holders = [
        custom_fields.Holder(_id(index), at, "usd" if index % 3 else "eur")
        for index, at in enumerate(made)
    ]
    edits = custom_fields.fill(account, holders, random)
    for index, at in enumerate(made):
        domain = domains[index % len(domains)]
        edited = later(random, at) if index % 3 else at
        account.create(
            "accounts",
            moment(at),
            id=_id(index),
            name=_name(index, domain, len(domains)),
            accountUrl=(f"https://www.{domain}", "", None)[index % 5 // 2],
            updatedTimestamp=iso(moment(max(edited, edits.get(_id(index), 0)))),
            owner=("1", "2", "3", "5", None)[index % 5],
        )
    return _employ(account, contacts, domains, made, random)


def _id(index: int) -> str:
    return str(index + 1 + (index >= 4))  # one was deleted


def _name(index: int, domain: str, domains: int) -> str:
    """A company's own name for its first site; a few are odd, and a few are there twice."""
    if index % 12 == 5:
        return _ODD_NAMES[index // 12 % len(_ODD_NAMES)]
    name = domain.partition(".")[0].replace("-", " ").title()
    site = index // domains
    return f"{name} {_CITIES[site % len(_CITIES)]}" if site else name


def _employ(
    account: Account,
    contacts: list[Contact],
    domains: list[str],
    made: list[int],
    random: Random,
) -> Employers:
    """Two of three contacts work for an account of their company, some with the old reference."""
    sites = {domain: range(nth, len(made), len(domains)) for nth, domain in enumerate(domains)}
    employed: list[tuple[int, str, int]] = []
    for nth, contact in enumerate(contacts):
        if nth % 3 != 2 and sites[contact.company]:
            index = random.choice(sites[contact.company])
            at = later(random, max(made[index], contact.created))
            employed.append((at, contact.id, index))
    counts = [0] * len(made)
    for nth, (at, contact_id, index) in enumerate(sorted(employed)):
        members = {"account": _id(index), "contact": contact_id}
        edited = later(random, at) if nth % 4 == 3 else at
        row = account.create(
            "accountContacts",
            moment(at),
            jobTitle=_TITLES[nth % len(_TITLES)],
            updatedTimestamp=iso(moment(edited)),
            **members,
        )
        if nth % 11 == 9:  # the API leaves out what was never given
            del row["jobTitle"]
            account.collections["accountContacts"].write(row)
        if nth % 40 == 0:
            name = (account.find("accounts", _id(index)) or {})["name"]
            old = {"orgid": _id(index), "organization": _id(index), "orgname": name}
            account.amend("contacts", contact_id, old)
        counts[index] += 1
    for index, number in enumerate(counts):
        account.amend("accounts", _id(index), {"contactCount": str(number)})
    return {contact_id: (_id(index), at) for at, contact_id, index in employed}
