"""What the company sends: newsletters, tests of two subjects, mails of automations."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from sandbox import mailings
from sandbox.account import Account
from sandbox.business import messages
from sandbox.business.timeline import DAY, days_ago
from sandbox.dates import epoch, iso, moment, wall
from sandbox.resources import Record

_HASH: Final = "8f2c1d90ab34ef5610cd77e2a4b8905566f1c3de"


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign: what it is, and how far it has come.

    `status` is the API's: 0 draft, 1 scheduled or for an automation, 2 sending, 3 paused,
    4 stopped, 5 completed.
    """

    name: str
    made: float  # days before the present
    status: str = "5"
    type: str = "single"
    messages: int = 1
    share: float = 0.6  # of the contacts there are that it is meant for
    members: Mapping[str, Any] = field(default_factory=dict)
    in_use: bool = False  # goes out to one contact at a time, and has done so

    @property
    def is_sent_at_once(self) -> bool:
        """Whether there is a day on which it went out."""
        return self.status in ("2", "3", "4", "5")

    @property
    def has_results(self) -> bool:
        """Whether anyone has got it."""
        return self.is_sent_at_once or self.in_use


_PLANS: Final = (
    Plan(
        "Welcome to Larkfield",
        1824,
        "1",
        members={"seriesid": "1", "basetemplateid": _HASH},
        in_use=True,
    ),
    Plan("First newsletter", 1810, members={"has_outdated_translations": None}),
    Plan("Calibration is due", 1700, "1", share=0.2, members={"seriesid": "2"}, in_use=True),
    Plan(
        "Which subject line?",
        1600,
        type="split",
        messages=2,
        members={"split_offset": "4", "split_content": "0"},
    ),
    # one was deleted
    Plan(
        "Service digest",
        1400,
        type="recurring",
        members={
            "status": "1",  # waits for its next time
            "ldate": iso(days_ago(2.5)),
            "recurring": "week1",
            "willrecur": "1",
            "managetext": "1",
        },
    ),
    Plan(
        "After the first month",
        1300,
        "1",
        type="responder",
        members={"responder_offset": "720", "responder_existing": "1", "laststep": "result"},
        in_use=True,
    ),
    Plan(
        "A year with your balance",
        1200,
        "1",
        type="reminder",
        share=0.1,
        members={
            "reminder_field": "cdate",
            "reminder_format": "yyyy-mm-dd",
            "reminder_offset": "7",
            "reminder_offset_sign": "-",
            "reminder_last_cron_run": wall(days_ago(0.2)),
            "laststep": "summary",
        },
        in_use=True,
    ),
    Plan("Thanks for your order", 1100, type="special", share=0.1, members={"formid": "2"}),
    Plan(
        "News from our blog",
        1000,
        type="activerss",
        members={"activerss_url": "https://larkfield.example/blog.xml", "activerss_items": "5"},
    ),
    Plan("A word from Ingrid", 900, type="text", members={"campaignIsText": "1", "format": "text"}),
    Plan(
        'Pr\u00e4zision, die man h\u00f6rt \u2013 "LX-200" & \u5929\u79e4 \U0001f389',
        800,
        members={
            "htmlunsub": "1",
            "htmlunsubdata": "<p>Unsubscribe <a href='%UNSUBSCRIBELINK%'>here</a></p>",
            "textunsub": "1",
            "textunsubdata": "Unsubscribe: %UNSUBSCRIBELINK%",
            "analytics_campaign_name": "lx-200-launch",
            "tracklinksanalytics": "1",
        },
    ),
    Plan(
        "Three ways to say it",
        600,
        type="split",
        messages=3,
        members={"split_type": "", "split_offset_type": "", "split_content": "1"},
    ),
    Plan("Webinar: weighing in clean rooms", 400, "4", members={"segmentname": "Webinar guests"}),
    Plan("Price list 2026", 300, members={"survey": "price-list", "tracklinks": "mime"}),
    Plan("Pittcon: come and see us", 200, "3", members={"tracklinks": "none"}),
    Plan(
        "Demo follow-up",
        170,
        "1",
        share=0.1,
        members={"seriesid": "3", "source": "ai"},
        in_use=True,
    ),
    Plan("Untitled", 90, "0", members={"laststep": "type"}),
    Plan(
        "Warranty offer",
        20,
        "1",
        members={"schedule": "1", "scheduleddate": wall(days_ago(-9)), "laststep": "summary"},
    ),
    Plan("Autumn news", 1.2, "2"),
    Plan(
        "Win them back", 0.5, "1", members={"seriesid": "4", "source": "ai", "laststep": "designer"}
    ),
)


def plans(contacts: int) -> list[Plan]:
    """All campaigns, the oldest first; the more contacts, the more newsletters."""
    number = contacts // 500
    further = [
        Plan(
            f"Product News no. {nth + 1}",
            1750 * (1 - nth / number) + 3,
            type="split" if nth % 10 == 9 else "single",
            messages=2 if nth % 10 == 9 else 1,
            share=0.5,
        )
        for nth in range(number)
    ]
    return sorted((*_PLANS, *further), key=lambda plan: -plan.made)


