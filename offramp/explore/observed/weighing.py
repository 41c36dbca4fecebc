"""What weights do to the draws: how many they are worth, draws picked by them, and how far assumptions move.

Let the weights w sum to 1 over B draws. They tell as much as n = 1 / sum w**2 draws that count alike (Kish 1965). If
what was seen does not depend on an assumption, w is independent of it, and the difference of its two distribution
functions, with w and without, has the variance F (1 - F) (1/n - 1/B) in every point. Over all points it is then close
to a Brownian bridge, whose largest distance from 0 exceeds c with probability 2 exp(-2 c**2) (Kolmogorov 1933). Of K
assumptions that do not matter one is said to move in at most a share ``BY_CHANCE`` of all cases if c**2 is taken as
ln(2 K / BY_CHANCE) / 2 (Bonferroni). Draws that fill their space evenly, as Sobol points do, scatter less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from offramp.arrays import Floats, Positions
from offramp.explore.observed.result import Shift
from offramp.explore.summary import Estimate, estimate_by_weight
from offramp.scenario.model import Assumption, Scenario

BY_CHANCE = 0.01
"""How often, at most, one or more assumptions are said to move that have nothing to do with what was seen."""

LEAST = 0.01
"""A Kolmogorov distance below this is not worth calling a move."""

TypeWeights = Mapping[str, tuple[Floats, Floats, Floats]]
"""For each private assumption its atoms, and their weights before and after."""


def kish(weights: Floats | Sequence[float]) -> float:
    """How many draws that count alike tell as much as weighted ones that sum to 1 (Kish 1965)."""
    return float(1.0 / np.sum(np.square(weights)))


def systematic(weights: Floats, seed: int) -> Positions:
    """int64[B]: draws picked by one random start and even steps, each about as often as its weight says.

    Systematic resampling (Kitagawa 1996): a draw of weight w comes floor(B w) or ceil(B w) times.
    """
    count = len(weights)
    start = np.random.default_rng(seed).uniform()
    steps = np.cumsum(weights)
    picked = np.searchsorted(steps / steps[-1], (np.arange(count) + start) / count, side="right")
    return np.asarray(np.minimum(picked, count - 1), dtype=np.int64)


def shifts_of(
    scenario: Scenario, columns: Mapping[str, Floats], types: TypeWeights, weights: Floats
) -> tuple[Shift, ...]:
    """How far every assumption moves that is not fixed, the furthest first.

    Parameters
    ----------
    scenario : Scenario
    columns : mapping of str to float64[B]
        The drawn values of the shared ones.
    types : mapping
        Of the private ones.
    weights : float64[B]
        Of the draws, summing to 1.
    """
    limit = limit_by_chance(weights, len(columns))
    shifts = []
    for each in scenario.assumptions:
        if each.name in columns:
            values = columns[each.name]
            equal = np.full(len(values), 1.0 / len(values))
            shifts.append(_shift(each, values, equal, weights, limit))
        elif each.name in types:
            shifts.append(_shift(each, *types[each.name], LEAST))
    return tuple(sorted(shifts, key=lambda shift: -shift.distance))


def _shift(assumption: Assumption, values: Floats, before: Floats, after: Floats, limit: float) -> Shift:
    far = distance(values, before, after)
    return Shift(
        name=assumption.name,
        says=assumption.meaning or assumption.name,
        unit=assumption.unit,
        private_to=assumption.private_to,
        prior=_weighted(values, before),
        posterior=_weighted(values, after),
        distance=far,
        moved=far > limit,
    )


def limit_by_chance(weights: Floats, tests: int) -> float:
    """The Kolmogorov distance that ``tests`` shared assumptions without a part in it stay below, all of them."""
    loss = max(0.0, 1.0 / kish(weights) - 1.0 / len(weights))
    return max(LEAST, float(np.sqrt(0.5 * np.log(2.0 * max(tests, 1) / BY_CHANCE) * loss)))


def _weighted(values: Floats, weights: Floats) -> Estimate:
    counted = weights > 0.0
    return estimate_by_weight(values[counted], weights[counted])


def distance(values: Floats, before: Floats, after: Floats) -> float:
    """The largest difference of two weighted distribution functions of the same values; ties count together."""
    _, place = np.unique(values, return_inverse=True)
    gap = np.bincount(place, weights=after) - np.bincount(place, weights=before)
    return float(np.abs(np.cumsum(gap)).max())
