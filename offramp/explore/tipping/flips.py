"""Where an answer crosses its level: brackets on a grid of values, narrowed by bisection, many at once.

A *state* is whether the answer is at its level or above. A *flip* is a change of state between two neighbouring values
of the grid at which the question is asked; between them the value of the flip is found by bisection: the half at whose
ends the states differ is kept, ``STEPS`` times. Where the question is not asked in the middle, the bracket stays as
wide as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from offramp.arrays import Flags, Floats, Positions

STEPS = 9
"""Halvings of a bracket, to 1/512 of the distance between two values of the grid."""

States = Callable[[Positions, Floats], tuple[Flags, Flags]]
"""Of rows and the value of each: whether the answer is at its level or above (bool[F]), and whether it is asked."""


@dataclass(frozen=True, eq=False)
class Brackets:
    """The flips of many rows, row by row and in rising order of the values.

    Attributes
    ----------
    rows : intp[F]
        The row (a draw, or the mean of all) in which each flip is.
    low, high : float64[F]
        Values between which it is.
    rises : bool[F]
        Whether the answer goes from below its level to it or above as the value grows.
    """

    rows: Positions
    low: Floats
    high: Floats
    rises: Flags

    @property
    def values(self) -> Floats:
        """float64[F]: the middles of the brackets."""
        return np.asarray(self.low + (self.high - self.low) / 2.0)


def brackets(values: Floats, states: Flags, asked: Flags) -> Brackets:
    """The flips on a grid.

    Parameters
    ----------
    values : float64[G]
        In rising order.
    states, asked : bool[G, R]
    """
    rows, lows, highs, rises = [], [], [], []
    for row in np.flatnonzero((asked.sum(axis=0) > 1) & _differ(states, asked)):
        places = np.flatnonzero(asked[:, row])
        turned = np.flatnonzero(states[places[1:], row] != states[places[:-1], row])
        rows += [row] * len(turned)
        lows.append(values[places[turned]])
        highs.append(values[places[turned + 1]])
        rises.append(states[places[turned + 1], row])
    if not rows:
        empty = np.empty(0)
        return Brackets(np.empty(0, dtype=np.intp), empty, empty, np.empty(0, dtype=bool))
    return Brackets(np.array(rows, dtype=np.intp), np.concatenate(lows), np.concatenate(highs), np.concatenate(rises))


def narrowed(found: Brackets, states: States) -> Brackets:
    """The brackets after ``STEPS`` halvings."""
    low, high, going = found.low.copy(), found.high.copy(), np.arange(len(found.rows))
    for _ in range(STEPS):
        if not len(going):
            break
        middle = low[going] + (high[going] - low[going]) / 2.0
        above, asked = states(found.rows[going], middle)
        is_beyond = above == found.rises[going]
        high[going[asked & is_beyond]] = middle[asked & is_beyond]
        low[going[asked & ~is_beyond]] = middle[asked & ~is_beyond]
        going = going[asked]
    return Brackets(found.rows, low, high, found.rises)


def first_of_each(found: Brackets) -> Brackets:
    """Of every row its first flip in each direction."""
    _, firsts = np.unique(2 * found.rows + found.rises, return_index=True)
    return part(found, firsts)


def part(found: Brackets, chosen: Flags | Positions) -> Brackets:
    """Some of the brackets."""
    return Brackets(found.rows[chosen], found.low[chosen], found.high[chosen], found.rises[chosen])


def _differ(states: Flags, asked: Flags) -> Flags:
    """bool[R]: whether a row has both states among those at which it is asked."""
    return np.logical_and((states & asked).any(axis=0), (~states & asked).any(axis=0))
