"""The rule sets by which contacts and deals get points."""

from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.dates import iso

_SCORES: Final[tuple[tuple[str, str, float, dict[str, Any]], ...]] = (
    # id, name, days since it was made, what differs from the usual
    ("1", "Link Engagement", 1700, {"descript": "+50 points for a click on any link sent"}),
    (  # switched off; what it gave stays
        "2",
        'Fit \u2013 "laboratory" & industry',
        1300,
        {"status": "0", "mdate": iso(days_ago(200))},
    ),
    # 3 was deleted
    ("4", "Deal Health", 800, {"reltype": "deal", "descript": "-10 points a week\nof silence"}),
)


def generate(account: Account) -> None:
    """Make the scores, without points yet."""
    for id, name, days, differing in _SCORES:
        account.create("scores", days_ago(days), id=id, name=name, **differing)
