"""Seeded games that are hard on a solver: ties, extreme numbers, extreme shapes, symmetric games.

Every generator takes a seed and a number of draws and returns a :class:`~random_games.RandomGame`, like those of
:mod:`random_games`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from offramp.game.game import CHANCE_NODE
from random_games import (
    CLASSES,
    RandomGame,
    Stage,
    Turn,
    draw_numbers,
    grow,
    random_tree,
    signalling,
    staged,
    three_player,
)

Make = Callable[[int, int], RandomGame]
"""A game from a seed and a number of draws."""


class Adversary(NamedTuple):
    """A hard class.

    ``draws`` is how many a test takes, ``flagged`` the largest share of them that may be given back as not converged:
    what is seen today, with room for another seed.
    """

    make: Make
    draws: int = 64
    flagged: float = 0.0


def whole_numbers(make: Make, top: int) -> Make:
    """Payoffs from {0, ..., top}: ties within and between information sets."""

    def drawn(seed: int, draws: int) -> RandomGame:
        game, payoffs, chance = make(seed, draws)
        rng = np.random.default_rng(seed)
        return RandomGame(game, rng.integers(0, top + 1, payoffs.shape).astype(np.float64), chance)

    return drawn


def near_ties(seed: int, draws: int) -> RandomGame:
    """Payoffs from {0, 1, 2} that are moved by up to 1e-9: ties but for what is left of rounding."""
    game, payoffs, chance = whole_numbers(signalling_332, 2)(seed, draws)
    return RandomGame(game, payoffs + 1e-9 * np.random.default_rng(seed + 1).random(payoffs.shape), chance)


def copied_actions(seed: int, draws: int) -> RandomGame:
    """The receiver has every response twice, with the same payoffs."""
    game, payoffs, chance = signalling(3, 3, 4, seed=seed, num_draws=draws)
    half = payoffs.reshape(draws, -1, 2, 2, 2)
    half[:, :, 1] = half[:, :, 0]
    return RandomGame(game, payoffs, chance)


def zero_payoffs(seed: int, draws: int) -> RandomGame:
    """Nobody has anything to win."""
    game, payoffs, chance = three_player(seed=seed, num_draws=draws)
    return RandomGame(game, np.zeros_like(payoffs), chance)


def one_indifferent_player(seed: int, draws: int) -> RandomGame:
    """The second of three players gets 7 whatever happens."""
    game, payoffs, chance = three_player(seed=seed, num_draws=draws)
    payoffs[:, :, 1] = 7.0
    return RandomGame(game, payoffs, chance)


def wide_payoffs(make: Make) -> Make:
    """Payoffs whose sizes spread evenly, in logarithms, over 1e-6 to 1e6, with either sign."""

    def drawn(seed: int, draws: int) -> RandomGame:
        game, payoffs, chance = make(seed, draws)
        rng = np.random.default_rng(seed)
        sizes = 10.0 ** rng.uniform(-6.0, 6.0, payoffs.shape)
        return RandomGame(game, sizes * rng.choice([-1.0, 1.0], payoffs.shape), chance)

    return drawn


def unequal_scales(seed: int, draws: int) -> RandomGame:
    """One player's payoffs range over 1e-6, the next's over 1, the last's over 1e6 around a million."""
    game, payoffs, chance = three_player(seed=seed, num_draws=draws)
    return RandomGame(game, payoffs * [1e-6, 1.0, 1e6] + [0.0, -5.0, 1e6], chance)


def rare_chance(probability: float) -> Make:
    """The first type almost never comes up."""

    def drawn(seed: int, draws: int) -> RandomGame:
        game, payoffs, chance = signalling_332(seed, draws)
        chance[:, 0] = probability
        chance[:, 1:] *= (1.0 - probability) / chance[:, 1:].sum(axis=1, keepdims=True)
        return RandomGame(game, payoffs, chance)

    return drawn


def sure_chance(seed: int, draws: int) -> RandomGame:
    """The first type always comes up, and the others' information sets are never reached."""
    game, payoffs, chance = signalling_332(seed, draws)
    chance[:] = np.eye(chance.shape[1])[0]
    return RandomGame(game, payoffs, chance)


def rare_paths(seed: int, draws: int) -> RandomGame:
    """Twelve costly steps in a row, then a move that sees nothing of them: it is reached with less than 1e-308."""
    game = grow(("Walker", "Judge"), _long_walk, title="a long costly walk")
    walk = draw_numbers(game, seed, num_draws=draws)
    for k, leaf in enumerate(game.leaves):
        steps = len(game.path(int(leaf))) - 1
        walk.payoffs[:, k, 0] -= 2.0 * steps
    return walk


def _long_walk(history: tuple[int, ...], own: Callable[[int], tuple[object, ...]]) -> Turn | None:
    """A type seen by the walker, twelve times stop or go on, then the judge, who knows only that it came to that."""
    if not history:
        return Turn(CHANCE_NODE, 2)
    if len(history) > 14 or 0 in history[1:13]:
        return None
    if len(history) == 13:
        return Turn(1, 2, ("verdict",))
    if len(history) == 14:
        return Turn(0, 2, (own(0), history[-1]))
    return Turn(0, 2, (history[0], own(0)))


