"""Two texts from one: what each side wrote is in the merge, or both are kept."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offramp.scenario.edit import edit
from offramp.scenario.load import loads, read
from offramp.workspace.files.merging.lines import Kind, pieces, split
from offramp.workspace.files.merging.merge import MARKS, Merge, merge

HAITI = (Path(__file__).parents[1] / "examples" / "haiti-1994.yaml").read_text(encoding="utf-8")

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "  d: 1\n", "e: 2\n"]), max_size=12).map("".join)
TEXTS = st.tuples(LINES, st.sampled_from(["", "end"])).map("".join)


def anything(_: str) -> bool:
    """Every text is as good as another."""
    return True


def is_scenario(text: str) -> bool:
    return not read(text).problems


def merged(base: str, theirs: str, yours: str) -> Merge:
    return merge(base, theirs, yours, anything)


@given(TEXTS, TEXTS)
def test_where_one_side_changed_nothing_the_other_is_taken(base: str, side: str) -> None:
    assert merged(base, base, side).text == side
    assert merged(base, side, base).text == side
    assert merged(base, side, side).text == side


@given(TEXTS, TEXTS, TEXTS)
def test_it_makes_no_difference_who_saved_first(base: str, one: str, two: str) -> None:
    first, second = merged(base, one, two), merged(base, two, one)
    assert first.text == second.text
    assert [(hunk.base, hunk.theirs, hunk.yours) for hunk in first.hunks] == [
        (hunk.base, hunk.yours, hunk.theirs) for hunk in second.hunks
    ]


@given(TEXTS, TEXTS, TEXTS)
def test_the_pieces_put_together_are_the_three_texts(base: str, one: str, two: str) -> None:
    found = pieces(split(base), split(one), split(two))
    assert "".join(line for piece in found for line in piece.base) == base
    assert "".join(line for piece in found for line in piece.first) == one
    assert "".join(line for piece in found for line in piece.second) == two
    assert all(piece.base == piece.first == piece.second for piece in found if piece.kind is Kind.SAME)


@given(TEXTS, TEXTS, TEXTS)
def test_no_line_that_a_side_wrote_is_lost(base: str, one: str, two: str) -> None:
    found = merged(base, one, two)
    kept = Counter((found.marked if found.text is None else found.text).splitlines())
    for side in (one, two):
        assert not Counter(side.splitlines()) - Counter(base.splitlines()) - kept


@given(TEXTS, TEXTS, TEXTS)
def test_marks_stand_around_each_clash(base: str, one: str, two: str) -> None:
    found = merged(base, one, two)
    lines = found.marked.splitlines()
    count = len(found.hunks) if found.text is None else lines.count(MARKS[0])
    assert [lines.count(mark) for mark in MARKS] == [count] * 4


NAMES = [each.name for each in loads(HAITI).assumptions]


@settings(max_examples=15)
@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True), st.integers(1, 50), st.integers(51, 99))
def test_changes_of_different_assumptions_never_clash(names: list[str], one: int, two: int) -> None:
    theirs = edit(HAITI, {("assumptions", names[0], "meaning"): f"what {one} says"})
    yours = edit(HAITI, {("assumptions", names[1], "meaning"): f"what {two} says"})
    found = merge(HAITI, theirs, yours, is_scenario)
    both = edit(theirs, {("assumptions", names[1], "meaning"): f"what {two} says"})
    assert found.text == both


BASE = """\
offer: {amnesty: ruler, court: open}  # as of May
assumptions:
  office: {value: 1}
  price: {value: 2}  # a guess
  # of exile
  exile: {value: 3}
