"""`python -m docs.site.look`: look at site and report as a person does, and keep what was seen.

Drives headless Chromium over `target/site`: the front page, each diagram and what a click in it
opens, a search for a column, pages of models, the guide; and over `target/report`, without a
network, at a desk and on a phone, light and dark. The pictures are in `target/look`.
"""

import shutil
import sys
from base64 import b64decode
from typing import Final, Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.report.__main__ import REPORT
from docs.site.__main__ import DIAGRAMS, SITE
from docs.site.guide import GUIDE

SEEN: Final = SITE.parent / "look"
MODELS: Final = (
    *("contacts", "deals", "campaigns", "load_audit"),
    *("stg_activecampaign__contacts", "int_activecampaign__deal_tasks_joined_to_owners"),
)
WIDTHS: Final = {"desk": 1280, "phone": 390}
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Look at everything; fail on what a person would not find."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not browser or not (SITE / "index.html").exists() or not REPORT.exists():
        print("`make look` installs Chromium and builds site and report first.", file=sys.stderr)
        return 1
    shutil.rmtree(SEEN, ignore_errors=True)
    SEEN.mkdir(parents=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.on("pageerror", lambda problem: print(f"{page.url}: {problem}", file=sys.stderr))
        _front_page(page)
        _diagrams(page)
        _search(page)
        _models(page)
        _guide(page)
        for name in WIDTHS:
            _report(chromium, name, "light")
            _report(chromium, name, "dark")
    print(f"What was seen: {SEEN}")
    return 0


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=SEEN / f"{name}.png", full_page=True)


def _keep_bare(page: Page, name: str) -> None:
    """The same of a picture, which is no page: Playwright would wait for one."""
    chromium = page.context.new_cdp_session(page)
    taken = chromium.send("Page.captureScreenshot", {"captureBeyondViewport": True})
    (SEEN / f"{name}.png").write_bytes(b64decode(taken["data"]))


def _open(page: Page, fragment: str) -> None:
    page.goto("about:blank")  # or a new fragment alone would load nothing
    page.goto(f"{(SITE / 'index.html').as_uri()}#!/{fragment}")


def _front_page(page: Page) -> None:
    _open(page, "overview")
    expect(page.get_by_role("heading", name="How fresh and complete")).to_be_visible()
    for picture in page.locator("img[src*=diagrams]").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.naturalWidth") > 0, picture
    page.get_by_role("heading", name="ActiveCampaign in DuckDB").scroll_into_view_if_needed()
    page.set_viewport_size({"width": 1400, "height": 6000})
    _keep(page, "front_page")
    page.set_viewport_size({"width": 1400, "height": 1000})


def _diagrams(page: Page) -> None:
    for diagram in sorted(DIAGRAMS.glob("*.svg")):
        _open(page, "overview")
        page.locator(f"a[href$='{diagram.name}']").first.click()
        page.wait_for_url(f"**/{diagram.name}")
        _keep_bare(page, f"diagram_{diagram.stem}")
        table = page.locator("a[href*='/model/']").first
        name = (table.get_attribute("href") or "").rsplit(".", 1)[-1]
        table.click()
        expect(page.get_by_role("heading", name=name).first).to_be_visible()


def _search(page: Page) -> None:
    _open(page, "overview")
    page.get_by_placeholder("Search for models").fill("winprobability")
    expect(page.get_by_role("heading", name="deals model", exact=True)).to_be_visible()
    _keep(page, "search_for_a_column")


def _models(page: Page) -> None:
    for model in MODELS:
        _open(page, f"model/model.activecampaign.{model}")
        expect(page.get_by_role("heading", name=model).first).to_be_visible()
        expect(page.locator("tr.column-row").first).to_be_visible()
        _keep(page, f"model_{model}")


def _guide(page: Page) -> None:
    for name in sorted(path.stem for path in GUIDE.glob("*.md")):
        page.goto((SITE / "guide" / f"{name}.html").as_uri())
        expect(page.get_by_role("heading").first).to_be_visible()
        _keep(page, f"guide_{name}")


def _report(chromium: Browser, name: str, scheme: Literal["light", "dark"]) -> None:
    width = WIDTHS[name]
    page = chromium.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.goto(REPORT.as_uri())
    for place in page.locator("[data-drawing]").all():
        expect(place.locator("svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width, "wider than the screen"
    assert said == []
    _keep(page, f"report_{name}_{scheme}")
    page.close()


if __name__ == "__main__":
    sys.exit(main())
