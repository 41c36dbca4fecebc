"""One assumption at a time: the mean answer with it low and with it high, all others as drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offramp.explore.batches import Progress
from offramp.explore.drivers.held import Change, affordable, solve_held
from offramp.explore.quantities import Quantity
from offramp.explore.summary import INTERVAL
from offramp.explore.variants import Variant
from offramp.scenario.draws import Draws
from offramp.scenario.model import Assumption

LISTS = ("choice", "discrete")
"""Kinds of assumptions that have a list of values; these are held at the ends of the list."""

MOST_DRAWS = 512
"""Draws of each end of a bar."""


@dataclass(frozen=True)
class Swing:
    """The mean answer with one assumption low and high.

    Attributes
    ----------
    at_low, at_high : float
        Where it was held, in its own unit: its 5th and 95th percentile, or the lowest and highest value of its list.
    low, high : float or None
        The mean answer there; None where its condition is then met in no draw.
    """

    at_low: float
    at_high: float
    low: float | None
    high: float | None

    @property
    def width(self) -> float:
        """How far apart the two answers are; 0 where one of them cannot be said."""
        return 0.0 if self.low is None or self.high is None else abs(self.high - self.low)


@dataclass(frozen=True)
class Tornado:
    """The swing of every assumption, and the mean over the same ``draws`` with all of them as drawn."""

    swings: tuple[Swing, ...]
    centre: float | None
    draws: int


def tornado(
    variant: Variant, draws: Draws, assumptions: Sequence[Assumption], name: str, progress: Progress | None = None
) -> Tornado:
    """The swings of the answer called ``name``, in the order of ``assumptions``."""
    ends = [held_at(each) for each in assumptions]
    changes: list[Change] = [(each.name, end) for each, pair in zip(assumptions, ends, strict=True) for end in pair]
    some = draws.part(0, min(draws.num_draws, affordable(variant, len(changes), MOST_DRAWS)))
    unchanged: Change = (assumptions[0].name, some.column(assumptions[0].name))
    centre, *found = (mean(each) for each in solve_held(variant, some, [unchanged, *changes], name, progress))
    swings = [Swing(*pair, *found[2 * index : 2 * index + 2]) for index, pair in enumerate(ends)]
    return Tornado(tuple(swings), centre, some.num_draws)


def held_at(assumption: Assumption) -> tuple[float, float]:
    """The 5th and 95th percentile of an assumption, or the ends of its list."""
    if assumption.value.kind in LISTS:
        return assumption.value.support
    low, high = assumption.value.quantile(np.array(INTERVAL)).tolist()
    return low, high


def mean(quantity: Quantity) -> float | None:
    """The mean over the draws that count; None if there are none."""
    counted = quantity.counted
    if not counted.any():
        return None
    return float(np.average(quantity.values[counted], weights=quantity.weights[counted]))
