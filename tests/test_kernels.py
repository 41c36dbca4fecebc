"""The kernels on a game or two each: small enough to run as plain Python too, for coverage and for bounds errors."""

from __future__ import annotations

import numpy as np
import pytest

from offramp.game.game import CHANCE_NODE
from offramp.solve.api import solve
from offramp.solve.fork import nudge
from offramp.solve.linear import factor, solve_factored
from offramp.solve.plan import Plan, build_plan
from offramp.solve.result import Status
from offramp.solve.subgames import find_blocks
from offramp.solve.warm import compile_kernels
from oracle import Twin
from random_games import RandomGame, Stage, draw_numbers, random_tree, signalling, staged, three_player

GAMES = {
    "signalling": lambda: signalling(2, 2, 2, seed=5, num_draws=2),
    "three players": lambda: three_player(seed=5),
    "a tree": lambda: random_tree(3, seed=2, max_depth=4),
    "one choice at every move": lambda: draw_numbers(staged(("a", "b"), [Stage(0, 1), Stage(1, 1)]), 1),
}


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("precision", [None, 3.0])
def test_kernels_and_twin_agree(name: str, precision: float | None) -> None:
    game, payoffs, chance = GAMES[name]()
    solutions = solve(game, payoffs, chance, precision=precision)
    assert solutions.converged.all()
    logs = {
        (infoset, action): float(solutions.log_strategies[0, game.action_starts[infoset] + action])
        for infoset in range(game.num_infosets)
        for action in range(int(game.num_actions[infoset]))
    }
    twin = Twin(game, payoffs[0], chance[0])
    for infoset in range(game.num_infosets):
        assert twin.regret(infoset, logs) == pytest.approx(solutions.regrets[0, infoset], abs=1e-9)
        if precision is not None:
            values, player = twin.action_values(infoset, logs), int(game.infoset_players[infoset])
            for action, value in enumerate(values):
                wanted = precision * (value - values[0]) / twin.ranges[player]
                assert logs[infoset, action] - logs[infoset, 0] == pytest.approx(wanted, abs=1e-9)


def plan_of(seed: int) -> Plan:
    return build_plan(signalling(3, 3, 2, seed=seed).game)


def test_elimination_solves_what_a_dense_solver_solves() -> None:
    """A random matrix with the plan's zeros: an identity where sets are eliminated, nothing where none depend."""
    plan, rng = plan_of(1), np.random.default_rng(2)
    size, first = plan.num_variables + 1, plan.num_eliminated
    matrix = rng.normal(size=(size, size))
    matrix[:first, :-1] = matrix[:-1, :first] = 0.0
    for k in range(first):
        matrix[k, k] = 1.0
        matrix[k, plan.row_columns[plan.row_starts[k] : plan.row_starts[k + 1]]] = rng.normal()
        matrix[plan.column_rows[plan.column_starts[k] : plan.column_starts[k + 1]], k] = rng.normal()
    right = rng.normal(size=size)
    expected, sign = np.linalg.solve(matrix, right), np.sign(np.linalg.det(matrix))
    pivots, found = np.zeros(size, dtype=np.int32), right.copy()
    assert first > 0
    assert factor(plan, matrix, pivots, np.zeros(size)) == sign
    solve_factored(plan, matrix, pivots, found)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_singular_matrix_is_told() -> None:
    plan = plan_of(1)
    size = plan.num_variables + 1
    assert factor(plan, np.zeros((size, size)), np.zeros(size, dtype=np.int32), np.zeros(size)) == 0


def test_sets_eliminated_together_do_not_depend_on_one_another() -> None:
    """The three types of the sender: none of them can see or be told what another would do."""
    game, _, _ = signalling(3, 3, 2, seed=1)
    plan = build_plan(game)
    assert plan.num_eliminated == 6
    assert [plan.variable_starts[i] < 6 for i in range(game.num_infosets)] == [
        game.infoset_players[i] == 0 for i in range(6)
    ]


def test_subgames_under_perfect_information_are_cut_out_and_nested_ones_are_not() -> None:
    at_once = [Stage(0, 2), Stage(1, 2)]
    seen = [Stage(0, 2), Stage(1, 3, (0,)), Stage(0, 2, (0, 1)), Stage(1, 2, (0, 1))]
    assert len(find_blocks(staged(("a", "b"), seen))) == 6
    nested = staged(("a", "b"), [*at_once, Stage(0, 2, (0, 1)), Stage(1, 2, (0, 1))])
    assert [block.game.num_nodes for block in find_blocks(nested)] == [nested.num_nodes]
    perfect = staged(("a", "b"), [Stage(0, 2), Stage(CHANCE_NODE, 2, (0,)), Stage(1, 2, (0, 1))])
    assert find_blocks(perfect) == []


def test_compiling_ahead_solves_a_game_of_both_kinds() -> None:
    compile_kernels()


def symmetric(*cells: float, players: int) -> RandomGame:
    """A game of ``players`` who move at once, two actions each, and who all get the same: one number a leaf."""
    game = staged(tuple("abc")[:players], [Stage(player, 2) for player in range(players)])
    return RandomGame(game, np.repeat(np.array(cells)[None, :, None], players, axis=2), np.empty((1, 0)))


@pytest.mark.parametrize("precision", [None, 40.0])
def test_past_a_fork_one_arm_is_followed_and_said_to_be_one(precision: float | None) -> None:
    """All want the same, by turns of two symmetric patterns, so that indifference is where the arms part."""
    solutions = solve(*symmetric(1, 0, 0, 2, 0, 2, 1, 0, players=3), precision=precision)
    assert solutions.converged.all()
    assert solutions.residuals.max() <= 1e-6
    assert solutions.status.tolist() == [Status.FORKED]


def test_nudges_are_small_and_without_pattern() -> None:
    payoffs, nudged = np.full((8, 3), 0.5), np.zeros((8, 3))
    nudge(payoffs, 1e-6, nudged)
    assert np.abs(nudged - payoffs).max() <= 1e-6
    assert len(np.unique(nudged)) == nudged.size


def test_giving_up_is_told() -> None:
    """A branch that may take one step only is not followed to its end, and the draw says so."""
    game, payoffs, chance = signalling(2, 2, 2, seed=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offramp.solve.driver.MAX_STEPS", 1)
        solutions = solve(game, payoffs, chance)
    assert solutions.status.tolist() == [Status.OUT_OF_STEPS]
    assert solutions.max_regret[0] > 1e-3
    assert solutions.precisions[0] < 1.0
