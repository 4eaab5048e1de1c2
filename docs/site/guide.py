"""The guide's pages as HTML, so that who has the site needs no copy of the repository."""

import re
from pathlib import Path
from string import Template
from typing import Final

from markdown_it import MarkdownIt

ROOT: Final = Path(__file__).parent.parent.parent
GUIDE: Final = ROOT / "docs" / "guide"
BESIDE: Final = (ROOT / "docs" / "DECISIONS.md", ROOT / "CHANGELOG.md")
FIRST: Final = "getting_started"
PAGE: Final = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def write_guide(folder: Path) -> None:
    """Write every page of the guide into `folder`, with links to the others."""
    folder.mkdir(parents=True, exist_ok=True)
    markdown = MarkdownIt("commonmark").enable("table")
    pages = sorted(GUIDE.glob("*.md"), key=lambda page: (page.stem != FIRST, page.stem))
    texts = {page.stem: page.read_text(encoding="utf-8") for page in [*pages, *BESIDE]}
    titles = {name: text.splitlines()[0].lstrip("# ") for name, text in texts.items()}
    links = "".join(f'<a href="{name}.html">{title}</a>' for name, title in titles.items())
    for name, text in texts.items():
        body = markdown.render(text).replace("../diagrams/", "../docs/diagrams/")
        body = re.sub(r'(<img src="([^"]*)"[^>]*>)', r'<a href="\2">\1</a>', body)
        body = re.sub(r'href="(?:\.\./)*(\w+)\.md"', r'href="\1.html"', body)
        page = PAGE.substitute(title=titles[name], links=links, body=body)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
