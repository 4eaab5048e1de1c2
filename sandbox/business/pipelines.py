"""The ways that sales go: pipelines and their stages."""

from typing import Any, Final

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.dates import iso, wall

_PIPELINES: Final[tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...]] = (
    # id, title, stages, what differs from the usual
    (
        "1",
        "New business",
        ("To Contact", "In Contact", "Demonstration", "Quote Sent"),
        {"win_probability_initialize_date": "0000-00-00 00:00:00"},
    ),
    (
        "2",
        "Service contracts \u2013 Wartung & \u4fdd\u5b88",
        ("Due", "Offered", "Reminded"),
        {
            "currency": "eur",
            "autoassign": "2",
            "allusers": "0",
            "win_probability_initialize_date": wall(days_ago(600)),
        },
    ),
    # 3 was deleted
    ("4", "Rentals (not yet)", (), {"allgroups": "0"}),
)
_COLORS: Final = ("19CCA3", "00A3E0", "FFB000", "E6007E", "434343")


def generate(account: Account) -> None:
    """Make pipelines and stages, without deals yet."""
    for nth, (id, title, stages, differing) in enumerate(_PIPELINES):
        made, edited = days_ago(2050 - 10 * nth), iso(days_ago(300 - 100 * nth))
        account.create("dealGroups", made, id=id, title=title, udate=edited, **differing)
        for order, stage in enumerate(stages, start=1):
            account.create(
                "dealStages",
                made,
                group=id,
                title=stage,
                order=str(order),
                color=_COLORS[order - 1],
                cdate=None,
                udate=None,
            )
    account.create(
        "dealStages",
        days_ago(1200),  # added when the pipeline was in use
        group="1",
        title="Negotiation",
        order="5",
        color=_COLORS[4],
        width="320",
        dealOrder="value ASC",
        udate=iso(days_ago(700)),
    )
