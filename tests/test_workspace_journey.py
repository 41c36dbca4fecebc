"""The workspace in a real browser: from an empty folder to a shared report, two who edit, a server that is killed."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from browser import ALONE, axe_faults, chromium
from workspace_site import PASSWORD, ROOT, Served, make_folder, people, served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.compiled

PATIENCE = 60_000
"""Milliseconds that a busy machine may take for one step."""

PHONE, DESKTOP = 390, 1280

EXPECTED = re.compile(r"status of 409|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY")
"""What the browser itself writes into its console where texts clash and where a server is killed."""


@dataclass
class Seat:
    """Someone at a browser of their own, and what the console said meanwhile."""

    page: Any
    address: str
    said: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def go(self, place: str) -> None:
        """To a page of the workspace, by the part of its address after the `#`."""
        self.page.goto(f"{self.address}/#{place}")

    def sign_in(self, name: str) -> None:
        self.go("/")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.sees(self.page.get_by_role("heading", name="Scenarios"))

    def sees(self, what: Any) -> None:
        sync_api.expect(what.first).to_be_visible(timeout=PATIENCE)

    def says(self, text: str | re.Pattern[str]) -> None:
        self.sees(self.page.get_by_text(text))

    def button(self, name: str | re.Pattern[str]) -> Any:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first

    def type_into_text(self, text: str) -> None:
        """Put the cursor at the end of the editor's first line, and type."""
        editor = self.page.locator(".cm-content")
        self.sees(editor)
        editor.click()
        self.page.keyboard.press("Control+Home")
        self.page.keyboard.press("End")
        self.page.keyboard.type(text)

    def faults(self) -> list[str]:
        return axe_faults(self.page)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = chromium()
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(ALONE))
        yield started
        started.close()


