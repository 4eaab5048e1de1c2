"""Contacts over five years, and what became of each: lists, tags, field values, scores, mails.

Ids of what is made later (automations, forms) come from the ranges below, which their generators
must fill.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from random import Random
from sys import intern
from typing import Any, Final, NamedTuple, TypeVar

from sandbox.account import Account
from sandbox.business.audience import Tally
from sandbox.business.campaigns import Sent
from sandbox.business.people import Person, person
from sandbox.business.profile import FIELDS, Field
from sandbox.business.timeline import FIRST_CONTACT, PRESENT
from sandbox.dates import epoch, iso, moment, wall
from sandbox.resources import Record

T = TypeVar("T")

AUTOMATIONS: Final = range(1, 7)
FORMS: Final = range(1, 5)

# How many of each a contact has: the share of contacts with none, one, two ...
_LISTS_EACH: Final = (0.1, 0.4, 0.32, 0.13, 0.05)  # 1.6 on average
_TAGS_EACH: Final = (0.3, 0.3, 0.2, 0.1, 0.1)  # 1.4
_VALUES_EACH: Final = (0.15, 0.2, 0.3, 0.2, 0.1, 0.05)  # 2.0
_SCORES_EACH: Final = (0.5, 0.4, 0.1)  # 0.6

_NO_DATES: Final = (None, None, "", "0000-00-00 00:00:00")
_NO_DAYS: Final = (None, None, "0000-00-00")
_IPS: Final = ("0", "0", "2130706433", "3232235777", "4294967295", "1123637995")
_AGENTS: Final = (None, "", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)")
_NEWEST: Final = {"sms_consent", "sms_consent_updated_at", "whatsapp_id", "whatsapp_username"}
_REASONS: Final = ("", None, "Too many e-mails", 'Not relevant any more \u2013 "sorry"')


class Contact(NamedTuple):
    """What others need to know of a contact."""

    id: str
    created: int  # seconds since 1970
    company: str  # the domain of its address


@dataclass(slots=True)
class _Story:
    """A contact in the making. Moments are seconds since 1970."""

    id: str
    index: int
    person: Person
    created: int
    is_bounced: bool
    moved: int  # the last event that moves the contact's udate

    def moves(self, at: int) -> None:
        """Note an event that moves the contact's dates."""
        self.moved = max(self.moved, at)


def generate(account: Account, count: int, random: Random) -> tuple[list[Contact], Tally]:
    """Make that many contacts, the oldest first, with their rows; tells the subscriber counts."""
    maker, people = _Maker(account, random), []
    created = sorted(random.randrange(FIRST_CONTACT, PRESENT) for _ in range(count))
    number = 0
    for index, at in enumerate(created):
        number += 1 if random.random() < 0.95 else 2  # some were deleted since
        is_bounced = index % 50 == 49
        known = person(random, index)
        maker.make(_Story(str(number), index, known, at, is_bounced, moved=at))
        people.append(Contact(str(number), at, intern(known.email.rpartition("@")[2])))
    return people, maker.tally


