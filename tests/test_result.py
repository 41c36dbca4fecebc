"""Solutions: what is computed when it is asked for, parts, and sending them elsewhere."""

from __future__ import annotations

import pickle
from dataclasses import fields

import numpy as np
import pytest

from offramp.game.batch import Batch
from offramp.solve.api import solve
from offramp.solve.certificate import assess_profile, certify
from offramp.solve.result import Method, Solutions
from random_games import CLASSES, RandomGame, Stage, draw_numbers, staged


def made_up(games: RandomGame) -> Solutions:
    """Draws in which everybody plays at random with its own probabilities."""
    game, payoffs, chance = games
    num_draws, batch = len(payoffs), Batch.of(payoffs, chance)
    logs = np.random.default_rng(6).standard_normal((num_draws, int(game.action_starts[-1])))
    for start, end in zip(game.action_starts[:-1], game.action_starts[1:], strict=True):
        logs[:, start:end] -= np.logaddexp.reduce(logs[:, start:end], axis=1, keepdims=True)
    counts = np.arange(num_draws, dtype=np.int32)
    certified = certify(game, batch, logs)
    more = [counts, counts + 1, counts % 3, counts + 2, counts + 3]
    return Solutions(game, batch, logs, *certified, counts % 3, np.arange(num_draws) / 2, *more)


def test_what_takes_all_nodes_is_computed_once_when_asked_for() -> None:
    games = CLASSES["three players"](seed=4, num_draws=5)
    solutions = made_up(games)
    expected = assess_profile(*games, solutions.log_strategies)
    for name in ("strategies", "reach", "beliefs"):
        np.testing.assert_array_equal(getattr(solutions, name), getattr(expected, name))
        assert getattr(solutions, name) is getattr(solutions, name)


def test_a_part_is_the_same_draws_and_copies_nothing() -> None:
    solutions = made_up(CLASSES["three players"](seed=4, num_draws=6))
    part = solutions.part(2, 5)
    assert part.num_draws == 3
    for field in fields(Solutions):
        if field.name not in ("game", "batch"):
            whole = getattr(solutions, field.name)
            np.testing.assert_array_equal(getattr(part, field.name), whole[2:5])
            assert np.shares_memory(getattr(part, field.name), whole)
    np.testing.assert_array_equal(part.beliefs, solutions.beliefs[2:5])
    np.testing.assert_array_equal(part.max_regret, solutions.max_regret[2:5])


def test_solutions_survive_pickling() -> None:
    solutions = made_up(CLASSES["signalling 2x2x2"](seed=4, num_draws=3))
    back = pickle.loads(pickle.dumps(solutions))
    assert back.game.action_labels == solutions.game.action_labels
    for name in (*(field.name for field in fields(Solutions)), "beliefs", "reach", "strategies"):
        if name not in ("game", "batch"):
            np.testing.assert_array_equal(getattr(back, name), getattr(solutions, name))


def test_what_has_been_computed_is_not_sent_along() -> None:
    solutions = made_up(CLASSES["four players"](seed=4, num_draws=50))
    before = len(pickle.dumps(solutions))
    assert solutions.beliefs.shape == solutions.reach.shape == (50, solutions.game.num_nodes)
    assert len(pickle.dumps(solutions)) == pytest.approx(before, rel=0.2)


def test_a_draw_says_how_it_was_solved() -> None:
    perfect = draw_numbers(staged(("a", "b"), [Stage(0, 2), Stage(1, 2, (0,))]), 1, num_draws=2)
    assert solve(*perfect).method.tolist() == [Method.BACKWARD] * 2
    assert solve(*perfect).jumps.tolist() == [0, 0]


@pytest.mark.compiled
def test_a_traced_draw_says_so() -> None:
    assert Method.BACKWARD not in solve(*CLASSES["signalling 2x2x2"](seed=4, num_draws=3)).method
