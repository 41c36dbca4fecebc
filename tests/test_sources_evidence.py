"""Widening, an answer without a source, confidence, and the walk from an answer to its passages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from offramp.cli import main
from offramp.errors import RunError
from offramp.explore.again import solve_again
from offramp.explore.evidence.confidence import Confidence, confidence, num_origins
from offramp.explore.evidence.trace import evidence_under
from offramp.explore.evidence.without import effects_of, solve_without, without_source
from offramp.explore.likelihood import SCALE
from offramp.explore.run import Run, run
from offramp.explore.spread import AnswerSpread
from offramp.scenario.distributions import Distribution
from offramp.scenario.dump import dumps
from offramp.scenario.load import loads
from offramp.scenario.model import Assumption, Basis, Scenario
from offramp.scenario.widening import natural_bounds, widened
from offramp.sources.origins import Origins
from offramp.tell.evidence import confidence_lines
from papers import STORY
from test_document import fits

LEVELS = (np.arange(20_000) + 0.5) / 20_000


def spread(value: Distribution) -> float:
    return float(value.quantile(LEVELS).std())


def parsed(value: Any) -> Distribution:
    return Distribution.parse(value)


# --- widening, kind by kind


@pytest.mark.parametrize(
    ("value", "wide"),
    [
        (10, {"uniform": [5, 15]}),
        (-10, {"uniform": [-15, -5]}),
        ({"choice": [4]}, {"uniform": [2, 6]}),
        ({"uniform": [2, 6]}, {"uniform": [0, 8]}),
        ({"triangular": [2, 5, 6]}, {"triangular": [-1, 5, 7]}),
        ({"pert": [10, 12, 20]}, {"pert": [8, 12, 28]}),
        ({"normal": [5, 2]}, {"normal": [5, 4]}),
        ({"lognormal": [5, 0.3]}, {"lognormal": [5, 0.6]}),
        ({"truncnormal": [5, 2, 0, 9]}, {"truncnormal": [5, 4, -5, 13]}),
        ({"truncnormal": [-3, 2, 0, 9]}, {"truncnormal": [-6, 4, 0, 18]}),
        ({"choice": [1, 3, 8]}, {"choice": [-2, 2, 12]}),
        ({"discrete": {0: 0.25, 4: 0.75}}, {"discrete": {-3: 0.25, 5: 0.75}}),
    ],
)
def test_each_kind_is_stretched_about_its_centre(value: Any, wide: Any) -> None:
    assert widened(parsed(value)) == parsed(wide)


@pytest.mark.parametrize(
    "value",
    [
        {"uniform": [2, 6]},
        {"triangular": [2, 5, 6]},
        {"pert": [10, 12, 20]},
        {"normal": [5, 2]},
        {"truncnormal": [5, 2, 0, 9]},
        {"choice": [1, 3, 8]},
        {"discrete": {0: 0.25, 4: 0.75}},
        {"beta": [20, 60]},
    ],
)
def test_the_standard_deviation_doubles(value: Any) -> None:
    before = parsed(value)
    assert spread(widened(before)) == pytest.approx(2 * spread(before), rel=2e-3)


@pytest.mark.parametrize("value", [[20, 60], [3, 3], [1.5, 9], [0.5, 0.5], [0.7, 4]])
def test_a_beta_keeps_its_mean_and_gets_no_peak_at_an_end(value: list[float]) -> None:
    before = parsed({"beta": value})
    after = widened(before)
    assert after.mean == pytest.approx(before.mean)
    assert min(after.parameters) >= min(1, *value) - 1e-12
    assert spread(after) >= spread(before) - 1e-12


@pytest.mark.parametrize(
    ("value", "unit", "wide"),
    [
        ({"uniform": [0.3, 0.9]}, "", {"uniform": [0, 1]}),
        ({"pert": [0.08, 0.15, 0.35]}, "", {"pert": [0.01, 0.15, 0.55]}),
        (0.9, "share", {"uniform": [0.45, 1]}),
        (0.9, "points", {"uniform": [0.45, 1.35]}),
        ({"choice": [0, 0.6, 1]}, "", {"choice": [0, 2 / 3, 1]}),
        ({"choice": [0, 1]}, "", {"choice": [0, 1]}),
        ({"uniform": [0, 1]}, "", {"uniform": [0, 1]}),
        ({"uniform": [0, 1]}, "points", {"uniform": [0, 1.5]}),
        ({"pert": [5, 12, 25]}, "points", {"pert": [0, 12, 38]}),
        ({"uniform": [-6, -2]}, "points", {"uniform": [-8, 0]}),
        ({"uniform": [-2, 4]}, "points", {"uniform": [-5, 7]}),
        (0, "points", 0),
        ({"triangular": [0, 0, 1]}, "", {"triangular": [0, 0, 1]}),
    ],
)
def test_natural_bounds_are_kept(value: Any, unit: str, wide: Any) -> None:
    assumption = Assumption("a", parsed(value), unit=unit)
    after = widened(assumption.value, natural_bounds(assumption))
    assert after.kind == parsed(wide).kind
    np.testing.assert_allclose(after.quantile(LEVELS), parsed(wide).quantile(LEVELS), atol=1e-12)


def test_values_that_the_bounds_bring_together_add_up() -> None:
    after = widened(parsed({"choice": [0.0, 0.1, 0.9, 1.0]}), (0.0, 1.0))
    assert after == parsed({"discrete": {0: 0.5, 1: 0.5}})


# --- without a source

STANDOFF = """
format: offramp/1
title: Whether he goes
sources:
  cable: {title: A cable, reliability: B, file: cable.txt}
  rumour: {title: A rumour, reliability: E}
