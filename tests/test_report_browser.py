"""A report in a real browser: nothing in the console, nothing from the network, and no fault that axe-core finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from browser import ALONE, axe_faults, chromium
from offramp.explore.run import run
from offramp.tell.report.api import explored, write
from offramp.tell.report.compose import compose
from reported import hostile_document

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.compiled

LARGEST = 3_000_000
"""Bytes of a report."""

PHONE, DESKTOP = 390, 1280


@dataclass
class Opened:
    """A page that listens to all that happens in it."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        self.said.clear()
        self.asked.clear()
        self.page.goto(path.as_uri())

    def look(self, width: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": 844})
        self.page.emulate_media(color_scheme=scheme)

    def faults(self) -> list[str]:
        """What axe-core finds wrong, each with the element that it is found in."""
        return axe_faults(self.page)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = chromium()
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(ALONE))
        yield started
        started.close()


@pytest.fixture(scope="module")
def opened(browser: Any) -> Opened:
    result = Opened(browser.new_page())
    result.page.on("console", lambda message: result.said.append(message.text))
    result.page.on("pageerror", lambda error: result.said.append(str(error)))
    result.page.on("request", lambda request: result.asked.append(request.url))
    return result


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reports") / "way out.html"
    write(hostile_document(), place, "html")
    return place


@pytest.fixture(scope="module")
def venezuela(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reports") / "venezuela.html"
    context = explored(run(ROOT / "examples" / "venezuela-2024.yaml", draws=16), "none")
    write(compose(context), place, "html")
    return place


@pytest.mark.parametrize("name", ["hostile", "venezuela"])
def test_it_opens_without_a_word_and_asks_for_nothing(
    name: str, opened: Opened, request: pytest.FixtureRequest
) -> None:
    place: Path = request.getfixturevalue(name)
    assert place.stat().st_size < LARGEST
    opened.open(place)
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith("data:")] == [place.as_uri()]
    loaded = opened.page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert loaded
    assert all(loaded)


def test_hostile_texts_are_shown_and_do_nothing(opened: Opened, hostile: Path) -> None:
    opened.open(hostile)
    assert opened.page.title().startswith("A way out <script>")
    assert "<script>" in opened.page.inner_text("h1")
    assert opened.page.evaluate("document.scripts.length") == 0
    assert opened.page.evaluate("document.querySelectorAll('img[src=x], [onerror]').length") == 0


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("hostile", DESKTOP, "light"),
        ("hostile", DESKTOP, "dark"),
        ("venezuela", PHONE, "light"),
    ],
)
def test_axe_finds_no_fault(name: str, width: int, scheme: str, opened: Opened, request: pytest.FixtureRequest) -> None:
    opened.open(request.getfixturevalue(name))
    opened.look(width, scheme)
    assert opened.faults() == []


@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
@pytest.mark.parametrize("name", ["hostile", "venezuela"])
def test_the_page_never_scrolls_sideways(name: str, width: int, opened: Opened, request: pytest.FixtureRequest) -> None:
    opened.open(request.getfixturevalue(name))
    opened.look(width, "light")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_the_answer_and_scrolls_tables(opened: Opened, venezuela: Path) -> None:
    opened.open(venezuela)
    opened.look(PHONE, "light")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("location.hash") == "#answer"
    table = opened.page.locator("#moves .scroll").first
    table.focus()
    for _ in range(3):
        opened.page.keyboard.press("ArrowRight")
    deadline = monotonic() + 30
    while not table.evaluate("scroller => scroller.scrollLeft"):  # the page's policy lets nothing wait inside it
        assert monotonic() < deadline, "the table did not scroll"
        opened.page.wait_for_timeout(50)


def test_a_map_keeps_its_size_on_a_phone(opened: Opened, venezuela: Path) -> None:
    opened.open(venezuela)
    opened.look(PHONE, "light")
    drawn = opened.page.locator("#map svg").bounding_box()
    assert drawn is not None
    stated = float(opened.page.locator("#map svg").get_attribute("width"))
    assert drawn["width"] == pytest.approx(stated, rel=0.01), "its letters stay as large as they were drawn"
