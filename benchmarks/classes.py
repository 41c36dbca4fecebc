"""The classes of random games that are compared on, with numbers that every program reads exactly."""

from __future__ import annotations

import numpy as np

from offramp.game.game import CHANCE_NODE, Floats, Game
from random_games import CLASSES, RandomGame

ZERO_SUM = "zero-sum signalling 3x3x2"
"""Beyond the classes of design.md: what one player wins the other loses, which some programs need."""

CLASS_NAMES = (*CLASSES, ZERO_SUM)

DECIMALS = 6
"""Payoffs and probabilities have so many decimals: Gambit wants probabilities that add up to one exactly, and short
exact numbers cost it least."""


def draw_class(name: str, seed: int, num_draws: int) -> RandomGame:
    """Random games of one class, payoffs scaled so that each player's go from 0 to 1 (in zero-sum games from -1 to 0).

    Scaled, because Gambit's precision is per unit of payoff and ours per unit of payoff range: both then follow the
    same branch.
    """
    game, payoffs, chance = CLASSES[name.removeprefix("zero-sum ")](seed=seed, num_draws=num_draws)
    low, spread = payoffs.min(axis=1, keepdims=True), np.ptp(payoffs, axis=1, keepdims=True)
    scaled = np.round((payoffs - low) / spread, DECIMALS)
    if name == ZERO_SUM:
        scaled[:, :, 1] = 0.0 - scaled[:, :, 0]
    return RandomGame(game, scaled, _rounded(game, chance))


def _rounded(game: Game, chance: Floats) -> Floats:
    """Probabilities with a few decimals, none zero; the largest of a chance node takes what is left."""
    rounded: Floats = np.maximum(np.round(chance, DECIMALS), 1 / 10**DECIMALS)
    draws = np.arange(len(chance))
    for node in np.flatnonzero(game.node_players == CHANCE_NODE):
        columns = game.chance_index[game.children_of(int(node))]
        largest = columns[rounded[:, columns].argmax(axis=1)]
        rounded[draws, largest] += 1 - rounded[:, columns].sum(axis=1)
    return rounded.round(DECIMALS)
