r"""Choosing on some draws and valuing on others, so that noise never counts as a gain.

A rule that is fitted to draws looks better on these than it is. Here the draws are cut into blocks; a rule fitted to
all blocks before one is valued on that block, then takes it in and goes on to the next. Each valuation is then the
true worth of its rule plus an error with mean zero given all that came before: a martingale, whose mean has an honest
standard error even where several rules are equally good and cross-validation has not (Luedtke & van der Laan 2016,
"Statistical inference for the mean outcome under a possibly non-unique optimal treatment strategy", *Annals of
Statistics* 44, 713-742). The blocks are gone through in several orders, each beginning elsewhere, and the estimates
averaged. The standard error is the average of theirs; that of the average is at most as large.

Blocks are runs of neighbours, which are evenly spread among Sobol points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from offramp.arrays import Floats, Positions

BLOCKS = 8
"""Blocks of draws."""

BEFORE_THE_FIRST = 2
"""Blocks that the first rule is fitted to."""

ORDERS = 4
"""Orders in which the blocks are gone through."""

LEAST_DRAWS = 32
"""Fewer draws than that say nothing."""

STANDARD_ERRORS = 2.0
"""An estimate is distinguishable from nothing if it is larger than so many standard errors."""


@dataclass(frozen=True)
class Worth:
    """An estimate with its standard error; by chance it may lie below zero."""

    estimate: float
    error: float

    @property
    def distinguishable(self) -> bool:
        """Whether it is larger than ``STANDARD_ERRORS`` standard errors."""
        return self.estimate > STANDARD_ERRORS * self.error


Turn = tuple[Positions, Positions]
"""The draws that a rule is fitted to, and those that it is valued on."""


def orders(num_draws: int) -> Iterator[list[Turn]]:
    """Every order's turns."""
    blocks = np.array_split(np.arange(num_draws), BLOCKS)
    for start in range(0, BLOCKS, BLOCKS // ORDERS):
        order = blocks[start:] + blocks[:start]
        yield [(np.concatenate(order[:turn]), order[turn]) for turn in range(BEFORE_THE_FIRST, BLOCKS)]


def mean_gain(num_draws: int, gains: Callable[[Positions, Positions], Floats]) -> Worth:
    """The mean of what ``gains`` says of each draw, given the draws to learn from and those to value."""
    found = []
    for turns in orders(num_draws):
        each = np.concatenate([gains(*turn) for turn in turns])
        found.append((each.mean(), each.std(ddof=1) / np.sqrt(len(each))))
    return _average(found)


def _average(found: list[tuple[float, float]]) -> Worth:
    estimate, error = np.mean(found, axis=0)
    return Worth(float(estimate), float(error))