"""


@pytest.mark.parametrize(
    ("one", "two", "both"),
    [
        pytest.param(("ruler", "none"), ("open", "shut"), None, id="in one mapping on one line"),
        pytest.param(
            ("office: {value: 1}", "office: {value: 7}"), ("value: 2", "value: 8"), None, id="on lines side by side"
        ),
        pytest.param(("ruler", "none"), ("as of May", "as of June"), None, id="a value and the comment beside it"),
        pytest.param(("ruler", "none"), ("  # as of May", ""), None, id="a comment taken out beside a value"),
        pytest.param(
            ("value: 2", "value: 8"), ("# of exile", "# of exile abroad"), None, id="a value and the comment below"
        ),
        pytest.param(
            ("exile: {value: 3}\n", "exile: {value: 3}\n  one: {value: 4}\n"),
            ("exile: {value: 3}\n", "exile: {value: 3}\n  two: {value: 5}\n"),
            ("exile: {value: 3}\n", "exile: {value: 3}\n  one: {value: 4}\n  two: {value: 5}\n"),
            id="two new entries at one place",
        ),
        pytest.param(
            ("  price: {value: 2}  # a guess\n", ""),
            ("value: 1", "value: 9"),
            None,
            id="one goes and its neighbour changes",
        ),
        pytest.param(
            ("{value: 1}", "{value: 1, unit: points}"),
            ("{value: 1}", "{value: 9}"),
            ("{value: 1}", "{value: 9, unit: points}"),
            id="a new key and a new value",
        ),
    ],
)
def test_changes_of_different_values_are_joined_wherever_they_stand(
    one: tuple[str, str], two: tuple[str, str], both: tuple[str, str] | None
) -> None:
    theirs, yours = BASE.replace(*one), BASE.replace(*two)
    assert len({BASE, theirs, yours}) == 3
    expected = BASE.replace(*both) if both else theirs.replace(*two)
    assert merged(BASE, theirs, yours).text == expected
    assert merged(BASE, yours, theirs).text == expected


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(("value: 2", "value: 7"), ("value: 2", "value: 8"), id="the same value"),
        pytest.param(
            ("  price: {value: 2}  # a guess\n", ""),
            ("value: 2", "value: 8"),
            id="one changes what the other takes out",
        ),
        pytest.param(("a guess", "a bet"), ("a guess", "a fact"), id="the same comment"),
        pytest.param(
            ("{value: 1}", "{value: 1, unit: a}"), ("{value: 1}", "{value: 1, unit: b}"), id="the same new key"
        ),
    ],
)
def test_what_both_changed_is_a_clash_and_both_are_shown(one: tuple[str, str], two: tuple[str, str]) -> None:
    theirs, yours = BASE.replace(*one), BASE.replace(*two)
    found = merged(BASE, theirs, yours)
    assert found.text is None
    assert len(found.hunks) == 1
    hunk = found.hunks[0]
    for side in (hunk.base, hunk.theirs, hunk.yours):
        assert "".join(side) in found.marked
    assert BASE.splitlines(keepends=True)[hunk.first - 1] == hunk.base[0]


def test_what_is_no_scenario_any_more_is_a_clash() -> None:
    theirs = edit(HAITI, {("assumptions", "extra"): {"value": 1}})
    yours = edit(HAITI, {("title",): "Another", ("formulas", "extra"): "1"})
    assert is_scenario(theirs)
    assert is_scenario(yours)
    found = merge(HAITI, theirs, yours, is_scenario)
    assert (found.text, found.hunks) == (None, ())
    assert "extra: {value: 1}" in found.marked
    assert merge(HAITI, theirs, edit(HAITI, {("title",): "Another"}), is_scenario).text is not None


def test_a_side_that_is_no_scenario_is_merged_by_its_lines() -> None:
    theirs = HAITI.replace("title: ", "titel: ", 1)
    yours = edit(HAITI, {("assumptions", NAMES[-1], "meaning"): "another"})
    assert merge(HAITI, theirs, yours, is_scenario).text == yours.replace("title: ", "titel: ", 1)


def test_long_texts_of_lines_that_are_all_alike_are_compared_in_time() -> None:
    base = "a\nb\n" * 20_000
    started = time.monotonic()
    found = merge(base, "a\n" + base + "c\n", "b\n" * 30_000, anything)
    assert time.monotonic() - started < 30
    assert found.text is None
