"""The editor in a real browser: text and forms in step, and nothing lost where the connection or the page is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest

from browser import ALONE, chromium
from test_workspace_journey import PATIENCE, Seat, seat
from workspace_site import make_folder, served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.compiled

SCENARIO = "haiti-1994"

CONTENT = ".cm-content"

VIEW = f"document.querySelector('{CONTENT}').cmTile.view"
"""CodeMirror's view: only what is in sight of the text stands in the page."""

LIST_STANDS = 250
"""Milliseconds until a list of completions takes keys: for 75 after it comes, CodeMirror leaves them to the text."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """A browser in a workspace with one scenario."""
    program = chromium()
    folder = make_folder(tmp_path_factory.mktemp("editor"), f"{SCENARIO}.yaml")
    with sync_api.sync_playwright() as playwright, served(folder) as server:
        browser = playwright.chromium.launch(executable_path=program, args=list(ALONE))
        with seat(browser, server) as found:
            yield found
        browser.close()


@pytest.fixture
def me(desk: Seat) -> Iterator[Seat]:
    """Someone in the editor, on the scenario as it is saved."""
    desk.go("/")
    desk.go(f"/s/{SCENARIO}/edit")
    desk.says("No problems")
    yield desk
    discard(desk)


def discard(me: Seat) -> None:
    """Leave nothing unsaved; the button goes by itself where what is written is saved meanwhile."""
    button = me.button("Discard changes")
    while button.is_visible():
        with suppress(sync_api.TimeoutError):
            button.click(timeout=2_000)
            me.page.get_by_role("dialog").get_by_role("button", name="Discard changes").click()
            sync_api.expect(button).to_have_count(0, timeout=PATIENCE)
    me.says("all saved")


def text(me: Seat) -> str:
    found: str = me.page.evaluate(f"{VIEW}.state.doc.toString()")
    return found


def at_end_of(me: Seat, words: str) -> None:
    """Put the cursor behind the first line that has these words."""
    me.page.locator(CONTENT).focus()
    me.page.evaluate(
        f"""words => {{
            const view = {VIEW}
            const line = view.state.doc.lineAt(view.state.doc.toString().indexOf(words))
            view.dispatch({{ selection: {{ anchor: line.to }}, scrollIntoView: true }})
        }}""",
        words,
    )


def opened(me: Seat, assumption: str) -> None:
    """Open the form of an assumption."""
    me.page.get_by_role("tab", name="Assumptions").click()
    form = me.page.locator(f"[id='form-assumptions.{assumption}'] > header > .opener")
    if form.get_attribute("aria-expanded") == "false":
        form.click()


def test_a_change_in_a_form_is_one_step_and_leaves_all_else_as_it_is(me: Seat) -> None:
    before = text(me)
    opened(me, "war")
    unit = me.page.get_by_label("Unit")
    unit.fill("weights")
    unit.press("Tab")
    me.says("not saved; draft kept")
    pairs = zip(before.splitlines(), text(me).splitlines(), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == [("    unit: points", "    unit: weights")]
    me.button("Undo").click()
    me.says("all saved")
    assert text(me) == before


def test_what_is_written_in_the_text_stands_in_the_forms(me: Seat) -> None:
    opened(me, "war")
    at_end_of(me, "what landing against resistance costs")
    me.page.keyboard.type(" and time")
    meaning = me.page.get_by_label("What the number is")
    sync_api.expect(meaning).to_have_value(re.compile("and support and time$"), timeout=PATIENCE)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_form_that_is_opened_brings_its_text_into_sight(me: Seat, motion: str) -> None:
    me.page.emulate_media(reduced_motion=motion)
    me.page.reload()
    me.says("No problems")
    opened(me, "trouble")
    me.sees(me.page.locator(".cm-line", has_text=re.compile("^  trouble:")))
    scroller, line = (
        me.page.locator(each).bounding_box() for each in (".cm-scroller", ".cm-line:text-matches('^  trouble:')")
    )
    assert scroller["y"] <= line["y"] <= scroller["y"] + scroller["height"]
    me.page.emulate_media(reduced_motion="no-preference")


def test_keys_are_completed_and_a_mistake_is_shown_at_its_line(me: Seat) -> None:
    at_end_of(me, "    by: junta")
    me.page.keyboard.press("Enter")
    me.page.keyboard.type("known")
    me.sees(me.page.locator(".cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)"))
    me.sees(me.page.get_by_role("option", name=re.compile("known_to")))
    me.page.wait_for_timeout(LIST_STANDS)
    me.page.keyboard.press("Enter")
    me.page.keyboard.type("[nobody]")
    problem = me.page.get_by_role("region", name="Problems of the text").get_by_role(
        "button", name=re.compile("nobody")
    )
    me.sees(problem)
    me.sees(me.page.locator(".cm-lint-marker-error"))
    me.page.locator(CONTENT).press("Control+Home")
    problem.first.click()
    line = me.page.evaluate(f"(view => view.state.doc.lineAt(view.state.selection.main.head).text)({VIEW})")
    assert line == "    known_to: [nobody]"


def test_without_a_connection_everything_goes_on_and_is_sent_when_it_is_back(me: Seat) -> None:
    me.page.context.set_offline(True)
    me.type_into_text("  # written in a tunnel")
    me.says("not saved; kept in this browser")
    me.button("Save").click()
    me.says(re.compile("The server cannot be reached"))
    me.page.context.set_offline(False)
    me.says("not saved; draft kept")
    me.button("Save").click()
    me.says("all saved")
    me.said[:] = [each for each in me.said if "ERR_INTERNET_DISCONNECTED" not in each]


def test_a_page_that_is_gone_leaves_what_was_written(me: Seat) -> None:
    before = text(me)
    me.type_into_text("  # the last words")
    gone, me.page = me.page, me.page.context.new_page()
    gone.close()
    me.go(f"/s/{SCENARIO}/edit")
    me.says(re.compile("Unsaved changes are restored"))
    assert "# the last words" in text(me)
    discard(me)
    assert text(me) == before


@pytest.mark.parametrize("tab", ["Basics", "Terms", "Assumptions", "Moves", "Outcomes"])
def test_the_forms_have_no_fault_when_they_stand_open(tab: str, me: Seat) -> None:
    me.page.get_by_role("tab", name=tab).click()
    for closed in me.page.locator("article > header > .opener").all()[:3]:
        if closed.get_attribute("aria-expanded") == "false":
            closed.click()
    assert me.faults() == []
