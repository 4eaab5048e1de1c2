"""What a contact's way through an automation does to other records."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sandbox.resources import Record

if TYPE_CHECKING:
    from sandbox.account import Account
    from sandbox.consequences import Consequence

ACTIVE: Final = "1"


def _contact_automation(
    account: "Account", before: Record | None, after: Record | None, at: datetime
) -> None:
    """An automation counts who entered it, and who is no longer in it."""
    for entry, one in ((before, -1), (after, 1)):
        if entry:
            counts = {"entered": one, "exited": 0 if entry["status"] == ACTIVE else one}
            account.count("automations", entry["seriesid"], counts)


AUTOMATIONS: Final[Mapping[str, "Consequence"]] = {"contactAutomations": _contact_automation}
