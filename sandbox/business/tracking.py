"""Where contacts were when they opened mails, and what they did on the company's site."""

from bisect import bisect_right
from collections.abc import Iterator
from hashlib import sha1
from random import Random
from typing import Final, NamedTuple

from sandbox.account import Account
from sandbox.business.timeline import later
from sandbox.dates import epoch, moment, wall
from sandbox.resources import Record

_PLACES: Final = (
    # country, its name, state, city, zip, area, latitude, longitude, zone, hours from UTC; of some
    # the country is known and no more, of others not even that
    ("US", "United States", "IL", "Chicago", "60607", "312", "41.874900", "-87.651700",
     "America/Chicago", "-6.00"),
    ("DE", "Germany", "BW", "T\u00fcbingen", "72070", "0", "48.521600", "9.057600",
     "Europe/Berlin", "1.00"),
    ("JP", "Japan", "13", "\u6771\u4eac", "100-0001", "0", "35.689500", "139.691700",
     "Asia/Tokyo", "9.00"),
    ("IN", "India", "KA", "Bengaluru", "560001", "0", "12.971600", "77.594600",
     "Asia/Kolkata", "5.50"),
    ("AU", "Australia", "", "", "", "0", "-33.494000", "143.210400", "", "0.00"),
    ("GB", "United Kingdom", "ENG", "King's Lynn", "PE30 1AA", "0", "52.751700", "0.402300",
     "Europe/London", "0.00"),
    ("US", "United States", "MA", "Boston", "02108", "617", "42.357000", "-71.063700",
     "America/New_York", "-5.00"),
    ("", "", "", "", "", "0", "0.000000", "0.000000", "", "0.00"),
)  # fmt: skip
_EVENTS: Final = (
    ("Another event", "text"),
    ("Viewed price list", "LX-200"),
    ("Downloaded manual", "https://larkfield.example/manuals/lx-200.pdf?from=mail&n=1"),
    ("Viewed price list", ""),
    ("Calculator used", "0"),
    ("Asked for a call", None),
    ("Suche", "\u5929\u79e4 \u201eLX-200\u201c \U0001f50d"),
    ("Feedback", ('"Too loud", said the lab.\nOtherwise fine. ' * 6)[:250]),  # cut by the API
)
_ADDRESS: Final = ("country2", "country", "state", "city", "zip", "area", "lat", "lon", "tz")
_GEO: Final = (
    *("geoCountry2", "geo_country", "geoState", "geoCity", "geoZip", "geoArea", "geoLat"),
    *("geoLon", "geoTz", "geoTzOffset"),
)
_SOURCES: Final = (("google", "cpc", "balances"), ("newsletter", "email", ""), ("", "", ""))


_NEVER: Final = moment(0)  # all dates are given


class _Opening(NamedTuple):
    """A mail was opened at some place."""

    at: int  # seconds since 1970
    contact: str
    campaign: str
    message: str


def generate(account: Account, random: Random) -> None:
    """Make the data of every contact, and what some of them did."""
    held = account.collections["contacts"]
    contacts = [contact for number in held.numbers if (contact := held.members(number))]
    _log(account, contacts[::5], random)
    places = _locate(account, contacts, random)
    number = 8
    for index, contact in enumerate(contacts):
        number += 1 + (str(number + 1) == contact["id"])
        found = places.get(contact["id"], {})
        members = {**found, **_visits(contact, index, random), "tstamp": contact["udate"]}
        if index % 10 == 3:  # the others were written before the API dated them
            at = wall(moment(epoch(contact["udate"])))
            members |= {"created_timestamp": at, "updated_timestamp": at, "created_by": None}
        account.create("contactData", _NEVER, id=str(number), contact=contact["id"], **members)


