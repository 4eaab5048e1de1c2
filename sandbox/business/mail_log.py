"""The logs of what became of mails: opens, clicks, bounces and who left.

They begin at a day, so that they are no longer than the account has contacts. Of what was sent
since they hold all that its messages count; of mails that go out one by one the share of those
days; of what was sent before only those who left because of it since.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, cycle, islice
from random import Random
from typing import Final

from sandbox.account import Account
from sandbox.business.contacts import Contact
from sandbox.business.mail_links import Membership
from sandbox.business.timeline import DAY, PRESENT, later
from sandbox.dates import epoch, iso, moment
from sandbox.resources import Record

Got = tuple[str, int]
"""a contact, and when it got a mail, in seconds since 1970"""
Clicked = tuple[str, int, int]
"""a link, the contacts that clicked it, and how often they did"""

_LONGEST: Final = 400 * DAY  # that the logs go back
_COUNTS: Final = (
    *("uniqueopens", "opens", "subscriberclicks", "linkclicks", "hardbounces", "softbounces"),
)
_HARD: Final = ("48", "550 5.1.1 <{}>: user unknown")
_SOFT: Final = ("22", "452 4.2.2 mailbox of \u201e{}\u201c is full")
_HEADERS: Final = (
    "Return-Path: <>\nReceived: from mx.example (unknown [192.0.2.{}])\n"
    "\tby bounce.larkfield.example; {}\nSubject: Undelivered Mail Returned to Sender\n"
)


def generate(
    account: Account, people: Sequence[Contact], joined: Sequence[Membership], random: Random
) -> None:
    """Make the logs of an account that has links and lists of campaigns."""
    log = _Log(account, people, joined, random)
    for campaign in account.records("campaigns"):
        log.add(campaign)
    log.add_other_bounces()
    log.write()


def _begin(campaigns: Iterable[Record], contacts: int) -> int:
    """When the logs begin: the earliest of the days since which little enough was sent."""
    room, begin = contacts * 0.6 + 100, PRESENT - _LONGEST
    sent = sorted((-int(epoch(one["sdate"])), one["id"], one) for one in campaigns if one["sdate"])
    for at, _, campaign in sent:
        room -= int(campaign["opens"]) + int(campaign["linkclicks"])
        if room < 0:
            return max(begin, 1 - at)
    return begin


class _Log:
    """Rows in the making: when, and what."""

    def __init__(
        self,
        account: Account,
        people: Sequence[Contact],
        joined: Sequence[Membership],
        random: Random,
    ) -> None:
        self.account = account
        self.people = people
        self.joined = joined
        self.random = random
        self.begin = _begin(account.records("campaigns"), len(people))
        self.activities: list[tuple[int, str, str, str]] = []  # event, contact, campaign
        self.clicks: list[tuple[int, str, str, str]] = []  # contact, campaign, link
        self.bounces: list[tuple[int, str, str, str, bool]] = []
        """contact, campaign, message, whether for good"""
        self.messages: defaultdict[str, list[Record]] = defaultdict(list)  # by campaign
        for row in account.records("campaignMessages"):
            self.messages[row["campaign"]].append(row)
        self.lists: defaultdict[str, set[str]] = defaultdict(set)  # by campaign
        for row in account.records("campaignLists"):
            self.lists[row["campaign"]].add(row["list"])
        self.links: defaultdict[str, list[Clicked]] = defaultdict(list)  # by message
        for row in account.records("links"):
            clicks = int(row["uniquelinkclicks"]), int(row["linkclicks"])
            self.links[row["messageid"]].append((row["id"], *clicks))
        self.left: defaultdict[str, list[Membership]] = defaultdict(list)  # by campaign
        for membership in joined:
            if membership.campaign:
                self.left[membership.campaign].append(membership)

    def add(self, campaign: Record) -> None:
        """Log a campaign."""
        share, refusing, reached = self._reached(campaign)
        met = {row.contact for row in self.left[campaign["id"]]}
        refused, got = _each_once(refusing, met), _each_once(reached, met)
        for row in self.messages[campaign["id"]]:
            counts = {name: int(int(row[name]) * share) for name in _COUNTS}
            self._bounce(row, counts, chain(refused, got))
            opened = self._read(row, counts, got, campaign["sdate"] or campaign["cdate"])
            self._click(row, counts, opened, share)

    def _reached(self, campaign: Record) -> tuple[float, list[Got], list[Got]]:
        """The share of its results that is logged; whom it may have bounced from, and reached."""
        lists, random = self.lists[campaign["id"]], self.random
        made = int(epoch(campaign["cdate"]))
        if campaign["sdate"] is None and campaign["send_amt"] != "0":
            since = max(made, self.begin)
            delay = _delay(campaign)
            came = (
                ((one.id, one.created + delay) for one in self.people)
                if campaign["automation"]
                else ((row.contact, row.since + delay) for row in self.joined if row.list in lists)
            )
            got = [(contact, at) for contact, at in came if since <= at <= PRESENT]
            random.shuffle(got)
            return (PRESENT - since) / (PRESENT - made), [], got
        sent = int(epoch(campaign["sdate"])) if campaign["sdate"] else 0
        if sent < self.begin:
            return 0, [], []
        on_lists = [
            row for row in self.joined if row.list in lists and row.since <= sent < row.until
        ]
        random.shuffle(on_lists)
        refusing = [(row.contact, sent) for row in on_lists if row.is_bounced]
        return 1, refusing, [(row.contact, sent) for row in on_lists if not row.is_bounced]

    def _bounce(self, row: Record, counts: Mapping[str, int], got: Iterator[Got]) -> None:
        wanted = counts["hardbounces"] + counts["softbounces"]
        for index, (contact, at) in enumerate(islice(got, wanted)):
            at = min(at + self.random.randrange(600), PRESENT)
            is_hard = index < counts["hardbounces"]
            self.bounces.append((at, contact, row["campaign"], row["messageid"], is_hard))
            self.activities.append((at, "bounce", contact, row["campaign"]))

    def _read(
        self, row: Record, counts: Mapping[str, int], got: Iterator[Got], sent: str
    ) -> list[Got]:
        """Log opens, and those who left; tells when each first opened it."""
        campaign = row["campaign"]
        opened: dict[str, int] = {}
        for one in self.left[campaign]:
            if one.message == row["messageid"] and one.until >= self.begin:
                since = max(one.since, self.begin, one.until - 600, int(epoch(sent)))
                opened.setdefault(one.contact, self.random.randint(since, one.until))
                self.activities.append((one.until, "unsub", one.contact, campaign))
        for contact, at in islice(got, max(counts["uniqueopens"] - len(opened), 0)):
            opened[contact] = self._soon(at)
        reads = list(opened.items())
        again = counts["opens"] - counts["uniqueopens"]
        more = [(contact, self._soon(at)) for contact, at in islice(cycle(reads), again)]
        self.activities += [(at, "open", contact, campaign) for contact, at in reads + more]
        return reads

    def _click(
        self, row: Record, counts: Mapping[str, int], opened: Sequence[Got], share: float
    ) -> None:
        """Log clicks: the n-th contact that clicked has the n-th of all first clicks on a link."""
        readers = opened[: counts["subscriberclicks"]]
        links = self.links[row["messageid"]]
        firsts = [link for link, unique, _ in links for _ in range(unique)]
        if share < 1:
            number = min(len(readers), int(len(firsts) * share))
            firsts = [firsts[nth * len(firsts) // number] for nth in range(number)]
        clicked: defaultdict[str, list[Got]] = defaultdict(list)  # by link
        for link, (contact, at) in zip(firsts, cycle(readers), strict=False):
            clicked[link].append((contact, self._soon(at)))
        for link, unique, clicks in links:
            again = clicks - unique if share == 1 else 0
            more = [(who, self._soon(at)) for who, at in islice(cycle(clicked[link]), again)]
            for contact, at in clicked[link] + more:
                self.clicks.append((at, contact, row["campaign"], link))
                self.activities.append((at, "click", contact, row["campaign"]))

    def _soon(self, at: int) -> int:
        """Some time in the days after, and not after the present."""
        return at + int(min(5 * DAY, PRESENT - at) * self.random.random() ** 3)

    def add_other_bounces(self) -> None:
        """Log mails that were of no campaign and came back."""
        for index in range(min(len(self.people), 2 + len(self.people) // 300)):
            one = self.random.choice(self.people)
            at = later(self.random, max(one.created, self.begin))
            self.bounces.append((at, one.id, "0", "0", index % 2 == 0))

    def write(self) -> None:
        """Make the rows in the order of their time."""
        create, address = self.account.create, self.account.collections["contacts"].fact
        self.activities.sort(key=lambda row: (row[0], row[1] != "open", row))
        for nth, (at, event, contact, campaign) in enumerate(self.activities):
            email = address("email", int(contact)) if nth % 50 != 7 else None
            members = {"contact": contact, "campaign": campaign, "email": email}
            create("messageActivities", moment(at), event=event, **members)
        for nth, (at, contact, campaign, link) in enumerate(sorted(self.clicks)):
            email = address("email", int(contact)) if nth % 50 != 7 else None
            members = {"contact": contact, "campaign": campaign, "link": link, "email": email}
            create("linkData", moment(at), **members)
        for nth, (at, contact, campaign, message, is_hard) in enumerate(sorted(self.bounces)):
            code, error = _HARD if is_hard else _SOFT
            email = address("email", int(contact))
            headers = _HEADERS.format(nth % 256, iso(moment(at)))
            create(
                "bounceLogs",
                moment(at),
                bounceid="0" if nth % 6 == 1 else str(1 + is_hard),
                subscriberid=contact,
                campaignid=campaign,
                messageid=message,
                codeid=code,
                code=int(code) if nth % 3 == 0 else code,
                email=email,
                error=error.format(email) if nth % 4 else "",
                source=headers * (40 if nth % 9 == 1 else 1) if nth % 5 else "",
            )


def _each_once(got: Iterable[Got], met: set[str]) -> Iterator[Got]:
    """Those not met before; who is met is noted."""
    for contact, at in got:
        if contact not in met:
            met.add(contact)
            yield contact, at


def _delay(campaign: Record) -> int:
    """Seconds from a contact's coming to its mail."""
    if campaign["type"] == "responder":
        return int(campaign["responder_offset"]) * 3600
    if campaign["type"] == "reminder":
        return (365 - int(campaign["reminder_offset"])) * DAY
    return 600
