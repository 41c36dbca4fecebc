"""Whether another program's answer is an equilibrium, and whether it is ours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from benchmarks.peer import Peer
from benchmarks.plays import Plays
from benchmarks.pool import Attempt
from offramp.game.batch import Batch
from offramp.game.game import Floats
from offramp.solve.certificate import assess_profile, logit_residuals
from offramp.solve.result import Solutions
from random_games import RandomGame

REGRET = 1e-4
"""A profile counts as a Nash equilibrium if nobody gains more than this by any strategy, in payoff ranges."""

REACHED = 1e-6
"""A set that is reached with less probability is off the path."""

RESIDUAL = 1e-3
"""A profile counts as a logit equilibrium if it violates its equations by no more than this, in log odds."""

SAME_VALUES = 5e-3
"""Two equilibria agree if no player's payoff differs by more than this, in payoff ranges."""

SAME_PATH = 1e-2
"""They are the same on the path if no leaf's probability differs by more than this."""

SAME_PLAY = 1e-4
"""Two logit equilibria agree if no action's probability differs by more than this."""


class Verdict(NamedTuple):
    """On one game: the regret of the other's profile (or its residual), and how it compares with ours."""

    fails: bool
    regret: float
    compared: bool
    agrees: bool
    same_path: bool


class Judge:
    """Compares a peer's attempts with our solutions of the same games."""

    def __init__(self, games: RandomGame, solutions: Solutions, peer: Peer) -> None:
        self.games, self.solutions, self.precision = games, solutions, peer.precision
        self.plays = Plays(games.game)

    def verdict(self, attempt: Attempt) -> Verdict:
        if not attempt.behaviours:
            return Verdict(True, float("nan"), False, False, False)
        regrets = [self._regret(attempt.draw, behaviour) for behaviour in attempt.behaviours]
        fails = not max(regrets) <= (REGRET if self.precision is None else RESIDUAL)
        settled = not fails and all(self._is_settled(attempt.draw, behaviour) for behaviour in attempt.behaviours)
        compared = settled and bool(self.solutions.converged[attempt.draw])
        near = [self._near(attempt.draw, behaviour) for behaviour in attempt.behaviours] if compared else []
        agrees, same_path = any(agrees for agrees, _ in near), any(same for _, same in near)
        return Verdict(fails, max(regrets), compared, agrees, same_path)

    def _regret(self, draw: int, behaviour: Floats) -> float:
        games, one = self.games, slice(draw, draw + 1)
        if self.precision is None:
            return self.plays.regret(behaviour, games.payoffs[draw], games.chance[draw])
        logs = np.log(np.maximum(behaviour, np.finfo(np.float64).tiny))[None]
        precisions = np.full((1, games.game.num_players), self.precision)
        batch = Batch.of(games.payoffs[one], games.chance[one])
        return float(logit_residuals(games.game, batch, logs, precisions)[0])

    def _is_settled(self, draw: int, behaviour: Floats) -> bool:
        """Whether nobody regrets anything at a set on the path either, given that it is reached: by our certificate.

        A tracer that stopped early may have a small regret all the same, where it is still undecided at a rare set.
        """
        games, one = self.games, slice(draw, draw + 1)
        with np.errstate(divide="ignore"):
            logs = np.log(behaviour)[None]
        assessment = assess_profile(games.game, games.payoffs[one], games.chance[one], logs)
        reach = np.array([assessment.reach[0, nodes].sum() for nodes in games.game.members])
        settled = assessment.regrets[0, reach > REACHED].max(initial=0.0) <= REGRET
        return self.precision is not None or bool(settled)

    def _near(self, draw: int, behaviour: Floats) -> tuple[bool, bool]:
        """Whether a profile agrees with ours, and whether it is ours on the path."""
        ours, chance = self.solutions.strategies[draw], self.games.chance[draw]
        leaves, our_leaves = self.plays.outcome(behaviour, chance), self.plays.outcome(ours, chance)
        same_path = bool(np.abs(leaves - our_leaves).max() <= SAME_PATH)
        if self.precision is not None:
            return bool(np.abs(behaviour - ours).max() <= SAME_PLAY), same_path
        gap = np.abs((leaves - our_leaves) @ self.games.payoffs[draw])
        return bool((gap <= SAME_VALUES * np.ptp(self.games.payoffs[draw], axis=0)).all()), same_path
