"""Comparisons: what changed, what each edit explains by hand, and what is only noise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import OfframpError, RunError
from offramp.explore.comparison.api import compare
from offramp.explore.comparison.edits import Mixture, edits_of
from offramp.explore.comparison.explain import in_turn, linearised, shapley, standard_error
from offramp.explore.comparison.result import Comparison
from offramp.explore.run import run
from offramp.scenario.draws import draw
from offramp.scenario.load import loads
from offramp.scenario.model import Scenario
from test_document import fits

ROOT = Path(__file__).parents[1]

BASE = """
format: offramp/1
title: Stay or go
parties: {us: the proposer, ruler: the ruler}
terms: {pay: {none: 0, some: 3}}
offer: {pay: some}
assumptions:
  office: {meaning: what office is worth, value: {uniform: [0, 20]}}
  exile: {meaning: what exile is worth, value: {uniform: [0, 20]}}
formulas: {worth: exile + pay}
moves:
  answer: {by: ruler, choices: {accept: {next: goes}, refuse: {next: stays}}}
outcomes:
  stays: {label: he stays, payoffs: {us: 0, ruler: office}}
  goes: {label: he goes, payoffs: {us: 5, ruler: worth}}
answers: {leaves: {says: he goes, when: outcome.goes}}
"""


def edited(*changes: tuple[str, str]) -> Scenario:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loads(text)


OFFICE = ("office: {meaning: what office is worth, value: {uniform: [0, 20]}}", "office: {value: {uniform: [0, 10]}}")
EXILE = ("exile: {meaning: what exile is worth, value: {uniform: [0, 20]}}", "exile: {value: {uniform: [10, 30]}}")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(edited(), edited(OFFICE, EXILE, ("worth: exile + pay", "worth: exile + pay + 1")), draws=1024)


def leaves(office: float, exile: float, extra: float) -> float:
    """The share of draws in which he goes; the draws are those of the first scenario, stretched and moved."""
    drawn = draw(edited(), 1024, 1)
    levels = {name: drawn.column(name) / 20 for name in ("office", "exile")}
    return float(np.mean(levels["exile"] * 20 + exile + 3 + extra > levels["office"] * office))


def test_shapley_values_by_hand(comparison: Comparison) -> None:
    assert comparison.method == "shapley"
    parts = {part.label: part.change for part in comparison.parts}
    assert set(parts) == {"assumption office", "assumption exile", "formula worth"}
    kinds = {"assumption office": (20, 10), "assumption exile": (0, 10), "formula worth": (0, 1)}
    labels = list(kinds)

    def value(made: frozenset[int]) -> np.ndarray:
        return np.array([leaves(*[kinds[label][index in made] for index, label in enumerate(labels)])])

    for label, row in zip(labels, shapley(3, value), strict=True):
        change = parts[label]
        assert change is not None
        assert change.mean == pytest.approx(row[0], abs=1e-12)
    assert comparison.headline.change is not None
    whole = leaves(10, 10, 1) - leaves(20, 0, 0)
    assert comparison.headline.change.mean == pytest.approx(whole, abs=1e-12)
    assert sum(part.change.mean for part in comparison.parts if part.change) == pytest.approx(whole, abs=1e-12)


def test_each_side_is_what_its_own_run_says(comparison: Comparison) -> None:
    first = run(edited(), draws=1024).answers["leaves"]
    second = run(edited(OFFICE, EXILE, ("worth: exile + pay", "worth: exile + pay + 1")), draws=1024).answers["leaves"]
    assert (comparison.headline.first, comparison.headline.second) == (first, second)


def test_distributions_apart(comparison: Comparison) -> None:
    apart = {part.label: part.apart for part in comparison.parts}
    assert apart["formula worth"] is None
    deviation = np.sqrt((20**2 / 12 + 20**2 / 12) / 2)
    assert apart["assumption exile"] == pytest.approx(10 / deviation, rel=1e-3)


def test_sharing_adds_up_and_is_fair() -> None:
    def value(made: frozenset[int]) -> np.ndarray:
        return np.array([10.0 * ({0, 1} <= made) + 2.0 * (2 in made)])

    for share in (shapley, in_turn):
        rows = [row[0] for row in share(3, value)]
        assert rows == pytest.approx([5.0, 5.0, 2.0])


def test_the_error_of_a_quotient() -> None:
    random = np.random.default_rng(3)
    values, weights = random.uniform(size=400), random.uniform(size=400)
    row = linearised(values, weights)
    assert row.mean() == pytest.approx(np.average(values, weights=weights))
    repeated = []
    for _ in range(600):
        chosen = random.integers(0, 400, 400)
        repeated.append(np.average(values[chosen], weights=weights[chosen]))
    assert standard_error(row) == pytest.approx(np.std(repeated), rel=0.1)


def test_two_analysts_disagree_in_values_alone() -> None:
    found = compare(edited(), edited(OFFICE, EXILE), draws=256)
    assert found.analysts
    assert "They disagree about *assumption" in " ".join(found.sentences())
    assert {edit.label for edit in found.documentary} == {"assumption office", "assumption exile"}


def test_edits_that_need_one_another_stand_together() -> None:
    second = edited(
        ("formulas: {worth: exile + pay}", "formulas: {worth: exile + pay + bonus, bonus: 2}"),
        ("{none: 0, some: 3}", "{none: 0, some: 3, much: 6}"),
        ("offer: {pay: some}", "offer: {pay: much}"),
        ("us: 0, ruler: office", "us: 1, ruler: office"),
    )
    mixture = Mixture(edited(), second, edits_of(edited(), second))
    groups = {frozenset(edit.label for edit in group) for group in mixture.groups}
    assert groups == {
        frozenset({"formula worth", "formula bonus"}),
        frozenset({"term pay", "offer pay"}),
        frozenset({"outcomes stays payoffs us"}),
    }
    found = compare(edited(), second, draws=64)
    assert "edits that need one another stand together" in found.notes


def test_another_game_altogether() -> None:
    second = edited(
        (
            "refuse: {next: stays}}}",
            "refuse: {next: talk}}}\n  talk: {by: us, choices: {yes_: {next: goes}, no_: {next: stays}}}",
        ),
        ("office: {meaning", "mood: {value: {uniform: [0, 1]}}\n  office: {meaning"),
        ("ruler: office}", "ruler: office + mood}"),
    )
    found = compare(edited(), second, draws=64)
    assert found.headline.second is not None
    assert found.headline.second.mean == pytest.approx(1.0)
    assert sum(part.change.mean for part in found.parts if part.change) == pytest.approx(found.headline.change.mean)  # type: ignore[union-attr]
    assert any("draw different assumptions" in note for note in found.notes)


def test_many_edits_are_made_in_turn() -> None:
    names = [f"x{index}" for index in range(8)]
    many = BASE.replace("assumptions:\n", "assumptions:\n" + "".join(f"  {name}: {{value: 0}}\n" for name in names))
    many = many.replace("worth: exile + pay", "worth: exile + pay + " + " + ".join(names))
    found = compare(loads(many), loads(many.replace("{value: 0}", "{value: 1}")), draws=128)
    assert (found.method, len(found.parts)) == ("sequential", 8)
    assert found.headline.change is not None
    assert sum(p.change.mean for p in found.parts if p.change) == pytest.approx(found.headline.change.mean, abs=1e-12)
    assert any("made one after the other" in note for note in found.notes)


def test_nothing_changed() -> None:
    found = compare(edited(), replace(edited(), title="Another title"), draws=64)
    assert (found.parts, found.method) == ((), "none")
    assert [edit.label for edit in found.documentary] == ["title"]
    assert "differ in nothing that matters" in found.sentences()[0]


def test_runs_and_their_folders(tmp_path: Path) -> None:
    precise = run(edited(), draws=32, precision=4.0)
    precise.save(tmp_path / "run")
    plain = tmp_path / "plain.yaml"
    plain.write_text(BASE, encoding="utf-8")
    for first in (precise, tmp_path / "run"):
        found = compare(first, plain, draws=32)
        assert [part.label for part in found.parts] == ["precision"]
        assert found.headline.first == precise.answers["leaves"]
    again = compare(tmp_path / "run", precise, draws=32)
    assert again.parts == ()


@pytest.mark.parametrize(
    ("source", "answer", "message"),
    [
        ("missing.yaml", None, "no such file"),
        ("empty", None, "holds no run"),
        (BASE.replace("leaves:", "goes_away:"), None, "the second has no 'leaves'"),
        (BASE, "leavs", "did you mean 'leaves'"),
    ],
)
def test_mistakes_are_told(source: str, answer: str | None, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    second: Any = loads(source) if source.startswith("\nformat") else tmp_path / source
    with pytest.raises(OfframpError, match=message):
        compare(edited(), second, draws=8, answer=answer)


def test_a_question_that_is_never_asked_on_one_side() -> None:
    given = ("when: outcome.goes}}", "when: outcome.goes, given: answer.accept, given_says: he accepts}}")
    never = edited(given, ("{uniform: [0, 20]}}\n  exile", "100}\n  exile"))
    found = compare(edited(given), never, draws=16)
    assert found.headline.second is None
    assert found.headline.change is None
    assert "cannot be compared" in found.sentences()[0]
    assert "--json" not in json.dumps(found.document(), allow_nan=False)


def test_the_document_is_what_its_schema_says(comparison: Comparison) -> None:
    fits(comparison.document(), "comparison")
    assert comparison.frame().shape[0] == 3


def test_pictures_are_drawn_and_told(comparison: Comparison) -> None:
    drawn = comparison.figures()
    assert set(drawn) == {"comparison", "parts"}
    for figure in drawn.values():
        assert ET.fromstring(figure.svg).get("role") == "img"
        assert "he goes" in figure.alt or "assumption" in figure.alt


def test_the_same_is_found_twice(comparison: Comparison) -> None:
    second = edited(OFFICE, EXILE, ("worth: exile + pay", "worth: exile + pay + 1"))
    assert compare(edited(), second, draws=1024).document() == comparison.document()


def test_the_command(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(BASE, encoding="utf-8")
    two.write_text(BASE.replace("{uniform: [0, 20]}}\n  exile", "{uniform: [0, 5]}}\n  exile"), encoding="utf-8")
    asked = ["compare", str(one), str(two), "--draws", "64", "--quiet"]
    shown = CliRunner().invoke(main, [*asked, "--figure", str(tmp_path / "both.svg")])
    assert shown.exit_code == 0, shown.output
    assert "assumption office: uniform 0, 20 → uniform 0, 5" in shown.output
    assert (tmp_path / "both-parts.svg").exists()
    document = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)
    assert document["analysts"] is True
    with pytest.raises(RunError, match="game file"):
        compare(one, ROOT / "tests" / "games" / "outcomes.nfg")
