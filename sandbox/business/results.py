"""What became of the mails: who got, opened and clicked them, and who left because of them."""

from random import Random

from sandbox import mailings
from sandbox.account import Account
from sandbox.business import campaigns
from sandbox.business.audience import Tally
from sandbox.business.campaigns import Plan
from sandbox.business.timeline import DAY, FIRST_CONTACT, PRESENT, days_ago
from sandbox.dates import epoch, moment, wall
from sandbox.resources import Record


def count(account: Account, contacts: int, tally: Tally, random: Random) -> None:
    """Give campaigns and messages their results; the tally says who left because of which."""
    plans = {plan.name: plan for plan in campaigns.plans(contacts)}
    for campaign in account.records("campaigns"):
        plan = plans[campaign["name"]]
        if not plan.has_results:
            continue
        numbers = account.collections["campaignMessages"].children("campaign", int(campaign["id"]))
        meant = _audience(campaign, plan, contacts)
        opened = []
        for nth, number in enumerate(numbers):
            part = meant // len(numbers) + (nth < meant % len(numbers))
            row = account.find("campaignMessages", number)
            assert row
            results = _results(part, plan, tally.left[row["messageid"]], random)
            results["unsubreasons"] = tally.explained[row["messageid"]]
            texts = {name: str(number) for name, number in results.items() if name in row}
            account.amend("campaignMessages", number, texts)
            opened.append((results["uniqueopens"], row["messageid"]))
        mailings.add_up(account, campaign["id"])
        account.amend("campaigns", campaign["id"], _close(campaign, plan, max(opened)))


def _audience(campaign: Record, plan: Plan, contacts: int) -> int:
    """How many it is meant for: contacts of that day, or those who came since it is in use."""
    at = epoch(campaign["ldate"] or campaign["cdate"])
    elapsed = max((at - FIRST_CONTACT) / (PRESENT - FIRST_CONTACT), 0)
    return int(contacts * plan.share * (1 - elapsed if plan.in_use else elapsed))


def _results(meant: int, plan: Plan, left: int, random: Random) -> dict[str, int]:
    """What became of the mails of a message that is meant for so many."""
    sent = max(meant if plan.in_use or plan.status == "5" else meant * 2 // 3, left)
    hard = int((sent - left) * random.uniform(0, 0.008))
    soft = int((sent - left) * random.uniform(0, 0.02))
    opened = max(left, int((sent - hard - soft) * random.uniform(0.2, 0.45)))
    opens = opened + int(opened * random.uniform(0.2, 0.9))
    clicked = int(opened * random.uniform(0.02, 0.2))
    unique = clicked + clicked // 20  # one may click several links
    return {
        "send_amt": sent,
        "total_amt": max(meant, sent),
        "hardbounces": hard,
        "softbounces": soft,
        "opens": opens,
        "uniqueopens": opened,
        "verified_opens": opens * 7 // 8,
        "verified_unique_opens": opened * 7 // 8,
        "linkclicks": unique + unique // 3,
        "uniquelinkclicks": unique,
        "subscriberclicks": clicked,
        "forwards": clicked // 20,
        "uniqueforwards": clicked // 25,
        "replies": clicked // 25,
        "uniquereplies": clicked // 30,
        "updates": clicked // 90,
        "socialshares": clicked // 70,
        "unsubscribes": left,
    }


def _close(campaign: Record, plan: Plan, best: tuple[int, str]) -> Record:
    """What follows from the results: their date, and which message of a test has won."""
    last = epoch(campaign["ldate"]) + 3 * DAY if campaign["ldate"] else PRESENT
    members = {"updated_timestamp": wall(min(moment(last), days_ago(0)))}
    opened, message_id = best
    if plan.type == "split" and opened:
        members["split_winner_messageid"] = message_id
    return members
