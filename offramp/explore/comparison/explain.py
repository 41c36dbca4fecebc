"""How much of a change each edit explains.

Let v(S) be the answer with the edits in S made. The Shapley value of an edit is the mean of what it adds over all
orders in which the edits could be made (Shapley 1953); the values add up to v(all) − v(none), and edits that do the
same share alike. With many edits the orders are too many: they are then made one after the other, as they stand in
the file and in reverse, and the two are averaged, which adds up too but depends on where an edit stands.

Everything is solved over the same draws. The error of a mean, or of a quotient of means, is that of its linearisation
in the draws; differences are taken draw by draw first, so that what the scenarios have in common drops out.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np

from offramp.arrays import Floats

MOST_SHAPLEY = 6
"""Up to so many groups of edits all orders are looked at."""

Value = Callable[[frozenset[int]], Floats]
"""float64[B]: the linearised answer with some groups of edits made; its mean is the answer."""


def shapley(count: int, value: Value) -> list[Floats]:
    """For each of ``count`` edits float64[B], what it adds on average over all orders, draw by draw."""
    everyone = range(count)
    found = []
    for index in everyone:
        others = [each for each in everyone if each != index]
        total: Floats = np.zeros_like(value(frozenset()))
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                total = total + weight * (value(before | {index}) - value(before))
        found.append(total)
    return found


def in_turn(count: int, value: Value) -> list[Floats]:
    """For each edit what it adds, averaged over the order of the file and its reverse."""
    forward = [value(frozenset(range(index + 1))) - value(frozenset(range(index))) for index in range(count)]
    backward = [
        value(frozenset(range(index, count))) - value(frozenset(range(index + 1, count))) for index in range(count)
    ]
    return [(one + two) / 2 for one, two in zip(forward, backward, strict=True)]


def linearised(values: Floats, weights: Floats) -> Floats:
    """float64[B]: numbers whose mean is the weighted mean, and whose spread over √B is its standard error."""
    total = weights.mean()
    mean = float((weights * values).mean() / total)
    return np.asarray(mean + weights * (values - mean) / total)


def standard_error(row: Floats) -> float:
    """Of the mean of ``row``; 0 for a single draw."""
    return float(row.std(ddof=1) / np.sqrt(len(row))) if len(row) > 1 else 0.0
