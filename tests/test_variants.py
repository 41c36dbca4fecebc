"""Variants of a scenario: another offer, an assumption held; and the quantities of a run by name."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from offramp.errors import RunError
from offramp.explore.quantities import quantity, quantity_names
from offramp.explore.run import Run, run
from offramp.explore.variants import Variant, holding, with_offer
from offramp.game.compile import compile_scenario
from offramp.scenario.draws import draw
from offramp.scenario.load import load, loads
from offramp.scenario.model import Scenario

EXAMPLES = ["venezuela-2024", "panama-1988", "haiti-1994"]

ASKS_FOR_A_TERM = """
format: offramp/1
title: a choice that only a generous offer leaves open
parties: {us: us, ruler: ruler}
terms: {passage: [none, safe], relief: {kept: 0, lifted: 10}}
offer: {passage: safe, relief: kept}
assumptions: {office: {value: {uniform: [0, 10]}}}
moves:
  answer:
    by: ruler
    choices: {leave: {when: passage.safe, next: gone}, stay: {next: stays}, bargain: {next: gone}}
outcomes:
  gone: {payoffs: {us: 1, ruler: 6 * passage + relief}}
  stays: {payoffs: {us: 0, ruler: office}}
answers: {leaves: {says: he leaves, when: outcome.gone}}
"""


def _offers(scenario: Scenario) -> list[dict[str, str]]:
    options = [[option.name for option in term.options] for term in scenario.terms]
    return [dict(zip((term.name for term in scenario.terms), each, strict=True)) for each in product(*options)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_another_offer_compiles_to_what_its_own_scenario_does(name: str) -> None:
    base = Variant(load(f"examples/{name}.yaml"))
    draws = draw(base.scenario, 8, seed=3)
    for offer in _offers(base.scenario)[::13]:
        quick, slow = base.offering(offer).compiled, compile_scenario(with_offer(base.scenario, offer))
        ours, theirs = quick.batch(draws), slow.batch(draws)
        for field in ("payoff_cells", "payoff_index", "chance_cells", "chance_index"):
            assert np.array_equal(getattr(ours, field), getattr(theirs, field))
        assert quick.scenario.offer == slow.scenario.offer == offer


def test_the_tree_is_kept_where_no_condition_asks_for_a_term() -> None:
    base = Variant(load("examples/venezuela-2024.yaml"))
    other = base.offering({"amnesty": "none"})
    assert other.compiled.game is base.compiled.game
    assert other.paths is base.paths
    assert other.offering({"amnesty": "ruler"}).base is base


def test_the_tree_is_walked_anew_where_a_condition_asks_for_a_term() -> None:
    base = Variant(loads(ASKS_FOR_A_TERM))
    other = base.offering({"passage": "none"})
    assert [len(each.compiled.game.leaves) for each in (base, other)] == [3, 2]
    assert other.compiled.game.action_labels == (("stay", "bargain"),)


def test_a_variant_solves_to_what_its_own_scenario_does() -> None:
    scenario = load("examples/panama-1988.yaml")
    offer = {term.name: term.options[0].name for term in scenario.terms}
    draws = draw(scenario, 32, seed=1)
    seen: list[tuple[int, int]] = []
    ours = Variant(scenario).offering(offer).solve(draws, progress=lambda done, total: seen.append((done, total)))
    theirs = run(replace(scenario, offer={**scenario.offer, **offer}), draws=32, seed=1).table
    assert np.array_equal(ours.payoffs, theirs.payoffs)
    assert np.array_equal(ours.answers, theirs.answers, equal_nan=True)
    assert seen[-1] == (32, 32)


@pytest.mark.parametrize(
    ("offer", "message"),
    [
        ({"amnesti": "none"}, "there is no term 'amnesti'; the terms are amnesty, passage"),
        ({"amnesty": "all"}, "term 'amnesty' has no option 'all'; its options are none, ruler, inner_circle"),
    ],
)
def test_wrong_offers_are_refused(offer: dict[str, str], message: str) -> None:
    with pytest.raises(RunError, match=message):
        with_offer(load("examples/venezuela-2024.yaml"), offer)


def test_holding_changes_one_column_of_a_copy() -> None:
    draws = draw(load("examples/venezuela-2024.yaml"), 16, seed=1, first=5)
    before = draws.values.copy()
    held = holding(draws, "office", 70.0)
    assert np.array_equal(draws.values, before)
    assert (held.column("office") == 70.0).all()
    others = [name for name in draws.names if name != "office"]
    assert all(np.array_equal(held.column(name), draws.column(name)) for name in others)
    assert held.first == 5
    with pytest.raises(RunError, match="no shared assumption 'resolve'"):
        holding(draws, "resolve", 1.0)


@pytest.fixture(scope="module")
def venezuela() -> Run:
    return run("examples/venezuela-2024.yaml", draws=256)


def test_quantities_are_those_of_the_run(venezuela: Run) -> None:
    accept, answer = venezuela.moves["answer"].choices["accept"], venezuela.moves["answer"]
    expected = {
        **venezuela.answers,
        **{f"outcome.{name}": each for name, each in venezuela.outcomes.items()},
        **{f"payoff.{name}": each for name, each in venezuela.parties.items()},
        "choice.answer.accept": accept.given_reached,
        "on_path.answer.accept": accept.on_path,
        "reached.answer": answer.reached,
    }
    for name, estimate in expected.items():
        asked = quantity(venezuela, name)
        assert asked.is_probability != name.startswith("payoff.")
        assert asked.estimate is not None
        assert estimate is not None
        ours, theirs = asked.estimate, estimate
        assert (ours.mean, ours.low, ours.high) == pytest.approx((theirs.mean, theirs.low, theirs.high)), name


def test_the_headline_comes_first_and_every_name_can_be_asked_for(venezuela: Run) -> None:
    names = quantity_names(venezuela.scenario, venezuela.paths)
    assert names[0] == quantity(venezuela).name == "holds"
    assert len(set(names)) == len(names)
    for name in names:
        asked = quantity(venezuela, name)
        assert asked.name == name
        assert asked.says
        assert asked.values.shape == asked.weights.shape == (256,)


def test_draws_that_do_not_meet_the_condition_do_not_count(venezuela: Run) -> None:
    holds = quantity(venezuela, "holds")
    assert 0 < holds.counted.sum() < 256
    assert np.isfinite(holds.values[holds.counted]).all()


def test_a_wrong_quantity_names_those_that_are_near(venezuela: Run) -> None:
    with pytest.raises(RunError, match=r"there is no quantity 'payoff\.usa'; did you mean 'payoff\.us'"):
        quantity(venezuela, "payoff.usa")
    with pytest.raises(RunError, match="ask for one of holds, "):
        quantity(venezuela, "zzz")
