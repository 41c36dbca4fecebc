"""Comparing many offers: regret, the worst decile, how often each is best, and who dominates whom."""

from __future__ import annotations

import numpy as np

from offramp.arrays import Flags, Floats

TIE = 1e-9
"""Values nearer than this, in units of all values' range, are equal: the solver resolves no more."""


def shares_best(values: Floats) -> Floats:
    """float64[O]: how often each row of ``values`` float64[O, B] is the largest; ties are split."""
    best = values >= values.max(axis=0) - _slack(values)
    shares: Floats = (best / best.sum(axis=0)).mean(axis=1)
    return shares


def largest_regrets(values: Floats) -> Floats:
    """float64[O]: the most that each row falls short of the best row in a draw (Savage 1951)."""
    regrets: Floats = (values.max(axis=0) - values).max(axis=1)
    return regrets


def worst_deciles(values: Floats) -> Floats:
    """float64[O]: the mean of each row over its worst tenth of the draws, at least one draw."""
    count = max(1, values.shape[1] // 10)
    lowest: Floats = np.partition(values, count - 1, axis=1)[:, :count].mean(axis=1)
    return lowest


def undominated(points: Floats) -> Flags:
    """bool[O]: whether no other row of ``points`` float64[O, D] is as large in all columns and larger in one."""
    slack = TIE * np.maximum(np.ptp(points, axis=0), np.finfo(np.float64).tiny)
    result = np.ones(len(points), dtype=np.bool_)
    for row, point in enumerate(points):
        at_least = (points >= point - slack).all(axis=1)
        result[row] = not (at_least & (points > point + slack).any(axis=1)).any()
    return result


def _slack(values: Floats) -> float:
    return float(TIE * np.ptp(values))
