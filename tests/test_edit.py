"""Edits change the asked-for characters of a scenario file and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from offramp.errors import ScenarioError
from offramp.scenario.distributions import Distribution
from offramp.scenario.dump import dumps
from offramp.scenario.edit import REMOVE, edit, insert, move
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


WIDE = {
    "meaning": "what it would cost him to go, as far as others can tell",
    "value": {"pert": [10, 20, 30]},
    "unit": "points",
}
"""Too wide for one line."""

TALL = """meaning: what it would cost him to go, as far as others can tell
value: {pert: [10, 20, 30]}
unit: points"""


def indented(text: str, columns: int) -> str:
    return text.replace("\n", "\n" + " " * columns)


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a:\n  b: 1  # one\nz: 2\n", "a.c", "a:\n  b: 1  # one\n  c:\n    @4\nz: 2\n"),
        ("a: {}\nz: 2\n", "a.c", "a:\n  c:\n    @4\nz: 2\n"),
        ("a:\nz: 2\n", "a.c", "a:\n  c:\n    @4\nz: 2\n"),
        ("a: {b: 1}  # one\nz: 2\n", "a.b", "a: {b: #}  # one\nz: 2\n"),
        ("a: {b: 1}  # one\nz: 2\n", "a", "a:\n  @2  # one\nz: 2\n"),
        ("a:  # one\n  b: 1\nz: 2\n", "a", "a:  # one\n  @2\nz: 2\n"),
        ("a:\n  - 1\n", "a.1", "a:\n  - 1\n  - @4\n"),
        ("a:\n  - 1\n  - 2  # two\n", "a.0", "a:\n  - @4\n  - 2  # two\n"),
        ("a: [1]\n", "a.1", "a: [1, #]\n"),
    ],
)
def test_what_is_wide_stands_on_several_lines_where_it_can(before: str, path: str, after: str) -> None:
    meaning = "'what it would cost him to go, as far as others can tell'"
    line = f"{{meaning: {meaning}, value: {{pert: [10, 20, 30]}}, unit: points}}"
    for columns in (2, 4):
        after = after.replace(f"@{columns}", indented(TALL, columns))
    after = after.replace("#}", f"{line}}}").replace("#]", f"{line}]")
    assert edit(before, {path: WIDE}) == after


@pytest.mark.parametrize(
    ("text", "path", "before", "after"),
    [
        ("a: {b: 1, c: 2}\n", "a.x", "b", "a: {x: 0, b: 1, c: 2}\n"),
        ("a: {b: 1, c: 2}\n", "a.x", "c", "a: {b: 1, x: 0, c: 2}\n"),
        ("a: {b: 1, c: 2}\n", "a.x", None, "a: {b: 1, c: 2, x: 0}\n"),
        ("a: []\n", "a.0", None, "a: [0]\n"),
        ("a: [1, 2]\n", "a.0", "1", "a: [1, 0, 2]\n"),
        ("a:\n  # of b\n  b: 1\n  # of c\n  c: 2\n", "a.x", "b", "a:\n  x: 0\n  # of b\n  b: 1\n  # of c\n  c: 2\n"),
        (
            "a:\n  # of b\n  b: 1\n\n  # of c\n  c: 2\n",
            "a.x",
            "c",
            "a:\n  # of b\n  b: 1\n  x: 0\n\n  # of c\n  c: 2\n",
        ),
        ("a:\n  - 1\n  - 2\n", "a.0", "0", "a:\n  - 0\n  - 1\n  - 2\n"),
        ("a:\n- 1\n- 2\n", "a.0", "1", "a:\n- 1\n- 0\n- 2\n"),
        ("a:\n  - b: 1\n    c: 2\n", "a.0.x", "b", "a:\n  - x: 0\n    b: 1\n    c: 2\n"),
        ("- - 1\n  - 2\n", "0.0", "0", "- - 0\n  - 1\n  - 2\n"),
        ("b: 1", "x", "b", "x: 0\nb: 1"),
    ],
)
def test_an_entry_is_put_in_before_another(text: str, path: str, before: str | None, after: str) -> None:
    assert insert(text, tuple(path.split(".")), 0, before) == after


@pytest.mark.parametrize(
    ("text", "path", "before", "after"),
    [
        ("a: {b: 1, c: 2, d: 3}\n", "a.d", "b", "a: {d: 3, b: 1, c: 2}\n"),
        ("a: {b: 1,   c: 2}\n", "a.b", None, "a: {c: 2,   b: 1}\n"),
        ("a: [1, 2, 3]\n", "a.0", "2", "a: [2, 1, 3]\n"),
        ("# b\nb: 1  # one\n\n# c\nc:\n  - 2\n", "c", "b", "# c\nc:\n  - 2\n# b\nb: 1  # one\n\n"),
        ("a:\n  b: 1\n  # c\n  c: 2\nz: 0", "a.c", "b", "a:\n  # c\n  c: 2\n  b: 1\nz: 0"),
        ("a: |\n  # text\nb: 1\n", "b", "a", "b: 1\na: |\n  # text\n"),
        ("a: 1\nb: 2", "b", "a", "b: 2\na: 1"),
        ("- b: 1\n  c: 2\n", "0.c", "b", "- c: 2\n  b: 1\n"),
        ("- 1  # one\n- 2\n", "1", "0", "- 2\n- 1  # one\n"),
        ("a: 1\nb: 2\n", "a", "b", "a: 1\nb: 2\n"),
        ("a: 1\nb: 2\n", "b", None, "a: 1\nb: 2\n"),
    ],
)
def test_an_entry_moves_with_its_comments(text: str, path: str, before: str | None, after: str) -> None:
    assert move(text, tuple(path.split(".")), before) == after


@pytest.mark.parametrize(
    ("path", "before", "match"),
    [
        (("a", "b"), "c", "'b' is there already"),
        (("a", "x"), "y", "no 'y'"),
        (("x", "y"), None, "no mapping or list that holds it"),
        (("a", "b", "x"), None, "no mapping or list that holds it"),
    ],
)
def test_what_cannot_be_put_in_is_refused(path: tuple[str, ...], before: str | None, match: str) -> None:
    with pytest.raises(ScenarioError, match=match):
        insert("a: {b: 1, c: 2}\n", path, 0, before)


@pytest.mark.parametrize(("path", "before"), [(("a", "x"), "b"), (("a", "b"), "x"), (("x",), "a")])
def test_what_is_not_there_cannot_be_moved(path: tuple[str, ...], before: str) -> None:
    with pytest.raises(ScenarioError, match="no 'x'"):
        move("a: {b: 1, c: 2}\n", path, before)


def test_every_entry_of_a_real_file_can_be_taken_out_put_back_and_moved_and_nothing_else_changes() -> None:
    text = (Path(__file__).parent.parent / "examples" / "haiti-1994.yaml").read_text(encoding="utf-8")
    scenario = loads(text)
    for name in [each.name for each in scenario.assumptions][:4]:
        moved = move(text, ("assumptions", name))
        assert sorted(moved.splitlines()) == sorted(text.splitlines())
        assert {each.name for each in loads(moved).assumptions} == {each.name for each in scenario.assumptions}
        assert loads(moved).assumptions[-1].name == name
