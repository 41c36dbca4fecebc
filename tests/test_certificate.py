"""The certificate's kernel against the assessment node by node, and against what is known by hand."""

from __future__ import annotations

import ast
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import offramp.solve
from offramp.game.batch import Batch
from offramp.game.game import CHANCE_NODE, Floats, Game
from offramp.solve import sums
from offramp.solve.certificate import assess_profile, certify, logit_residuals, payoff_ranges
from oracle import Twin
from random_games import CLASSES, RandomGame, Stage, draw_numbers, random_tree, signalling, staged

NUM_DRAWS = 11


def games() -> dict[str, Callable[[], RandomGame]]:
    """Random games of every class and shape, adversarial ones too; a few draws of each."""
    return {
        **{name: partial(make, seed=1, num_draws=NUM_DRAWS) for name, make in CLASSES.items()},
        **{
            f"tree of {players} players, seed {seed}": partial(
                random_tree, players, seed=seed, num_draws=NUM_DRAWS, max_depth=6
            )
            for players in (1, 2, 3, 4)
            for seed in range(4)
        },
        "chance of zero": lambda: without_branches(1.0, 0.0),
        "chance of 1e-300": lambda: without_branches(1.0, 1e-300),
        "chance of 5e-324": lambda: without_branches(0.5, 5e-324),
        "zero payoffs": lambda: plain_payoffs(0.0),
        "payoffs from 1e-6 to 1e6": lambda: plain_payoffs(6.0),
        "60 moves deep": lambda: draw_numbers(
            staged(("a", "b"), [Stage(k % 2, 1 if k % 10 else 2, (k - 3,) if k > 30 else ()) for k in range(60)]), 1
        ),
        "12 choices": lambda: draw_numbers(
            staged(("a", "b"), [Stage(CHANCE_NODE, 4), Stage(0, 12, (0,)), Stage(1, 12, (1,))]), 1
        ),
        "6 players": lambda: draw_numbers(
            staged(tuple("abcdef"), [Stage(k, 2, tuple(range(max(0, k - 1)))) for k in range(6)]), 1
        ),
        "over at once": lambda: RandomGame(staged(("a",), []), np.array([[[3.0]]]), np.empty((1, 0))),
        "chance alone": lambda: draw_numbers(staged(("a",), [Stage(CHANCE_NODE, 3)]), 1, num_draws=2),
    }


def without_branches(first: float, others: float) -> RandomGame:
    """Signalling games in which nature draws types with the odds of ``first`` against ``others``, in turns."""
    game, payoffs, chance = signalling(3, 3, 2, seed=3, num_draws=NUM_DRAWS)
    odds = np.where(np.arange(3) == np.arange(NUM_DRAWS)[:, None] % 3, first, others)
    return RandomGame(game, payoffs, odds + np.zeros_like(chance))


def plain_payoffs(span: float) -> RandomGame:
    """Payoffs of which the largest are ``10 ** span`` and the smallest its inverse; none at all for a span of 0."""
    game, payoffs, chance = signalling(3, 3, 2, seed=3, num_draws=NUM_DRAWS)
    scale = 10.0 ** np.random.default_rng(4).uniform(-span, span, payoffs.shape) if span else 0.0
    return RandomGame(game, payoffs * scale, chance)


def normalised(game: Game, logs: Floats) -> Floats:
    """The profiles in which odds are as in ``logs`` and every set's probabilities sum to one."""
    for start, end in zip(game.action_starts[:-1], game.action_starts[1:], strict=True):
        logs[:, start:end] -= np.logaddexp.reduce(logs[:, start:end], axis=1, keepdims=True)
    return logs


def mixed(game: Game, num_draws: int, scale: float = 1.5) -> Floats:
    logs = scale * np.random.default_rng(7).standard_normal((num_draws, int(game.action_starts[-1])))
    return normalised(game, logs)


def nearly_pure(game: Game, num_draws: int) -> Floats:
    """One action of each set for certain, and others down to exp(-2000), far below the smallest float."""
    random = np.random.default_rng(8)
    logs = -2000.0 * random.random((num_draws, int(game.action_starts[-1])))
    for start, end in zip(game.action_starts[:-1], game.action_starts[1:], strict=True):
        logs[np.arange(num_draws), random.integers(start, end, num_draws)] = 0.0
    return normalised(game, logs)


def pure(game: Game, num_draws: int) -> Floats:
    """Exact zeros: everything but one action of each set is impossible."""
    return np.where(nearly_pure(game, num_draws) > -1e-3, 0.0, -np.inf)


PROFILES = {"mixed": mixed, "nearly pure": nearly_pure, "pure": pure}