parties: {us: us, he: the ruler}
assumptions:
  office:
    meaning: what office is worth to him
    unit: points
    value: {uniform: [20, 40]}
    basis:
      - {source: cable, paragraph: 2, says: he may accept an amnesty, credibility: 2}
      - {judgement: a guess}
  exile:
    meaning: what exile is worth to him
    unit: points
    value: {uniform: [25, 45]}
    basis: [{source: rumour, credibility: 5}, {judgement: a guess}]
  kept: {meaning: chance that it is kept, value: {uniform: [0.6, 1]}, basis: [{base_rate: kept in 8 of 10}]}
  pride: {meaning: what going costs him in pride, value: {uniform: [0, 4]}, private_to: he, grid: 4,
    basis: [{source: cable, credibility: 2}, {study: a study}]}
  toll: {meaning: what it costs, unit: points, value: 2, basis: [{source: rumour, credibility: 3}]}
moves: {answer: {by: he, choices: {go: {next: gone}, stay: {next: stays}}}}
outcomes:
  gone: {payoffs: {us: 10 * kept, he: exile * kept + 8 - pride - toll}}
  stays: {payoffs: {us: 0, he: office}}
answers: {goes: {says: he goes, when: outcome.gone}}
observed: {saw: {answer: stay}, basis: [{source: rumour}]}
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return loads(STANDOFF)


@pytest.fixture(scope="module")
def solved(scenario: Scenario) -> Run:
    return run(scenario, draws=256)


def test_what_rests_best_on_a_source_is_widened_and_the_rest_stays(scenario: Scenario) -> None:
    effects = {each.name: each for each in effects_of(scenario, "cable")}
    assert list(effects) == ["office", "pride"]
    assert effects["office"].after == parsed({"uniform": [10, 50]}), "a judgement is no match for B2"
    assert effects["pride"].is_widened, "nor is a study"
    assert "poorly known by what is left (judgement only)" in effects["office"].why
    rumour = {each.name: each for each in effects_of(scenario, "rumour")}
    assert not rumour["exile"].is_widened, "a judgement is as good as E5"
    assert rumour["toll"].after == parsed({"uniform": [1, 3]}), "nothing is left"


def test_the_scenario_without_a_source_is_whole_and_does_not_name_it(scenario: Scenario) -> None:
    changed = without_source(scenario, "rumour")
    again = loads(dumps(changed))
    assert [source.name for source in again.sources] == ["cable"]
    assert not [each for each in again.assumptions for basis in each.basis if basis.source == "rumour"]
    assert again.observed == ()
    assert again.assumptions[0] == scenario.assumptions[0]
    assert without_source(scenario, "cable").observed == scenario.observed


def test_a_source_that_is_not_there_is_an_error(scenario: Scenario) -> None:
    with pytest.raises(RunError, match="did you mean 'cable'"):
        without_source(scenario, "cabel")
    with pytest.raises(RunError, match="there is no source 'x'"):
        without_source(replace(scenario, sources=()), "x")


