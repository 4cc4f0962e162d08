"""The app in a real browser: what it shows, what it asks the network for, how wide it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from tests.browser.serving import launch, ready, served

pytestmark = pytest.mark.browser
HOST = "http://127.0.0.1"


@pytest.fixture(scope="module")
def address(small_practice: Path) -> Iterator[str]:
    with served(small_practice) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


class Watched:
    """A page with what went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on(
            "console", lambda line: self.errors.append(line.text) if line.type == "error" else None
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.route("**/*", self._watch)

    def _watch(self, route: Route) -> None:
        url = route.request.url
        if url.startswith((f"{HOST}:", "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(url)
            route.abort()

    def open(self, url: str) -> Page:
        self.page.goto(url)
        ready(self.page)
        return self.page


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    yield Watched(page)
    page.close()


def test_the_answer_and_its_chart_appear_and_nothing_is_asked_of_other_hosts(
    watched: Watched, address: str
) -> None:
    page = watched.open(address)
    expect(page.get_by_role("heading", name="Who responds?")).to_be_visible()
    expect(page.get_by_text("At least", exact=False).first).to_be_visible()
    chart = page.locator(".st-key-wide_rates svg.marks")
    expect(chart).to_be_visible()
    expect(chart.get_by_text("Neuropathic pain", exact=True)).to_be_visible()
    said = page.locator(".st-key-wide_rates [role='graphics-document']").get_attribute("aria-label")
    assert said is not None
    assert "of the" in said
    assert "Depression: " in said
    expect(page.locator(".st-key-narrow_rates svg.marks")).to_be_hidden()
    assert watched.elsewhere == []
    assert watched.errors == []


@pytest.mark.parametrize(
    "path", ["", "condition", "trends", "clinics", "safety", "flow", "data_quality", "definitions"]
)
def test_a_phone_needs_no_sideways_scrolling(watched: Watched, address: str, path: str) -> None:
    watched.page.set_viewport_size({"width": 420, "height": 900})
    page = watched.open(f"{address}/{path}")
    main = page.locator(".stMain")
    assert main.evaluate("it => it.scrollWidth - it.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 420
    if not path:
        expect(page.locator(".st-key-narrow_rates svg.marks")).to_be_visible()
        expect(page.locator(".st-key-wide_rates svg.marks")).to_be_hidden()
    assert watched.elsewhere == []


def test_a_filter_stands_in_the_link_and_survives_reload(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.locator(".st-key-sex input").click()
    page.get_by_role("option", name="Female").click()
    page.wait_for_url("**/?sex=Female")
    expect(page.get_by_text("Sex: Female")).to_be_visible()
    page.reload()
    ready(page)
    expect(page.get_by_text("Sex: Female")).to_be_visible()
    expect(page.get_by_role("button", name="Table (CSV)")).to_be_enabled()
    assert page.url == f"{address}/?sex=Female"


def test_filters_go_along_from_page_to_page(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?window=Week+8")
    page.get_by_role("link", name="Definitions").click()
    expect(page.get_by_role("heading", name="What do we mean?")).to_be_visible()
    page.get_by_role("link", name="Response").click()
    expect(page.get_by_role("heading", name="Who responds?")).to_be_visible()
    expect(page.locator(".st-key-answer").get_by_text("Week 8")).to_be_visible()


def test_a_picture_is_downloaded_under_the_leaving_policy(watched: Watched, address: str) -> None:
    page = watched.open(address)
    with page.expect_download() as started:
        page.get_by_role("button", name="Chart (PNG)").click()
    assert started.value.suggested_filename.startswith("abate-response-post_induction-cms11-")
    assert started.value.path().read_bytes()[:4] == b"\x89PNG"


def test_there_is_no_other_way_to_take_numbers_along(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.locator(".st-key-wide_rates").hover()
    for name in ("Download as PNG", "Show data", "Copy Vega-Lite spec", "Download as CSV"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_a_print_shows_the_wide_chart_and_no_filters(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.emulate_media(media="print")
    expect(page.locator(".stSidebar")).to_be_hidden()
    expect(page.locator(".st-key-downloads")).to_be_hidden()
    expect(page.locator(".st-key-wide_rates svg.marks")).to_be_visible()
