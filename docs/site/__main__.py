"""`python -m docs.site`: draw the diagrams and build the docs site of a database."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import duckdb

from docs.database import chosen, what_to_do
from docs.site.diagrams import Graph, diagrams
from docs.site.guide import write_guide
from docs.site.load_state import load_state

ROOT: Final = Path(__file__).parent.parent.parent
DIAGRAMS: Final = ROOT / "docs" / "diagrams"
SITE: Final = ROOT / "target" / "site"
OVERVIEW: Final = "doc.activecampaign.__overview__"
STATE_HERE: Final = "<!-- load state -->"  # where the front page tells of the load


def main() -> int:
    """Build `target/site/index.html`; say what to do where that cannot be done."""
    database = chosen()
    try:
        state = load_state(database)
    except duckdb.Error as problem:
        print(what_to_do(database, problem), file=sys.stderr)
        return 1
    if _dbt("parse"):
        return 1
    manifest = json.loads((SITE.parent / "manifest.json").read_text(encoding="utf-8"))
    DIAGRAMS.mkdir(exist_ok=True)
    for name, svg in diagrams(Graph.read(manifest)):
        (DIAGRAMS / name).write_text(svg, encoding="utf-8")
    if _dbt("docs", "generate"):
        return 1
    write_site(SITE.parent, SITE, state)
    print(f"The docs site: {SITE / 'index.html'}")
    return 0


def _dbt(*command: str) -> int:
    dbt = str(Path(sys.executable).with_name("dbt"))
    target = ("--target-path", str(SITE.parent))
    return subprocess.run([dbt, "--quiet", *command, *target], cwd=ROOT, check=False).returncode


def write_site(target: Path, site: Path, state: str) -> None:
    """Make a site of what `dbt docs generate` wrote to `target`.

    The tables' page is one file, as with `--static`, which would leave no way to say how the load
    stands. Guide and diagrams lie beside it.
    """
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    overview = manifest["docs"][OVERVIEW]
    overview["block_contents"] = overview["block_contents"].replace(STATE_HERE, state)
    page = (target / "index.html").read_text(encoding="utf-8")
    for name, content in (
        ("MANIFEST", json.dumps(manifest)),
        ("CATALOG", (target / "catalog.json").read_text(encoding="utf-8")),
    ):
        page = page.replace(f'"{name}.JSON INLINE DATA"', content)
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(DIAGRAMS, site / "docs" / "diagrams")
    (site / "index.html").write_text(page, encoding="utf-8")
    write_guide(site / "guide")


if __name__ == "__main__":
    sys.exit(main())