@contextmanager
def seat(browser: Any, server: Served, *, enter: bool = True) -> Iterator[Seat]:
    """A browser that nobody used before; afterwards its console must have been silent."""
    context = browser.new_context(viewport={"width": DESKTOP, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    found = Seat(context.new_page(), server.address)
    found.page.on("console", lambda message: found.said.append(message.text))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    found.page.on("request", lambda request: found.asked.add(request.url.split("/#")[0]))
    if enter:
        found.page.goto(server.opening)
    yield found
    context.close()
    assert [each for each in found.said if not EXPECTED.search(each)] == []
    assert {url for url in found.asked if not url.startswith((server.address, "data:", "blob:"))} == set()


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def _start(me: Seat, draws: str = "1024") -> None:
    """Start a run that looks at nothing else, on the page of runs."""
    me.page.get_by_label("Draws", exact=True).select_option(draws)
    for box in me.page.get_by_role("checkbox").all():
        box.uncheck()
    me.button("Start a run").click()


def test_from_an_empty_folder_to_a_shared_report(browser: Any, tmp_path: Path) -> None:
    with served(tmp_path) as server, seat(browser, server) as me:
        me.button("Start from the Venezuela example").click()
        me.sees(me.page.get_by_role("heading", name="An amnesty offer to Nicolás Maduro"))
        assert (tmp_path / "venezuela-2024.yaml").is_file()

        me.go("/s/venezuela-2024/runs")
        _start(me)
        me.says("current version")
        assert list((tmp_path / "runs").glob("venezuela-2024-*/run.json"))

        _look_around(me)
        _ask(me)
        _change_by_form(me, tmp_path / "venezuela-2024.yaml")
        _comment(me)
        shared = _share(me)
        with seat(browser, server, enter=False) as reader:
            reader.page.goto(shared)
            reader.sees(reader.page.get_by_role("heading", name="An amnesty offer to Nicolás Maduro"))
            assert reader.page.evaluate("document.scripts.length") == 0


def _look_around(me: Seat) -> None:
    """The overview: the headline, and the map, of which a move says what is known there and how certain it is."""
    me.go("/s/venezuela-2024")
    me.says(re.compile(r"unlikely"))
    move = me.page.get_by_role("button", name=re.compile("answer")).first
    me.sees(move)
    move.click()
    me.says(re.compile("What is known there|known there", re.IGNORECASE))
    me.says(re.compile("regret|gains more than", re.IGNORECASE))


def _ask(me: Seat) -> None:
    """Another offer changes the answer beside that of the file."""
    me.go("/s/venezuela-2024/ask")
    me.says("as unsure as in the file")
    before = me.page.locator("h2").first.inner_text()
    with me.page.expect_response(re.compile("/ask$"), timeout=PATIENCE):
        me.page.get_by_text("ruler", exact=True).first.click()
    me.says(re.compile("Answered in"))
    assert before


def _change_by_form(me: Seat, file: Path) -> None:
    """A value changed in a form: all else in the file stays as it is, and the history says what changed."""
    me.go("/s/venezuela-2024/edit")
    me.says("No problems")
    before = file.read_text(encoding="utf-8")
    me.page.get_by_role("tab", name="Assumptions").click()
    me.page.get_by_role("button", name=re.compile("^circle")).first.click()
    value = me.page.get_by_label(re.compile("^(Value|Number)")).first
    value.fill("7")
    value.press("Tab")
    me.says("not saved; draft kept")
    me.button("Save").click()
    me.says("all saved")
    after = file.read_text(encoding="utf-8")
    changed = [(one, two) for one, two in zip(before.splitlines(), after.splitlines(), strict=True) if one != two]
    assert len(changed) == 1
    assert "7" in changed[0][1]
    me.go("/s/venezuela-2024/history")
    me.says(re.compile("circle"))


def _comment(me: Seat) -> None:
    me.go("/s/venezuela-2024/talk")
    me.page.get_by_role("textbox", name=re.compile("Comment")).first.fill("Is seven not too much? <b>Not sure</b>")
    me.button("Comment").click()
    me.says("Is seven not too much? <b>Not sure</b>")
    me.button("Resolve").click()
    me.says("No open comments")


def _share(me: Seat) -> str:
    """The address of a link to the report."""
    me.go("/s/venezuela-2024/runs")
    me.button(re.compile("^Files and actions of the run")).click()
    me.page.get_by_role("menuitem", name="Share the report").click()
    me.button("Make a link").click()
    box = me.page.get_by_label("Address of the shared report")
    me.sees(box)
    return str(box.input_value())


def test_two_who_edit_lose_nothing(browser: Any, tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "talks.yaml")
    file = folder / "talks.yaml"
    people(folder)
    with served(folder, "--accounts") as server, seat(browser, server, enter=False) as ed:
        ed.sign_in("ed")
        with seat(browser, server, enter=False) as olga:
            olga.sign_in("olga")
            for each in (ed, olga):
                each.go("/s/talks/edit")
                each.says("No problems")
            ed.says(re.compile("also here: olga", re.IGNORECASE))
            ed.type_into_text("  # by Ed")
            ed.says("not saved; draft kept")
            olga.type_into_text("  # by Olga")
            olga.says("not saved; draft kept")
            ed.page.keyboard.press("Control+s")
            ed.says("all saved")
            olga.says(re.compile("saved a new version while you were writing"))
            olga.page.keyboard.press("Control+s")
            olga.says("Two people changed the same lines")
            assert "by Ed" in file.read_text(encoding="utf-8")
            place = olga.page.get_by_role("group", name="Place 1 of 1")
            place.get_by_role("button", name="Both").click()
            olga.button("Save the settled text").click()
            olga.says("all saved")
            text = file.read_text(encoding="utf-8")
            assert "by Ed" in text
            assert "by Olga" in text
            olga.go("/s/talks/history")
            olga.says("kept, not saved")


def test_a_killed_server_loses_neither_run_nor_text(browser: Any, tmp_path: Path) -> None:
    folder, port = make_folder(tmp_path, "venezuela-2024.yaml"), _free_port()
    with served(folder, "--port", port) as server, seat(browser, server) as me:
        me.go("/s/venezuela-2024/runs")
        _start(me, "65536")
        me.sees(me.page.get_by_role("progressbar"))
        me.go("/s/venezuela-2024/edit")
        me.type_into_text(" # kept whatever happens")
        server.stop(signal.SIGKILL)
        me.page.keyboard.type(", and this too")
        me.says(re.compile("The connection to the server is lost"))
        with served(folder, "--port", port):
            sync_api.expect(me.page.get_by_text(re.compile("The connection to the server is lost"))).to_have_count(
                0, timeout=PATIENCE
            )
            me.says("not saved; draft kept")
            me.page.reload()
            me.says(re.compile("Unsaved changes.* restored"))
            me.says(re.compile("kept whatever happens, and this too"))
            me.page.get_by_role("link", name="Runs").first.click()
            me.says("current version")


def _spanish(key: str) -> str:
    words: dict[str, str] = json.loads((ROOT / "ui/src/words/es.json").read_text(encoding="utf-8"))
    return words[key]


PAGES = ("/", "/s/talks", "/s/talks/ask", "/s/talks/evidence", "/s/talks/edit", "/s/talks/runs", "/s/talks/history")


@pytest.fixture(scope="module")
def visited_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("site"), "talks.yaml")


@pytest.fixture(scope="module")
def visited(browser: Any, visited_folder: Path) -> Iterator[Seat]:
    """A workspace with a finished run of the smallest example, and a browser in it."""
    with served(visited_folder) as server, seat(browser, server) as me:
        me.go("/s/talks/runs")
        _start(me)
        me.says("current version")
        yield me


@pytest.mark.parametrize(("width", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")])
@pytest.mark.parametrize("place", [*PAGES, "/s/talks/talk", "/activity", "/people", "/settings"])
def test_a_page_has_no_fault_and_fits(place: str, width: int, scheme: str, visited: Seat) -> None:
    visited.page.set_viewport_size({"width": width, "height": 900})
    visited.page.emulate_media(color_scheme=scheme)
    visited.go(place)
    visited.sees(visited.page.get_by_role("heading", level=1))
    visited.page.wait_for_load_state("networkidle")
    assert visited.faults() == []
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_run_is_stopped_and_goes_on(visited: Seat) -> None:
    visited.go("/s/talks/runs")
    runs = visited.page.get_by_role("region", name="Runs", exact=True).get_by_role("listitem")
    visited.says("current version")
    before = runs.count()
    _start(visited, "65536")
    visited.button("Cancel").click()
    visited.says("cancelled")
    visited.button("Go on").click()
    sync_api.expect(visited.button("Go on")).to_have_count(0, timeout=PATIENCE)
    sync_api.expect(runs).not_to_have_count(before, timeout=PATIENCE)


def test_an_older_version_is_restored_from_the_history(visited: Seat) -> None:
    visited.go("/s/talks/edit")
    visited.says("No problems")
    visited.type_into_text("  # of no use")
    visited.page.keyboard.press("Control+s")
    visited.says("all saved")
    visited.go("/s/talks/history")
    visited.button(re.compile("^Restore")).click()
    visited.page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    visited.says("The version is restored.")
    visited.go("/s/talks/edit")
    visited.says("No problems")
    assert "of no use" not in visited.page.locator(".cm-content").inner_text()


def test_a_file_that_is_not_shown_is_named(visited: Seat, visited_folder: Path) -> None:
    (visited_folder / "more.yml").write_text("parties: {a: one}\n", encoding="utf-8")
    visited.go("/")
    visited.page.reload()
    visited.says("1 file is not shown")
    visited.says(re.compile("more.yml.*does not end in .yaml"))
    (visited_folder / "more.yml").unlink()


def test_everything_can_be_done_with_the_keyboard(visited: Seat) -> None:
    visited.page.set_viewport_size({"width": DESKTOP, "height": 900})
    visited.go("/s/talks")
    visited.page.reload()  # a page that one comes to from another has the focus in its content already
    visited.says(re.compile("Overview"))
    visited.page.keyboard.press("Tab")
    assert "Skip" in visited.page.evaluate("document.activeElement.textContent")
    visited.page.keyboard.press("Control+k")
    visited.page.keyboard.type("talks")
    visited.sees(visited.page.get_by_role("option"))


def test_the_words_are_spanish_where_someone_wants_them(visited: Seat) -> None:
    visited.go("/settings")
    visited.page.get_by_label(re.compile("Language|Idioma")).first.select_option("es")
    visited.sees(visited.page.get_by_role("heading", name=_spanish("nav.settings")))
    visited.page.get_by_label(re.compile("Language|Idioma")).first.select_option("en")