class _Maker:
    """Makes contacts in an account that has its lists, tags, fields and scores."""

    def __init__(self, account: Account, random: Random) -> None:
        self.account = account
        self.random = random
        self.tally = Tally()
        self.sent = Sent(account)
        self.lists = _creation_times(account, "lists")
        self.tags = _creation_times(account, "tags", tagType="contact")
        self.fields = _creation_times(account, "fields")
        self.scores = _creation_times(account, "scores", reltype="contact")
        self.values: Counter[str] = Counter()  # made so far, by field

    def make(self, story: _Story) -> None:
        """Make a contact and its rows; the contact last, since its dates follow from them."""
        for id in self._some(list(self.lists), _LISTS_EACH):
            self._membership(story, id)
        for id in self._some(list(self.tags), _TAGS_EACH):
            self._tag(story, id)
        for field in self._some(FIELDS, _VALUES_EACH):
            self._value(story, field)
        for id in self._some(list(self.scores), _SCORES_EACH):
            self._score(story, id)
        if self.random.random() < 0.3:
            story.moves(self._later(story.created))
        self._contact(story)

    def _contact(self, story: _Story) -> None:
        random, index = self.random, story.index
        is_edited = story.moved > story.created
        mailed = self._later(story.created) if index % 3 else None
        updated = wall(moment(max(story.moved, mailed or 0)))
        sent = iso(moment(mailed)) if mailed else None
        opened = sent if index % 2 else None
        texted = sent if index % 25 == 2 else None
        members: Record = {
            "email": story.person.email,
            "phone": story.person.phone,
            "firstName": story.person.first_name,
            "lastName": story.person.last_name,
            "bounced_hard": "1" if story.is_bounced and index % 100 == 99 else "0",
            "bounced_soft": "3" if story.is_bounced and index % 100 == 49 else "0",
            "bounced_date": updated[:10] if story.is_bounced else _NO_DAYS[index % 3],
            "ip": _IPS[index % 6],
            "ua": _AGENTS[index % 3],
            "segmentio_id": md5(story.person.email.encode()).hexdigest() if index % 60 == 7 else "",
            "socialdata_lastcheck": wall(moment(story.created))
            if index % 30 == 4
            else _NO_DATES[index % 4],
            "sentcnt": str(random.randrange(1, 180)) if mailed else "0",
            "rating_tstamp": updated[:10] if index % 30 == 4 else _NO_DAYS[(index + 1) % 3],
            "gravatar": "1" if index % 5 == 0 else "0",
            "adate": sent if index % 2 else _NO_DATES[index % 4],
            "udate": iso(moment(story.moved)),
            "edate": sent or _NO_DATES[(index + 2) % 4],
            "deleted_at": _NO_DATES[(index + 1) % 4],
            "updated_utc_timestamp": updated,
            "updated_timestamp": updated,
            "created_by": "0" if is_edited else None,
            "updated_by": "0" if is_edited else None,
            "mpp_tracking": "1" if opened and index % 4 == 1 else "0",
            "last_click_date": opened if index % 8 == 1 else None,
            "last_open_date": opened,
            "last_mpp_open_date": opened if index % 4 == 1 else None,
            "best_send_hour": str(index % 24) if opened else "0" if is_edited else None,
            "sms_consent": "1" if texted else "0" if is_edited else None,
            "sms_consent_updated_at": texted or _NO_DATES[(index + 3) % 4],
        }
        record = self.account.create("contacts", moment(story.created), id=story.id, **members)
        if index % 40 == 13:  # replies of earlier years lacked the newest members
            older = {name: value for name, value in record.items() if name not in _NEWEST}
            self.account.collections["contacts"].write(older)

    def _membership(self, story: _Story, list_id: str) -> None:
        random = self.random
        joined = self._later(max(story.created, self.lists[list_id]))
        status, subscribed, left = self._fate(joined, is_bounced=story.is_bounced)
        cause = self.sent.cause(random, joined, left) if status == "2" and left else None
        campaign, message = cause or (None, None)
        automation = str(random.choice(AUTOMATIONS)) if random.random() < 0.15 else None
        form = str(random.choice(FORMS)) if random.random() < 0.4 else None
        reason = random.choice(_REASONS) if left else ""
        self.account.create(
            "contactLists",
            moment(joined),
            contact=story.id,
            list=list_id,
            form=form,
            seriesid=automation or "0",
            sdate=iso(moment(subscribed)) if subscribed else None,
            udate=iso(moment(left)) if left else None,
            status=status,
            unsubreason=reason,
            campaign=campaign,
            message=message,
            first_name=story.person.first_name,
            last_name=story.person.last_name,
            ip4Sub=random.choice(_IPS),
            sourceid="1" if form else "4",
            ip4_last=random.choice(_IPS),
            ip4Unsub=random.choice(_IPS) if left else "0",
            unsubscribeAutomation=automation if left else None,
            autosyncLog="1" if automation and form else None,
        )
        self.tally.members[list_id] += 1
        self.tally.active[list_id] += status == "1"
        if message:
            self.tally.left[message] += 1
            self.tally.explained[message] += bool(reason)
        story.moves(max(joined, subscribed or 0, left or 0))

    def _fate(self, joined: int, *, is_bounced: bool) -> tuple[str, int | None, int | None]:
        """What became of a membership: its status, when it was subscribed to and when left."""
        nth = self.account.collections["contactLists"].last_id
        if is_bounced:
            return "3", joined, None
        if nth % 20 == 7:
            return "0", None, None  # never confirmed
        if nth % 25 == 11:  # came back: status decides, since udate is not taken back
            left = self._later(joined)
            return "1", self._later(left), left
        if self.random.random() < 0.13:
            return "2", joined, self._later(joined)
        return "1", joined, None

    def _tag(self, story: _Story, tag_id: str) -> None:
        at = self._later(max(story.created, self.tags[tag_id]))
        created_by = "2" if self.random.random() < 0.2 else None
        members = {"created_by": created_by, "updated_by": created_by}
        self.account.create("contactTags", moment(at), contact=story.id, tag=tag_id, **members)
        self.tally.tagged[tag_id] += 1
        self.tally.tagged_last[tag_id] = max(self.tally.tagged_last.get(tag_id, 0), at)
        story.moves(at)

    def _value(self, story: _Story, field: Field) -> None:
        at = self._later(max(story.created, self.fields[field.id]))
        edited = self._later(at) if self.random.random() < 0.2 else at
        self.account.create(
            "fieldValues",
            moment(at),
            contact=story.id,
            field=field.id,
            value=field.value(self.random, self.values[field.id]),
            udate=iso(moment(edited)),
        )
        self.values[field.id] += 1
        story.moves(edited)

    def _score(self, story: _Story, score_id: str) -> None:
        at = self._later(max(story.created, self.scores[score_id]))
        self.account.create(
            "scoreValues",
            moment(at),
            score=score_id,
            contact=story.id,
            mdate=iso(moment(self._later(at))),
            scoreValue=str(self.random.randrange(-20, 200)),
        )

    def _later(self, at: int) -> int:
        """Some time between a moment and the present, sooner rather than later."""
        return at + int((PRESENT - at) * self.random.random() ** 3)

    def _some(self, choices: Sequence[T], shares: Sequence[float]) -> list[T]:
        """As many of the choices as the shares say."""
        chance, number = self.random.random(), 0
        while number < len(shares) - 1 and chance >= shares[number]:
            chance -= shares[number]
            number += 1
        return self.random.sample(choices, number) if number else []


def _creation_times(account: Account, resource: str, **wanted: Any) -> dict[str, int]:
    """Seconds since 1970 by id, of the records with those members."""
    return {
        record["id"]: int(epoch(record["cdate"]))
        for record in account.records(resource)
        if wanted.items() <= record.items()
    }