def test_answers_before_and_after_are_those_of_the_two_scenarios(scenario: Scenario, solved: Run) -> None:
    found = solve_without(scenario, "cable", draws=256)
    (line,) = found.lines
    assert line.before == solved.answers["goes"]
    assert line.after == run(without_source(scenario, "cable"), draws=256).answers["goes"]
    assert line.before != line.after
    document = found.document()
    fits(document, "without")
    assert [each["name"] for each in document["assumptions"] if each["widened"]] == ["office", "pride"]
    assert "left out" in solve_without(scenario, "rumour", draws=8).notes[0]


# --- confidence


def with_bases(scenario: Scenario, **bases: tuple[Basis, ...]) -> Scenario:
    """Every assumption rests on a base rate unless told otherwise."""
    rate = (Basis(base_rate="8 of 10"),)
    changed = (replace(each, basis=bases.get(each.name, rate)) for each in scenario.assumptions)
    return replace(scenario, assumptions=tuple(changed))


def judged(solved: Run, **bases: tuple[Basis, ...]) -> Confidence:
    return confidence(replace(solved, scenario=with_bases(solved.scenario, **bases)))


POOR, STUDY = (Basis(judgement="a guess"),), (Basis(study="a study"),)
ONE = (Basis(source="cable", credibility=2),)
TWO = (*ONE, Basis(study="a study"))


def test_the_levels_follow_from_what_drives_the_answer(solved: Run) -> None:
    first, second, *rest = (each.name for each in solved.drivers(tornado=False).leading(9))
    assert {first, second} == {"office", "exile"}
    best = judged(solved)
    assert (best.level, best.weakest) == ("high", None)
    assert judged(solved, exile=TWO, office=TWO).level == "high"
    single = judged(solved, exile=ONE, office=ONE)
    assert (single.level, single.weakest and single.weakest.name) == ("moderate", first), "one origin is not enough"
    assert judged(solved, exile=STUDY, office=STUDY).level == "moderate"
    strongest = judged(solved, **{first: POOR})
    assert (strongest.level, strongest.weakest and strongest.weakest.name) == ("low", first)
    weaker = judged(solved, **{second: POOR})
    assert (weaker.level, weaker.weakest and weaker.weakest.name) == ("moderate", second)
    both = judged(solved, **dict.fromkeys([second, *rest], POOR))
    weights = {each.name: each.weight for each in both.supports}
    assert sum(weights.values()) == pytest.approx(1)
    assert both.level == ("low" if weights[first] <= 0.5 else "moderate")
    hidden = judged(solved, toll=POOR)
    assert hidden.level == "moderate", "a fixed number's influence is not measured"
    assert "poorly known: toll" in hidden.reasons[0]


def test_draws_that_failed_and_other_equilibria_take_confidence_away(solved: Run) -> None:
    sure = replace(solved, scenario=with_bases(solved.scenario))
    for failed, level in ((0, "high"), (1, "moderate"), (50, "low")):
        certificate = replace(sure.certificate, unconverged=failed)
        assert confidence(replace(sure, certificate=certificate)).level == level

    spread = SimpleNamespace(answers={"goes": AnswerSpread(0.1, 0.9, 0.5, 0.5)})
    several = replace(sure, spread=spread)  # type: ignore[arg-type]
    assert confidence(several).level == "moderate"
    assert "which equilibrium is played" in confidence(several).reasons[0]


def test_reprints_count_as_one_origin() -> None:
    bases = (Basis(source="a"), Basis(source="b"), Basis(base_rate="r"), Basis(judgement="j"))
    assumption = Assumption("x", parsed(1), basis=bases)
    assert num_origins(assumption, Origins((("a",), ("b",)))) == 3
    assert num_origins(assumption, Origins((("a", "b"),))) == 2
    assert num_origins(replace(assumption, basis=bases[3:]), Origins(())) == 0


def test_an_answer_that_nothing_drives_is_judged_by_all_assumptions(scenario: Scenario) -> None:
    sure = loads(STANDOFF.replace("- pride - toll", "- pride - toll + 100"))
    found = confidence(run(sure, draws=64))
    assert any("the same in every draw" in reason for reason in found.reasons)
    weights = [each.weight for each in found.supports if each.influence is not None]
    assert weights == pytest.approx([1 / 3] * 3)
    numbers = tuple(Assumption(each.name, parsed(each.value.median)) for each in scenario.assumptions)
    assert confidence(run(replace(scenario, assumptions=numbers), draws=8)).level == "low"


