"""`python -m docs.report`: write the report of a database."""

import sys
from pathlib import Path
from typing import Final

import duckdb

from docs.database import chosen, opened, what_to_do
from docs.report.page import page

REPORT: Final = Path(__file__).parent.parent.parent / "target" / "report" / "index.html"


def main() -> int:
    """Write `target/report/index.html`; say what to do where that cannot be done."""
    database = chosen()
    try:
        with opened(database) as connection:
            text = page(connection)
    except duckdb.Error as problem:
        print(what_to_do(database, problem), file=sys.stderr)
        return 1
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(f"The report: {REPORT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
