"""Draws put into bins of equal weight, so that all draws of a bin have nearly the same value.

Equal values share a bin. A list of few values, such as that of a discrete assumption, has a bin for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offramp.arrays import Floats, Positions

BINS_FACTOR = 2.0
"""Bins of an assumption, divided by the cube root of the draws: 32 bins of 128 draws each for 4,096 draws."""

LEAST_BINS, MOST_BINS = 4, 64
"""Fewest and most bins of an assumption that has more values than that."""

LEVELS = 32
"""Most levels of an output; an output that takes fewer values has a level for each."""


@dataclass(frozen=True, eq=False)
class Binned:
    """The bins of all assumptions, numbered one after the other.

    Attributes
    ----------
    rows : intp[K, B]
        The bin of each draw; bins of one assumption rise with its value.
    starts : intp[K]
        The first bin of each assumption.
    num_rows : int
        Bins in all.
    """

    rows: Positions
    starts: Positions
    num_rows: int

    @classmethod
    def of(cls, inputs: Floats, weights: Floats) -> Binned:
        """The bins of float64[B, K], where draws count by float64[B]."""
        most = num_bins(effective(weights))
        codes = [quantile_bins(column, weights, most) for column in inputs.T]
        counts = np.array([each.max() + 1 for each in codes], dtype=np.intp)
        starts = np.cumsum(counts) - counts
        return cls(np.array(codes, dtype=np.intp) + starts[:, np.newaxis], starts, int(counts.sum()))

    @property
    def num_inputs(self) -> int:
        return len(self.starts)

    def sums(self, values: Floats) -> Floats:
        """float64[rows]: the sum of float64[B] in each bin."""
        spread = np.broadcast_to(values, self.rows.shape).ravel()
        return np.asarray(np.bincount(self.rows.ravel(), weights=spread, minlength=self.num_rows))

    def added(self, by_row: Floats) -> Floats:
        """float64[K]: what stands in float64[rows], added up over the bins of each assumption."""
        return np.asarray(np.add.reduceat(by_row, self.starts))


def effective(weights: Floats) -> float:
    """How many draws of equal weight say as much (Kish 1965): (Σ w)² / Σ w²."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def num_bins(num_draws: float) -> int:
    """Bins of an assumption, for so many draws."""
    return int(np.clip(round(BINS_FACTOR * num_draws ** (1 / 3)), LEAST_BINS, MOST_BINS))


def quantile_bins(values: Floats, weights: Floats, most: int) -> Positions:
    """intp[B]: the bin of each draw, from 0 without gaps, rising with float64[B]; at most ``most`` of equal weight.

    A value's bin is that of the middle of its weight, so that equal values are never parted.
    """
    distinct, places = np.unique(values, return_inverse=True)
    if len(distinct) <= most:
        return np.asarray(places, dtype=np.intp)
    mass = np.bincount(places, weights=weights)
    middles = (np.cumsum(mass) - mass / 2) / mass.sum()
    chosen = np.minimum((middles * most).astype(np.intp), most - 1)
    return np.asarray(np.unique(chosen, return_inverse=True)[1][places], dtype=np.intp)