@pytest.mark.parametrize("play", PROFILES)
@pytest.mark.parametrize("name", games())
def test_the_kernel_finds_what_the_assessment_finds(name: str, play: str) -> None:
    game, payoffs, chance = games()[name]()
    logs = PROFILES[play](game, len(payoffs))
    expected, certified = assess_profile(game, payoffs, chance, logs), certify(game, Batch.of(payoffs, chance), logs)
    low, ranges = payoff_ranges(payoffs)
    np.testing.assert_allclose((certified.values - low) / ranges, (expected.values - low) / ranges, rtol=0, atol=2e-12)
    np.testing.assert_allclose(certified.regrets, expected.regrets, rtol=0, atol=2e-12)
    np.testing.assert_array_equal(certified.residuals, certified.regrets.max(axis=1, initial=0.0))


@pytest.mark.parametrize("name", games())
def test_residuals_are_how_far_log_odds_are_from_the_logit_of_gains(name: str) -> None:
    game, payoffs, chance = games()[name]()
    logs = mixed(game, len(payoffs))
    precisions = np.random.default_rng(5).uniform(0.0, 30.0, (len(payoffs), game.num_players))
    expected = np.zeros(len(payoffs))
    q, (_, ranges) = assess_profile(game, payoffs, chance, logs).action_values, payoff_ranges(payoffs)
    for infoset, player in enumerate(game.infoset_players):
        start, stop = game.action_starts[infoset : infoset + 2]
        gains = (q[:, start:stop] - q[:, [start]]) / ranges[:, [player]]
        gaps = logs[:, start:stop] - logs[:, [start]] - precisions[:, [player]] * gains
        expected = np.maximum(expected, np.abs(gaps).max(axis=1))
    found = logit_residuals(game, Batch.of(payoffs, chance), logs, precisions)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_twin_that_knows_nothing_of_the_solver_agrees(seed: int) -> None:
    game, payoffs, chance = random_tree(3, seed=40 + seed, num_draws=2, max_depth=5)
    logs = nearly_pure(game, 2)
    certified = certify(game, Batch.of(payoffs, chance), logs)
    for draw in range(2):
        twin = Twin(game, payoffs[draw], chance[draw])
        own = {
            (infoset, action): float(logs[draw, game.action_starts[infoset] + action])
            for infoset, labels in enumerate(game.action_labels)
            for action in range(len(labels))
        }
        for infoset in range(game.num_infosets):
            assert twin.regret(infoset, own) == pytest.approx(certified.regrets[draw, infoset], abs=1e-11)
        for player in range(game.num_players):
            assert twin.value(0, player, own) == pytest.approx(certified.values[draw, player], abs=1e-12)


def test_the_regret_of_a_mistake_is_what_it_costs_at_a_set_that_is_never_reached() -> None:
    """The first player ends the game. Had it not, the second would throw away 3 of its range of 4."""
    game = staged(("a", "b"), [Stage(0, 2), Stage(1, 2, (0,))])
    payoffs = np.zeros((1, 4, 2))
    payoffs[0, :, 1] = [0.0, 0.0, 4.0, 1.0]
    logs = np.array([[0.0, -5000.0, 0.0, -np.inf, -np.inf, 0.0]])
    certified = certify(game, Batch.of(payoffs, np.empty((1, 0))), logs)
    assert certified.regrets.tolist() == [[0.0, 0.0, 0.75]]
    assert certified.values.tolist() == [[0.0, 0.0]]
    assert certified.residuals.tolist() == [0.75]


@pytest.mark.parametrize(("absent", "belief"), [(0, 0.0), (1, 1.0), (None, 1 / (1 + np.exp(3.0)))])
def test_beliefs_stay_exact_far_below_the_smallest_float(absent: int | None, belief: float) -> None:
    """The receiver's set has a reach of exp(-1e5): its belief is the odds of the two types' reluctance.

    A type that nature rules out weighs nothing there, however reluctant the other one is.
    """
    game, payoffs, _ = signalling(2, 2, 2, seed=1)
    chance = np.array([[0.5, 0.5] if absent is None else np.eye(2)[1 - absent]])
    own = [int(game.node_infosets[node]) for node in game.children_of(0)]
    shared = next(nodes for nodes in game.members if len(nodes) == 2 and game.arrivals[nodes[0]] == 1)
    infoset = int(game.node_infosets[shared[0]])
    logs = np.zeros((1, int(game.action_starts[-1])))
    logs[0, game.action_starts[own] + 1] = [-100_003.0, -100_000.0]
    start = game.action_starts[infoset]
    logs[0, start : start + 2] = [0.0, -np.inf]
    payoffs[0, :, 1] = 0.0
    payoffs[0, game.leaf_index[game.children_of(int(shared[0]))[1]], 1] = 1.0
    certified = certify(game, Batch.of(payoffs, chance), logs)
    assert certified.regrets[0, infoset] == pytest.approx(belief, abs=1e-12)


