"""The solver stays on the principal branch: judged by a path follower of very small steps that shares nothing with it.

What the judge itself finds is held to the oracle twin first.
"""

from __future__ import annotations

import numpy as np
import pytest

from fine_limits import NUM_DRAWS, games_of, load_limits
from fine_trace import Flags, Floats, fine_limit
from offramp.solve.api import solve
from offramp.solve.result import Status
from oracle import Twin
from random_games import CLASSES, RandomGame, Stage, draw_numbers, signalling, staged

pytestmark = pytest.mark.compiled

ANOTHER_VALUE = 1e-4
"""Two limits whose values, in payoff ranges, differ by more than this are two equilibria: the judge stops at 1e6."""

ANOTHER_CHOICE = 1e-2
"""The same for probabilities, which come to their limit more slowly where a player is nearly indifferent."""


def differ(game: RandomGame, strategies: Floats, values: Floats, reached: Flags) -> list[int]:
    """Draws that the solver leads elsewhere."""
    solutions = solve(*game)
    off_values = np.abs(solutions.values - values).max(axis=1) > ANOTHER_VALUE
    off_choices = np.abs(solutions.strategies - strategies).max(axis=1) > ANOTHER_CHOICE
    return np.flatnonzero(reached & (off_values | off_choices)).tolist()


@pytest.mark.parametrize("seed", range(2))
def test_the_judge_agrees_with_the_twin_at_a_precision(seed: int) -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=seed)
    ends = fine_limit(game, payoffs, chance, precision=8.0)
    expected = Twin(game, payoffs[0], chance[0]).trace(8.0)
    logs = [expected[i, a] for i, labels in enumerate(game.action_labels) for a in range(len(labels))]
    assert ends.reached.all()
    np.testing.assert_allclose(ends.log_strategies[0], logs, atol=1e-7)


@pytest.mark.parametrize("name", NUM_DRAWS)
def test_no_draw_jumps_to_another_branch(name: str) -> None:
    limits = load_limits(name)
    assert limits.reached.mean() >= 0.99
    assert differ(games_of(name), limits.strategies, limits.values, limits.reached) == []


@pytest.mark.parametrize("name", NUM_DRAWS)
def test_the_kept_limits_are_what_the_judge_finds(name: str) -> None:
    game, payoffs, chance = games_of(name)
    ends, kept = fine_limit(game, payoffs[:3], chance[:3]), load_limits(name)
    np.testing.assert_allclose(ends.values, kept.values[:3], atol=1e-9)
    np.testing.assert_allclose(np.exp(ends.log_strategies), kept.strategies[:3], atol=2e-5)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("precision", [5.0, 2e3])
def test_payoffs_with_ties_stay_on_the_branch_at_a_precision(name: str, precision: float) -> None:
    """With ties the limit is approached as slowly as the fifth root of precision; at a precision both must agree."""
    game, payoffs, chance = CLASSES[name](seed=31, num_draws=20)
    payoffs = np.random.default_rng(31).integers(0, 3, payoffs.shape).astype(np.float64)
    ends = fine_limit(game, payoffs, chance, precision=precision)
    solutions = solve(game, payoffs, chance, precision=precision)
    fine = ends.reached & (solutions.status == Status.CONVERGED)
    assert fine.mean() >= 0.9
    np.testing.assert_allclose(solutions.strategies[fine], np.exp(ends.log_strategies)[fine], atol=1e-8)


def test_the_judge_sees_the_fork_of_a_symmetric_game() -> None:
    """Two equals who gain by choosing alike: at a precision of 2 the branch of equal choices is crossed by another."""
    game, payoffs, chance = draw_numbers(staged(("a", "b"), [Stage(0, 2), Stage(1, 2)]), 0)
    payoffs[0] = np.repeat(np.eye(2).reshape(4, 1), 2, axis=1)
    ends = fine_limit(game, payoffs, chance)
    assert ends.forked.all()
    assert ends.precisions[0] == pytest.approx(2.0, abs=1e-4)


def test_a_judge_of_small_steps_needs_every_chance_branch() -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=0)
    with pytest.raises(ValueError, match="probability zero"):
        fine_limit(game, payoffs, np.zeros_like(chance))
