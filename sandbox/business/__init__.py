"""Larkfield Instruments, a maker of laboratory balances with a newsletter: what its account holds.

Each area makes its own records; what they say of each other is true: no id points nowhere, nothing
happens before it can or after the present (`dates.NOW`).
"""

from random import Random

from sandbox.account import Account
from sandbox.business import audience, contacts, profile, scoring, team

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
    tally = contacts.generate(account, count, Random(seed))
    audience.count(account, tally)
