"""Rank correlations between assumptions, by a Gaussian copula.

Normal scores with Pearson correlation r = 2 sin(π ρ / 6) have Spearman rank correlation ρ (Pearson 1907; Hotelling &
Pabst 1936). The matrix of the r must be positive semidefinite, or no draws have these correlations.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from offramp.arrays import Floats
from offramp.errors import Problem
from offramp.scenario.model import Assumption, Correlation, Scenario
from offramp.scenario.names import meant
from offramp.scenario.problems import problem_at

EIGENVALUE_TOLERANCE = 1e-10
"""How far below 0 an eigenvalue may lie by rounding."""

PIVOT_TOLERANCE = 1e-10
"""Variance at or below which a normal score counts as fixed by the earlier ones."""

SHRINK_STEPS = 1000
"""The remedy for an impossible matrix is a factor in multiples of 1 / SHRINK_STEPS."""


def correlatable(scenario: Scenario) -> list[Assumption]:
    """The assumptions that may be correlated: neither private nor fixed, in the scenario's order."""
    return [each for each in scenario.assumptions if not each.private_to and not each.value.is_fixed]


def correlation_problems(scenario: Scenario) -> list[Problem]:
    """Everything wrong with the correlations: their names, their ranks, or all of them together."""
    problems = [problem for index in range(len(scenario.correlations)) for problem in _pair_problems(scenario, index)]
    return problems or list(_matrix_problems(scenario))


def correlated_names(scenario: Scenario) -> list[str]:
    """The assumptions that stand in some correlation, in the scenario's order."""
    named = {name for each in scenario.correlations for name in (each.first, each.second)}
    return [each.name for each in scenario.assumptions if each.name in named]


def normal_correlations(scenario: Scenario, factor: float = 1.0) -> Floats:
    """float64[C, C]: Pearson correlations of the normal scores of ``correlated_names``, each rank times ``factor``."""
    names = correlated_names(scenario)
    matrix = np.eye(len(names))
    for each in scenario.correlations:
        row, column = names.index(each.first), names.index(each.second)
        matrix[row, column] = matrix[column, row] = 2 * math.sin(math.pi * factor * each.rank / 6)
    return matrix


def semidefinite_factor(matrix: Floats) -> Floats:
    """float64[C, C]: the lower triangular L of unit rows with L Lᵀ = ``matrix``, which may be singular.

    Written out rather than left to a library, whose rounding would differ from one machine to the next.
    """
    size = len(matrix)
    factor = np.zeros((size, size))
    for column in range(size):
        pivot = matrix[column, column] - math.fsum(factor[column, :column] ** 2)
        if pivot <= PIVOT_TOLERANCE:
            continue
        factor[column, column] = math.sqrt(pivot)
        for row in range(column + 1, size):
            rest = matrix[row, column] - math.fsum(factor[row, :column] * factor[column, :column])
            factor[row, column] = rest / factor[column, column]
    lengths = np.array([math.sqrt(math.fsum(row**2)) for row in factor])
    return np.asarray(factor / lengths[:, np.newaxis])


def _problem(scenario: Scenario, path: tuple[str, ...], found: str, allowed: str, remedy: str) -> Problem:
    return problem_at(scenario, ("correlations", *path), found, allowed, remedy)


def _pair_problems(scenario: Scenario, index: int) -> Iterator[Problem]:
    pair = scenario.correlations[index]
    for position, name in enumerate((pair.first, pair.second)):
        trouble = _name_trouble(scenario, name)
        if trouble is not None:
            yield _problem(scenario, (str(index), "between", str(position)), *trouble)
    if pair.first == pair.second:
        found = f"found {pair.first!r} correlated with itself"
        yield _problem(scenario, (str(index), "between"), found, "two assumptions", "name another assumption")
    if _same_pair(scenario.correlations[:index], pair):
        found = f"found {pair.first!r} and {pair.second!r} correlated twice"
        yield _problem(scenario, (str(index), "between"), found, "each pair once", "remove one of the two")
    if not -1 <= pair.rank <= 1:
        found = f"found the rank correlation {pair.rank:g}"
        yield _problem(scenario, (str(index), "rank"), found, "a number from -1 to 1", "write a rank correlation")


def _name_trouble(scenario: Scenario, name: str) -> tuple[str, str, str] | None:
    """What is wrong with a name in a correlation: found, allowed and remedy."""
    assumption = next((each for each in scenario.assumptions if each.name == name), None)
    good = [each.name for each in correlatable(scenario)]
    allowed = "an assumption that is neither private nor a fixed number"
    if assumption is None:
        remedy = meant(name, good, "name one of: " + (", ".join(good) or "(none)"))
        return f"found {name!r}, which is no assumption", allowed, remedy
    if assumption.private_to:
        remedy = "remove the correlation or private_to"
        return f"found {name!r}, which is private to {assumption.private_to!r}", allowed, remedy
    if assumption.value.is_fixed:
        remedy = "remove the correlation or give the assumption a distribution"
        return f"found {name!r}, which is the fixed number {assumption.value.describe()}", allowed, remedy
    return None


def _same_pair(earlier: tuple[Correlation, ...], pair: Correlation) -> bool:
    return {pair.first, pair.second} in ({each.first, each.second} for each in earlier)


def _matrix_problems(scenario: Scenario) -> Iterator[Problem]:
    if _is_possible(scenario, 1.0):
        return
    steps = _possible_steps(scenario)
    remedy = f"multiply every rank by {steps / SHRINK_STEPS:g}" if steps else "remove some of the correlations"
    remedy += "; a pair that is not listed counts as uncorrelated"
    found = f"found rank correlations that cannot all hold together (between {', '.join(correlated_names(scenario))})"
    yield _problem(scenario, (), found, "correlations whose matrix is positive semidefinite", remedy)


def _is_possible(scenario: Scenario, factor: float) -> bool:
    eigenvalues = np.linalg.eigvalsh(normal_correlations(scenario, factor))
    return bool(eigenvalues.min(initial=0.0) >= -EIGENVALUE_TOLERANCE)


def _possible_steps(scenario: Scenario) -> int:
    """By bisection, a number of steps below SHRINK_STEPS at which the correlations are possible and one more is not."""
    low, high = 0, SHRINK_STEPS
    while high - low > 1:
        middle = (low + high) // 2
        if _is_possible(scenario, middle / SHRINK_STEPS):
            low = middle
        else:
            high = middle
    return low
