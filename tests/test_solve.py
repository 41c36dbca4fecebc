"""The solver judged by regret, by its twin, and by what must not matter."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest

from offramp.errors import SolveError
from offramp.game.game import CHANCE_NODE, TERMINAL_NODE
from offramp.solve import driver
from offramp.solve.api import solve
from offramp.solve.result import REGRET_TOLERANCE, Solutions, Status
from oracle import Twin, backward_induction
from random_games import RandomGame, Stage, draw_numbers, four_player, random_tree, signalling, staged, three_player

CLASSES = {
    "signalling 2x2x2": lambda seed, draws: signalling(2, 2, 2, seed=seed, num_draws=draws),
    "signalling 3x3x2": lambda seed, draws: signalling(3, 3, 2, seed=seed, num_draws=draws),
    "signalling 4x4x3": lambda seed, draws: signalling(4, 4, 3, seed=seed, num_draws=draws),
    "three players": lambda seed, draws: three_player(seed=seed, num_draws=draws),
    "four players": lambda seed, draws: four_player(seed=seed, num_draws=draws),
}
PERFECT = [Stage(0, 3), Stage(CHANCE_NODE, 2, (0,)), Stage(1, 2, (0, 1)), Stage(2, 3, (0, 1, 2))]

pytestmark = pytest.mark.compiled


def drawn(name: str, seed: int, draws: int) -> RandomGame:
    return CLASSES[name](seed, draws)


def logs_of(solutions: Solutions, draw: int = 0) -> dict[tuple[int, int], float]:
    game = solutions.game
    return {
        (infoset, action): float(solutions.log_strategies[draw, game.action_starts[infoset] + action])
        for infoset, labels in enumerate(game.action_labels)
        for action in range(len(labels))
    }


@pytest.mark.parametrize("name", CLASSES)
def test_every_draw_of_every_class_is_certified(name: str) -> None:
    solutions = solve(*drawn(name, 11, 400))
    assert (solutions.status == Status.CONVERGED).all()
    assert solutions.max_regret.max() <= 1e-9


@pytest.mark.parametrize("name", CLASSES)
def test_probabilities_and_beliefs_sum_to_one(name: str) -> None:
    solutions = solve(*drawn(name, 12, 50))
    game = solutions.game
    strategies = np.add.reduceat(solutions.strategies, game.action_starts[:-1], axis=1)
    np.testing.assert_allclose(strategies, 1.0, atol=1e-12)
    for nodes in game.members:
        np.testing.assert_allclose(solutions.beliefs[:, nodes].sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(solutions.reach[:, game.leaves].sum(axis=1), 1.0, atol=1e-12)


@pytest.mark.parametrize("name", CLASSES)
def test_the_twin_finds_the_same_regrets_beliefs_and_values(name: str) -> None:
    game, payoffs, chance = drawn(name, 13, 3)
    solutions = solve(game, payoffs, chance)
    for draw in range(3):
        twin, logs = Twin(game, payoffs[draw], chance[draw]), logs_of(solutions, draw)
        for infoset in range(game.num_infosets):
            assert twin.regret(infoset, logs) == pytest.approx(solutions.regrets[draw, infoset], abs=1e-9)
            for node, belief in twin.beliefs(infoset, logs).items():
                assert belief == pytest.approx(solutions.beliefs[draw, node], abs=1e-8)
        for player in range(game.num_players):
            assert twin.value(0, player, logs) == pytest.approx(solutions.values[draw, player], abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("precision", [0.7, 5.0, 25.0])
def test_the_twin_traces_to_the_same_quantal_response_equilibrium(seed: int, precision: float) -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=seed)
    solutions = solve(game, payoffs, chance, precision=precision)
    expected = Twin(game, payoffs[0], chance[0]).trace(precision)
    assert logs_of(solutions) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("precision", [0.0, 3.0, 300.0])
def test_a_given_precision_is_met_exactly(name: str, precision: float) -> None:
    game, payoffs, chance = drawn(name, 14, 20)
    solutions = solve(game, payoffs, chance, precision=precision)
    assert (solutions.status == Status.CONVERGED).all()
    twin, logs = Twin(game, payoffs[0], chance[0]), logs_of(solutions)
    for infoset in range(game.num_infosets):
        values = twin.action_values(infoset, logs)
        scale = precision / twin.ranges[game.infoset_players[infoset]]
        for action, value in enumerate(values):
            wanted = scale * (value - values[0])
            assert logs[infoset, action] - logs[infoset, 0] == pytest.approx(wanted, abs=1e-10 * max(1.0, precision))


def test_precision_may_differ_between_players() -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=3, num_draws=4)
    solutions = solve(game, payoffs, chance, precision=[0.0, 4.0])
    own = [a for i, p in enumerate(game.infoset_players) for a in range(*game.action_starts[i : i + 2]) if p == 0]
    np.testing.assert_allclose(solutions.strategies[:, own], 0.5)
    assert np.abs(np.delete(solutions.strategies, own, axis=1) - 0.5).max() > 0.05


def test_the_limit_is_what_high_precision_leads_to() -> None:
    game, payoffs, chance = signalling(3, 3, 2, seed=21, num_draws=60)
    limit = solve(game, payoffs, chance)
    near = solve(game, payoffs, chance, precision=1e5)
    np.testing.assert_allclose(near.values, limit.values, atol=1e-3)


def test_perfect_information_is_backward_induction() -> None:
    game, payoffs, chance = draw_numbers(staged(("a", "b", "c"), PERFECT), 5, num_draws=20)
    solutions = solve(game, payoffs, chance)
    assert (solutions.status == Status.EXACT).all()
    for draw in range(20):
        choice, values = backward_induction(game, payoffs[draw], chance[draw])
        np.testing.assert_allclose(solutions.values[draw], values, atol=1e-12)
        for node, action in choice.items():
            assert solutions.strategies[draw, game.action_starts[game.node_infosets[node]] + action] == 1.0


def test_tied_actions_share_equally_in_backward_induction() -> None:
    game, payoffs, chance = draw_numbers(staged(("a", "b", "c"), PERFECT), 5)
    solutions = solve(game, np.zeros_like(payoffs), chance)
    np.testing.assert_allclose(solutions.strategies[0, :3], 1 / 3)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("num_players", [1, 2, 3, 4])
def test_random_trees_are_certified(num_players: int, seed: int) -> None:
    solutions = solve(*random_tree(num_players, seed=seed, num_draws=40, max_depth=6))
    assert solutions.converged.all()
    assert solutions.max_regret.max() <= REGRET_TOLERANCE


def test_a_draw_has_the_same_bits_alone_in_a_batch_in_any_order_and_on_any_threads() -> None:
    game, payoffs, chance = signalling(3, 3, 2, seed=8, num_draws=100)
    whole = solve(game, payoffs, chance, workers=1)
    order = np.random.default_rng(0).permutation(100)
    for other in (
        solve(game, payoffs[order], chance[order], workers=1),
        solve(game, payoffs[order], chance[order], workers=3),
    ):
        assert (other.log_strategies == whole.log_strategies[order]).all()
        assert (other.regrets == whole.regrets[order]).all()
    alone = solve(game, payoffs[37:38], chance[37:38])
    assert (alone.log_strategies[0] == whole.log_strategies[37]).all()


def test_rescaling_payoffs_changes_nothing_but_the_values() -> None:
    game, payoffs, chance = three_player(seed=9, num_draws=30)
    plain = solve(game, payoffs, chance)
    scale, shift = np.array([4.0, 0.5, 1024.0]), np.array([1.0, -2.0, 8.0])
    scaled = solve(game, payoffs * scale + shift, chance)
    np.testing.assert_allclose(scaled.strategies, plain.strategies, atol=1e-6)
    np.testing.assert_allclose(scaled.values, plain.values * scale + shift, rtol=1e-6)


def test_relabelling_players_changes_nothing() -> None:
    game, payoffs, chance = three_player(seed=9, num_draws=30)
    order = np.array([2, 0, 1])  # old player p becomes order[p]
    nodes = np.where(game.node_players >= 0, order[game.node_players], game.node_players).astype(np.int32)
    renamed = dataclasses.replace(
        game, node_players=nodes, infoset_players=order[game.infoset_players].astype(np.int32)
    )
    moved = np.empty_like(payoffs)
    moved[:, :, order] = payoffs
    np.testing.assert_allclose(
        solve(renamed, moved, chance).strategies, solve(game, payoffs, chance).strategies, atol=1e-8
    )


def adversarial() -> dict[str, RandomGame]:
    rng = np.random.default_rng(4)
    game, payoffs, chance = signalling(3, 3, 2, seed=3, num_draws=100)
    spans = payoffs * 10.0 ** rng.uniform(-6, 6, payoffs.shape)
    absent, tiny = np.zeros_like(chance), chance.copy()
    absent[:, 0] = 1.0
    tiny[:, 0] = 1e-300
    deep = staged(("a", "b"), [Stage(k % 2, 1 if k % 10 else 2) for k in range(60)])
    wide = staged(("a", "b"), [Stage(CHANCE_NODE, 4), Stage(0, 12, (0,)), Stage(1, 12, (1,))])
    many = staged(tuple("abcdef"), [Stage(k, 2, tuple(range(max(0, k - 1)))) for k in range(6)])
    return {
        "ties": RandomGame(game, rng.integers(0, 3, payoffs.shape).astype(np.float64), chance),
        "zero payoffs": RandomGame(game, np.zeros_like(payoffs), chance),
        "payoffs from 1e-6 to 1e6": RandomGame(game, spans, chance),
        "chance of zero": RandomGame(game, payoffs, absent),
        "chance of 1e-300": RandomGame(game, payoffs, tiny / tiny.sum(axis=1, keepdims=True)),
        "60 moves deep": draw_numbers(deep, 1, num_draws=20),
        "12 choices": draw_numbers(wide, 1, num_draws=3),
        "6 players": draw_numbers(many, 1, num_draws=20),
    }


@pytest.mark.parametrize("name", adversarial())
def test_adversarial_games_are_certified(name: str) -> None:
    solutions = solve(*adversarial()[name])
    assert np.isfinite(solutions.log_strategies).all()
    assert solutions.converged.all()
    assert solutions.max_regret.max() <= REGRET_TOLERANCE


def test_reach_below_the_smallest_float_leaves_beliefs_exact() -> None:
    """A receiver whose set underflows still weighs the senders by how reluctant each is, not uniformly."""
    game, payoffs, chance = signalling(2, 2, 2, seed=1)
    payoffs, chance = payoffs.copy(), np.array([[0.5, 0.5]])
    leaves = [tuple(action for _, action in game.path(int(leaf))) for leaf in game.leaves]
    for k, (kind, message, response) in enumerate(leaves):
        payoffs[0, k, 0] = [10.0, 5.0 if kind == 0 else 9.0][message]
        payoffs[0, k, 1] = float(kind == response)
    solutions = solve(game, payoffs, chance)
    shared = [nodes for nodes in game.members if len(nodes) == 2]
    unreached = next(nodes for nodes in shared if solutions.reach[0, nodes].sum() == 0.0)
    np.testing.assert_allclose(solutions.beliefs[0, unreached], [0.0, 1.0], atol=1e-12)


def test_a_game_that_ends_at_once_is_its_payoff() -> None:
    game = staged(("a",), [])
    assert game.node_players[0] == TERMINAL_NODE
    solutions = solve(game, np.array([[[3.0]]]), np.empty((1, 0)))
    assert solutions.values.tolist() == [[3.0]]
    assert solutions.max_regret.tolist() == [0.0]


def test_progress_counts_draws_up_to_their_number() -> None:
    seen: list[tuple[int, int]] = []
    solve(*signalling(2, 2, 2, seed=1, num_draws=100), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (100, 100)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_ctrl_c_is_heard_in_the_middle_of_a_draw() -> None:
    code = (
        "import os, signal, sys, threading; sys.path.insert(0, 'tests');"
        "from random_games import CHANCE_NODE, Stage, draw_numbers, signalling, staged;"
        "from offramp.solve.api import solve; solve(*signalling(2, 2, 2, seed=1));"
        "wide = staged(('a', 'b'), [Stage(CHANCE_NODE, 12), Stage(0, 12, (0,)), Stage(1, 12, (1,))]);"
        "threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start();"
        "solve(*draw_numbers(wide, 1, num_draws=20))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=50)
    assert done.returncode != 0
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


def test_a_game_too_large_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "MEMORY_LIMIT", 1000)
    with pytest.raises(SolveError, match=r"10 choice probabilities hang together.*coarser grid"):
        solve(*signalling(2, 4, 2, seed=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"payoffs": np.zeros((1, 3, 2))}, r"payoffs have shape \(1, 3, 2\)"),
        ({"chance": np.zeros((1, 5))}, r"chance has shape \(1, 5\)"),
        ({"chance": np.array([[0.7, 0.7]])}, "not probabilities that sum to 1"),
        ({"chance": np.array([[1.5, -0.5]])}, "not probabilities that sum to 1"),
        ({"chance": np.array([[np.nan, 0.5]])}, "not probabilities that sum to 1"),
        ({"precision": -1.0}, "precision is -1.0"),
        ({"precision": [1.0, 2.0, 3.0]}, "one per player"),
        ({"precision": float("nan")}, "finite numbers"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(change: dict[str, object], message: str) -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=1)
    arguments = {"payoffs": payoffs, "chance": chance, **change}
    with pytest.raises(SolveError, match=message):
        solve(game, **arguments)  # type: ignore[arg-type]


def test_payoffs_that_are_not_finite_name_player_leaf_and_draw() -> None:
    game, payoffs, chance = signalling(2, 2, 2, seed=1, num_draws=3)
    payoffs[2, 5, 1] = np.inf
    with pytest.raises(SolveError, match=rf"{game.players[1]!r} at leaf 5 is not finite in draw 2"):
        solve(game, payoffs, chance)


def test_the_number_of_threads_comes_from_the_environment_and_does_not_matter() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests'); from random_games import signalling;"
        "from offramp.solve.api import solve; s = solve(*signalling(3, 3, 2, seed=8, num_draws=70));"
        "print(hashlib.sha256(s.log_strategies.tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_NUM_THREADS": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(digests) == 1
