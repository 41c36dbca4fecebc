"""Draws of a scenario's assumptions: scrambled Sobol points pushed through quantile functions.

Draw number i depends on the scenario, the seed and i alone: not on how many draws are asked for, nor on the batch in
which it comes (:mod:`offramp.scenario.sobol`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError, ScenarioError
from offramp.scenario.correlations import (
    correlatable,
    correlated_names,
    correlation_problems,
    normal_correlations,
    semidefinite_factor,
)
from offramp.scenario.model import Scenario
from offramp.scenario.sobol import BITS, EDGE, sobol_points

MAX_DRAWS = 2**BITS

DRAWS_AT_ONCE = 8192
"""Draws that are worked together, so that the arrays in between stay small; no number depends on it."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Drawn values of the assumptions that are not private.

    Attributes
    ----------
    names : tuple of str, length K
        In the scenario's order; fixed numbers are among them.
    values : float64[B, K]
        Each in its assumption's own unit; columns are contiguous.
    first : int
        Number of the first draw.
    """

    names: tuple[str, ...]
    values: Floats
    first: int = 0

    @property
    def num_draws(self) -> int:
        return len(self.values)

    def column(self, name: str) -> Floats:
        """float64[B]: the drawn values of one assumption.

        Raises
        ------
        KeyError
            If the draws do not have it.
        """
        if name not in self.names:
            raise KeyError(f"no draws of {name!r}; there are draws of {', '.join(self.names) or 'nothing'}")
        return self.values[:, self.names.index(name)]

    def part(self, start: int, stop: int) -> Draws:
        """The draws at positions ``start`` to ``stop - 1`` of these (views, no copies)."""
        return Draws(self.names, self.values[start:stop], self.first + start)

    def as_values(self) -> dict[str, Floats]:
        """Every assumption with its float64[B], as :meth:`Expression.evaluate` takes them."""
        return {name: self.values[:, index] for index, name in enumerate(self.names)}


def draw(
    scenario: Scenario, num_draws: int, seed: int, *, first: int = 0, columns: Sequence[str] | None = None
) -> Draws:
    """Draws number ``first`` to ``first + num_draws - 1``.

    Parameters
    ----------
    num_draws : int
        At least 1. Powers of two keep the points in balance.
    seed : int
        At least 0; the same seed gives the same bits.
    first : int
        Number of the first draw, to go on where an earlier batch ended.
    columns : sequence of str, optional
        Assumptions that take the columns of the Sobol points, in this order: all that this scenario draws, and others
        that it does not. Scenarios that share them draw alike. By default what this scenario draws, in its order.

    Raises
    ------
    RunError
        If the numbers are out of range.
    ScenarioError
        If the correlations name wrong assumptions or cannot all hold together.
    """
    _check_numbers(num_draws, seed, first)
    problems = correlation_problems(scenario)
    if problems:
        raise ScenarioError(problems)
    draws = _fixed(scenario, num_draws, first)
    for start in range(0, num_draws, DRAWS_AT_ONCE):
        _fill(scenario, seed, draws.part(start, start + DRAWS_AT_ONCE), columns)
    return draws


def central(scenario: Scenario) -> Draws:
    """One draw with every assumption at its median."""
    draws = _fixed(scenario, 1, 0)
    for each in correlatable(scenario):
        draws.column(each.name)[:] = each.value.median
    return draws


def _fixed(scenario: Scenario, num_draws: int, first: int) -> Draws:
    """Draws with the fixed numbers in their columns and the others still to be filled."""
    shared = [each for each in scenario.assumptions if not each.private_to]
    values = np.empty((num_draws, len(shared)), order="F")
    for index, each in enumerate(shared):
        if each.value.is_fixed:
            values[:, index] = each.value.parameters[0]
    return Draws(tuple(each.name for each in shared), values, first)


def _fill(scenario: Scenario, seed: int, draws: Draws, columns: Sequence[str] | None) -> None:
    """Draw what is not fixed into the columns of ``draws``."""
    random = correlatable(scenario)
    names = [each.name for each in random] if columns is None else list(columns)
    levels = sobol_points(len(names), draws.num_draws, seed, draws.first)
    _correlate(scenario, names, levels)
    for each in random:
        draws.column(each.name)[:] = each.value.quantile(levels[:, names.index(each.name)])


def _check_numbers(num_draws: int, seed: int, first: int) -> None:
    if num_draws < 1:
        raise RunError(f"found {num_draws} draws; ask for at least 1")
    if seed < 0:
        raise RunError(f"found the seed {seed}; give a whole number from 0")
    if first < 0 or first + num_draws > MAX_DRAWS:
        raise RunError(f"found draws {first} to {first + num_draws - 1}; they must lie in 0 to {MAX_DRAWS - 1}")


def _correlate(scenario: Scenario, names: list[str], levels: Floats) -> None:
    """Give the columns of ``levels`` (changed in place, one for each of ``names``) the scenario's rank correlations."""
    if not scenario.correlations:
        return
    from scipy.special import ndtr, ndtri

    columns = [names.index(name) for name in correlated_names(scenario)]
    factor = semidefinite_factor(normal_correlations(scenario))
    scores = [np.asarray(ndtri(levels[:, column])) for column in columns]
    for row, column in enumerate(columns):
        # Summed term by term: a matrix product may round differently in a batch of another size.
        mixed = sum(factor[row, k] * scores[k] for k in range(row + 1))
        levels[:, column] = np.clip(ndtr(mixed), EDGE, 1 - EDGE)
