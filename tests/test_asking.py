"""A scenario that is asked again: the same bits as a run of the scenario so edited, or as the same draws held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import handmade
from offramp.errors import RunError, ScenarioError
from offramp.explore.asking import Warm, change_between, with_values
from offramp.explore.comparison.api import compare
from offramp.explore.run import Run, run
from offramp.explore.table import Table
from offramp.explore.tipping.held import Held
from offramp.explore.variants import with_offer
from offramp.scenario.distributions import Distribution
from offramp.scenario.load import load
from offramp.scenario.model import Correlation
from standoffs import assumption

EXAMPLES = Path(__file__).parents[1] / "examples"

parse = Distribution.parse


def same(one: Run, other: Run) -> bool:
    """Whether two runs have the same bits in every draw, in whatever they say of them."""
    names = [field.name for field in fields(Table)]
    bits = all(getattr(one.table, name).tobytes() == getattr(other.table, name).tobytes() for name in names)
    said = (one.answers, one.moves, one.parties, one.breaks) == (
        other.answers,
        other.moves,
        other.parties,
        other.breaks,
    )
    return bits and said and one.draws.values.tobytes() == other.draws.values.tobytes()


@pytest.fixture(scope="module")
def venezuela() -> Warm:
    return Warm(load(EXAMPLES / "venezuela-2024.yaml"))


@pytest.mark.parametrize(
    ("offer", "values"),
    [
        ({}, {}),
        ({"passage": "none", "court": "open"}, {}),
        ({}, {"office": {"uniform": [20, 90]}}),
        ({}, {"circle": 11}),
        ({}, {"resolve": 3}),
        ({}, {"resolve": {"uniform": [-5, 30]}}),
        ({"sanctions": "lifted"}, {"office": {"pert": [30, 50, 70]}, "turmoil": 4, "resolve": {"normal": [0, 9]}}),
    ],
    ids=["as it is", "offer", "distribution", "fixed", "private number", "private distribution", "all at once"],
)
def test_an_answer_has_the_bits_of_the_run_so_edited(
    venezuela: Warm, offer: dict[str, str], values: dict[str, object]
) -> None:
    wanted = {name: parse(value) for name, value in values.items()}
    asked = venezuela.ask(offer, wanted, draws=32, seed=3)
    assert same(asked, run(with_values(with_offer(venezuela.scenario, offer), wanted), draws=32, seed=3))


def test_rounds_are_written_out_where_a_scenario_is_asked_again() -> None:
    warm = Warm(load(EXAMPLES / "talks.yaml"))
    term = next(term for term in warm.scenario.terms if len(term.options) > 1)
    option = next(each.name for each in term.options if each.name != warm.scenario.offer[term.name])
    asked = warm.ask({term.name: option}, draws=16, seed=1)
    assert same(asked, run(with_offer(warm.scenario, {term.name: option}), draws=16))
    assert asked.variant.compiled.scenario.written is not None


def test_a_drawn_assumption_is_held_as_tipping_holds_it(venezuela: Warm) -> None:
    asked = venezuela.ask(values={"office": parse(61.5)}, draws=16, seed=1)
    held = Held.of(venezuela.ask(draws=16, seed=1), "office", 16, None, None)
    found = held.at(np.full(16, 61.5), "holds")
    assert asked.table.answers[0].tobytes() == found.values.tobytes()
    assert asked.draws.column("office").tolist() == [61.5] * 16


def test_partners_of_one_that_is_held_stay_where_they_were(venezuela: Warm) -> None:
    before, after = (venezuela.ask(values=values, draws=16, seed=1) for values in ({}, {"grievance": parse(20)}))
    assert Correlation("grievance", "trials", 0.4) in before.scenario.correlations
    assert after.scenario.correlations == ()
    others = [name for name in before.draws.names if name != "grievance"]
    assert all(before.draws.column(name).tobytes() == after.draws.column(name).tobytes() for name in others)


def test_one_that_was_fixed_is_drawn_in_a_column_of_its_own(venezuela: Warm) -> None:
    before, after = (
        venezuela.ask(values=values, draws=64, seed=1) for values in ({}, {"circle": parse({"uniform": [0, 9]})})
    )
    others = [name for name in before.draws.names if name != "circle"]
    assert all(before.draws.column(name).tobytes() == after.draws.column(name).tobytes() for name in others)
    assert 0.0 <= after.draws.column("circle").min() < 1.0
    assert len(np.unique(after.draws.column("circle"))) == 64


def test_what_is_asked_of_an_answer_is_as_of_a_run(venezuela: Warm) -> None:
    values = {"office": parse({"uniform": [20, 90]})}
    asked = venezuela.ask(values=values, draws=32, seed=1)
    plain = run(with_values(venezuela.scenario, values), draws=32)
    questions: list[Callable[[Run], dict[str, object]]] = [
        lambda one: one.what_breaks().record(),
        lambda one: one.drivers(tornado=False).record(),
        lambda one: one.observe({"answer": "refuse"}).record(),
        lambda one: one.tipping("office", low=30, high=60).record(),
    ]
    for question in questions:
        assert question(asked) == question(plain)


def test_a_change_is_that_of_a_comparison(venezuela: Warm) -> None:
    values = {"office": parse({"uniform": [20, 90]})}
    first, second = venezuela.ask(draws=64, seed=1), venezuela.ask(values=values, draws=64, seed=1)
    lines = compare(venezuela.scenario, with_values(venezuela.scenario, values), draws=64).lines
    for line in lines:
        assert change_between(first, second, line.name) == line.change
    with pytest.raises(RunError, match="64 and 32 draws"):
        change_between(first, second.first(32), "holds")


def test_what_makes_no_sense_is_refused(venezuela: Warm) -> None:
    with pytest.raises(RunError, match="no assumption 'ofice'; did you mean 'office'"):
        venezuela.ask(values={"ofice": parse(3)}, draws=16, seed=1)
    with pytest.raises(RunError, match="no option 'gold'"):
        venezuela.ask({"passage": "gold"}, draws=16, seed=1)
    with pytest.raises(ScenarioError, match=r"p_leak.*1\.5|a probability"):
        venezuela.ask(values={"p_leak": parse({"uniform": [0.5, 1.5]})}, draws=16, seed=1)


def test_columns_can_be_those_of_another_scenario() -> None:
    scenario = handmade.leak_standoff()
    more = replace(scenario, assumptions=(assumption("extra", {"uniform": [0, 1]}), *scenario.assumptions))
    one, two = Warm(scenario), Warm(more)
    columns = (*one.columns, "extra")
    first, second = one.ask(draws=16, seed=1, columns=columns), two.ask(draws=16, seed=1, columns=columns)
    assert all(first.draws.column(name).tobytes() == second.draws.column(name).tobytes() for name in one.columns)
    assert two.columns[0] == "extra"
