"""What a change of a campaign or of one of its messages does to other records."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox.dates import wall
from sandbox.resources import Record
from sandbox.resources.campaigns import COUNTERS, VERIFIED

if TYPE_CHECKING:
    from sandbox.account import Account
    from sandbox.consequences import Consequence

_COUNTERS: Final = (*COUNTERS, *VERIFIED)


def add_up(account: "Account", campaign_id: str) -> None:
    """Give a campaign the sums of what its messages count, and the ids of the first of them."""
    numbers = account.collections["campaignMessages"].children("campaign", int(campaign_id))
    rows = [row for number in numbers if (row := account.find("campaignMessages", number))]
    members = {name: str(sum(int(row.get(name, 0)) for row in rows)) for name in _COUNTERS}
    members["numberOfMessages"] = str(len(rows))
    members["campaign_message_id"] = rows[0]["id"] if rows else "0"
    members["message_id"] = rows[0]["messageid"] if rows else "0"
    account.amend("campaigns", campaign_id, members)


def _campaign_message(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """A campaign counts what its messages count, and is dated by it in one place only."""
    for campaign_id in {row["campaignid"] for row in (before, after) if row}:
        campaign = account.find("campaigns", campaign_id)
        add_up(account, campaign_id)
        _campaign(account, campaign, account.find("campaigns", campaign_id), at)


def _campaign(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """New counts move `updated_timestamp`, and not `mdate`."""
    if before and after and any(before[name] != after[name] for name in _COUNTERS):
        account.amend("campaigns", after["id"], {"updated_timestamp": wall(at)})


MAILINGS: Final[Mapping[str, "Consequence"]] = {
    "campaigns": _campaign,
    "campaignMessages": _campaign_message,
}
