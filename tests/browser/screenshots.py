"""Writes pictures of the pages at 1400 and 420 px into a folder: screenshots.py FOLDER [PRACTICE [others]].

With `others` the pages are shown as others may see them.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.serving import launch, ready, served

PAGES = {
    "response": "",
    "condition": "condition",
    "trends": "trends",
    "clinics": "clinics",
    "safety": "safety",
    "flow": "flow",
    "data_quality": "data_quality",
    "definitions": "definitions",
}
WIDTHS = (1400, 420)


def main(folder: Path, practice: Path, *, others: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served(practice) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, path in PAGES.items():
            page = browser.new_page(viewport={"width": max(WIDTHS), "height": 1000})
            page.goto(f"{address}/{path}")
            ready(page)
            if others:
                page.get_by_text("Show what others may see").click()
                ready(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 1000})
                ready(page)
                _whole(page, width)
                page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
            page.close()
        browser.close()


def _whole(page: Page, width: int) -> None:
    """Make the window as high as the page, which scrolls inside itself."""
    height = page.evaluate("document.querySelector('.stMain').scrollHeight")
    page.set_viewport_size({"width": width, "height": int(height) + 10})
    page.wait_for_timeout(800)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(Path(given[1]), Path(given.get(2, "data/sample")), others=given.get(3) == "others")