def with_shared_numbers(seed: int) -> tuple[Game, Batch]:
    """A random game whose leaves and chance branches take few distinct numbers."""
    game, payoffs, chance = random_tree(3, seed=seed, num_draws=NUM_DRAWS, max_depth=6, num_signals=1)
    random = np.random.default_rng(seed)
    return game, Batch(
        payoff_cells=random.random((NUM_DRAWS, 7)),
        payoff_index=random.integers(0, 7, payoffs.shape[1:], dtype=np.int32),
        chance_cells=random.dirichlet(np.ones(3), NUM_DRAWS),
        chance_index=random.integers(0, 3, chance.shape[1:], dtype=np.int32),
    )


@pytest.mark.parametrize("seed", [0, 2, 3, 4, 5])
def test_numbers_that_leaves_share_change_nothing(seed: int) -> None:
    game, batch = with_shared_numbers(seed)
    logs = mixed(game, NUM_DRAWS)
    apart = Batch.of(batch.payoffs(), batch.chance())
    assert len(sums.sums_of(game, batch).factors) < len(sums.sums_of(game, apart).factors)
    for found, expected in zip(certify(game, batch, logs), certify(game, apart, logs), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


def test_equal_subtrees_are_summed_once() -> None:
    """Twenty types of which no payoff knows: for each player and reply one sum above the leaves, and so on up."""
    game = staged(("a", "b"), [Stage(CHANCE_NODE, 20), Stage(0, 2), Stage(1, 2, (1,))])
    outcomes = np.arange(4 * 2, dtype=np.int32).reshape(4, 2)
    batch = Batch(
        np.random.default_rng(1).random((1, 8)),
        np.tile(outcomes, (20, 1)),
        np.full((1, 1), 0.05),
        np.zeros(20, dtype=np.int32),
    )
    plan = sums.sums_of(game, batch)
    tree = 2 * (1 + 1 + 2)
    beliefs = 2 + 2 * 2
    assert len(plan.starts) - 1 == tree + beliefs
    assert len(plan.group_starts) - 1 == 1


def test_a_draw_has_the_same_bits_in_any_batch_and_on_any_number_of_threads() -> None:
    game, payoffs, chance = CLASSES["four players"](seed=2, num_draws=700)
    batch, logs = Batch.of(payoffs, chance), nearly_pure(CLASSES["four players"](seed=2).game, 700)
    precisions = np.random.default_rng(3).uniform(0, 9, (700, 4))
    whole = certify(game, batch, logs, precisions=precisions)
    threaded = certify(game, batch, logs, precisions=precisions, workers=3)
    for start, stop in [(0, 700), (0, 1), (3, 8), (255, 258), (691, 700)]:
        part = certify(game, batch.part(start, stop), logs[start:stop], precisions=precisions[start:stop])
        for found, expected in zip(part, whole, strict=True):
            np.testing.assert_array_equal(found, expected[start:stop])
    for found, expected in zip(threaded, whole, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_arrays_of_any_layout_will_do() -> None:
    game, payoffs, chance = CLASSES["signalling 2x2x2"](seed=2, num_draws=9)
    batch, logs = Batch.of(payoffs, chance), mixed(game, 9)
    columns = Batch(
        np.asfortranarray(batch.payoff_cells),
        batch.payoff_index.astype(np.int32),
        np.asfortranarray(batch.chance_cells),
        batch.chance_index,
    )
    for found, expected in zip(
        certify(game, columns, np.asfortranarray(logs)), certify(game, batch, logs), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_a_profile_that_is_not_a_number_is_not_certified() -> None:
    game, payoffs, chance = CLASSES["three players"](seed=2, num_draws=2)
    logs = mixed(game, 2)
    logs[1, 3] = np.nan
    batch = Batch.of(payoffs, chance)
    for residuals in (certify(game, batch, logs).residuals, logit_residuals(game, batch, logs, np.ones((2, 3)))):
        assert np.isnan(residuals).tolist() == [False, True]


@pytest.mark.compiled
def test_memory_does_not_grow_with_leaves_times_players_times_draws() -> None:
    game, payoffs, chance = CLASSES["four players"](seed=2, num_draws=2048)
    batch, logs = Batch.of(payoffs, chance), mixed(game, 2048)
    certify(game, batch.part(0, 8), logs[:8])
    tracemalloc.start()
    certified = certify(game, batch, logs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    results = sum(array.nbytes for array in certified)
    assert peak < results + 100_000 < payoffs.nbytes


def test_the_certificate_shares_nothing_with_the_solver() -> None:
    """The second code path stands on the game's arrays and the compiler's options alone."""
    pending, seen = ["certificate"], set[str]()
    while pending:
        module = pending.pop()
        seen.add(module)
        tree = ast.parse((Path(offramp.solve.__path__[0]) / f"{module}.py").read_text(encoding="utf-8"))
        names = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        inner = {name.removeprefix("offramp.solve.") for name in names if name.startswith("offramp.solve.")}
        pending += sorted(inner - seen)
    assert seen == {"certificate", "judge", "sums", "jit"}
