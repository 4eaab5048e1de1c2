"""Larkfield Instruments, a maker of laboratory balances with a newsletter: what its account holds.

Each area makes its own records; what they say of each other is true: no id points nowhere, nothing
happens before it can or after the present (`dates.NOW`).
"""

from random import Random

from sandbox.account import Account
from sandbox.business import (
    access,
    activities,
    audience,
    automations,
    campaigns,
    companies,
    contacts,
    conversions,
    custom_fields,
    custom_objects,
    deals,
    ecommerce,
    mail_links,
    mail_log,
    marketing,
    notes,
    pipelines,
    profile,
    results,
    scoring,
    settings,
    tasks,
    team,
    tracking,
)

__all__ = ["generate"]


def generate(account: Account, count: int, seed: int) -> None:
    """Fill an empty account: the set-up, and `count` contacts with all that hangs on them.

    Raises:
        ValueError: a negative number of contacts.
    """
    if count < 0:
        raise ValueError(f"{count} contacts cannot be made")
    team.generate(account)
    audience.generate(account)
    profile.generate(account)
    scoring.generate(account)
    custom_fields.generate(account)
    pipelines.generate(account)
    tasks.set_up(account)
    mail_chance = Random(f"mails {seed}")
    campaigns.generate(account, count, mail_chance)
    people, tally = contacts.generate(account, count, Random(seed))
    audience.count(account, tally)
    results.count(account, count, tally, mail_chance)
    chance = Random(f"sales {seed}")
    employers = companies.generate(account, people, chance)
    deals.generate(account, people, employers, chance)
    chance = Random(f"work {seed}")
    tasks.generate(account, count // 5, chance)
    notes.generate(account, count // 4, chance)
    deals.log_work(account)
    settings.generate(account, Random(f"settings {seed}"))
    marketing.generate(account, count, Random(f"marketing {seed}"))
    automations.generate(account, people, Random(f"automations {seed}"))
    conversions.generate(account, people, Random(f"conversions {seed}"))
    joined = mail_links.memberships(account)
    mail_links.generate(account, joined)
    mail_log.generate(account, people, joined, Random(f"mail log {seed}"))
    activities.generate(account, people, joined, Random(f"activities {seed}"))
    access.generate(account)
    tracking.generate(account, Random(f"tracking {seed}"))
    ecommerce.generate(account, people, Random(f"ecommerce {seed}"))
    custom_objects.generate(account, people, Random(f"custom objects {seed}"))
