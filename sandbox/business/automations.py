"""Automations: what they do block by block, who went through them, and who met their goals.

They agree with what the account holds before: a mail that belongs to an automation is sent by a
block of it, to as many as got it; who was put on a list by an automation was in it at that time.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from sandbox.account import Account
from sandbox.automations import ACTIVE
from sandbox.business import messages
from sandbox.business.automation_plans import MAIL, ON_SITE, PLANS, TEXTS, Plan, Step
from sandbox.business.contacts import Contact
from sandbox.business.timeline import days_ago, later
from sandbox.dates import epoch, iso, moment
from sandbox.resources import Record

_ENDED: Final = "2"


class _Entry(NamedTuple):
    """A contact's way into an automation. Moments are seconds since 1970."""

    at: int
    automation_id: str
    contact_id: str
    until: int  # it is not left before
    is_mailed: bool


class _Need(NamedTuple):
    """What is known of a contact's way through an automation from its lists."""

    contact_id: str
    since: int
    until: int
    is_mailed: bool


@dataclass(slots=True)
class _Automation:
    """An automation as it was made: its blocks in order, those that are still there."""

    plan: Plan
    blocks: list[str] = field(default_factory=list)  # ids
    times: list[int] = field(default_factory=list)  # when each was put in, never falling
    mail: int | None = None  # which of them sends a mail
    mailed: int = 0  # how many got it
    goal: int | None = None  # which of them is a goal
    goal_id: str = ""
    edited: int = 0

    @property
    def since(self) -> int:
        """When there was something to be mailed."""
        return 0 if self.mail is None else self.times[self.mail]


def generate(account: Account, people: Sequence[Contact], random: Random) -> None:
    """Make the automations, and who of the contacts went through them."""
    mails = {
        campaign["automation"]: campaign
        for campaign in account.records("campaigns")
        if campaign["automation"]
    }
    tags = {tag["tag"]: tag["id"] for tag in account.records("tags")}
    made = {plan.id: _build(account, plan, mails.get(plan.id), tags) for plan in PLANS}
    needs = _needs(account, people, {mail["id"]: mail["automation"] for mail in mails.values()})
    entries: list[_Entry] = []
    for id, automation in made.items():
        if automation.plan.is_used and people:
            entries += _entries(automation, needs.get(id, []), people, random)
    _write(account, made, sorted(entries), random)
    _texts(account, Counter(entry.automation_id for entry in entries))
    for name, differing in ON_SITE:
        account.create("siteMessages", days_ago(0), name=name, **differing)


def _build(
    account: Account, plan: Plan, mail: Record | None, tags: Mapping[str, str]
) -> _Automation:
    """Make an automation, its blocks and its goals, without contacts yet."""
    made = _Automation(plan)
    members: Record = {"status": "1", "screenshot": messages.screenshot(f"automation {plan.id}")}
    members |= {"name": plan.name, **plan.members}
    account.create("automations", days_ago(plan.made), id=plan.id, **members)
    steps = [Step("start", plan.made, {"starts": [int(plan.id)]}), *plan.steps]
    parent: str | None = None
    for order, step in enumerate(steps, start=1):
        at, params = days_ago(step.made), step.params
        if step.type == MAIL:
            if mail is None:
                continue
            at = moment(epoch(mail["cdate"]))
            kind = "opt" if mail["type"] == "split" else "imm"
            params = {"campaignid": int(mail["id"]), "sendtype": kind, "emailname": mail["name"]}
            made.mail, made.mailed = len(made.blocks), int(mail["send_amt"])
        elif step.tags:
            params = {"tagIds": [tags[name] for name in step.tags]}
        edited = at if step.deleted is None else days_ago(step.deleted)
        block = account.create(
            "automationBlocks",
            at,
            automation=plan.id,
            parent=parent,
            ordernum=str(order),
            type=step.type,
            params=params,
            deleted="0" if step.deleted is None else "1",
            mdate=iso(edited),
        )
        made.edited = max(made.edited, int(edited.timestamp()))
        if step.deleted is not None:
            continue
        if step.type == "goal":
            made.goal = len(made.blocks)
            goal = account.create(
                "goals",
                at,
                blockid=block["id"],
                seriesid=plan.id,
                name=params["name"],
                dirty_stats="1" if plan.id == "3" else "0",
            )
            made.goal_id = goal["id"]
        parent = block["id"]
        made.blocks.append(block["id"])
        made.times.append(int(at.timestamp()))
    return made


def _needs(
    account: Account, people: Sequence[Contact], automations: Mapping[str, str]
) -> dict[str, list[_Need]]:
    """What the lists say, by automation; `automations` has those of the mails by their ids.

    Who left a list because of a mail had got it, and who was put on it or taken off it by an
    automation was in that at the time.
    """
    created = {person.id: person.created for person in people}
    needs: dict[str, dict[tuple[str, str], _Need]] = {}
    for number in account.collections["contactLists"].numbers:
        row = account.find("contactLists", number) or {}
        contact_id, put_on = row["contact"], row["automation"]
        sender = automations.get(row["campaign"] or "")
        if put_on is None and sender is None:
            continue
        since = max(created[contact_id], int(epoch(row["created_timestamp"])))
        left = int(epoch(row["udate"])) if row["udate"] else since
        if sender is not None:
            # each of its mails is counted, so each is a way of its own
            mailed = _Need(contact_id, since, left, is_mailed=True)
            needs.setdefault(sender, {})[contact_id, row["id"]] = mailed
        if put_on is not None and put_on != sender:
            until = left if row["unsubscribeAutomation"] else since
            held = needs.setdefault(put_on, {})
            known = held.get((contact_id, ""), _Need(contact_id, since, until, is_mailed=False))
            held[contact_id, ""] = known._replace(
                since=min(known.since, since), until=max(known.until, until)
            )
    return {id: list(held.values()) for id, held in needs.items()}