def _log(account: Account, contacts: list[Record], random: Random) -> None:
    """Write down what the contacts did, in the order of time."""
    events = []
    for index, contact in enumerate(contacts):
        at = int(epoch(contact["cdate"]))
        for _ in range(1 + index % 4):
            at = later(random, at)
            events.append((at, contact["id"]))
    for index, (at, contact_id) in enumerate(sorted(events)):
        kind, value = _EVENTS[index % len(_EVENTS)]
        hashed = sha1(f"{contact_id} {index}".encode(), usedforsecurity=False).hexdigest()
        members = {"contact": contact_id, "type": kind, "value": value, "hash": hashed}
        account.create("trackingLogs", moment(at), **members)


def _locate(account: Account, contacts: list[Record], random: Random) -> dict[str, Record]:
    """Write down where mails were opened; what that tells of each contact that opened any."""
    addresses: dict[int, Record] = {}
    told: dict[str, Record] = {}
    size = len(_PLACES) + len(contacts) // 100
    for index, opening in enumerate(sorted(_openings(account, contacts, random))):
        at = moment(opening.at)
        nth = index if index < len(_PLACES) else random.randrange(size)
        place = _PLACES[nth % len(_PLACES)]
        if nth not in addresses:
            members = dict(zip(_ADDRESS, place, strict=False))
            ip = str(random.randrange(2**24, 2**32))
            addresses[nth] = account.create("geoAddresses", at, ip4=ip, **members)
        address = addresses[nth]
        row = account.create(
            "geoIps",
            at,
            contact=opening.contact,
            campaignid=opening.campaign,
            messageid=opening.message,
            geoAddress=address["id"],
            ip4=address["ip4"],
        )
        told[opening.contact] = {
            "geoTstamp": row["tstamp"],
            "geoIp4": row["ip4"],
            **dict(zip(_GEO, place, strict=True)),
        }
    return told


def _openings(account: Account, contacts: list[Record], random: Random) -> Iterator[_Opening]:
    """The last opening of each contact, and an earlier one of some.

    The mail is the last that was sent before to all who were contacts by then, as long as the
    opens that it counts allow it; else nobody knows which it was.
    """
    sent, left = _sent(account)
    times = [at for at, *_ in sent]
    for index, contact in enumerate(contacts):
        if not contact.get("last_open_date"):
            continue
        since, last = int(epoch(contact["cdate"])), int(epoch(contact["last_open_date"]))
        earlier = [random.randrange(since, last)] if index % 6 == 1 and since < last else []
        for at in (last, *earlier):
            campaign = message = "0"
            nth = bisect_right(times, at) - 1
            if nth >= 0 and times[nth] >= since and left[sent[nth][2]] > 0:
                _, campaign, message = sent[nth]
                left[message] -= 1
            yield _Opening(at, contact["id"], campaign, message)


def _sent(account: Account) -> tuple[list[tuple[int, str, str]], dict[str, int]]:
    """When which campaign went out, and its first message; how many opened each message."""
    sent = [
        (int(epoch(campaign["sdate"])), campaign["id"], campaign["message_id"])
        for campaign in account.records("campaigns")
        if campaign["sdate"]
    ]
    rows = account.records("campaignMessages")
    return sorted(sent), {row["messageid"]: int(row["uniqueopens"]) for row in rows}


def _visits(contact: Record, index: int, random: Random) -> Record:
    """What the company's web analytics and its social networks know of a contact."""
    if index % 4 != 1:
        return {}
    source, medium, term = _SOURCES[index // 4 % len(_SOURCES)]
    return {
        "ga_campaign_source": source,
        "ga_campaign_medium": medium,
        "ga_campaign_term": term,
        "ga_campaign_name": "LX-200 \u2013 \u00abPr\u00e4zision\u00bb" if source else "",
        "ga_first_visit": contact["cdate"],
        "ga_times_visited": str(random.randrange(1, 40)),
        "fb_id": str(random.randrange(10**14, 10**15)) if index % 8 == 1 else "0",
        "fb_name": contact["firstName"] if index % 8 == 1 else "",
        "tw_id": str(random.randrange(10**8, 10**9)) if index % 16 == 1 else "0",
    }
