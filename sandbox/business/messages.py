"""What is written in mails, those of campaigns and those that the account sends by itself."""

from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sandbox.account import Account
from sandbox.business.timeline import days_ago
from sandbox.resources import Record

_PARAGRAPHS: Final = (
    "Dear %FIRSTNAME|TITLECASE%,",
    'our LX-200 now weighs to 0.01 mg \u2013 "as fast as it is quiet" \u2696\ufe0f',
    "Kalibrierung f\u00e4llig? Wir kommen vorbei.\r\n\tAnruf gen\u00fcgt.",
    "\u6821\u6b63\u306e\u3054\u6848\u5185: \u6d88\u8017\u54c1\u306f 10 % \u5272\u5f15",
    "Back up C:\\weights\\today.csv before you update; it's worth the 5 < 10 minutes & more.",
)
_PREVIEWS: Final = (None, "", '{"image":"preview.png","width":600}', None, "preview pending")
_LAYOUT: Final = "<table><tr><td style='font:14px/1.5 Arial'>\n{}\n</td></tr></table>\n"
_SYSTEM: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    # name, subject, what differs from the usual
    ("Opt-in confirmation", "Please confirm your subscription", {"userid": "0", "hidden": "1"}),
    ("Update subscription", "Change your details", {"userid": "0", "ed_version": "1"}),
    ("Spring fair, never used", "See you in hall 4 \U0001f3aa?", {"reply2": ""}),
)


def generate(account: Account) -> None:
    """Make the mails that belong to no campaign."""
    for name, subject, differing in _SYSTEM:
        write(account, days_ago(2080), name=name, subject=subject, **differing)


def write(account: Account, at: datetime, **members: Any) -> Record:
    """Make a mail; what is not given varies from one to the next."""
    nth = account.collections["messages"].last_id
    paragraphs = [_PARAGRAPHS[(nth + line) % len(_PARAGRAPHS)] for line in range(2 + nth % 4)]
    if nth % 7 == 5:  # a long one, of tens of kB
        paragraphs *= 90
    html = "".join(_LAYOUT.format(f"<p>{paragraph}</p>") for paragraph in paragraphs)
    usual: Record = {
        "ed_instanceid": str(nth) if nth % 3 == 1 else "0",
        "ed_version": str(1 + nth % 3),
        "fromname": "Larkfield Instruments",
        "fromemail": "news@larkfield.example",
        "reply2": "service@larkfield.example" if nth % 2 else "",
        "encoding": "8bit" if nth % 4 else "quoted-printable",
        "preheader_text": "What is new \u2013 in two minutes" if nth % 3 == 0 else "",
        "text": "\n\n".join(paragraphs) if nth % 9 != 8 else "",
        "html": html,
        "preview_mime": "image/png" if nth % 5 == 2 else "",
        "preview_data": _PREVIEWS[nth % len(_PREVIEWS)],
        "has_predictive_content": "1" if nth % 8 == 6 else "0",
        "source": "ai" if nth % 6 == 4 else "",
        "language_code": "de" if nth % 10 == 7 else None,
    }
    return account.create("messages", at, **usual | members)


def screenshot(of: str) -> str:
    """Where the picture of a mail is found."""
    return f"//larkfield.img-us3.com/_screenshot_/{uuid5(NAMESPACE_URL, of)}.jpeg"
