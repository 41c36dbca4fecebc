"""Draws in portions, so that memory does not grow with their number; how they are cut changes no bit of any result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from offramp.errors import RunError
from offramp.game.compile import Compiled
from offramp.scenario.draws import MAX_DRAWS, Draws, draw
from offramp.scenario.model import Scenario


@dataclass(frozen=True)
class Portion:
    """The draws number ``first`` to ``first + count - 1``."""

    first: int
    count: int


BATCH_DRAWS = 4096
"""Most draws in flight; fewer leave lanes of the solver empty towards the end of each batch."""

DRAWN_AT_ONCE = 65_536
"""Most draws whose Sobol points are in memory at once."""

BATCH_BYTES = 64 * 2**20
"""Most memory for the arrays of a batch, of which each worker has one; a large game gets smaller batches."""

PORTION_DRAWS = 4096
"""Most draws that go to another process or machine at once."""

LEAST_PORTIONS, LEAST_DRAWS = 16, 64
"""A run is cut into so many portions at least, for as many workers, unless they would have fewer draws than that."""


def draw_in_parts(scenario: Scenario, num_draws: int, seed: int) -> Draws:
    """The draws of :func:`offramp.scenario.draws.draw`, with no more than ``DRAWN_AT_ONCE`` of them in the making."""
    if num_draws > MAX_DRAWS:
        raise RunError(f"found {num_draws:,} draws; ask for at most {MAX_DRAWS:,}")
    part = draw(scenario, min(num_draws, DRAWN_AT_ONCE), seed)
    if part.num_draws == num_draws:
        return part
    values = np.empty((num_draws, len(part.names)), order="F")
    for first in range(0, num_draws, DRAWN_AT_ONCE):
        if first > 0:
            part = draw(scenario, min(num_draws - first, DRAWN_AT_ONCE), seed, first=first)
        values[first : first + part.num_draws] = part.values
    return Draws(part.names, values)


def batch_size(compiled: Compiled) -> int:
    """Draws to solve at once: what fits ``BATCH_BYTES``, between 1 and ``BATCH_DRAWS``."""
    game = compiled.game
    numbers = 3 * (len(compiled.payoff_plan.cells) + game.num_chance_branches)
    per_draw = 8 * (numbers + 8 * int(game.action_starts[-1]) + 4 * game.num_infosets)
    return max(1, min(BATCH_DRAWS, BATCH_BYTES // per_draw))


def portion_size(num_draws: int, most: int) -> int:
    """Draws to a portion: at most ``most``, and fewer where a small run would leave workers without one."""
    return min(most, max(LEAST_DRAWS, -(-num_draws // LEAST_PORTIONS)))


def cut(ranges: Iterable[Portion], size: int) -> Iterator[Portion]:
    """``ranges`` in portions of ``size`` draws or fewer, in order."""
    for whole in ranges:
        for first in range(whole.first, whole.first + whole.count, size):
            yield Portion(first, min(size, whole.first + whole.count - first))


class Queue:
    """Portions handed out in order, none far ahead of the first that is not done.

    A run that is stopped keeps the draws up to the first that is missing; this holds the work beyond it small.
    """

    def __init__(self, portions: Iterable[Portion], ahead: int) -> None:
        """``ahead`` is how many portions, the first that is not done among them, may be begun and not counted."""
        self._portions = iter(portions)
        self._ahead = ahead
        self._next = next(self._portions, None)
        self._begun: dict[Portion, int] = {}
        self._count = 0

    @property
    def is_empty(self) -> bool:
        """Whether all portions have been handed out."""
        return self._next is None

    def take(self) -> Portion | None:
        """The next portion; None where there is none, or none yet."""
        first_begun = next(iter(self._begun.values()), self._count)
        if self._next is None or self._count - first_begun >= self._ahead:
            return None
        portion, self._next = self._next, next(self._portions, None)
        self._begun[portion] = self._count
        self._count += 1
        return portion

    def done(self, portion: Portion) -> None:
        """Note that a portion is done."""
        del self._begun[portion]


def in_batches(draws: Draws, size: int) -> Iterator[Draws]:
    """``draws`` in turn, no more than ``size`` at once."""
    for start in range(0, draws.num_draws, size):
        yield draws.part(start, start + size)
