"""What a solver gives back: behaviour strategies, beliefs and the certificate of every draw."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats, Ints
from offramp.game.batch import Batch
from offramp.game.game import Game


class Status(IntEnum):
    """How far a draw's solution can be trusted; ``explanations`` says it in words."""

    EXACT = 0
    CONVERGED = 1
    FORKED = 2
    STALLED = 3
    OUT_OF_STEPS = 4
    INEXACT = 5


class Method(IntEnum):
    """How a draw was solved."""

    BACKWARD = 0
    """By backward induction alone."""

    DOMINANCE = 1
    """By iterated conditional dominance, which leaves one equilibrium; no branch was traced."""

    BRANCH = 2
    """By tracing the branch of logit equilibria."""


EXPLANATIONS = {
    Status.EXACT: "solved by backward induction",
    Status.CONVERGED: "the branch was traced to its end and every information set is within the tolerance",
    Status.FORKED: "the branch forks, as it can in games with symmetries or ties; one arm was followed to its end",
    Status.STALLED: "the branch could not be followed to its end: the steps became too small, as they do near ties",
    Status.OUT_OF_STEPS: "the branch was still being followed when the limit on steps was reached: it turns very often",
    Status.INEXACT: "the branch was traced to its end but the result is outside the tolerance, as it can be near ties",
}
"""What a status means and where it comes from."""

_LOWER_PRECISION = (
    "ask for a finite precision such as 100 (--precision), or for a lower one, and check for payoffs of one player "
    "that are equal, or that differ by many orders of size"
)

REMEDIES = {
    Status.FORKED: (
        "look for other equilibria (--equilibria probe), or say what makes players or choices differ that are alike"
    ),
    Status.STALLED: _LOWER_PRECISION,
    Status.OUT_OF_STEPS: _LOWER_PRECISION,
    Status.INEXACT: f"if the regret is too large for the purpose, {_LOWER_PRECISION}",
}
"""What to do about a status; there is nothing to do about those that are left out."""

REGRET_TOLERANCE = 1e-6
"""Largest conditional regret, in units of the player's payoff range, at which a draw counts as converged."""

RESIDUAL_TOLERANCE = 1e-10
"""Largest residual of the logit equations, in log odds per unit of max(1, precision), at a given precision."""


@dataclass(frozen=True, eq=False)
class Solutions:
    """Solved draws of one game.

    What takes an array of all nodes, and what a run of many draws does not read, is computed when it is first asked
    for: ``strategies``, ``reach`` and ``beliefs``.

    Attributes
    ----------
    game : Game
    batch : Batch
        The payoffs and chance probabilities that were solved.
    log_strategies : float64[B, A]
        Logarithm of the probability of each action given that its information set is reached, finite where the
        probability underflows; ``game.action_starts`` cuts A by set.
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
    jumps : int32[B]
        Steps that were refused because they seemed to lead to another branch.
    method : int32[B]
        A :class:`Method` per draw.
    evaluations, factorisations : int32[B]
        How often the tree was evaluated at some point, and a linear system factored, on the way.
    """

    game: Game
    batch: Batch
    log_strategies: Floats
    values: Floats
    regrets: Floats
    residuals: Floats
    status: Ints
    precisions: Floats
    steps: Ints
    jumps: Ints
    method: Ints
    evaluations: Ints
    factorisations: Ints

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

    @cached_property
    def strategies(self) -> Floats:
        """float64[B, A]: the probability of each action given that its information set is reached."""
        probabilities: Floats = np.exp(self.log_strategies)
        return probabilities

    @property
    def reach(self) -> Floats:
        """float64[B, N]: the probability that each node is reached."""
        return self._reach_and_beliefs[0]

    @property
    def beliefs(self) -> Floats:
        """float64[B, N]: at a decision node, its probability given that its information set is reached; else 0."""
        return self._reach_and_beliefs[1]

    @cached_property
    def _reach_and_beliefs(self) -> tuple[Floats, Floats]:
        from offramp.solve.certificate import reach_and_beliefs

        return reach_and_beliefs(self.game, self.batch.chance(), self.log_strategies)

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: what is computed when it is asked for need not be sent."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def part(self, start: int, stop: int) -> Solutions:
        """The draws at positions ``start`` to ``stop - 1`` (views, no copies)."""
        cut = {name: getattr(self, name)[start:stop] for name in _PER_DRAW}
        return replace(self, batch=self.batch.part(start, stop), **cut)


_PER_DRAW = tuple(field.name for field in fields(Solutions) if field.name not in ("game", "batch"))
