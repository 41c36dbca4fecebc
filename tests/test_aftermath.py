"""The aftermath: values against closed forms and brute force, what follows against both, and every mistake."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from offramp.aftermath.chain import endless_value, finite_value, shares
from offramp.cli import main
from offramp.errors import EvaluationError, RunError, ScenarioError
from offramp.explore.aftermath.names import HOLDS, LEVELS, MADE, NOT_MADE, PLAYED
from offramp.explore.aftermath.result import Following
from offramp.explore.run import Run, run
from offramp.game.compile import compile_scenario
from offramp.game.evaluator import Evaluator
from offramp.game.offering import compile_offer
from offramp.scenario.draws import draw
from offramp.scenario.dump import dumps
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.load import loads
from test_document import fits

EXIT = """
format: offramp/1
title: An exit and what follows
parties: {us: the proposer, ruler: the ruler}
terms: {aid: {none: 0, some: 1}}
offer: {aid: some}
assumptions:
  office: {meaning: what office is worth, value: {uniform: [0, 20]}}
  exile: {meaning: what exile is worth, value: {uniform: [0, 12]}}
  p_vote: {meaning: yearly chance of free elections, value: {uniform: [0.05, 0.3]}}
  pride: {meaning: what going costs him, value: {uniform: [0, 4]}, private_to: ruler, grid: 4}
formulas: {future: after * 1}
moves:
  approach: {by: us, choices: {offer: {next: answer}, wait: {next: stays}}}
  answer: {by: ruler, choices: {accept: {next: goes}, refuse: {next: stays}}}
outcomes:
  stays: {starts: standoff, payoffs: {us: after - approach.offer, ruler: office}}
  goes: {starts: {transition: 0.8, vacuum: 0.2}, payoffs: {us: future, ruler: exile + 0.01 * after - pride}}
aftermath:
  years: 10
  discount: {us: 0.9, ruler: 0.8}
  states: {standoff: the standoff goes on, transition: a transition, democracy: {}, vacuum: a power vacuum}
  rates:
    standoff: {transition: 0.05}
    transition: {democracy: p_vote * (1 + aid), vacuum: 0.1}
    vacuum: {transition: 0.2}
  flows:
    democracy: {us: 10, ruler: -1}
    transition: {us: 5}
    vacuum: {us: -5, ruler: -pride}
  indicators:
    oil: {unit: barrels, start: 800, growth: {standoff: -0.03, democracy: 0.08 + 0.02 * aid}, shock: 0.1, least: 1}
    jobs: {start: 40, change: {democracy: 2, vacuum: -p_vote}, shock: 0.5, most: 60}
answers:
  holds: {says: he goes, when: outcome.goes, given: approach.offer, given_says: the offer is made}
