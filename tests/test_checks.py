"""What must hold in a scenario: the same rules for files and for Python, no error hidden, none invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from offramp.errors import Problem, ScenarioError
from offramp.scenario.checks import problems, validate
from offramp.scenario.distributions import Distribution
from offramp.scenario.dump import dumps
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load, loads
from offramp.scenario.model import (
    Answer,
    Assumption,
    Basis,
    Choice,
    Correlation,
    Move,
    Option,
    Outcome,
    Party,
    Scenario,
    Source,
    Term,
)

ONE = Expression.parse(1)
SAMPLE = (Path(__file__).parent / "good" / "design-sample.yaml").read_text(encoding="utf-8")


def found_in(text: str) -> list[Problem]:
    """The problems of a text, none if it loads."""
    try:
        loads(text)
    except ScenarioError as error:
        return list(error.problems)
    return []


def standoff(**changes: object) -> Scenario:
    """A small scenario built in Python, with some of its fields replaced."""
    scenario = Scenario(
        title="Built in Python",
        parties=(Party("a", "A"), Party("b")),
        terms=(Term("court", (Option("open", 0.0), Option("shielded", 1.0))),),
        offer={"court": "shielded"},
        assumptions=(Assumption("p", Distribution.parse({"uniform": [0.1, 0.4]})),),
        moves=(
            Move("first", "a", (Choice("go", "luck"), Choice("stay", "end"))),
            Move("luck", "chance", (Choice("good", "end", Expression.parse("p")), Choice("bad", "end"))),
        ),
        outcomes=(Outcome("end", {"a": Expression.parse("court + luck.good"), "b": Expression.parse(0)}),),
    )
    return replace(scenario, **changes)  # type: ignore[arg-type]


def test_a_scenario_built_in_python_is_sound_and_can_be_written_out() -> None:
    scenario = standoff()
    assert problems(scenario) == []
    validate(scenario)
    assert loads(dumps(scenario)) == scenario


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"parties": (Party("a"), Party("b"), Party("a"))}, "parties.a: the name 'a' twice"),
        ({"parties": (Party("a"), Party("b b"))}, "parties.b b: 'b b', which is not a name"),
        ({"title": ""}, "title: empty text"),
        ({"offer": {}}, "offer: no option for 'court'"),
        ({"moves": ()}, "moves: an empty mapping"),
        ({"assumptions": (Assumption("p", Distribution.parse(0.2), private_to="a", grid=0),)}, "grid: the number 0"),
        ({"assumptions": (Assumption("p", Distribution.parse(0.2), private_to="c"),)}, "private_to: the unknown party"),
        ({"sources": (Source("s", "T", reliability="Z"),)}, "sources.s.reliability: the text 'Z'"),
        ({"correlations": (Correlation("p", "p", 0.1),)}, "correlations.0.between: 'p' correlated with itself"),
        ({"formulas": {"x": Expression.parse("x + 1")}}, "formulas.x: a formula that needs its own value"),
        ({"answers": (Answer("q", "it ends", Expression.parse("p > 0")),)}, "answers.q.when: the assumption 'p'"),
        ({"answers": (Answer("q", "it ends", ONE, ONE),)}, "answers.q.given: 'given' without 'given_says'"),
        ({"answers": (Answer("q", "it ends", ONE, None, "x"),)}, "answers.q.given_says: 'given_says' without 'given'"),
        ({"answers": (Answer("q", "it ends", ONE, Expression.parse("m.no"), "x"),)}, "answers.q.given: the unknown"),
        ({"outcomes": (Outcome("end", {"a": Expression.parse(0)}),)}, "outcomes.end.payoffs: no payoff for 'b'"),
    ],
)
def test_what_is_wrong_in_python_is_found(changes: dict[str, object], expected: str) -> None:
    shown = [str(problem) for problem in problems(standoff(**changes))]
    assert any(expected in text for text in shown), shown
    assert all(text.startswith("<python>: ") for text in shown)
    with pytest.raises(ScenarioError):
        validate(standoff(**changes))


def test_a_basis_of_two_kinds_is_found_in_python() -> None:
    basis = (Basis(study="a study", judgement="a guess"),)
    scenario = standoff(assumptions=(Assumption("p", Distribution.parse(0.2), basis=basis),))
    assert ["assumptions", "p", "basis", "0"] in [list(problem.path) for problem in problems(scenario)]


def test_a_changed_scenario_keeps_the_positions_of_its_file() -> None:
    scenario = loads(SAMPLE, "sample.yaml")
    changed = replace(scenario, parties=scenario.parties[1:])
    by_us = [problem for problem in problems(changed) if problem.path == ("moves", "approach", "by")]
    line = SAMPLE[: SAMPLE.index("by: us")].count("\n") + 1
    assert [(problem.file, problem.line) for problem in by_us] == [("sample.yaml", line)]


@pytest.mark.parametrize(
    ("written", "misspelt", "meant"),
    [
        ("probability: p_leak", "probability: p_leek", "p_leak"),
        ("safety * (", "safty * (", "safety"),
        ("reveals: {approach: all", "reveals: {approch: all", "approach"),
        ("held: {next: answer}", "held: {next: answr}", "answer"),
        ("next: kept", "next: kep", "kept"),
        ("by: command", "by: comand", "command"),
        ("amnesty.inner_circle", "amnesty.inner_cirle", "inner_circle"),
        ("leak.leaked", "leak.leekd", "leaked"),
        ("private_to: ruler", "private_to: rulr", "ruler"),
        ("source: calle_ocho", "source: calle_oco", "calle_ocho"),
        ("when: outcome.kept", "when: outcome.kep", "kept"),
        ("sanctions: phased", "sanctions: fased", "phased"),
        ("meaning: what", "meening: what", "meaning"),
    ],
)
def test_one_misspelt_reference_gives_one_problem(written: str, misspelt: str, meant: str) -> None:
    (problem,) = found_in(SAMPLE.replace(written, misspelt, 1))
    assert problem.remedy == f"did you mean {meant!r}?"


SECTIONS = ["sources", "parties", "terms", "assumptions", "moves", "outcomes"]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_misspelt_section_is_one_problem(section: str) -> None:
    (problem,) = found_in(SAMPLE.replace(f"\n{section}:", f"\n{section}x:"))
    assert problem.remedy == f"did you mean {section!r}?"


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_the_wrong_kind_is_one_problem(section: str) -> None:
    start = SAMPLE.index(f"\n{section}:") + 1
    end = SAMPLE.index("\n\n", start) if section != "terms" else SAMPLE.index("\noffer:", start)
    (problem,) = found_in(f"{SAMPLE[:start]}{section}: 3{SAMPLE[end:]}")
    assert problem.path == (section,)


def test_a_malformed_assumption_hides_nothing_and_causes_nothing() -> None:
    text = SAMPLE.replace("{pert: [60, 80, 100]}", "{pert: [60]}").replace("ruler: office", "ruler: office + ofice")
    assert [".".join(problem.path) for problem in found_in(text)] == [
        "assumptions.office.value.pert",
        "outcomes.impasse.payoffs.ruler",
    ]


def test_a_malformed_name_in_a_list_does_not_hide_the_next_one() -> None:
    text = SAMPLE.replace("known_to: [us, ruler]", "known_to: [2, rulr]", 1)
    assert [problem.path[-1] for problem in found_in(text)] == ["0", "1"]


def test_a_malformed_choice_does_not_make_its_outcome_unreachable() -> None:
    text = SAMPLE.replace("block: {next: coup}", "block: coup")
    assert [problem.path[-1] for problem in found_in(text)] == ["block"]


def test_a_formula_may_use_moves_that_are_not_on_every_path() -> None:
    formulas = "formulas:\n  spoiled: 3 * leak.leaked\n\nmoves:"
    text = SAMPLE.replace("moves:", formulas, 1).replace("ruler: office", "ruler: office - spoiled")
    assert found_in(text) == []


def test_a_payoff_may_not_use_a_move_that_no_path_passes_before() -> None:
    text = SAMPLE.replace("opposition: 20", "opposition: 20 * promise.keep")
    (problem,) = found_in(text)
    assert "no path passes before 'coup'" in problem.found


def test_a_condition_may_use_terms_earlier_choices_and_formulas_of_them() -> None:
    text = SAMPLE.replace("moves:", "formulas:\n  wide: amnesty > 0.4 and leak.leaked\n\nmoves:", 1)
    sound = text.replace("refuse: {next", "refuse: {when: wide or court.open, next")
    assert found_in(sound) == []
    drawn = sound.replace("amnesty > 0.4", "amnesty > p_leak")
    (problem,) = found_in(drawn)
    assert "the assumption 'p_leak' (through the formula 'wide')" in problem.found


def test_problems_come_in_file_order() -> None:
    text = SAMPLE.replace("by: opposition", "by: oppositio").replace("court: shielded", "court: shieldd")
    lines = [problem.line for problem in found_in(text)]
    assert lines == sorted(lines)
    assert len(lines) == 2


def test_the_good_files_have_no_problems() -> None:
    for path in (Path(__file__).parent / "good").glob("*.yaml"):
        assert problems(load(path)) == []
