"""Comparing many offers: regret, the worst decile, how often each is best, and who dominates whom."""

from __future__ import annotations

import numpy as np

from offramp.arrays import Flags, Floats, Ints

TIE = 1e-9
"""Values nearer than this, in units of all values' range, are equal: the solver resolves no more."""


def shares_best(values: Floats) -> Floats:
    """float64[O]: how often each row of ``values`` float64[O, B] is the largest; ties are split."""
    enough = values.max(axis=0) - TIE * np.ptp(values)
    ties = np.zeros_like(enough)
    for row in values:
        ties += row >= enough
    return np.array([np.mean((row >= enough) / ties) for row in values])


def largest_regrets(values: Floats) -> Floats:
    """float64[O]: the most that each row falls short of the best row in a draw (Savage 1951)."""
    best = values.max(axis=0)
    return np.array([np.max(best - row) for row in values])


def worst_deciles(values: Floats) -> Floats:
    """float64[O]: the mean of each row over its worst tenth of the draws, at least one draw."""
    count = max(1, values.shape[1] // 10)
    return np.array([np.partition(row, count - 1)[:count].mean() for row in values])


def undominated(points: Floats) -> Flags:
    """bool[O]: whether no other row of ``points`` float64[O, D] is as large in all columns and larger in one."""
    slack = TIE * np.maximum(np.ptp(points, axis=0), np.finfo(np.float64).tiny)
    result = np.ones(len(points), dtype=np.bool_)
    for row, point in enumerate(points):
        at_least = (points >= point - slack).all(axis=1)
        result[row] = not (at_least & (points > point + slack).any(axis=1)).any()
    return result


def minimal(ranks: Ints) -> Flags:
    """bool[O]: whether no other row of ``ranks`` int[O, T] is as small in all columns and smaller in one."""
    least = [not ((ranks <= row).all(axis=1) & (ranks < row).any(axis=1)).any() for row in ranks]
    return np.array(least, dtype=np.bool_)
