"""The principal branch at a row of precisions, and precisions that differ between draws."""

from __future__ import annotations

import numpy as np
import pytest

from offramp.errors import SolveError
from offramp.game.game import CHANCE_NODE, Floats, Game
from offramp.solve.api import solve
from offramp.solve.branch import trace_branch
from offramp.solve.result import RESIDUAL_TOLERANCE, Status
from oracle import Twin
from random_games import RandomGame, Stage, draw_numbers, signalling, staged, three_player

ROW = (0.0, 0.5, 2.0, 10.0, 60.0)
PERFECT = [Stage(0, 3), Stage(CHANCE_NODE, 2, (0,)), Stage(1, 2, (0, 1)), Stage(2, 3, (0, 1, 2))]
MIXED = [Stage(0, 3), Stage(1, 2, (0,)), Stage(2, 3, (0,)), Stage(1, 2, (0, 2))]
"""The first move is seen by all; the subgames below it have hidden moves and are traced alone."""

compiled = pytest.mark.compiled
"""For games that take too long in plain Python."""


def perfect(num_draws: int) -> RandomGame:
    return draw_numbers(staged(("A", "B", "C"), PERFECT, title="perfect"), 5, num_draws=num_draws)


def mixed(num_draws: int) -> RandomGame:
    return draw_numbers(staged(("A", "B", "C"), MIXED, title="mixed"), 6, num_draws=num_draws)


GAMES = {
    "signalling": lambda draws: signalling(3, 3, 2, seed=41, num_draws=draws),
    "three players": lambda draws: three_player(seed=42, num_draws=draws),
    "perfect information": perfect,
    "hidden moves below a seen one": mixed,
}


def odds_residual(game: Game, payoffs: Floats, chance: Floats, logs: Floats, precisions: Floats) -> float:
    """The largest violation of the logit equations at ``precisions[P]``, worked out by the twin."""
    twin = Twin(game, payoffs, chance)
    starts = game.action_starts.tolist()
    by_action = {
        (infoset, action): float(logs[starts[infoset] + action])
        for infoset, labels in enumerate(game.action_labels)
        for action in range(len(labels))
    }
    worst = 0.0
    for infoset, player in enumerate(game.infoset_players.tolist()):
        values = twin.action_values(infoset, by_action)
        for action, value in enumerate(values):
            wanted = precisions[player] * (value - values[0]) / twin.ranges[player]
            worst = max(worst, abs(by_action[infoset, action] - by_action[infoset, 0] - wanted))
    return worst


@pytest.mark.parametrize("name", GAMES)
@compiled
def test_every_point_of_the_branch_solves_the_logit_equations_of_the_twin(name: str) -> None:
    game, payoffs, chance = GAMES[name](3)
    branch = trace_branch(game, payoffs, chance, ROW)
    assert branch.converged.all()
    assert branch.strategies.shape == (3, len(ROW), game.action_starts[-1])
    for draw in range(3):
        for t, precision in enumerate(ROW):
            each = np.full(game.num_players, precision)
            logs = branch.log_strategies[draw, t]
            allowed = RESIDUAL_TOLERANCE * max(1.0, precision)
            assert odds_residual(game, payoffs[draw], chance[draw], logs, each) <= allowed
            assert branch.residuals[draw, t] <= allowed


@pytest.mark.parametrize("name", GAMES)
@compiled
def test_the_branch_passes_the_points_that_solving_at_each_precision_gives(name: str) -> None:
    game, payoffs, chance = GAMES[name](20)
    branch = trace_branch(game, payoffs, chance, ROW)
    for t, precision in enumerate(ROW):
        alone = solve(game, payoffs, chance, precision=precision)
        np.testing.assert_allclose(branch.strategies[:, t], alone.strategies, atol=1e-9)
        np.testing.assert_allclose(branch.values[:, t], alone.values, atol=1e-8)


@compiled
def test_the_branch_starts_where_everybody_chooses_at_random() -> None:
    game, payoffs, chance = GAMES["three players"](2)
    branch = trace_branch(game, payoffs, chance, [0.0])
    shares = np.repeat(1.0 / game.num_actions, game.num_actions)
    np.testing.assert_allclose(branch.strategies[:, 0], np.tile(shares, (2, 1)), rtol=1e-15)


