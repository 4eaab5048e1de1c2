"""The SQL examples of the documentation: what is asked, what is shown.

`python -m docs.site.examples DATABASE` writes anew what is shown, after a change of the made-up
account.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

ROOT: Final = Path(__file__).parent.parent.parent
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs/guide").glob("*.md")))
EXAMPLE: Final = re.compile(r"(?<=```sql\n)(.*?)(```\n\n```\n)(.*?)(?=```)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A query, and the result that the page shows."""

    page: Path
    query: str
    shown: str


def examples() -> Iterator[Example]:
    """Every query of README and guide that has a result."""
    for page in PAGES:
        for query, _, shown in EXAMPLE.findall(page.read_text(encoding="utf-8")):
            yield Example(page, query, shown)


def result(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """What a query gives, as the pages show it."""
    connection.execute("set TimeZone = 'UTC'")
    return str(connection.sql(query))


def main() -> int:
    """Write anew what the pages show."""
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            shown = EXAMPLE.sub(
                lambda match: f"{match[1]}{match[2]}{result(connection, match[1])}", text
            )
            page.write_text(shown, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
