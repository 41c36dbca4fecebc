"""What a solver gives back: behaviour strategies, beliefs and the certificate of every draw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from offramp.game.game import Floats, Game, Ints


class Status(IntEnum):
    """How far a draw's solution can be trusted; ``explanations`` says it in words."""

    EXACT = 0
    CONVERGED = 1
    FORKED = 2
    STALLED = 3
    OUT_OF_STEPS = 4
    INEXACT = 5


EXPLANATIONS = {
    Status.EXACT: "solved by backward induction",
    Status.CONVERGED: "the branch was traced to its end and every information set is within the tolerance",
    Status.FORKED: "the branch forks, as it can in games with symmetries or ties; one arm was followed to its end",
    Status.STALLED: "the branch could not be followed to its end (the steps became too small): see the regret",
    Status.OUT_OF_STEPS: "the branch was still being followed when the limit on steps was reached",
    Status.INEXACT: "the branch was traced to its end but the result is outside the tolerance: see the regret",
}

REGRET_TOLERANCE = 1e-6
"""Largest conditional regret, in units of the player's payoff range, at which a draw counts as converged."""

RESIDUAL_TOLERANCE = 1e-10
"""Largest residual of the logit equations, in log odds per unit of max(1, precision), at a given precision."""


@dataclass(frozen=True, eq=False)
class Solutions:
    """Solved draws of one game.

    Attributes
    ----------
    game : Game
    strategies : float64[B, A]
        Probability of each action given that its information set is reached; ``game.action_starts`` cuts A by set.
    log_strategies : float64[B, A]
        Their logarithms, finite where the probability underflows.
    beliefs : float64[B, N]
        At a decision node, its probability given that its information set is reached; 0 elsewhere.
    reach : float64[B, N]
        Probability that the node is reached.
    values : float64[B, P]
        Expected payoff of each player, in the payoffs' own units.
    regrets : float64[B, I]
        Conditional regret of each information set, reached or not, in units of its player's payoff range.
    residuals : float64[B]
        What ``status`` was judged by: the largest conditional regret, or at a given precision the largest violation of
        the logit equations in log odds.
    status : int32[B]
        A :class:`Status` per draw.
    precisions : float64[B]
        The precision that was reached (infinite for backward induction and for polished draws).
    steps : int32[B]
        Steps along the branch.
    """

    game: Game
    strategies: Floats
    log_strategies: Floats
    beliefs: Floats
    reach: Floats
    values: Floats
    regrets: Floats
    residuals: Floats
    status: Ints
    precisions: Floats
    steps: Ints

    @property
    def num_draws(self) -> int:
        return len(self.status)

    @property
    def max_regret(self) -> Floats:
        """float64[B]: the largest conditional regret of each draw, over all information sets."""
        if self.regrets.shape[1] == 0:
            return np.zeros(self.num_draws)
        largest: Floats = self.regrets.max(axis=1)
        return largest

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """bool[B]: draws whose solution may be believed."""
        return self.status <= Status.FORKED