def _entries(
    made: _Automation, needs: Sequence[_Need], people: Sequence[Contact], random: Random
) -> Iterator[_Entry]:
    """Who entered an automation: those who must have, who got its mail, and some who did not."""
    id, mails = made.plan.id, made.mailed
    taken = {need.contact_id for need in needs}
    for need in sorted(needs, key=lambda need: not need.is_mailed):
        is_mailed = need.is_mailed or (mails > 0 and need.since >= made.since)
        mails -= is_mailed
        yield _Entry(need.since, id, need.contact_id, need.until, is_mailed)
    others = [person for person in people if person.id not in taken]
    further = 1 + len(people) // 100
    if made.plan.members.get("multientry") == "1":
        mailed = random.sample(others, min(mails, len(others)) * 3 // 4)
        mailed += random.choices(people, k=mails - len(mailed))
        passing = random.choices(people, k=further)
    else:
        drawn = random.sample(others, min(mails + further, len(others)))
        mailed, passing = drawn[:mails], drawn[mails:]
    for person in mailed:
        at = later(random, max(person.created, made.since))
        yield _Entry(at, id, person.id, at, is_mailed=True)
    for person in passing:
        at = later(random, person.created)
        yield _Entry(at, id, person.id, at, is_mailed=False)


def _write(
    account: Account, made: Mapping[str, _Automation], entries: Sequence[_Entry], random: Random
) -> None:
    """Make a contact's ways through automations and the goals it met, the oldest first."""
    entered, active = Counter[str](), Counter[str]()
    met: list[tuple[int, int, _Entry, str]] = []  # when a goal was met, how long it took
    for nth, entry in enumerate(entries):
        automation = made[entry.automation_id]
        last = max(later(random, entry.at), entry.until, automation.since * entry.is_mailed)
        members, reached = _fate(automation, entry, last, nth, random)
        record = account.create(
            "contactAutomations",
            moment(entry.at),
            contact=entry.contact_id,
            seriesid=entry.automation_id,
            startid="0" if nth % 7 == 3 else entry.automation_id,
            lastlogid="0" if nth % 3 else str(1000 + nth),
            in_als=("3", None, "0")[nth % 3],
            **members,
        )
        if nth % 8 == 1:  # as earlier replies have it
            del record["in_als"]
            for name in ("completedElements", "totalElements"):
                record[name] = str(record[name])
            account.collections["contactAutomations"].write(record)
        entered[entry.automation_id] += 1
        active[entry.automation_id] += record["status"] == ACTIVE
        if automation.goal is not None and reached > automation.goal and random.random() < 0.7:
            at = random.randint(max(automation.times[automation.goal], entry.at), last)
            met.append((at, at - entry.at, entry, record["id"]))
    for at, taken, entry, entry_id in sorted(met):
        account.create(
            "contactGoals",
            moment(at),
            goalid=made[entry.automation_id].goal_id,
            seriesid=entry.automation_id,
            subscriberid=entry.contact_id,
            subscriberseriesid=entry_id,
            timespan=str(taken),
        )
    for id, automation in made.items():
        counts = {"entered": str(entered[id]), "exited": str(entered[id] - active[id])}
        account.amend("automations", id, {**counts, "mdate": iso(moment(automation.edited))})


def _fate(
    made: _Automation, entry: _Entry, last: int, nth: int, random: Random
) -> tuple[Record, int]:
    """How far a contact got by a moment, as members, and how many blocks it has behind it."""
    there = bisect_right(made.times, last)  # the blocks that there were
    lowest, is_stopped = 1, False
    if made.mail is not None and entry.is_mailed:
        lowest = made.mail + 1
    elif made.mail is not None and there > made.mail:  # it got no mail, so it was not there yet
        there, is_stopped = made.mail, True
    total = len(made.blocks)
    is_active = nth % 10 in (3, 6, 9)
    if is_active or is_stopped or nth % 10 == 8:
        reached = random.randint(lowest, there)
        completed, percent = 0, 100 * (reached - 1) // total
    else:
        reached, completed, percent = there, 1, 100
    is_new = is_active and reached == 1 and nth % 2 == 1  # not even at the first block
    last_date = iso(moment(last))
    members: Record = {
        "status": ACTIVE if is_active else _ENDED,
        "batchid": "completed" if completed and nth % 3 == 0 else ("0", None)[nth % 2],
        "remdate": None if is_active else last_date,
        "timespan": None if is_active else str(last - entry.at),
        "lastblock": None if is_new else made.blocks[reached - 1],
        "lastdate": last_date,
        "completedElements": 0 if completed else reached - 1,  # the API begins anew at the end
        "totalElements": total,
        "completed": completed,
        "completeValue": percent,
    }
    return members, reached


def _texts(account: Account, entered: Mapping[str, int]) -> None:
    """Make text messages; a few of those who enter an automation have a number to send them to."""
    for text, days, differing in TEXTS:
        sent = entered.get(differing.get("automation", ""), 0) // 6
        account.create(
            "sms",
            days_ago(days),
            msg=text,
            sent=str(sent),
            failed=str(sent // 40),
            unsubscribes=str(sent // 50),
            replies=str(sent // 20),
            uniquereplies=str(sent // 25),
            sdate=iso(days_ago(days - 1)) if sent else None,
            ldate=iso(days_ago(days / 90)) if sent else None,
            **differing,
        )
