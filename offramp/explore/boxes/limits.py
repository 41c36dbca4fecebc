"""Limits and the boxes that they make: which draws lie inside, how many, and how many of these are hits.

A *box* is a set of limits, each on one assumption: above a number, below a number, or one of a few listed values. A
draw lies in the box if it keeps to all of them; numbers are strict, so that a limit reads as it is counted. A *hit* is
a draw in which what is looked for happens; it may be one in part, as where an answer is neither 0 nor 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from offramp.arrays import Flags, Floats

Side = Literal["above", "below", "among"]


@dataclass(frozen=True)
class Limit:
    """One limit on one assumption.

    Attributes
    ----------
    column : int
        Which assumption, by its column.
    side : "above", "below" or "among"
    number : float
        Kept are values strictly above or below it; without a meaning for "among".
    listed : tuple of float
        For "among" the values that are kept, in rising order.
    """

    column: int
    side: Side
    number: float = 0.0
    listed: tuple[float, ...] = ()

    @property
    def place(self) -> tuple[int, Side]:
        """The column and the side: a box has at most one limit at each."""
        return self.column, self.side

    def keeps(self, column: Floats) -> Flags:
        """bool[B]: whether each value of the assumption keeps to the limit."""
        if self.side == "among":
            return np.isin(column, self.listed)
        kept: Flags = column > self.number if self.side == "above" else column < self.number
        return kept


Limits = tuple[Limit, ...]


@dataclass(frozen=True, eq=False)
class Cases:
    """The draws among which boxes are looked for.

    Attributes
    ----------
    points : float64[B, K]
        The values of the assumptions.
    hits : float64[B]
        How far each draw is a hit, in [0, 1].
    weights : float64[B]
        How much each draw counts, above 0.
    lists : bool[K]
        Assumptions with a few listed values, which are kept or struck out one by one.
    """

    points: Floats
    hits: Floats
    weights: Floats
    lists: Flags

    @property
    def count(self) -> int:
        return len(self.hits)

    @cached_property
    def weight(self) -> float:
        """The weight of all draws."""
        return float(self.weights.sum())

    @cached_property
    def weighted_hits(self) -> Floats:
        """float64[B]: hits times weights."""
        return self.hits * self.weights

    @cached_property
    def rate(self) -> float:
        """Share of hits among all draws."""
        return float(self.weighted_hits.sum()) / self.weight

    def part(self, chosen: Flags | Sequence[int] | np.ndarray) -> Cases:
        """Some of the draws."""
        return Cases(self.points[chosen], self.hits[chosen], self.weights[chosen], self.lists)

    def inside(self, limits: Limits) -> Flags:
        """bool[B]: the draws that lie in the box."""
        kept = np.ones(self.count, dtype=bool)
        for limit in limits:
            kept &= limit.keeps(self.points[:, limit.column])
        return kept

    def sums(self, limits: Limits) -> tuple[float, float]:
        """The weight of the draws in the box, and that of their hits."""
        inside = self.inside(limits)
        return float(self.weights[inside].sum()), float(self.weighted_hits[inside].sum())
