"""What campaigns link to, and the lists they are for.

The links of a message add up to the clicks that it counts.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from sandbox.account import Account
from sandbox.business.timeline import PRESENT
from sandbox.dates import epoch, moment
from sandbox.resources import Record

_URLS: Final = (
    ("https://larkfield.example/lx-200", "LX-200"),
    ("https://larkfield.example/webinar?utm_source=mail&utm_campaign=%CAMPAIGNID%", ""),
    ("https://larkfield.example/pr\u00e4zision/\u5929\u79e4", "Pr\u00e4zision \u2013 \u2696\ufe0f"),
    ("mailto:service@larkfield.example?subject=Visit", 'Ask for a "visit" & more'),
    ("https://larkfield.example/prices?token=" + "0123456789abcdef" * 24, "Price list"),
)
_UNTRACKED: Final = ("%UNSUBSCRIBELINK%", "Unsubscribe")


class Membership(NamedTuple):
    """When a contact was on a list, in seconds since 1970, and which mail made it leave."""

    id: str
    contact: str
    list: str
    since: int
    until: int
    is_bounced: bool
    campaign: str | None
    message: str | None


def memberships(account: Account) -> list[Membership]:
    """All that were ever confirmed, in the order of their ids."""
    found = []
    for number in account.collections["contactLists"].numbers:
        row = account.find("contactLists", number) or {}
        if row["sdate"]:
            since, is_bounced = int(epoch(row["sdate"])), row["status"] == "3"
            until = int(epoch(row["udate"])) if row["status"] == "2" else PRESENT + 1
            whose, cause = (
                (row["id"], row["contact"], row["list"]),
                (row["campaign"], row["message"]),
            )
            found.append(Membership(*whose, since, until, is_bounced, *cause))
    return found


def generate(account: Account, joined: Sequence[Membership]) -> None:
    """Make the links of all campaigns, and say which lists each is for."""
    messages: defaultdict[str, list[Record]] = defaultdict(list)
    for row in account.records("campaignMessages"):
        messages[row["campaign"]].append(row)
    lists = _Lists(account, joined)
    for campaign in account.records("campaigns"):
        _link(account, campaign, messages[campaign["id"]])
        lists.choose(campaign)


def _link(account: Account, campaign: Record, messages: Sequence[Record]) -> None:
    """Make the links of a campaign: of each message, and of several together."""
    nth = int(campaign["id"])
    urls = [_URLS[(nth + index) % len(_URLS)] for index in range(2 + nth % 3)]
    made = moment(epoch(campaign["cdate"]))
    usual = {
        "campaignid": campaign["id"],
        "updated_timestamp": campaign["updated_timestamp"],
        "created_by": "1" if nth % 4 == 3 else None,
        "updated_by": "0" if nth % 4 == 1 else None,
    }
    counted = [[0, 0] for _ in urls]
    for row in messages:
        members = {**usual, "messageid": row["messageid"]}
        account.create("links", made, link="open", name="Read Tracker", **members)
        unique = _divided(int(row["uniquelinkclicks"]), len(urls))
        again = _divided(int(row["linkclicks"]) - sum(unique), len(urls))
        for index, (link, name) in enumerate(urls):
            counts = [unique[index], unique[index] + again[index]]
            ref = f"link{index}" if nth % 5 == 2 else ""
            account.create(
                "links", made, link=link, name=name, ref=ref, **members, **_texts(counts)
            )
            counted[index] = [sum(pair) for pair in zip(counted[index], counts, strict=True)]
        if nth % 2:
            link, name = _UNTRACKED
            account.create("links", made, link=link, name=name, tracked="0", **members)
    if len(messages) > 1:
        for (link, name), counts in zip(urls, counted, strict=True):
            account.create("links", made, link=link, name=name, **usual, **_texts(counts))


def _divided(clicks: int, links: int) -> list[int]:
    """Clicks by link; the first gets most."""
    parts = links * (links + 1) // 2
    shares = [clicks * (links - index) // parts for index in range(links)]
    return [shares[0] + clicks - sum(shares), *shares[1:]]


def _texts(counts: Sequence[int]) -> dict[str, str]:
    return dict(zip(("uniquelinkclicks", "linkclicks"), map(str, counts), strict=True))


class _Lists:
    """The lists, who joined them when, and who left them because of what."""

    def __init__(self, account: Account, joined: Sequence[Membership]) -> None:
        self.account = account
        lists = account.records("lists")
        self.names = {row["id"]: row["name"] for row in lists}
        self.made = {row["id"]: epoch(row["cdate"]) for row in lists}
        self.times: defaultdict[str, list[int]] = defaultdict(list)
        self.left: defaultdict[str, set[str]] = defaultdict(set)  # by campaign
        for row in sorted(joined, key=lambda row: row.since):
            self.times[row.list].append(row.since)
            if row.campaign:
                self.left[row.campaign].add(row.list)

    def choose(self, campaign: Record) -> None:
        """Give a campaign as many lists as it needs, those among them that it made some leave.

        A mail of an automation has none, nor has a draft.
        """
        id = campaign["id"]
        if campaign["automation"] or campaign["status"] == "0":
            return
        at = epoch(campaign["sdate"] or campaign["cdate"])
        sizes = {
            one: bisect_right(self.times[one], at) for one in self.made if self.made[one] <= at
        }
        chosen = set(self.left[id])
        further = sorted(
            sizes.keys() - chosen, key=lambda one: ((int(one) + int(id)) % 7, int(one))
        )
        wanted = int(campaign["total_amt"])
        while further and (not chosen or sum(sizes[one] for one in chosen) < wanted):
            chosen.add(further.pop(0))
        for one in sorted(chosen, key=int):
            self.account.create(
                "campaignLists",
                moment(at),
                campaignid=id,
                listid=one,
                userid=campaign["userid"],
                list_amt=str(sizes[one]) if campaign["sdate"] else "0",
                cdate=campaign["cdate"] if int(id) % 2 else None,
                udate=campaign["mdate"] if int(id) % 4 == 1 else None,
                name=self.names[one],
            )