"""

STATES = ("standoff", "transition", "democracy", "vacuum")


def matrix(p_vote: float, aid: float = 1.0) -> np.ndarray:
    rate = p_vote * (1.0 + aid)
    return np.array([[0.95, 0.05, 0, 0], [0, 0.9 - rate, rate, 0.1], [0, 0, 1, 0], [0, 0.2, 0, 0.8]])


def summed(start: np.ndarray, flows: np.ndarray, steps: np.ndarray, discount: float, years: int) -> float:
    total = 0.0
    for year in range(years):
        total += discount**year * float(start @ flows)
        start = start @ steps
    return total


@pytest.fixture(scope="module")
def plain() -> Run:
    return run(loads(EXIT), draws=256, seed=3)


@pytest.fixture(scope="module")
def following(plain: Run) -> Following:
    return plain.what_follows()


@st.composite
def chains(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    steps = rng.random((count, count)) * (rng.random((count, count)) < 0.6)
    np.fill_diagonal(steps, 0.0)
    steps /= np.maximum(steps.sum(axis=1, keepdims=True) * rng.uniform(1.0, 3.0), 1e-9)
    flows = rng.normal(size=count) * (rng.random(count) < 0.7)
    start = rng.random(count) * (rng.random(count) < 0.5) + 1e-3
    return steps, flows, start / start.sum()


def named(steps: np.ndarray, flows: np.ndarray, start: np.ndarray) -> tuple[dict[Any, float], ...]:
    count = len(flows)
    rates = {(str(i), str(j)): steps[i, j] for i in range(count) for j in range(count) if steps[i, j] > 0.0}
    return rates, {str(i): f for i, f in enumerate(flows) if f}, {str(i): s for i, s in enumerate(start)}


@settings(max_examples=100, deadline=None)
@given(chains(), st.floats(0.0, 0.9999), st.integers(1, 12))
def test_values_are_those_of_linear_algebra(
    chain: tuple[np.ndarray, np.ndarray, np.ndarray], discount: float, years: int
) -> None:
    steps, flows, start = chain
    full = steps + np.diag(1.0 - steps.sum(axis=1))
    rates, by_state, starts = named(*chain)
    exact = start @ np.linalg.solve(np.eye(len(flows)) - discount * full, flows)
    assert (endless_value(rates, by_state, starts, discount, 1.0) or 0.0) == pytest.approx(exact, rel=1e-9, abs=1e-9)
    brute = summed(start, flows, full, discount, years)
    assert (finite_value(rates, by_state, starts, discount, years) or 0.0) == pytest.approx(brute, abs=1e-12)


def test_next_to_no_discounting_loses_no_digits() -> None:
    """Of two states that swap, each has half of all that comes: f / (2 (1 - d)), and what the start is worth."""
    rates = {("war", "peace"): 0.5, ("peace", "war"): 0.5}
    leak = 2.0**-40
    value = endless_value(rates, {"peace": 1.0}, {"peace": 1.0}, 1.0 - leak, 1.0)
    exact = 0.5 / leak + 0.5  # V(war) = d (V(war) + V(peace)) / 2 and V(peace) = 1 + the same
    assert value == pytest.approx(exact, rel=1e-14)


def test_years_without_end_are_the_limit_of_many() -> None:
    chain = ({("a", "b"): 0.3, ("b", "a"): 0.1}, {"b": 2.0}, {"a": 1.0}, 0.8)
    assert finite_value(*chain, 200) == pytest.approx(endless_value(*chain, 1.0), rel=1e-12)


def test_shares_sum_to_one() -> None:
    for now in shares({("a", "b"): 0.3, ("b", "c"): 0.9}, {"a": 0.6, "c": 0.4}, 20):
        assert sum(now.values()) == pytest.approx(1.0)


def test_payoffs_hold_the_value_of_the_aftermath(plain: Run) -> None:
    compiled = compile_scenario(plain.scenario)
    payoffs = compiled.payoffs(plain.draws)
    goes = compiled.game.outcome_labels.index("goes")
    for index in (0, 7, 200):
        p_vote, exile = (plain.draws.column(name)[index] for name in ("p_vote", "exile"))
        start = np.array([0.0, 0.8, 0.0, 0.2])
        us = summed(start, np.array([0.0, 5.0, 10.0, -5.0]), matrix(p_vote), 0.9, 10)
        assert payoffs[index, goes, 0] == pytest.approx(us, rel=1e-12)
        pride = compiled.atoms[0].values[0]  # the first leaf that goes is on the path of the first atom
        his = summed(start, np.array([0.0, 0.0, -1.0, -pride]), matrix(p_vote), 0.8, 10)
        assert payoffs[index, goes, 1] == pytest.approx(exile + 0.01 * his - pride, rel=1e-12)


@pytest.mark.parametrize("years", ["10", "forever"])
def test_a_program_and_a_careful_evaluation_agree_to_the_bit(years: str) -> None:
    scenario = loads(EXIT.replace("years: 10", f"years: {years}"))
    compiled, draws = compile_scenario(scenario), draw(scenario, 100, seed=5)
    plan = compiled.payoff_plan
    quick = plan.values(Evaluator(compiled.references, draws))
    for cell, pieces in enumerate(plan.cells):
        evaluator = Evaluator(compiled.references, draws)
        careful = sum(weight * evaluator.value(bound, plan.places[cell]) for bound, weight in pieces) + np.zeros(100)
        column = plan.index[plan.cell_index == cell][0]
        np.testing.assert_array_equal(quick[:, column], careful)


def test_another_offer_changes_the_rates() -> None:
    scenario = loads(EXIT)
    other = replace(scenario, offer=FrozenMap({"aid": "none"}))
    draws = draw(scenario, 16, seed=2)
    quick = compile_offer(compile_scenario(scenario), other).payoffs(draws)
    np.testing.assert_array_equal(quick, compile_scenario(other).payoffs(draws))
    assert (quick != compile_scenario(scenario).payoffs(draws)).any()


def test_a_scenario_with_an_aftermath_is_written_and_read_back() -> None:
    scenario = loads(EXIT)
    assert loads(dumps(scenario)) == scenario


def test_shares_with_the_offer_and_without_are_those_of_brute_force(plain: Run, following: Following) -> None:
    made, without, holds = (following.arm(name) for name in (MADE, NOT_MADE, HOLDS))
    assert made
    assert without
    assert holds
    goes = accepted(plain)
    stays_start, goes_start = np.array([1.0, 0, 0, 0]), np.array([0, 0.8, 0, 0.2])
    for year in (0, 1, 10):
        powers = [np.linalg.matrix_power(matrix(p), year) for p in plain.draws.column("p_vote")]
        if_stays = np.stack([stays_start @ power for power in powers])
        if_goes = np.stack([goes_start @ power for power in powers])
        mixed = if_goes * goes[:, None] + if_stays * (1.0 - goes[:, None])
        weighted = (if_goes * goes[:, None]).sum(axis=0) / goes.sum()
        for state in range(4):
            assert made.share(state, year) == pytest.approx(mixed[:, state].mean(), abs=1e-12)
            assert without.share(state, year) == pytest.approx(if_stays[:, state].mean(), abs=1e-12)
            assert holds.share(state, year) == pytest.approx(weighted[state], abs=1e-12)
            low, high = np.quantile(mixed[:, state], [0.05, 0.95])
            assert (made.shares[state][year].low, made.shares[state][year].high) == pytest.approx((low, high))
    assert holds.probability is not None
    assert holds.probability.mean == pytest.approx(goes.mean())


def accepted(plain: Run) -> np.ndarray:
    """In every draw how likely he accepts an offer that is made: he compares, knowing his pride."""
    compiled = compile_scenario(plain.scenario)
    payoffs, game = compiled.payoffs(plain.draws), compiled.game
    yes = np.zeros(plain.num_draws)
    prides = len(compiled.atoms[0].values)
    goes = [leaf for leaf, label in enumerate(game.outcome_labels) if label == "goes"]
    assert len(goes) == prides
    for leaf in goes:
        yes += (payoffs[:, leaf, 1] > plain.draws.column("office")) / prides
    return yes


def test_fans_are_about_the_exact_mean(plain: Run, following: Following) -> None:
    """Of an indicator whose growth depends on the state, the mean follows a recursion of its own."""
    without = following.arm(NOT_MADE)
    assert without is not None
    expected = np.zeros(11)
    for p_vote in plain.draws.column("p_vote"):
        by_state = np.array([800.0, 0, 0, 0])
        growth = np.array([0.97, 1.0, 1.1, 1.0])
        for year in range(11):
            expected[year] += by_state.sum() / plain.num_draws
            by_state = (by_state * growth) @ matrix(p_vote)
    fan = without.fans[0]
    np.testing.assert_allclose(fan.mean, expected, rtol=0.02)
    assert fan.levels.shape == (len(LEVELS), 11)
    assert (np.diff(fan.levels, axis=0) >= 0.0).all()
    np.testing.assert_array_equal(fan.levels[:, 0], 800.0)
    assert (without.fans[1].levels <= 60.0).all()


def test_the_same_luck_meets_every_arm(following: Following) -> None:
    assert following.higher is not None
    assert all(0.5 <= share <= 1.0 for share in following.higher)  # going raises every indicator on average
    again = run(loads(EXIT), draws=256, seed=3).what_follows()
    assert again.document() == following.document()


def test_where_the_offer_changes_nothing_the_fans_are_the_same() -> None:
    text = EXIT.replace("accept: {next: goes}", "accept: {next: stays}").replace(
        "refuse: {next: stays}", "refuse: {next: goes}"
    )
    text = text.replace("starts: standoff", "starts: vacuum").replace("{transition: 0.8, vacuum: 0.2}", "vacuum")
    found = run(loads(text), draws=32).what_follows(years=4)
    made, without = found.arm(MADE), found.arm(NOT_MADE)
    assert made
    assert without
    np.testing.assert_array_equal(made.fans[0].levels, without.fans[0].levels)
    assert found.higher == (0.5, 0.5)


def test_without_an_offer_there_is_one_arm() -> None:
    text = EXIT.replace(", given: approach.offer, given_says: the offer is made", "")
    found = run(loads(text), draws=16).what_follows(years=2)
    assert [arm.name for arm in found.arms] == [PLAYED, HOLDS]
    assert "nothing says by which choice an offer is made" in found.sentences()[-1]


def test_the_document_pictures_and_tables(following: Following) -> None:
    fits(following.document(), "aftermath")
    assert list(following.figures()) == ["states", "oil", "jobs"]
    assert all(figure.alt and figure.svg.startswith("<svg") for figure in following.figures().values())
    assert len(following.frame()) == 3 * 4 * 11
    assert len(following.indicators_frame()) == 3 * 2 * 11


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "exit.yaml").write_text(EXIT, encoding="utf-8")
    arguments = ["aftermath", str(tmp_path / "exit.yaml"), "--draws", "32", "--quiet"]
    shown = CliRunner().invoke(main, [*arguments, "--figure", str(tmp_path / "after.svg")])
    assert shown.exit_code == 0
    assert "after 10 years" in " ".join(shown.stdout.split())
    assert (tmp_path / "after-oil.svg").exists()
    document = json.loads(CliRunner().invoke(main, [*arguments, "--years", "3", "--json"]).stdout)
    assert document["years"] == 3
    refused = CliRunner().invoke(main, [*arguments, "--years", "0"])
    assert refused.exit_code == 2
    assert "give a number from 1 to 200" in refused.stderr


def test_without_an_aftermath_there_is_nothing_to_follow() -> None:
    text = EXIT[: EXIT.index("aftermath:")] + EXIT[EXIT.index("answers:") :]
    text = text.replace("starts: standoff, ", "").replace("starts: {transition: 0.8, vacuum: 0.2}, ", "")
    text = text.replace("after", "0")
    with pytest.raises(RunError, match="says nothing of what comes after"):
        run(loads(text), draws=4).what_follows()


@pytest.mark.parametrize(
    ("before", "after", "place", "message"),
    [
        ("vacuum: 0.1", "vacuum: 0.5 + p_vote", "aftermath.rates.transition.democracy", "sum of the rates out of"),
        ("vacuum: 0.1", "vacuum: 0.06 - p_vote", "aftermath.rates.transition.vacuum", "the yearly rate is -0."),
        ("us: 0.9", "us: 0.8 + p_vote", "aftermath.discount.us", "the discount is 1.0"),
        ("vacuum: 0.2}", "vacuum: p_vote}", "outcomes.goes.starts.transition", "sum of the probabilities"),
        ("us: 10", "us: 1 / (p_vote - p_vote)", "aftermath.flows.democracy.us", "division by zero"),
    ],
)
def test_a_number_out_of_its_limits_names_its_draw(before: str, after: str, place: str, message: str) -> None:
    scenario = loads(EXIT.replace(before, after, 1))
    with pytest.raises(EvaluationError, match=message) as raised:
        compile_scenario(scenario).payoffs(draw(scenario, 64, seed=1))
    assert raised.value.where == place
    assert raised.value.line > 0


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("start: 800", "start: 0 - p_vote", "a number below 0, which cannot grow by shares"),
        ("standoff: -0.03", "standoff: -5 * p_vote", "a loss of more than all there is"),
        ("shock: 0.1", "shock: 0.1 - p_vote", "a standard deviation below 0"),
    ],
)
def test_an_indicator_out_of_its_limits_names_its_draw(before: str, after: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        run(loads(EXIT.replace(before, after, 1)), draws=64).what_follows()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("starts: standoff", "starts: standof", "unknown state 'standof'"),
        ("starts: standoff, ", "", "no 'starts' in the outcome 'stays'"),
        ("vacuum: {transition: 0.2}", "vacuum: {vacuum: 0.2}", "a rate from 'vacuum' to itself"),
        ("vacuum: {transition: 0.2}", "vacuum: {transition: 1.2}", "a yearly rate of 1.2"),
        (
            "vacuum: {transition: 0.2}",
            "vacuum: {transition: 0.7, standoff: 0.6}",
            "rates out of 'vacuum' that sum to 1.3",
        ),
        ("discount: {us: 0.9, ruler: 0.8}", "discount: {us: 0.9}", "no discount for 'ruler'"),
        ("discount: {us: 0.9, ruler: 0.8}", "discount: 1.1", "a discount of 1.1"),
        ("discount: {us: 0.9, ruler: 0.8}", "discount: aid", "'aid' in a discount"),
        ("{transition: 0.8, vacuum: 0.2}", "{transition: 0.8, vacuum: 0.4}", "probabilities that sum to 1.2"),
        ("us: 10", "them: 10", "unknown party 'them'"),
        ("us: 10", "us: after", "'after' outside payoffs"),
        ("us: 10", "us: future", "'after' (through the formula 'future') outside payoffs"),
        ("vacuum: 0.1", "vacuum: pride / 100", "the private assumption 'pride' in a number that all go by"),
        ("ruler: office", "ruler: office + after.us", "'after.us', but 'after' is a number"),
        ("least: 1", "least: 1, most: 1", "bounds from 1 to 1"),
        ("change: {democracy: 2", "growth: {vacuum: 0}, change: {democracy: 2", "'growth' and 'change' together"),
        ("years: 10", "years: 0", "the number 0"),
        ("years: 10", "years: for ever", "the text 'for ever'"),
    ],
)
def test_mistakes_are_told_where_they_stand(before: str, after: str, message: str) -> None:
    assert before in EXIT
    with pytest.raises(ScenarioError) as raised:
        loads(EXIT.replace(before, after, 1), "exit.yaml")
    told = str(raised.value)
    assert message in told
    assert all(problem.line > 1 for problem in raised.value.problems)


def test_a_discount_of_one_needs_an_end() -> None:
    text = EXIT.replace("discount: {us: 0.9, ruler: 0.8}", "discount: 1")
    assert loads(text).aftermath
    with pytest.raises(ScenarioError, match="a discount of 1 or more with years: forever"):
        loads(text.replace("years: 10", "years: forever"))


@pytest.mark.parametrize("years", [6, None])
def test_values_are_those_of_a_simulation(years: int | None) -> None:
    """Paths walked one by one, their flows added up; without an end until a discount has made them nothing."""
    rng = np.random.default_rng(11)
    steps = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.0, 0.05, 0.95]])
    flows, discount, num_paths = np.array([-2.0, 1.0, 4.0]), 0.8, 40_000
    state, total = np.zeros(num_paths, dtype=int), np.zeros(num_paths)
    for year in range(years or 80):
        total += discount**year * flows[state]
        state = (rng.random((num_paths, 1)) > np.cumsum(steps, axis=1)[state]).sum(axis=1)
    rates = {(str(i), str(j)): steps[i, j] for i in range(3) for j in range(3) if i != j and steps[i, j] > 0.0}
    by_state = {str(i): float(flow) for i, flow in enumerate(flows)}
    if years is None:
        exact = endless_value(rates, by_state, {"0": 1.0}, discount, 1.0)
    else:
        exact = finite_value(rates, by_state, {"0": 1.0}, discount, years)
    assert exact is not None
    assert abs(total.mean() - exact) < 4.0 * total.std() / np.sqrt(num_paths)
