"""How far the answers depend on which equilibrium is played: other equilibria of the first draws, and what they say.

A run reports one equilibrium of each draw. Another selection of equilibria, one a draw, gives other means over the
draws; the lowest and the highest mean that any selection gives are the spread of an answer. Given a condition the
mean is a ratio of two sums over the draws, and the extreme selections are found by Dinkelbach's iteration
(Dinkelbach 1967, "On nonlinear fractional programming"): with the ratio so far, pick in each draw the equilibrium
that raises it most, until none does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats, Ints, Positions
from offramp.explore.options import Search
from offramp.explore.paths import Paths
from offramp.explore.summary import RARELY
from offramp.explore.table import tabulate_play
from offramp.game.batch import Batch
from offramp.game.compile import Compiled
from offramp.scenario.draws import Draws
from offramp.solve.equilibria.api import find_equilibria
from offramp.solve.equilibria.result import Equilibria

LOG = logging.getLogger(__name__)

EXAMINED_DRAWS = 128
"""In how many draws other equilibria are looked for, at most."""

FEWEST_DRAWS = 16
"""In so many at least, or in all of a run with fewer."""

EXAMINED_NODES = 2**17
"""Nodes times draws of a game so large that fewer draws are examined."""

DIFFERENCE = 0.01
"""How far two equilibria of a draw must be apart in an answer to count as giving different ones."""


@dataclass(frozen=True)
class AnswerSpread:
    """What an answer can be, depending on which equilibria are played; over the examined draws.

    Attributes
    ----------
    lowest, highest : float
        The lowest and the highest mean that a selection of one equilibrium a draw gives.
    reported : float
        The mean of the equilibria that the run reports, over the same draws.
    share_that_differ : float
        Share of these draws in which two equilibria are more than ``DIFFERENCE`` apart.
    """

    lowest: float
    highest: float
    reported: float
    share_that_differ: float

    @property
    def depends(self) -> bool:
        """Whether the selection moves the mean by more than ``DIFFERENCE``."""
        return self.highest - self.lowest > DIFFERENCE


@dataclass(frozen=True, eq=False)
class Spread:
    """The equilibria of the first N draws and the range of each answer over them.

    Attributes
    ----------
    method : "probe" or "all"
    note : str
        Why the lists of equilibria are complete or not, in words.
    answers : mapping of str to AnswerSpread or None
        By answer, or by outcome where the scenario asks nothing; None where no equilibrium meets the condition.
    lowest, highest : float64[Q, N]
        Of each answer in each draw, in the order of ``answers``; NaN where no equilibrium meets the condition.
    counts : int32[N]
        How many equilibria were found in each draw, that of the run among them.
    complete : bool[N]
        Whether every sequential equilibrium of the draw is among them, up to behaviour off the path.
    """

    method: Search
    note: str
    answers: Mapping[str, AnswerSpread | None]
    lowest: Floats
    highest: Floats
    counts: Ints
    complete: npt.NDArray[np.bool_]

    @property
    def draws(self) -> int:
        return len(self.counts)

    @property
    def num_several(self) -> int:
        """Draws in which more than one equilibrium was found."""
        return int((self.counts > 1).sum())

    @property
    def num_complete(self) -> int:
        """Draws of which every equilibrium is known."""
        return int(self.complete.sum())


def examined(paths: Paths, num_draws: int) -> int:
    """How many of a run's draws are examined."""
    return min(num_draws, EXAMINED_DRAWS, max(FEWEST_DRAWS, EXAMINED_NODES // paths.game.num_nodes))


def try_method(compiled: Compiled, draws: Draws, method: Search) -> None:
    """Raise :class:`~offramp.errors.SolveError` where ``method`` cannot be used on the game."""
    batch = compiled.batch(draws.part(0, 1))
    find_equilibria(compiled.game, batch.payoffs(), batch.chance(), method=method, workers=1)


def examine(compiled: Compiled, paths: Paths, draws: Draws, method: Search) -> Spread | None:
    """Find the equilibria of ``draws`` and what each of them says; None where Ctrl-C came before the end.

    Raises
    ------
    SolveError
        If the game is too large for ``method``.
    """
    LOG.info("looking for other equilibria in the first %s draws", f"{draws.num_draws:,}")
    batch = compiled.batch(draws)
    try:
        found = find_equilibria(compiled.game, batch.payoffs(), batch.chance(), method=method)
    except KeyboardInterrupt:
        return None
    return spread_of(paths, batch, found, method)


def spread_of(paths: Paths, batch: Batch, found: Equilibria, method: Search) -> Spread:
    """The spread of each answer over the equilibria that were found in the draws of ``batch``."""
    cells = (batch.payoff_cells[found.draw], batch.payoff_index, batch.chance_cells[found.draw], batch.chance_index)
    table = tabulate_play(paths, Batch(*cells), found.log_strategies)
    names, values, weights = paths.answers, table.answers, table.conditions
    if not names:
        names, values, weights = paths.outcomes, table.outcomes, np.ones_like(table.outcomes)
    met = weights >= RARELY
    starts = np.searchsorted(found.draw, np.arange(found.num_draws))
    lowest = np.minimum.reduceat(np.where(met, values, np.inf), starts, axis=1)
    highest = np.maximum.reduceat(np.where(met, values, -np.inf), starts, axis=1)
    lowest[np.isinf(lowest)] = highest[np.isinf(highest)] = np.nan
    products, weights = np.where(met, values * weights, 0.0), np.where(met, weights, 0.0)
    share = np.mean(np.nan_to_num(highest - lowest) > DIFFERENCE, axis=1)
    rows = zip(names, products, weights, share.tolist(), strict=True)
    return Spread(
        method=method,
        note=found.note,
        answers={name: _answer(some, all_, differ, starts, found.principal) for name, some, all_, differ in rows},
        lowest=lowest,
        highest=highest,
        counts=found.counts,
        complete=found.complete,
    )


def _answer(
    products: Floats, weights: Floats, share_that_differ: float, starts: Positions, principal: npt.NDArray[np.bool_]
) -> AnswerSpread | None:
    """The spread of one answer, from its probability together with its condition and that of the condition, [K]."""
    highest = largest_mean(products, weights, starts)
    without = largest_mean(weights - products, weights, starts)
    if highest is None or without is None:
        return None
    asked = float(weights[principal].sum())
    lowest = min(1.0 - without, highest)
    reported = float(products[principal].sum()) / asked if asked else lowest
    return AnswerSpread(lowest, highest, reported, share_that_differ)


def largest_mean(products: Floats, weights: Floats, starts: Positions) -> float | None:
    """The largest ratio of a sum of ``products`` to a sum of ``weights``, one of each draw in both.

    Both are float64[K] with 0 <= products <= weights; ``starts`` is where each draw begins. None where all weights
    are zero.
    """
    if not weights.any():
        return None
    draws = np.repeat(np.arange(len(starts)), np.diff([*starts, len(weights)]))
    ratio = 0.0
    while True:
        gains = products - ratio * weights
        order = np.lexsort((weights, gains, draws))  # the last of each draw gains most, of these with most weight
        picked = order[np.append(starts[1:], len(weights)) - 1]
        total = float(weights[picked].sum())
        better = float(products[picked].sum()) / total if total else ratio
        if better <= ratio:
            return ratio
        ratio = better
