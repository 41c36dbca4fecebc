"""Gambit's methods (pygambit). One tree a process, read once; its payoffs and probabilities are set anew in place."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.classes import DECIMALS, ZERO_SUM
from benchmarks.peer import Peer, Solver
from offramp.game.efg import write_efg
from offramp.game.game import Floats, Game

PRECISION = 10.0
"""Of the quantal response equilibria that are compared."""


class Gambit:
    """A tree of Gambit's and one of its methods, ``call(tree)``."""

    def __init__(self, call: Callable[[Any], Any], game: Game, payoffs: Floats, chance: Floats) -> None:
        import pygambit

        self.call, self.game = call, game
        self.tree = pygambit.read_efg(io.BytesIO(write_efg(game, payoffs, chance).encode()))
        self.outcomes, self.players = list(self.tree.outcomes), list(self.tree.players)
        self.events = list(self.tree.players.chance.infosets)

    def set_numbers(self, payoffs: Floats, chance: Floats) -> None:
        for outcome, row in zip(self.outcomes, payoffs.tolist(), strict=True):
            for player, payoff in zip(self.players, row, strict=True):
                outcome[player] = f"{payoff:.{DECIMALS}f}"
        texts = iter([f"{probability:.{DECIMALS}f}" for probability in chance.tolist()])
        for event in self.events:
            self.tree.set_chance_probs(event, [next(texts) for _ in event.actions])

    def solve(self) -> Any:
        return self.call(self.tree)

    def behaviours(self, found: Any) -> list[Floats]:
        return [self._in_our_order(profile) for profile in found]

    def _in_our_order(self, profile: Any) -> Floats:
        """Gambit lists probabilities by player, information set and action, each player's sets in our order."""
        import pygambit

        if isinstance(profile, pygambit.gambit.LogitQREMixedBehaviorProfile):
            flat = iter([float(profile[k]) for k in range(len(profile))])
        else:
            play = profile.as_behavior() if hasattr(profile, "as_behavior") else profile
            flat = iter([float(play[a]) for p in self.players for h in p.infosets for a in h.actions])
        own = [[[next(flat) for _ in h.actions] for h in p.infosets] for p in self.players]
        return np.array([p for player in self.game.infoset_players for p in own[player].pop(0)])


def _logit(tree: Any) -> Any:
    import pygambit

    return pygambit.nash.logit_solve(tree).equilibria


def _logit_lambda(tree: Any) -> Any:
    import pygambit

    return pygambit.qre.logit_solve_lambda(tree, lam=[PRECISION])


def _lcp(tree: Any) -> Any:
    import pygambit

    return pygambit.nash.lcp_solve(tree, rational=False).equilibria


def _lp(tree: Any) -> Any:
    import pygambit

    return pygambit.nash.lp_solve(tree, rational=False).equilibria


def _ipa(tree: Any) -> Any:
    import pygambit

    return pygambit.nash.ipa_solve(tree).equilibria


def _gnm(tree: Any) -> Any:
    import pygambit

    return pygambit.nash.gnm_solve(tree).equilibria


def _starter(call: Callable[[Any], Any]) -> Callable[[Game, Floats, Floats], Solver]:
    def start(game: Game, payoffs: Floats, chance: Floats) -> Solver:
        return Gambit(call, game, payoffs, chance)

    return start


TWO_PLAYERS = {"signalling 2x2x2": 400, "signalling 3x3x2": 200, "signalling 4x4x3": 60, ZERO_SUM: 200}
SLOW = {
    "signalling 2x2x2": 60,
    "signalling 3x3x2": 40,
    "signalling 4x4x3": 20,
    "three players": 24,
    "four players": 8,
    ZERO_SUM: 20,
}
NASH = "one Nash equilibrium; off the path it may play anything"

PEERS = [
    Peer(
        name="logit_solve",
        function="pygambit.nash.logit_solve(game)",
        module="pygambit",
        computes="the limit of the principal logit branch, as offramp does, without a certificate off the path",
        start=_starter(_logit),
        games=SLOW,
        others="not asked",
        cap=60.0,
    ),
    Peer(
        name="lcp_solve",
        function="pygambit.nash.lcp_solve(game, rational=False)",
        module="pygambit",
        computes=NASH,
        start=_starter(_lcp),
        games=TWO_PLAYERS,
        others="for two players only",
        repeats=5,
        cap=15.0,
        game_cap=5.0,
    ),
    Peer(
        name="logit_solve_lambda",
        function=f"pygambit.qre.logit_solve_lambda(game, lam=[{PRECISION:g}])",
        module="pygambit",
        computes=f"the logit equilibrium at precision {PRECISION:g}; offramp solves for the same",
        start=_starter(_logit_lambda),
        games=SLOW,
        others="not asked",
        precision=PRECISION,
        cap=30.0,
    ),
    Peer(
        name="lp_solve",
        function="pygambit.nash.lp_solve(game, rational=False)",
        module="pygambit",
        computes="optimal play in a zero-sum game; off the path it may play anything",
        start=_starter(_lp),
        games={ZERO_SUM: 200},
        others="for zero-sum games of two players only",
        repeats=5,
        cap=15.0,
        game_cap=5.0,
    ),
    Peer(
        name="ipa_solve",
        function="pygambit.nash.ipa_solve(game)",
        module="pygambit",
        computes=NASH,
        start=_starter(_ipa),
        games={"three players": 24, "four players": 8},
        others="slower than the others for two players",
        cap=30.0,
        game_cap=10.0,
    ),
    Peer(
        name="gnm_solve",
        function="pygambit.nash.gnm_solve(game)",
        module="pygambit",
        computes=NASH,
        start=_starter(_gnm),
        games={"three players": 24},
        others="slower than the others there",
        cap=15.0,
        game_cap=5.0,
    ),
]