def generate(account: Account, contacts: int, random: Random) -> None:
    """Make campaigns and their messages, for that many contacts, without results yet."""
    messages.generate(account)
    copied: Record | None = None  # some are made from an earlier one
    for index, plan in enumerate(plans(contacts)):
        id = str(index + 1 + (index >= 4))
        made = days_ago(plan.made)
        edited = moment(made.timestamp() + DAY / 10)
        sent = made.timestamp() + DAY if plan.status == "5" else made.timestamp() + DAY / 8
        members: Record = {
            "userid": str(1 + index % 3),
            "addressid": "1" if index % 2 else "0",
            "ip4": str(random.randrange(2**32)),
            "ip": str(random.randrange(2**32)) if index % 3 else "0",
            "mdate": iso(edited),
            "updated_timestamp": wall(edited),
            "screenshot": messages.screenshot(f"campaign {id}"),
            "ed_version": "2" if plan.made > 500 else "3",
            "groupLimitViolation": index % 5 == 0,
            "moderation_status": "1" if plan.is_sent_at_once else "0",
            "repair_timestamp": None if index % 6 == 1 else "0000-00-00 00:00:00",
            "series_send_lock_time": None if index % 6 == 2 else "0000-00-00 00:00:00",
        }
        if plan.is_sent_at_once:
            members |= {
                "sdate": iso(moment(sent)),
                "ldate": iso(moment(sent + 240)),
                "sendid": str(900_000 + index),
                "mail_transfer": "10",
                "mail_cleanup": "1" if plan.status == "5" else "0",
                "replysys": "1",
                "laststep": "designer",
            }
        if copied and index % 4 == 3:
            members |= {
                "source": "copy",
                "basemessageid": copied["message_id"],
                "created_timestamp": copied["created_timestamp"],
                "additional_data": f'{{"copiedFrom":{copied["id"]},"summaryEventSent":true}}',
            }
        members |= {"name": plan.name, "type": plan.type, "status": plan.status, **plan.members}
        account.create("campaigns", made, id=id, **members)
        _write(account, id, plan)
        copied = copied or account.find("campaigns", id)


def _write(account: Account, campaign_id: str, plan: Plan) -> None:
    """Make the messages of a campaign: several where it tries out which does best."""
    for nth in range(plan.messages):
        subject = plan.name if nth == 0 else f"{plan.name} ({'BCD'[nth - 1]})"
        message = messages.write(
            account,
            days_ago(plan.made),
            name=subject,
            subject=subject,
            userid=str(int(campaign_id) % 3 + 1),
            **({"format": "text", "html": ""} if plan.type == "text" else {}),
        )
        part = 100 // plan.messages
        number = int(message["id"])
        row = account.create(
            "campaignMessages",
            days_ago(plan.made),
            campaignid=campaign_id,
            messageid=message["id"],
            percentage=part if plan.messages > 1 else None if number % 5 == 4 else "100",
            initial_split_percentage=part if plan.messages > 1 else None if number % 6 else "0",
            sourcesize=str(len(message["html"] or message["text"])),
            spamcheck_score=("0", "1.7", "0.4")[number % 3],
            spamcheck_max="5",
            screenshot=messages.screenshot(f"message {number}"),
            subject=subject,
        )
        if plan.made < 1000:  # counted since then
            added = dict.fromkeys(("verified_opens", "verified_unique_opens"), "0")
            account.collections["campaignMessages"].write(row | added)
    mailings.add_up(account, campaign_id)


class Sent:
    """Which campaigns went out when."""

    def __init__(self, account: Account) -> None:
        """Read the account's campaigns; the first of all welcomes each contact."""
        messages_of: dict[str, list[str]] = {}
        for row in account.records("campaignMessages"):
            messages_of.setdefault(row["campaignid"], []).append(row["messageid"])
        campaigns = account.records("campaigns")
        self._sent = sorted(
            (int(epoch(campaign["sdate"])), campaign["id"], messages_of[campaign["id"]])
            for campaign in campaigns
            if campaign["sdate"]
        )
        self._times = [at for at, *_ in self._sent]
        self._welcome = (
            int(epoch(campaigns[0]["cdate"])),
            (campaigns[0]["id"], messages_of[campaigns[0]["id"]][0]),
        )

    def cause(self, random: Random, joined: int, left: int) -> tuple[str, str] | None:
        """The campaign that made a subscriber leave, and its message; none for some.

        It is one of the last that were first sent in between, or else the welcome.
        """
        if random.random() < 0.3:
            return None
        low, high = bisect_right(self._times, joined), bisect_right(self._times, left)
        if low < high:
            _, id, message_ids = self._sent[max(low, high - 1 - random.randrange(3))]
            return id, random.choice(message_ids)
        since, welcome = self._welcome
        return welcome if since <= joined and random.random() < 0.3 else None
