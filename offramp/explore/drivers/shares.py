r"""The share of an output that each assumption explains, for many weightings of the same draws at once.

Let Y be an output with distribution function F, and X one assumption. Two measures, both 0 to 1:

- **Influence**, the Cramér–von Mises index of Gamboa, Klein & Lagnoux (2018, "Sensitivity analysis based on Cramér–von
  Mises distance", SIAM/ASA J. Uncertainty Quantification 6; the measure of dependence of Dette, Siburg & Stoimenov
  2013, which the coefficient of Chatterjee 2021 estimates too):

      ∫ Var(E[1{Y ≤ t} | X]) dF(t) / ∫ F(t) (1 − F(t)) dF(t).

  It is 0 only if Y does not depend on X at all, and 1 only if X alone decides Y. It needs no density, so that atoms
  (an answer that is 0 or 1) do no harm, and no rising transform of Y changes it. For a Y of two values it is the
  first-order index.
- **First order** (Sobol 1993): Var(E[Y | X]) / Var(Y), the correlation ratio of Pearson (1905).

Draws are binned by X (:mod:`~offramp.explore.drivers.bins`) and E[· | X] is the weighted mean of a bin. A share η found
so is too large by chance, since bin means scatter even where X does nothing. With bins of weight W_m and sums of
squared weights Q_m, the variance within bins is too small by the factor 1 − Σ (Q_m / W_m) / W and that over all draws
by 1 − Q / W², so

    1 − (1 − η) (1 − Q / W²) / (1 − Σ (Q_m / W_m) / W)

is right on average where X does nothing; with equal weights this is the ε² of Kelley (1935). It holds at every t of the
integral too, with the same factor. In a bootstrap sample, whose repeated draws raise Q, it takes off both the chance of
the draws and that of drawing them again, so that intervals are not shifted upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Floats, Positions
from offramp.explore.drivers.bins import Binned

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEGLIGIBLE = 1e-9
"""A share of the variance below this counts as none."""


@dataclass(frozen=True, eq=False)
class Shared:
    """Draws in the bins of K assumptions, with their outputs; R weightings of them are measured at once.

    Attributes
    ----------
    binned : Binned
    levels : intp[B]
        The level of each output.
    outputs : float64[B]
        Of mean 0 or near, for the sake of rounding.
    """

    binned: Binned
    levels: Positions
    outputs: Floats

    @property
    def num_levels(self) -> int:
        return int(self.levels.max()) + 1

    @cached_property
    def _in_bins(self) -> csr_array:
        """Rows × B: 1 where a draw is in a bin."""
        return _indicator(self.binned.rows, self.binned.num_rows)

    @cached_property
    def _in_cells(self) -> csr_array:
        """(rows · levels) × B: 1 where a draw is in a bin and at a level."""
        return _indicator(self.binned.rows * self.num_levels + self.levels, self.binned.num_rows * self.num_levels)

    def influence(self, weights: Floats) -> Floats:
        """float64[R, K]: the Cramér–von Mises index for each column of float64[B, R]."""
        table = (self._in_cells @ weights).reshape(self.binned.num_rows, self.num_levels, -1)
        return self._less_chance(unexplained_levels(self.binned, table), weights)

    def dealt_influence(self, dealt: Positions, weights: Floats) -> Floats:
        """float64[R, K]: that where draw b has the level of draw ``dealt[r, b]``, with the weights float64[B]."""
        size = self.binned.num_rows * self.num_levels
        spread = np.broadcast_to(weights, self.binned.rows.shape).ravel()
        cells = (self.binned.rows * self.num_levels + self.levels[each] for each in dealt)
        tables = np.array([np.bincount(each.ravel(), weights=spread, minlength=size) for each in cells])
        table = np.ascontiguousarray(tables.T).reshape(self.binned.num_rows, self.num_levels, -1)
        return self._less_chance(unexplained_levels(self.binned, table), weights[:, np.newaxis])

    def dealt_first_order(self, dealt: Positions, weights: Floats) -> Floats:
        """float64[R, K]: the same of the first-order index."""
        outputs, once = self.outputs[dealt].T, weights[:, np.newaxis]
        return self._less_chance(self._unexplained(outputs, np.broadcast_to(once, outputs.shape)), once)

    def first_order(self, weights: Floats) -> Floats:
        """float64[R, K]: the first-order index for each column of float64[B, R]."""
        return self._less_chance(self._unexplained(self.outputs[:, np.newaxis], weights), weights)

    def _unexplained(self, outputs: Floats, weights: Floats) -> Floats:
        """float64[K, R]: the part of the variance that is left within bins, for each column of float64[B, R]."""
        mass, sums = self._in_bins @ weights, self._in_bins @ (weights * outputs)
        total = weights.sum(axis=0)
        squares = np.sum(weights * outputs**2, axis=0)
        between = self.binned.added(sums**2 / _positive(mass))
        whole = squares - np.sum(weights * outputs, axis=0) ** 2 / total
        return _ratio(squares - between, whole)

    def _less_chance(self, unexplained: Floats, weights: Floats) -> Floats:
        """float64[R, K]: the share that is explained less what chance explains, from float64[K, R]."""
        mass, squares, total = self._in_bins @ weights, self._in_bins @ weights**2, weights.sum(axis=0)
        by_chance = self.binned.added(squares / _positive(mass)) / total
        overall = np.sum(weights**2, axis=0) / total**2
        within = 1.0 - by_chance
        # Where every bin holds one draw nothing can be told from chance.
        told = within > NEGLIGIBLE
        return np.asarray(np.where(told, 1.0 - unexplained * (1.0 - overall) / np.where(told, within, 1.0), 0.0).T)


def unexplained_levels(binned: Binned, table: Floats) -> Floats:
    """float64[K, R]: the part of ∫ F (1 − F) dF that is left within bins, not corrected, from the weight of each cell.

    Parameters
    ----------
    table : float64[rows, levels, R]
    """
    # The bins of one assumption hold all draws: those of the first give the distribution over all.
    stop = binned.starts[1] if binned.num_inputs > 1 else binned.num_rows
    overall = table[:stop].sum(axis=0)
    below, under = np.cumsum(table, axis=1), np.cumsum(overall, axis=0)
    within = np.einsum("mtr,tr->mr", _spread(below, below[:, -1:]), overall)
    return _ratio(binned.added(within), np.einsum("tr,tr->r", _spread(under, under[-1:]), overall))


def _spread(below: Floats, mass: Floats) -> Floats:
    """W F (1 − F) from the weight that lies below and all weight W."""
    return np.asarray(below - below**2 / _positive(mass))


def _ratio(within: Floats, whole: Floats) -> Floats:
    """Of what does not vary, nothing is explained."""
    return np.where(whole > 0.0, within / _positive(whole), 1.0)


def _positive(values: Floats) -> Floats:
    return np.where(values > 0.0, values, 1.0)


def _indicator(places: Positions, count: int) -> csr_array:
    """Count × B: 1 where intp[K, B] puts a draw."""
    from scipy.sparse import coo_array

    num_draws = places.shape[1]
    draws = np.broadcast_to(np.arange(num_draws), places.shape).ravel()
    return coo_array((np.ones(places.size), (places.ravel(), draws)), shape=(count, num_draws)).tocsr()
