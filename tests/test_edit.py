"""Edits change the asked-for characters of a scenario file and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from offramp.errors import ScenarioError
from offramp.scenario.distributions import Distribution
from offramp.scenario.dump import dumps
from offramp.scenario.edit import REMOVE, edit
from offramp.scenario.expressions import Expression
from offramp.scenario.load import loads

SAMPLE = (Path(__file__).parent / "good" / "design-sample.yaml").read_text(encoding="utf-8")


def changed_lines(before: str, after: str) -> list[str]:
    """Lines of ``after`` that do not stand in ``before``."""
    return [line for line in after.splitlines() if line not in before.splitlines()]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("assumptions.office.value", Distribution.parse({"pert": [50, 70, 90.5]}), "    value: {pert: [50, 70, 90.5]}"),
        ("title", "no: yes", "title: 'no: yes'"),
        (
            "sources.calle_ocho.reliability",
            "B",
            "    reliability: B                # Admiralty grade of the source, A to F",
        ),
        ("outcomes.kept.payoffs.opposition", Expression.parse("2 * 3"), "      opposition: 2 * 3"),
        ("terms.court", ["open", "shut", "shielded"], "  court:     [open, shut, shielded]"),
    ],
)
def test_a_change_touches_one_line_and_keeps_its_comment(path: str, value: Any, line: str) -> None:
    after = edit(SAMPLE, {path: value})
    assert changed_lines(SAMPLE, after) == [line]
    assert len(after.splitlines()) == len(SAMPLE.splitlines())
    loads(after)


def test_a_condition_is_added_to_an_answer() -> None:
    condition = {"answers.holds.given": Expression.parse("approach.offer"), "answers.holds.given_says": "it is made"}
    (before, after) = SAMPLE, edit(SAMPLE, condition)
    assert len(changed_lines(before, after)) == len(after.splitlines()) - len(before.splitlines()) + 1
    answer = loads(after).answers[0]
    assert (str(answer.given), answer.given_says) == ("approach.offer", "it is made")
    assert loads(dumps(loads(after))) == loads(after)


def test_several_changes_apply_in_turn() -> None:
    after = edit(SAMPLE, {"offer.court": "open", "offer.amnesty": "none"})
    scenario = loads(after)
    assert (scenario.offer["court"], scenario.offer["amnesty"]) == ("open", "none")


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("a: {b: 1}   # one\n", {"a.c": "x"}, "a: {b: 1, c: x}   # one\n"),
        ("a: {}\n", {"a.c": 1}, "a: {c: 1}\n"),
        ("a:\n  b: 1  # one\nz: 2\n", {"a.c": [1, 2]}, "a:\n  b: 1  # one\n  c: [1, 2]\nz: 2\n"),
        ("a: 1\n", {"b.c.d": 2}, "a: 1\nb: {c: {d: 2}}\n"),
        ("a: 1", {"b": 2}, "a: 1\nb: 2"),
        ("a:\n  - 1\n  - 2  # two\n", {"a.2": 3}, "a:\n  - 1\n  - 2  # two\n  - 3\n"),
        ("a: [1, 2]\n", {"a.2": 3}, "a: [1, 2, 3]\n"),
        ("a:\nb: 1\n", {"a": 2}, "a: 2\nb: 1\n"),
        ("a: |\n  x\n  y\n# c\nb: 1\n", {"a": "z"}, "a: z\n# c\nb: 1\n"),
        ("a:\n  b: 1\n  # c\nd: 1\n", {"a": 2}, "a:\n  2\n  # c\nd: 1\n"),
        ("<<: {a: 1}\nb: 2\n", {"a": 3}, "<<: {a: 1}\nb: 2\na: 3\n"),
    ],
)
def test_keys_and_items_are_added_or_replaced_in_place(before: str, changes: dict[str, Any], after: str) -> None:
    assert edit(before, changes) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n"),
        ("a: {b: 1}\n", "a.b", "a: {}\n"),
        ("a:\n  b: 1\nz: 2\n", "a.b", "a:\n  {}\nz: 2\n"),
        ("a: 1  # one\nb: 2\n", "a", "b: 2\n"),
        ("b: 2\na:\n  c: 1\n  d: 2\n", "a", "b: 2\n"),
        ("a:\n  - 1\n  - 2\n", "a.0", "a:\n  - 2\n"),
        ("a:\n  - b: 1\n    c: 2\n", "a.0.b", "a:\n  - c: 2\n"),
        ("a:\n  - b: 1\n    c: 2\n", "a.0.c", "a:\n  - b: 1\n"),
    ],
)
def test_keys_and_items_are_taken_out(before: str, path: str, after: str) -> None:
    assert edit(before, {path: REMOVE}) == after


@pytest.mark.parametrize(
    ("before", "path", "value", "match"),
    [
        ("a: &x {b: 1}\nc: *x\n", "c.b", 2, "cannot be changed alone"),
        ("a: 1\n", "a.b", 2, "a single value, 1, above 'b'"),
        ("a: [1]\n", "a.x", 2, "'x' as the number of an item"),
        ("a: [1]\n", "a.5", 2, "'5' as the number of an item"),
        ("a: 1\n", "b", REMOVE, "no 'b' to take out"),
        ("a: [\n", "b", 1, "not YAML"),
    ],
)
def test_what_cannot_be_changed_is_refused(before: str, path: str, value: Any, match: str) -> None:
    with pytest.raises(ScenarioError, match=match):
        edit(before, {path: value})


def test_a_path_may_be_a_tuple_whose_keys_hold_dots() -> None:
    assert edit("a: {b.c: 1}\n", {("a", "b.c"): 2}) == "a: {b.c: 2}\n"
