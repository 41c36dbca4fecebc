"""Grids of what is private: the ladder, what it is extrapolated to, the margin and the words."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import pytest

import handmade
from offramp.errors import RunError
from offramp.explore import gridcheck
from offramp.explore.ladder import GRID_TOLERANCE, Refinement, trend
from offramp.explore.refine import refine_grid
from offramp.explore.run import Run, run
from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from offramp.scenario.model import Answer, Party, Scenario
from offramp.tell.trust import certificate_words
from standoffs import assumption, choice, move, outcome

ULTIMATUM = Path(__file__).parent / "reference" / "ultimatum.yaml"
FIGHT = 0.375


def ultimatum(grid: int, **values: float | dict[str, list[float]]) -> Scenario:
    """M2 of the reference games on another grid of types, with demands 0.005 apart."""
    base = load(ULTIMATUM)
    fixed = {name: Distribution.parse(value) for name, value in {"lean": 1e-6, **values}.items()}
    changed = (replace(each, value=fixed.get(each.name, each.value)) for each in base.assumptions)
    return replace(base, assumptions=tuple(replace(each, grid=grid) if each.private_to else each for each in changed))


def squared(grid: int, **private: dict[str, list[float]]) -> Scenario:
    """Chance takes the yes with the square of what is private: on N types 1/3 - 1/(12 N**2)."""
    assumptions = [assumption(name, value, private_to="a", grid=grid) for name, value in private.items()]
    return Scenario(
        title="A square",
        parties=(Party("a"),),
        moves=(move("luck", "chance", choice("yes", "won", probability="x ** 2"), choice("no", "lost")),),
        outcomes=(outcome("won", a=1), outcome("lost", a="0 * x")),
        assumptions=tuple(assumptions),
        answers=(Answer("wins", "it is won", Expression.parse("outcome.won")),),
    )


def words(result: Run) -> str:
    return certificate_words(result.certificate, result.num_draws)


def checked(result: Run) -> Refinement:
    assert result.certificate.grid_check is not None
    return result.certificate.grid_check


@pytest.mark.parametrize("order", [0.75, 1.0, 2.0])
def test_a_power_of_the_grid_is_extrapolated_exactly(order: float) -> None:
    levels = [0.3 + 0.4 * size**-order for size in (10.0, 20.0, 40.0)]
    moves = np.diff(levels).tolist()
    found = trend(levels[0], moves, moves[0], noise=0.0, step=0.0)
    assert found.limit == pytest.approx(0.3, abs=1e-12)
    assert found.order == pytest.approx(order)
    assert found.levels == pytest.approx(levels)


def test_one_move_alone_is_taken_for_one_of_first_order() -> None:
    found = trend(0.5, [-0.1], None, noise=0.0, step=0.0)
    assert found.limit == pytest.approx(0.3)
    assert found.order is None
    assert found.error == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("moves", "falls", "verdict"),
    [([0.03, -0.02], True, "moving"), ([0.03, 0.05], False, "not settling"), ([0.001, -0.004], False, "settled")],
    ids=["changes sign", "grows", "small"],
)
def test_nothing_is_extrapolated_from_moves_that_do_not_converge(moves: list[float], falls: bool, verdict: str) -> None:
    found = trend(0.2, moves, moves[0], noise=0.0, step=0.001)
    assert (found.falls, found.order) == (falls, None)
    assert found.limit == pytest.approx(0.2 + sum(moves))
    assert found.margin == pytest.approx(abs(moves[-1]) + 0.001)
    assert found.verdict(GRID_TOLERANCE) == verdict


def test_a_slow_order_is_clipped() -> None:
    found = trend(0.0, [0.1, 0.099], 0.1, noise=0.0, step=0.0)
    assert found.order == pytest.approx(0.0145, abs=1e-3)
    assert found.limit == pytest.approx(0.199 + 0.099 / (2**0.5 - 1))


def test_growth_within_the_noise_is_no_verdict_against_settling() -> None:
    assert trend(0.2, [0.01, 0.04], 0.01, noise=0.03, step=0.0).verdict(GRID_TOLERANCE) == "moving"
    assert trend(0.2, [0.01, 0.04], 0.01, noise=0.01, step=0.0).verdict(GRID_TOLERANCE) == "not settling"


@pytest.mark.parametrize("grid", [2, 5, 10, 20])
@pytest.mark.compiled
def test_the_ladder_of_the_ultimatum_leads_to_the_true_risk_within_its_margin(grid: int) -> None:
    ladder = refine_grid(ultimatum(grid), draws=1, cost=20_000)
    found = ladder.trends["fight"]
    assert abs(found.limit - FIGHT) <= found.margin
    assert found.error_at(found.levels[0]) >= abs(found.levels[0] - FIGHT)
    assert found.margin >= 1 / ladder.rungs[-1].grids["nerve"], "one draw cannot tell better than one type"
    assert found.margin <= 3.1 / ladder.rungs[-1].grids["nerve"]


@pytest.mark.compiled
def test_two_types_see_no_risk_in_the_ultimatum_and_the_ladder_does() -> None:
    ladder = refine_grid(ultimatum(2), draws=1, cost=20_000)
    assert ladder.rungs[0].answers["fight"] == pytest.approx(0.0, abs=1e-9)
    assert [rung.grids["nerve"] for rung in ladder.rungs] == [2, 4, 8, 16, 32, 64]
    assert list(ladder.left_out) == ["nerve 128"]
    assert ladder.enough is None
    assert not ladder.settled


@pytest.mark.compiled
def test_a_run_says_that_two_types_would_have_misled() -> None:
    result = run(ultimatum(20), draws=1)
    text = words(result)
    assert "With two types in place of 20, 'fight' would be 0%, not 35%: so few types mislead here." in text
    assert escape("With nerve 2, 'fight' would be 0.0%, not 35.0%.") in result._repr_html_()
    (misled,) = checked(result).misled
    assert misled.grids == {"nerve": 2}
    assert misled.few == pytest.approx(0.0, abs=1e-9)


@pytest.mark.compiled
def test_a_run_on_two_types_says_that_finer_grids_give_another_answer() -> None:
    result = run(ultimatum(2), draws=1)
    assert checked(result).misled == ()
    assert (
        "Refining the grid of what is private (nerve 2 to 4 and 8; 1 and 1 draws) would move 'fight' by +50.0 points, "
        "give or take 25.0." in words(result)
    )


@pytest.mark.compiled
def test_over_draws_the_ladder_of_the_ultimatum_leads_to_the_mean_risk() -> None:
    ladder = refine_grid(ultimatum(5, cost={"uniform": [0, 0.4]}), draws=32, cost=700_000)
    found, draws = ladder.trends["fight"], 32
    assert abs(found.limit - 0.25) <= found.margin
    assert found.margin < 0.06
    assert {rung.draws for rung in ladder.rungs} == {draws}


def test_a_smooth_answer_is_extrapolated_exactly_through_a_whole_run() -> None:
    result = run(squared(2, x={"uniform": [0, 1]}), draws=8)
    found = checked(result).trends["wins"]
    assert found.levels == pytest.approx([1 / 3 - 1 / (12 * size**2) for size in (2, 4, 8)])
    assert found.order == pytest.approx(2.0)
    assert found.limit == pytest.approx(1 / 3, abs=1e-12)


def test_refining_stops_where_the_answers_stand_still() -> None:
    ladder = refine_grid(squared(1, x={"uniform": [0, 1]}), draws=4, tolerance=0.06)
    assert [rung.grids["x"] for rung in ladder.rungs] == [1, 2, 4, 8, 16, 32], "four draws alike: one type is 1/N"
    errors = [ladder.trends["wins"].error_at(level) for level in ladder.trends["wins"].levels]
    assert ladder.enough is not None
    first = next(index for index, error in enumerate(errors) if error <= 0.06)
    assert ladder.enough.grids["x"] == 2**first
    assert ladder.left_out == {}


def test_a_grid_that_does_not_matter_has_no_error() -> None:
    scenario = handmade.leak_standoff()
    idle = assumption("resolve", {"uniform": [0, 1e-9]}, private_to="ruler", grid=4)
    result = run(replace(scenario, assumptions=(*scenario.assumptions[:4], idle)), draws=4)
    check = checked(result)
    assert check.settled
    assert max(each.error for each in check.trends.values()) < 1e-6
    assert check.misled == ()
    assert "would move no answer by more than 0.1 points (estimate)" in words(result)


def test_of_several_grids_the_one_that_matters_is_named() -> None:
    scenario = squared(2, x={"uniform": [0, 1]}, y={"uniform": [0, 1]})
    check = checked(run(scenario, draws=2))
    assert check.grids == {"x": (2, 4), "y": (2, 4)}
    assert check.alone == {
        "x": {"wins": pytest.approx(1 / 48 - 1 / 192)},
        "y": {"wins": pytest.approx(0.0, abs=1e-12)},
    }


def test_large_games_are_checked_on_fewer_draws_and_larger_ones_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = squared(4, x={"uniform": [0, 1]})
    nodes = checked(run(scenario, draws=64)).rungs[-3].nodes
    monkeypatch.setattr(gridcheck, "NODES", {2: 2 * nodes * 40, 4: 4 * nodes * 15})
    check = checked(run(scenario, draws=64))
    assert [rung.draws for rung in check.finer] == [40]
    assert list(check.left_out) == ["x 16"]
    monkeypatch.setattr(gridcheck, "NODES", {2: 1, 4: 1})
    result = run(scenario, draws=64)
    assert (checked(result).draws, checked(result).shifts, checked(result).settled) == (0, {}, False)
    assert "No finer grid of what is private (x 4) could be compared." in words(result)


def test_a_grid_with_no_finite_payoff_is_left_out_of_the_check_and_not_of_the_run() -> None:
    scenario = handmade.leak_standoff()
    kept = outcome("kept", us="10 / (resolve - 7.5) ** 2", ruler="exile - resolve", opposition=8)
    check = checked(run(replace(scenario, outcomes=(kept, *scenario.outcomes[1:])), draws=8))
    assert "resolve 3" in check.left_out, "the middle one of three types is 7.5"
    assert [rung.grids["resolve"] for rung in check.rungs] == [2, 4, 8, 16]


@pytest.mark.compiled
def test_equal_checks_have_equal_bits_on_any_number_of_threads() -> None:
    first, second = (refine_grid(handmade.leak_standoff(), draws=16, cost=10_000, workers=each) for each in (1, 2))
    assert first.record() == second.record()


def test_frames_name_the_grids_and_the_answers() -> None:
    ladder = refine_grid(squared(4, x={"uniform": [0, 1]}), draws=2, cost=500)
    frame = ladder.frame()
    assert list(frame.index[:3]) == ["x 2", "x 3", "x 4"]
    assert list(frame.columns) == ["nodes", "draws", "unconverged", "wins"]
    assert ladder.trends_frame().loc["wins", "limit"] == pytest.approx(1 / 3)


def test_what_cannot_be_refined_is_refused() -> None:
    with pytest.raises(RunError, match="found no private assumption on a grid"):
        refine_grid(handmade.certain_standoff(), draws=1)
    with pytest.raises(RunError, match="found the tolerance 0"):
        refine_grid(handmade.leak_standoff(), tolerance=0)
