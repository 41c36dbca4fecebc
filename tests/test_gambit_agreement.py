"""The same random games solved by Gambit and by offramp agree wherever Gambit itself converged.

Payoffs are scaled to each player's unit interval first, so that both follow the same branch: Gambit's precision is
per unit of payoff, offramp's per unit of each player's payoff range. Gambit stops at a regret of 1e-6 and where its
tracer stalls it returns nothing or a profile with large conditional regret, which our certificate measures; such
games are counted apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from offramp.game.efg import write_efg
from offramp.solve.api import solve
from offramp.solve.certificate import assess_profile
from offramp.solve.result import Solutions
from random_games import CLASSES, RandomGame

pygambit = pytest.importorskip("pygambit", reason="Gambit is not installed")
gambit_reads = pytest.importorskip("gambit_oracle").gambit_reads

pytestmark = pytest.mark.compiled

GAMES = {
    "signalling 2x2x2": 120,
    "signalling 3x3x2": 100,
    "signalling 4x4x3": 40,
    "three players": 40,
    "four players": 6,
}
BATCHES = [(name, part) for name, count in GAMES.items() for part in range(max(1, count // 20))]
CONVERGED = 1e-4
"""Largest conditional regret on the path, by our certificate, at which Gambit's profile counts as converged."""

REACHED = 1e-6
"""Information sets reached with less probability are off the path: Gambit's tracer loses them."""

PRECISION = 4.0


def unit_games(name: str, seed: int, count: int) -> RandomGame:
    game, payoffs, chance = CLASSES[name](seed=seed, num_draws=count)
    low = payoffs.min(axis=1, keepdims=True)
    return RandomGame(game, (payoffs - low) / np.ptp(payoffs, axis=1, keepdims=True), chance)


def gambit_profiles(games: RandomGame, function: Callable[[Any], list[float]]) -> list[npt.NDArray[np.float64] | None]:
    """What ``function`` finds in each draw: probabilities [A] in our order of actions, None where it finds nothing."""
    profiles: list[npt.NDArray[np.float64] | None] = []
    for payoffs, chance in zip(games.payoffs, games.chance, strict=True):
        game = gambit_reads(write_efg(games.game, payoffs, chance))
        found = function(game)
        profiles.append(_in_our_order(games, game, found) if found else None)
    return profiles


def _in_our_order(games: RandomGame, game: Any, flat: list[float]) -> npt.NDArray[np.float64]:
    """Gambit's probabilities, laid out by player, information set and action, in the order of our information sets."""
    structure = games.game
    numbers = iter(flat)
    own = {p.label: [[next(numbers) for _ in infoset.actions] for infoset in p.infosets] for p in game.players}
    ours = [own[structure.players[player]].pop(0) for player in structure.infoset_players]
    return np.array([probability for infoset in ours for probability in infoset])


def nash(game: Any) -> list[float]:
    """Where Gambit's tracer ends, or nothing."""
    found = pygambit.nash.logit_solve(game, maxregret=1e-6).equilibria
    actions = [action for player in game.players for infoset in player.infosets for action in infoset.actions]
    return [float(found[0][action]) for action in actions] if found else []


def quantal(game: Any) -> list[float]:
    """Gambit's quantal response equilibrium at ``PRECISION``."""
    profile = pygambit.qre.logit_solve_lambda(game, lam=[PRECISION])[0]
    return [float(profile[k]) for k in range(len(profile))]


def agrees(solutions: Solutions, draw: int, regret: float, probabilities: npt.NDArray[np.float64]) -> bool:
    """Same play wherever our solution goes, as closely as the regret that Gambit left allows."""
    game = solutions.game
    on_path = [i for i, nodes in enumerate(game.members) if solutions.reach[draw, nodes].sum() > 1e-2]
    actions = np.concatenate([np.arange(*game.action_starts[i : i + 2]) for i in on_path])
    gap = np.abs(probabilities[actions] - solutions.strategies[draw, actions]).max()
    return bool(gap <= 1e-3 + 100 * np.sqrt(regret))


@pytest.mark.parametrize(("name", "part"), BATCHES)
def test_gambit_and_offramp_agree_where_gambit_converged(name: str, part: int) -> None:
    games = unit_games(name, 100 + part, min(20, GAMES[name]))
    solutions = solve(*games)
    profiles = gambit_profiles(games, nash)
    compared = 0
    for draw, probabilities in enumerate(profiles):
        if probabilities is None:
            continue
        one = slice(draw, draw + 1)
        logs = np.log(np.maximum(probabilities, 1e-300))[None]
        assessment = assess_profile(games.game, games.payoffs[one], games.chance[one], logs)
        reach = np.array([assessment.reach[0, nodes].sum() for nodes in games.game.members])
        regret = float(assessment.regrets[0, reach > REACHED].max())
        if regret <= CONVERGED:
            compared += 1
            assert agrees(solutions, draw, regret, probabilities), f"draw {draw}: {probabilities}"
    assert compared >= len(profiles) // 2


@pytest.mark.parametrize("name", [name for name in GAMES if name != "four players"])
def test_both_give_the_same_quantal_response_equilibrium_at_a_precision(name: str) -> None:
    games = unit_games(name, 7, 8)
    solutions = solve(*games, precision=PRECISION)
    profiles = gambit_profiles(games, quantal)
    for draw, probabilities in enumerate(profiles):
        assert probabilities is not None
        np.testing.assert_allclose(probabilities, solutions.strategies[draw], atol=1e-5)