def test_confidence_and_likelihood_are_never_in_one_phrase(solved: Run) -> None:
    terms = [each.term for each in SCALE] + ["likel", "probab", "chance"]
    for found in (confidence(solved), judged(solved), judged(solved, exile=STUDY)):
        told = " ".join(line.plain for line in confidence_lines(found))
        meanings = [re.escape(each.label) for each in found.supports]
        assert not [term for term in terms if term in re.sub("|".join(meanings), "", found.sentence)]
        assert told.startswith(f"Confidence in this is {found.level}: ")


# --- the walk from an answer to its passages


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cable.txt").write_text("\n\n".join(("Cable", *STORY[1:])), encoding="utf-8")
    (tmp_path / "standoff.yaml").write_text(STANDOFF, encoding="utf-8")
    return tmp_path


def test_an_answer_is_walked_back_to_the_words_under_it(solved: Run, folder: Path) -> None:
    found = evidence_under(solved, documents=folder)
    assert (found.answer, found.estimate) == ("goes", solved.answers["goes"])
    roles = [footing.role for footing in found.footings]
    assert roles == sorted(roles, key=["driver", "private", "fixed", "drawn"].index)
    drivers = [footing.influence or 0.0 for footing in found.footings if footing.role == "driver"]
    assert drivers == sorted(drivers, reverse=True)
    office = next(footing for footing in found.footings if footing.name == "office")
    cable, guess = office.grounds
    assert (cable.passage, cable.paragraph) == (STORY[1], 2)
    assert "at best 3" in cable.flag
    assert (guess.kind, guess.passage) == ("judgement", None)
    fits(found.document(), "trace")
    pay = evidence_under(solved, "payoff.us", documents=folder)
    assert not pay.is_probability
    fits(pay.document(), "trace")


def test_without_documents_the_trace_says_so(solved: Run, tmp_path: Path) -> None:
    found = evidence_under(solved, documents=tmp_path)
    office = next(footing for footing in found.footings if footing.name == "office")
    assert office.grounds[0].passage is None
    assert "no such file" in office.grounds[0].trouble


def test_trace_and_without_on_the_command_line(folder: Path) -> None:
    file = str(folder / "standoff.yaml")
    words = ["--draws", "256", "--quiet"]
    traced = CliRunner().invoke(main, ["sources", "trace", file, *words, "--documents", str(folder)])
    assert traced.exit_code == 0, traced.output
    text = " ".join(traced.stdout.split())
    assert "Confidence in this is moderate" in text
    assert "It is likely" in text.split("Confidence")[0]
    assert STORY[1] in text
    document = json.loads(CliRunner().invoke(main, ["sources", "trace", file, "payoff.he", *words, "--json"]).stdout)
    assert document["answer"]["name"] == "payoff.he"
    shown = CliRunner().invoke(main, ["sources", "without", file, "cable", *words])
    assert shown.exit_code == 0, shown.output
    assert "uniform 20–40 → uniform 10–50" in shown.stdout
    wrong = CliRunner().invoke(main, ["sources", "without", file, "cabel", *words])
    assert (wrong.exit_code, "did you mean 'cable'" in wrong.stderr) == (2, True)


def test_run_without_a_source_is_the_run_of_the_wider_scenario(folder: Path, scenario: Scenario) -> None:
    words = ["run", str(folder / "standoff.yaml"), "--draws", "64", "--quiet", "--explore", "none", "--json"]
    done = CliRunner().invoke(main, [*words, "--without", "cable", "--without", "rumour"])
    assert done.exit_code == 0, done.output
    wider = run(without_source(without_source(scenario, "cable"), "rumour"), draws=64)
    answer = wider.answers["goes"]
    assert answer is not None
    assert json.loads(done.stdout)["answers"]["goes"]["probability"] == answer.mean


def test_the_folder_of_a_run_is_solved_again_as_it_was(folder: Path, scenario: Scenario) -> None:
    before = run(scenario, draws=32, seed=7)
    before.save(folder / "kept")
    again = solve_again(folder / "kept")
    assert (again.num_draws, again.seed, again.answers) == (32, 7, before.answers)
    assert solve_again(folder / "kept", draws=16).num_draws == 16
    (folder / "empty").mkdir()
    with pytest.raises(RunError, match="holds no run"):
        solve_again(folder / "empty")
