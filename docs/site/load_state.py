"""How fresh and complete a database is, as the front page tells it."""

from datetime import datetime
from pathlib import Path
from typing import Final

from docs.database import last_run, opened

QUALITY: Final = """
select question, is_fine, affected, among, example, since_at, look_in
from activecampaign_analytics.account_quality
"""


def load_state(database: Path) -> str:
    """What the database says of its own load, in Markdown.

    Raises:
        duckdb.Error: the database cannot be opened, or was not built by dbt.
    """
    with opened(database) as connection:
        account, started_at = last_run(connection)
        rows = "\n".join(_row(*row) for row in connection.execute(QUALITY).fetchall())
    return (
        f"Account **{account}**, last loaded {_time(started_at)}.\n\n"
        f"| question | answer | since | particulars |\n|---|---|---|---|\n{rows}"
    )


def _row(
    question: str,
    is_fine: bool,
    affected: int,
    among: int | None,
    example: str | None,
    since: datetime | None,
    model: str,
) -> str:
    of = f" of {among:,}" if among is not None else ""
    answer = "yes" if is_fine else f"**no**: {affected:,}{of}, `{example}` for one"
    link = f"[{model}](#!/model/model.activecampaign.{model})"
    return f"| {question} | {answer} | {_time(since) if since else ''} | {link} |"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