def deep_open(seed: int, draws: int) -> RandomGame:
    """Sixty moves, all seen, with a real choice at every tenth."""
    stages = [Stage(k % 2, 1 if k % 10 else 2, tuple(range(k))) for k in range(60)]
    return draw_numbers(staged(("a", "b"), stages), seed, num_draws=draws)


def deep_hidden(seed: int, draws: int) -> RandomGame:
    """Sixty moves of two players of whom neither sees the other's, with a real choice at every tenth."""
    stages = [Stage(k // 10 % 2, 1 if k % 10 else 2) for k in range(60)]
    return draw_numbers(staged(("a", "b"), stages), seed, num_draws=draws)


def deep_centipede(seed: int, draws: int) -> RandomGame:
    """Sixty times stop or go on, where a player sees no more of the other's type than that it went on."""
    return draw_numbers(grow(("a", "b"), _centipede, title="centipede with types"), seed, num_draws=draws)


def _centipede(history: tuple[int, ...], own: Callable[[int], tuple[object, ...]]) -> Turn | None:
    if not history:
        return Turn(CHANCE_NODE, 2)
    if 0 in history[1:] or len(history) > 60:
        return None
    player = (len(history) - 1) % 2
    return Turn(player, 2, (len(history), own(player), history[0] if player == 0 else None))


def twelve_choices(seed: int, draws: int) -> RandomGame:
    """Two players who choose among twelve at once."""
    return draw_numbers(staged(("a", "b"), [Stage(0, 12), Stage(1, 12)]), seed, num_draws=draws)


def twelve_messages(seed: int, draws: int) -> RandomGame:
    """Four types, twelve messages, twelve responses."""
    return signalling(4, 12, 12, seed=seed, num_draws=draws)


def six_at_once(seed: int, draws: int) -> RandomGame:
    """Six players who choose between two at once."""
    return draw_numbers(staged(tuple("abcdef"), [Stage(k, 2) for k in range(6)]), seed, num_draws=draws)


def six_in_turn(seed: int, draws: int) -> RandomGame:
    """Six players in turn, each of whom sees all but the one just before."""
    stages = [Stage(k, 2, tuple(range(max(0, k - 1)))) for k in range(6)]
    return draw_numbers(staged(tuple("abcdef"), stages), seed, num_draws=draws)


def two_thousand_leaves(seed: int, draws: int) -> RandomGame:
    """Two parties with ten types each, two choices each, then five: 2,000 leaves and 190 unknowns."""
    stages = [
        Stage(CHANCE_NODE, 10),
        Stage(CHANCE_NODE, 10),
        Stage(0, 2, (0,)),
        Stage(1, 2, (1, 2)),
        Stage(0, 5, (3,)),
    ]
    return draw_numbers(staged(("a", "b"), stages), seed, num_draws=draws)


def one_move(seed: int, draws: int) -> RandomGame:
    """One player, one choice among three."""
    return draw_numbers(staged(("a",), [Stage(0, 3)]), seed, num_draws=draws)


def one_forced_move(seed: int, draws: int) -> RandomGame:
    """One player with nothing to choose, and another who never moves."""
    return draw_numbers(staged(("a", "b"), [Stage(0, 1)]), seed, num_draws=draws)


def chance_alone(seed: int, draws: int) -> RandomGame:
    """Nobody moves but chance."""
    return draw_numbers(staged(("a", "b"), [Stage(CHANCE_NODE, 3), Stage(CHANCE_NODE, 2)]), seed, num_draws=draws)


def no_move(seed: int, draws: int) -> RandomGame:
    """The game is over at once."""
    return draw_numbers(staged(("a",), []), seed, num_draws=draws)


def hidden_forced_moves(seed: int, draws: int) -> RandomGame:
    """Moves without a choice between hidden ones."""
    stages = [Stage(0, 2), Stage(1, 1), Stage(1, 3), Stage(0, 1, (2,)), Stage(0, 2, (2,))]
    return draw_numbers(staged(("a", "b"), stages), seed, num_draws=draws)


def simultaneous(*tables: list[list[float]]) -> Make:
    """One game of two players who choose at once, the same in every draw; a table of payoffs for each player."""

    def drawn(seed: int, draws: int) -> RandomGame:
        first = np.array(tables)
        game = staged(("Row", "Column"), [Stage(0, first.shape[1]), Stage(1, first.shape[2])])
        payoffs = np.broadcast_to(first.reshape(2, -1).T, (draws, len(game.leaves), 2))
        return RandomGame(game, payoffs.copy(), np.empty((draws, 0)))

    return drawn


def majority(seed: int, draws: int) -> RandomGame:
    """Three equals who win if all choose alike."""
    game = staged(("a", "b", "c"), [Stage(k, 2) for k in range(3)])
    alike = [float(len({action for _, action in game.path(int(leaf))}) == 1) for leaf in game.leaves]
    payoffs = np.broadcast_to(np.array(alike)[:, None], (draws, len(alike), 3)).copy()
    return RandomGame(game, payoffs, np.empty((draws, 0)))


def random_trees(seed: int, draws: int) -> RandomGame:
    """A random tree of three players for each seed."""
    return random_tree(3, seed=seed, max_depth=6, num_draws=draws)


def hidden_trees(seed: int, draws: int) -> RandomGame:
    """A random tree of two players who see only what they did themselves."""
    return random_tree(2, seed=seed, max_depth=6, num_signals=1, stop_share=0.05, num_draws=draws)


def signalling_332(seed: int, draws: int) -> RandomGame:
    return signalling(3, 3, 2, seed=seed, num_draws=draws)


def signalling_443(seed: int, draws: int) -> RandomGame:
    return signalling(4, 4, 3, seed=seed, num_draws=draws)


def benchmark(name: str) -> Make:
    """A benchmark class as it is."""
    return lambda seed, draws: CLASSES[name](seed=seed, num_draws=draws)


COORDINATION = [[1.0, 0.0], [0.0, 1.0]]
THREE_ALIKE = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
PENNIES = [[1.0, -1.0], [-1.0, 1.0]]
ROCK = [[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]

ADVERSARIES: dict[str, Adversary] = {
    "ties, signalling 2x2x2": Adversary(whole_numbers(benchmark("signalling 2x2x2"), 2), 200),
    "ties, signalling 3x3x2": Adversary(whole_numbers(signalling_332, 2), 200),
    "ties, signalling 4x4x3": Adversary(whole_numbers(signalling_443, 2), 128, flagged=0.05),
    "ties, three players": Adversary(whole_numbers(benchmark("three players"), 2), 200, flagged=0.01),
    "ties, four players": Adversary(whole_numbers(benchmark("four players"), 2), 100, flagged=0.01),
    "payoffs of 0 and 1": Adversary(whole_numbers(signalling_332, 1), 200),
    "near ties": Adversary(near_ties, 100, flagged=0.01),
    "copied actions": Adversary(copied_actions),
    "zero payoffs": Adversary(zero_payoffs),
    "one indifferent player": Adversary(one_indifferent_player),
    "payoffs from 1e-6 to 1e6, two players": Adversary(wide_payoffs(signalling_332), 200),
    "payoffs from 1e-6 to 1e6, three players": Adversary(wide_payoffs(benchmark("three players")), 200),
    "payoffs from 1e-6 to 1e6, four players": Adversary(wide_payoffs(benchmark("four players")), 50),
    "players of unequal scales": Adversary(unequal_scales),
    "chance of 1e-6": Adversary(rare_chance(1e-6)),
    "chance of 1e-12": Adversary(rare_chance(1e-12)),
    "chance of 1e-300": Adversary(rare_chance(1e-300)),
    "chance of 1e-310": Adversary(rare_chance(1e-310)),
    "chance of 0": Adversary(rare_chance(0.0)),
    "chance of 1": Adversary(sure_chance),
    "reach below 1e-308": Adversary(rare_paths),
    "60 moves, all seen": Adversary(deep_open),
    "60 moves, hidden": Adversary(deep_hidden, 12),
    "60 moves, centipede": Adversary(deep_centipede, 8),
    "12 choices at once": Adversary(twelve_choices, 32),
    "12 messages": Adversary(twelve_messages, 6),
    "6 players at once": Adversary(six_at_once),
    "6 players in turn": Adversary(six_in_turn),
    "2,000 leaves": Adversary(two_thousand_leaves, 2),
    "one move": Adversary(one_move),
    "one forced move": Adversary(one_forced_move),
    "chance alone": Adversary(chance_alone),
    "no move": Adversary(no_move),
    "hidden forced moves": Adversary(hidden_forced_moves),
    "coordination": Adversary(simultaneous(COORDINATION, COORDINATION), 2),
    "coordination of three": Adversary(simultaneous(THREE_ALIKE, THREE_ALIKE), 2),
    "battle of the sexes": Adversary(simultaneous([[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]]), 2),
    "matching pennies": Adversary(simultaneous(PENNIES, [[-1.0, 1.0], [1.0, -1.0]]), 2),
    "rock, paper, scissors": Adversary(simultaneous(ROCK, [list(row) for row in zip(*ROCK, strict=True)]), 2),
    "majority of three": Adversary(majority, 2),
    "random trees": Adversary(random_trees, 32),
    "random trees with ties": Adversary(whole_numbers(random_trees, 2), 24, flagged=0.1),
    "hidden trees": Adversary(hidden_trees, 32),
    "hidden trees with ties": Adversary(whole_numbers(hidden_trees, 2), 32, flagged=0.1),
}
"""Hard classes by name."""
