"""What people noted down, on contacts and deals above all."""

from collections import Counter
from random import Random
from typing import Final

from sandbox.account import Account
from sandbox.business.profile import NOTES
from sandbox.business.tasks import pick
from sandbox.business.timeline import later
from sandbox.dates import iso, moment
from sandbox.resources.notes import OWNERS

_KINDS: Final = (  # one after the other
    *("Subscriber", "Deal", "Subscriber", "CustomerAccount", "Subscriber", "Deal") * 3,
    *("DealTask", "Activity"),
)
_TEXTS: Final = (
    *NOTES,
    "",
    "<p>Met at <i>Pittcon</i>, hall&nbsp;4.</p><br/>\n<p>Wants <b>3</b> \u2696\ufe0f</p>",
    "null",
    "Minutes of the visit: the scale stands next to a door \u2026 " * 60,
)
_USERS: Final = ("1", "2", "3", "5")


def generate(account: Account, count: int, random: Random) -> None:
    """Make so many notes, the oldest first."""
    starts = []
    for index in range(count):
        kind = _KINDS[index % len(_KINDS)]
        found = pick(account, OWNERS[kind], random)
        if found:
            starts.append((later(random, found[1]), kind, found[0]))
    made: Counter[str] = Counter()  # by kind
    for at, kind, id in sorted(starts):
        nth = made[kind]
        made[kind] += 1
        note = account.create(
            "notes",
            moment(at),
            reltype=kind,
            relid=id,
            userid=random.choice(_USERS),
            mdate=iso(moment(later(random, at) if nth % 3 == 1 else at)),
            note=_TEXTS[nth % len(_TEXTS)],
            is_draft="1" if nth % 11 == 5 else "0",
        )
        if nth % 11 == 2:  # as notes of earlier years are served
            del note["is_draft"]
            account.collections["notes"].write(note)
