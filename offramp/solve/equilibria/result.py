"""What a search for several equilibria gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offramp.game.game import Floats, Game, Ints

ISOLATED = 0
"""``kind`` of an equilibrium whose behaviour on the path has no neighbours that are equilibria too."""

UNSURE = 1
"""``kind`` of an end of a continuum of equilibria, or of one that was not shown to be isolated."""

CERTIFIED_REGRET = 1e-9
"""Largest conditional regret, in units of the payoff range, of a certified sequential equilibrium."""


@dataclass(frozen=True, eq=False)
class Equilibria:
    """Distinct equilibria of each draw, told apart by behaviour on the path. K counts them over all draws.

    Attributes
    ----------
    game : Game
    draw : int32[K]
        The draw that each equilibrium belongs to, in ascending order; the principal one comes first in its draw.
    log_strategies : float64[K, A]
        Log probabilities of all actions. Their relative sizes also give the beliefs where play does not come.
    values : float64[K, P]
        Expected payoff of each player, in the payoffs' own units.
    max_regret : float64[K]
        Largest conditional regret over all information sets, reached or not, in units of the payoff range.
    kind : int32[K]
        ``ISOLATED``, or ``UNSURE`` for an end of a continuum and for what was not shown to be isolated.
    principal : bool[K]
        The equilibrium that ``solve`` reports: exactly one in each draw.
    complete : bool[B]
        Whether every sequential equilibrium of the draw is listed, up to behaviour off the path, by an exhaustive
        method.
    unresolved : int32[B]
        What is open and not listed. With at most two movers: ways to play on the path that are a Nash equilibrium and
        of which it could not be settled whether a sequential equilibrium plays so. With more: supports on the path, not
        ruled out by dominance, in which Newton's method found nothing; most of them hold nothing.
    note : str
        Why the lists are complete or not, in words.
    """

    game: Game
    draw: Ints
    log_strategies: Floats
    values: Floats
    max_regret: Floats
    kind: Ints
    principal: npt.NDArray[np.bool_]
    complete: npt.NDArray[np.bool_]
    unresolved: Ints
    note: str

    @property
    def num_draws(self) -> int:
        return len(self.complete)

    @property
    def counts(self) -> Ints:
        """int32[B]: how many equilibria each draw has in the list."""
        return np.bincount(self.draw, minlength=self.num_draws).astype(np.int32)

    @property
    def certified(self) -> npt.NDArray[np.bool_]:
        """bool[K]: sequential equilibria with no more regret than ``CERTIFIED_REGRET`` at any information set."""
        return np.asarray(self.max_regret <= CERTIFIED_REGRET)
