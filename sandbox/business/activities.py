"""What users wrote to contacts one by one, and what happened with each contact.

The log of activities holds the newest only, about a third as many as there are contacts.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from sandbox.account import Account
from sandbox.business.contacts import Contact
from sandbox.business.mail_links import Membership
from sandbox.business.profile import NOTES
from sandbox.business.timeline import PRESENT, later
from sandbox.dates import epoch, moment
from sandbox.resources import Record

Event = tuple[int, str, str, str, str, str]
"""when, kind, action, id of what it is about, contact, user"""

_MODELS: Final = {  # but for the first a guess
    "SubscriberEmail": "contact-email",
    "SubscriberList": "contact-list",
    "SubscriberTag": "contact-tag",
    "Note": "note",
    "Deal": "deal",
}
_SOURCES: Final = (  # kind, resource, and its members that say of whom, by whom and when
    ("SubscriberTag", "contactTags", "contact", "created_by", "cdate"),
    ("Note", "notes", "relid", "userid", "cdate"),
    ("Deal", "deals", "contact", "owner", "cdate"),
    ("SubscriberEmail", "contactEmails", "contact", "userid", "sdate"),
)
_USERS: Final = ("1", "2", "3", "5")
_SUBJECTS: Final = (
    "Your visit",
    "",
    "Re: Angebot \u2013 \u5929\u79e4 \u2696\ufe0f",
    'The "LX-200" & you',
)
_HEADER: Final = "From: {0} <{0}@larkfield.example>\r\nMIME-Version: 1.0\r\nSubject: {1}\r\n"


def generate(
    account: Account, people: Sequence[Contact], joined: Sequence[Membership], random: Random
) -> None:
    """Make one-to-one mails and the log of activities, in an account that has all else."""
    _write_mails(account, people, random)
    kept = sorted(_events(account, joined))[-(len(people) // 3 + 60) :]
    for nth, (at, kind, action, id, contact, user) in enumerate(kept):
        account.create(
            "activities",
            moment(at),
            subscriberid=contact,
            reference_type=kind,
            reference_id=id,
            reference_action=action,
            jsonData=f'{{"id":{id},"note":"\u2713"}}' if nth % 7 == 3 else None,
            userid=user,
            permission="" if nth % 3 else "contact",
            referenceModelName=_MODELS[kind],
            # the API serves the rows of these only beside activities
            recipients=[str(1000 + nth)] if kind == "SubscriberEmail" else [],
            reference={"type": _MODELS[kind], "id": int(id) if nth % 11 == 5 else id},
        )


def _write_mails(account: Account, people: Sequence[Contact], random: Random) -> None:
    """Make mails of both logs: to a tenth of the contacts each, some about a deal."""
    deals = {
        deal["contact"]: deal
        for number in account.collections["deals"].numbers
        if (deal := account.find("deals", number))
    }
    address = account.collections["contacts"].fact
    users = {row["id"]: row for row in account.records("users")}
    first = account.records("campaignMessages")[0]
    sent_since = epoch(account.records("campaigns")[0]["cdate"])
    for key in ("contactEmails", "emailActivities"):
        chosen = random.sample(people, min(len(people), 4 + len(people) // 10))
        for nth, (at, one) in enumerate(
            sorted((later(random, one.created), one) for one in chosen)
        ):
            deal = deals.get(one.id)
            if deal is None or epoch(deal["cdate"]) > at:
                deal = {"id": "0", "account": None}
            members = {
                "subscriberid": one.id,
                "userid": _USERS[nth % len(_USERS)],
                "d_id": deal["id"],
                "account": deal["account"],
            }
            email = address("email", int(one.id))
            if key == "contactEmails":
                message = first["messageid"] if nth % 5 == 1 and at >= sent_since else "0"
                members |= _contact_email(nth, message, random)
                members["seriesid"] = "1" if nth % 8 == 2 and at >= sent_since else "0"
            else:
                members |= _email_activity(nth, users[members["userid"]], email, deal["id"])
            account.create(key, moment(at), **members)


def _contact_email(nth: int, message: str, random: Random) -> Record:
    subject = _SUBJECTS[nth % len(_SUBJECTS)]
    return {
        "messageid": message,
        "messageheader": _HEADER.format("service", subject) if nth % 3 else "",
        "ip": str(random.randrange(2**32)) if nth % 4 else "0",
        "source": "web" if nth % 2 else "",
    }


def _email_activity(nth: int, user: Record, email: str, deal: str) -> Record:
    text = NOTES[nth % len(NOTES)] * (200 if nth % 10 == 3 else 1)
    about = {"type": "deal", "id": deal} if deal != "0" else {"type": "", "id": ""}
    return {
        "reltype": "Deal" if deal != "0" else "",
        "relid": deal,
        "from_name": f"{user['firstName']} {user['lastName']}",
        "from_address": user["email"],
        "to_address": email,
        "cc_address": None if nth % 3 else "archive@larkfield.example" if nth % 2 else "",
        "subject": _SUBJECTS[nth % len(_SUBJECTS)],
        "message": text,
        "message_html": f"<p>{text}</p>" if nth % 4 else None,
        "reference": [] if nth % 7 == 4 and deal == "0" else about,
    }


def _events(account: Account, joined: Sequence[Membership]) -> Iterator[Event]:
    """All that there was, in no order."""
    for row in joined:
        yield row.since, "SubscriberList", "subscribe", row.id, row.contact, "0"
        if row.until <= PRESENT:
            yield row.until, "SubscriberList", "unsubscribe", row.id, row.contact, "0"
    for kind, key, contact, user, date in _SOURCES:
        for number in account.collections[key].numbers:
            record = account.find(key, number) or {}
            if record.get("reltype", "Subscriber") == "Subscriber":
                at = int(epoch(record[date]))
                yield at, kind, "", record["id"], record[contact], record[user] or "0"
