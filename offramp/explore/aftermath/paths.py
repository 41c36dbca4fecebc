"""Paths of the aftermath, sampled: which world a path leads to, where it stands each year, what the indicators do.

All arms of a comparison take the same random numbers (common random numbers; Glasserman & Yao 1992): path k meets the
same luck with the offer and without, so that what differs between two arms is what the offer changes. The first paths
are the same however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from offramp.arrays import Floats, Ints, Positions
from offramp.explore.aftermath.worlds import Numbers

FEWEST_PATHS = 4096
"""At least so many paths are sampled, several for each draw where there are fewer draws."""


@dataclass(frozen=True)
class Luck:
    """Random numbers for K paths over T years and J indicators.

    Attributes
    ----------
    draws : int32[K]
        The draw that each path belongs to.
    world, start : float64[K]
        Uniform.
    step : float64[K, T]
        Uniform, one for each year.
    shock : float64[K, T, J]
        Normal.
    """

    draws: Ints
    world: Floats
    start: Floats
    step: Floats
    shock: Floats

    @classmethod
    def of(cls, num_draws: int, years: int, num_indicators: int, seed: int) -> Luck:
        """Luck for ``num_draws`` draws; the same seed gives the same bits."""
        each = -(-FEWEST_PATHS // num_draws)
        num_paths = each * num_draws
        kinds = [np.random.default_rng([seed, kind]) for kind in range(3)]
        first = kinds[0].random((num_paths, 2))
        return cls(
            draws=np.tile(np.arange(num_draws, dtype=np.int32), each),
            world=first[:, 0],
            start=first[:, 1],
            step=kinds[1].random((num_paths, years)),
            shock=kinds[2].standard_normal((num_paths, years, num_indicators)),
        )

    @cached_property
    def years(self) -> int:
        return int(self.step.shape[1])


def sampled_worlds(luck: Luck, weights: Floats) -> Ints:
    """int32[K]: the world of each path, by the probabilities ``weights`` float64[W, B] of the worlds in its draw."""
    return _picked(weights[:, luck.draws], luck.world * weights.sum(axis=0)[luck.draws])


def sampled_states(luck: Luck, worlds: Ints, numbers: Sequence[Numbers], num_states: int) -> Ints:
    """int32[T + 1, K]: the state of each path at the beginning of each year, and after the last."""
    states = np.zeros((luck.years + 1, len(worlds)), dtype=np.int32)
    for index, each in enumerate(numbers):
        chosen: Positions = np.flatnonzero(worlds == index)
        if len(chosen):
            states[:, chosen] = _states(luck, chosen, each, num_states)
    return states


def _states(luck: Luck, chosen: Positions, numbers: Numbers, num_states: int) -> Ints:
    """int32[T + 1, len(chosen)]: the states of the paths ``chosen``, all of one world."""
    draws = luck.draws[chosen]
    start = np.zeros((num_states, len(chosen)))
    for state, row in numbers.start.items():
        start[state] = row[draws]
    states = np.empty((luck.years + 1, len(chosen)), dtype=np.int32)
    states[0] = _picked(start, luck.start[chosen] * start.sum(axis=0))
    rates = {pair: row[draws] for pair, row in numbers.rates.items()}
    for year in range(luck.years):
        before, luckiness = states[year], luck.step[chosen, year]
        after = before.copy()
        passed = np.zeros(len(chosen))
        for (source, target), rate in rates.items():
            here = before == source
            after[here & (passed <= luckiness) & (luckiness < passed + rate)] = target
            passed = np.where(here, passed + rate, passed)
        states[year + 1] = after
    return states


def sampled_indicator(luck: Luck, worlds: Ints, states: Ints, numbers: Sequence[Numbers], which: int) -> Floats:
    """float64[T + 1, K]: an indicator that grows by shares, or changes by units, along each path.

    Shocks to growth multiply with a mean of 1, so that they move no mean.
    """
    values = np.empty((luck.years + 1, len(worlds)))
    for index, each in enumerate(numbers):
        chosen = np.flatnonzero(worlds == index)
        growth = each.growths[which]
        draws = luck.draws[chosen]
        values[0, chosen] = growth.start[draws]
        for year in range(luck.years):
            step = growth.steps[states[year, chosen], draws]
            noise = growth.shock[draws] * luck.shock[chosen, year, which]
            before = values[year, chosen]
            if growth.by_shares:
                after = before * (1.0 + step) * np.exp(noise - 0.5 * growth.shock[draws] ** 2)
            else:
                after = before + step + noise
            values[year + 1, chosen] = np.clip(after, growth.least, growth.most)
    return values


def _picked(weights: Floats, luck: Floats) -> Ints:
    """int32[K]: the row of each column of ``weights`` in whose part of the column's sum its luck falls."""
    sums = np.cumsum(weights, axis=0)
    rows = (sums <= luck).sum(axis=0)
    last = weights.shape[0] - 1 - np.argmax(weights[::-1] > 0.0, axis=0)
    picked: Ints = np.minimum(rows, last).astype(np.int32)
    return picked