@compiled
def test_a_branch_has_the_same_bits_alone_and_on_any_threads() -> None:
    game, payoffs, chance = GAMES["signalling"](30)
    together = trace_branch(game, payoffs, chance, ROW, workers=2)
    alone = trace_branch(game, payoffs[17:18], chance[17:18], ROW, workers=1)
    np.testing.assert_array_equal(together.log_strategies[17], alone.log_strategies[0])
    np.testing.assert_array_equal(together.values[17], alone.values[0])


def coordination(bonus: float) -> RandomGame:
    """Two who gain only where both choose alike; the second choice pays ``bonus`` more."""
    game = staged(("A", "B"), [Stage(0, 2), Stage(1, 2)], title="coordination")
    payoffs = np.zeros((1, 4, 2))
    payoffs[0, 0], payoffs[0, 3] = 1.0, 1.0 + bonus
    return RandomGame(game, payoffs, np.zeros((1, 0)))


def test_past_the_fork_of_a_symmetric_game_one_arm_is_given_and_said() -> None:
    game, payoffs, chance = coordination(0.0)
    branch = trace_branch(game, payoffs, chance, [1.0, 20.0])
    assert branch.status.tolist() == [Status.FORKED]
    np.testing.assert_allclose(branch.strategies[0, 0], 0.5, atol=1e-9)
    assert branch.residuals.max() <= RESIDUAL_TOLERANCE * 20.0


def test_where_two_equilibria_are_near_the_branch_leads_to_the_better_one() -> None:
    branch = trace_branch(*coordination(0.1), [0.5, 5.0, 50.0])
    assert (np.diff(branch.strategies[0, :, 1]) > 0).all()
    assert branch.strategies[0, -1, 1] > 0.999


@pytest.mark.parametrize("row", [[], [-1.0], [2.0, 1.0], [1.0, 1.0], [1.0, np.inf], [np.nan], 3.0])
def test_precisions_that_do_not_increase_are_refused(row: list[float]) -> None:
    with pytest.raises(SolveError, match="each larger than"):
        trace_branch(*coordination(0.1), row)


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("per_player", [False, True], ids=["one a draw", "one a player in each draw"])
@compiled
def test_each_draw_is_solved_at_its_own_precision(name: str, per_player: bool) -> None:
    game, payoffs, chance = GAMES[name](6)
    precisions = np.random.default_rng(3).uniform(0.0, 30.0, (6, game.num_players if per_player else 1))
    precisions[2] = 0.0
    solutions = solve(game, payoffs, chance, precision=precisions)
    assert solutions.converged.all()
    each = np.broadcast_to(precisions, (6, game.num_players))
    for draw in range(6):
        residual = odds_residual(game, payoffs[draw], chance[draw], solutions.log_strategies[draw], each[draw])
        assert residual <= RESIDUAL_TOLERANCE * max(1.0, each[draw].max())
        alone = solve(game, payoffs[[draw]], chance[[draw]], precision=each[draw].tolist())
        np.testing.assert_array_equal(solutions.log_strategies[draw], alone.log_strategies[0])


@compiled
def test_the_precision_reached_is_that_of_the_draw() -> None:
    solutions = solve(*GAMES["signalling"](2), precision=np.array([[3.0], [7.0]]))
    assert solutions.precisions.tolist() == [3.0, 7.0]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (3, 1), (1, 2)])
def test_precisions_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(SolveError, match=r"precision has \d+ entries"):
        solve(*signalling(2, 2, 2, seed=1, num_draws=2), precision=np.ones(shape))


@compiled
def test_where_the_branch_folds_the_first_crossing_is_given() -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=7, num_draws=1500)
    payoffs, chance = payoffs[[1191]], chance[[1191]]
    row = (20.0, 20.5)
    branch = trace_branch(game, payoffs, chance, row)
    assert np.abs(np.diff(branch.strategies[0], axis=0)).max() > 0.9  # between the two the branch turns back
    for t, precision in enumerate(row):
        logs = Twin(game, payoffs[0], chance[0]).trace(precision, arc=0.2)
        np.testing.assert_allclose(branch.log_strategies[0, t], list(logs.values()), atol=1e-8)
        alone = solve(game, payoffs, chance, precision=precision)
        np.testing.assert_allclose(alone.log_strategies[0], branch.log_strategies[0, t], atol=1e-8)
