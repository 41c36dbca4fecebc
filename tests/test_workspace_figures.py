"""The pages on which a scenario is seen and asked, in a real browser: figures that follow one another, by keys too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import pytest

from browser import ALONE, axe_faults, chromium
from offramp.scenario.load import loads
from workspace_site import Served, make_folder, served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.compiled

PATIENCE = 60_000
"""Milliseconds that a busy machine may take for one step."""

SCENARIO = "talks"

ORDER = {
    "scenario": SCENARIO,
    "kind": "run",
    "draws": 256,
    "seed": 1,
    "explore": ["breaks", "offers", "drivers", "boxes", "learn", "horizon"],
}


@dataclass
class Viewer:
    """Someone who looks at a scenario that has been run, and what the browser's console said meanwhile."""

    page: Any
    address: str
    said: list[str] = field(default_factory=list)

    def go(self, place: str = "") -> None:
        """To a page of the scenario, from another one, so that all is loaded anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}/#/s/{SCENARIO}{place}")

    def sees(self, what: Any) -> Any:
        sync_api.expect(what.first).to_be_visible(timeout=PATIENCE)
        return what.first

    def mark(self, name: str) -> Any:
        """A mark of a figure by how its name begins."""
        return self.page.locator(f'[data-mark][aria-label^="{name}"]')

    def figure(self, title: str) -> Any:
        return self.page.get_by_role("figure", name=title)

    @property
    def headline(self) -> str:
        return str(self.page.locator(".headline .sentence").inner_text())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A workspace with a finished run."""
    with served(make_folder(tmp_path_factory.mktemp("figures"), f"{SCENARIO}.yaml")) as found:
        client = found.client(enter=True)
        token = client.get("/api/session").json()["csrf"]
        job = client.post("/api/jobs", json=ORDER, headers={"X-CSRF-Token": token}).json()
        until = monotonic() + PATIENCE / 1000
        while job["status"] != "done" and monotonic() < until:
            assert job["status"] in {"queued", "running"}, job
            sleep(0.2)
            job = client.get(f"/api/jobs/{job['id']}").json()
        assert job["status"] == "done", job
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = chromium()
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(ALONE))
        yield started
        started.close()


@pytest.fixture
def looked(request: pytest.FixtureRequest, browser: Any, server: Served) -> Iterator[Viewer]:
    """Of the width and the colours that a test asks for; afterwards its console must have been silent."""
    width, colours = getattr(request, "param", (1280, "light"))
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours, locale="en-GB")
    cookies = server.clients[0].cookies.jar
    context.add_cookies([{"name": each.name, "value": each.value, "url": server.address} for each in cookies])
    context.set_default_timeout(PATIENCE)
    found = Viewer(context.new_page(), server.address)
    found.page.on("console", lambda message: found.said.append(message.text))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    yield found
    context.close()
    assert found.said == []


def test_an_offer_that_is_chosen_is_followed_and_a_link_shows_the_same(looked: Viewer) -> None:
    looked.go()
    before = looked.sees(looked.page.locator(".headline .sentence")).inner_text()
    looked.sees(looked.mark("passage none:")).click(force=True)
    looked.sees(looked.page.get_by_text("Asked otherwise than in the file:"))
    looked.sees(looked.page.get_by_text(re.compile(r"Before it was .*more than sampling noise")))
    after = looked.headline
    assert after != before
    link = looked.page.url
    assert "offer=passage.none" in link
    looked.page.goto("about:blank")
    looked.page.goto(link)
    looked.sees(looked.page.get_by_text("Before it was"))
    assert looked.headline == after
    looked.page.get_by_role("button", name="As in the file").click()
    sync_api.expect(looked.page.locator(".headline .sentence")).to_have_text(before, timeout=PATIENCE)


def test_a_figure_is_one_stop_for_the_keyboard_and_arrows_go_on(looked: Viewer) -> None:
    looked.go()
    drivers = looked.figure("What drives the answer")
    looked.sees(drivers)
    marks = drivers.locator("[data-mark]")
    assert marks.evaluate_all("all => all.map((each) => each.tabIndex).sort()") == [-1] * (marks.count() - 1) + [0]
    marks.first.focus()
    name = marks.first.get_attribute("aria-label").split(",")[0]
    looked.page.keyboard.press("Enter")
    looked.sees(looked.page.get_by_role("heading", name=f"Where the answer tips: {name}"))
    assert f"assumption={name.replace(' ', '_')}" in looked.page.url
    everything = drivers.get_by_role("button", name=re.compile("^All "))
    if everything.count():
        everything.click()
    marks.first.focus()
    looked.page.keyboard.press("End")
    assert marks.last.evaluate("each => each === document.activeElement")


def test_each_figure_can_be_read_as_a_table(looked: Viewer) -> None:
    looked.go()
    looked.sees(looked.figure("What to find out next"))
    toggles = looked.page.get_by_role("button", name=re.compile("^Show as table"))
    for each in range(toggles.count()):
        toggles.nth(each).click()
    assert toggles.count() > 5
    for figure in looked.page.get_by_role("figure").all():
        tables = figure.get_by_role("button", name=re.compile("^Show as table")).count()
        assert (figure.get_by_role("row").count() > 1) == (tables == 1)
        assert figure.locator("[data-mark]").count() == 0
    assert axe_faults(looked.page) == []


def test_a_move_says_what_is_known_there_and_its_certificate(looked: Viewer) -> None:
    looked.go()
    looked.sees(looked.mark("answer, by")).click()
    panel = looked.page.get_by_role("region", name="answer", exact=True)
    looked.sees(panel.get_by_text(re.compile("the party (may )?know")))
    looked.sees(panel.get_by_text("In no draw and no case could anyone gain more than"))
    assert "move=answer" in looked.page.url


def test_a_slider_is_answered_and_its_value_goes_into_a_draft(looked: Viewer) -> None:
    looked.go("/ask")
    looked.sees(looked.page.locator(".headline .sentence"))
    slider = looked.page.get_by_role("slider").first
    name = looked.page.locator(".assumptions strong").first.inner_text().replace(" ", "_")
    slider.focus()
    looked.page.keyboard.press("Home")
    looked.sees(looked.page.get_by_text("Before it was"))
    looked.sees(looked.page.get_by_text(re.compile(r"Answered in [\d,]+ ms over the same")))
    value = slider.input_value()
    assert f"set={name}%3A{value}" in looked.page.url
    looked.page.get_by_role("button", name="Write these values into the file").click()
    looked.sees(looked.page.locator(".cm-content"))
    asked = f"async () => (await (await fetch('/api/scenarios/{SCENARIO}')).json()).draft.text"
    assumptions = loads(looked.page.evaluate(asked)).assumptions
    assert next(each for each in assumptions if each.name == name).value.mean == float(value)


def test_what_was_seen_moves_what_only_one_party_knows(looked: Viewer) -> None:
    looked.go("/ask?seen=answer.refuse")
    looked.sees(looked.figure("What it says about the assumptions"))
    looked.sees(looked.page.get_by_role("columnheader", name="After what was seen"))


@pytest.mark.parametrize("looked", [(1280, "light"), (390, "dark")], indirect=True, ids=["light", "dark phone"])
@pytest.mark.parametrize("place", ["?move=answer", "/ask?seen=answer.refuse", "/evidence"])
def test_a_page_fits_its_screen_and_axe_finds_nothing(looked: Viewer, place: str) -> None:
    looked.go(place)
    looked.sees(looked.page.locator(".headline .sentence, article h2"))
    looked.page.wait_for_timeout(1500)
    assert looked.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_faults(looked.page) == []
