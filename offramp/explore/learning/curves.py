r"""Means of many quantities given one assumption, by least squares on curves whose bend the draws themselves choose.

Given values y(b) of a quantity and x(b) of an assumption over draws b, the mean of y given x is fitted by regression,
with no further game to be solved (Strong, Oakley & Brennan 2014, "Estimating multiparameter partial expected value of
perfect information from a probabilistic sensitivity analysis sample: a nonparametric regression approach", *Medical
Decision Making* 34, 311-326). The forms, from the stiffest to the most flexible, are a constant, a straight line, and
natural cubic splines with knots at quantiles of x (Hastie, Tibshirani & Friedman 2009, *The Elements of Statistical
Learning*, eqs 5.4 and 5.5). Where x takes few values they are a constant, a line, and a mean for each value. Several
assumptions at once take sums of these and products of pairs of their lines.

Each quantity takes the form with the least Bayesian information criterion n log(RSS) + p log n (Schwarz 1978): what
tells nothing about it gets a constant, not a wiggle. Draws are independent but for the evenness of Sobol points, so
the criterion errs towards the stiffer form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from offramp.arrays import Floats, Positions

MOST_LEVELS = 20
"""An assumption with at most so many distinct values gets a mean for each of them."""

KNOTS = (4, 7, 11)
"""Knots of the splines, so as many parameters."""

KNOTS_OF_SEVERAL = (4,)
"""Knots of each spline where several assumptions are taken at once."""

OUTER_KNOTS = (0.05, 0.95)
"""Quantiles at which the first and the last knot lie; beyond them a spline is straight."""

DRAWS_A_PARAMETER = 10
"""A form has at most one parameter for so many draws."""

RANK_TOLERANCE = 1e-9
"""Directions of a form whose singular value is smaller than this share of the largest are left out."""

FLOOR = 1e-12
"""Residual sums of squares below this share of the total count as equal."""


def forms(inputs: Floats, points: Floats) -> list[Floats]:
    """The forms of a curve in some assumptions, the stiffest first, each a matrix of its columns at ``points``.

    Parameters
    ----------
    inputs : float64[B, k]
        The drawn values, by which lines are scaled and knots are placed.
    points : float64[N, k]
        Where the curves are wanted.

    Returns
    -------
    list of float64[N, p]
    """
    most = max(1, len(inputs) // DRAWS_A_PARAMETER)
    return [form for form in _all_forms(inputs, points) if form.shape[1] <= most]


def fitted(forms: Sequence[Floats], targets: Floats, fit_on: Positions, wanted: Positions) -> Floats:
    """Curves fitted to some rows of ``forms`` and read at others.

    Parameters
    ----------
    forms : list of float64[N, p]
    targets : float64[T, n]
        The quantities at the rows of ``fit_on``.
    fit_on, wanted : intp[n], intp[m]
        The rows to fit on and those to read at.

    Returns
    -------
    float64[T, m]
    """
    count = targets.shape[1]
    total = (targets**2).sum(axis=1)
    best = np.full(len(targets), np.inf)
    curves = np.zeros((len(targets), len(forms[0][wanted])))
    for form in forms:
        left, sizes, right = np.linalg.svd(form[fit_on], full_matrices=False)
        kept = sizes > RANK_TOLERANCE * sizes[0]
        scores = targets @ left[:, kept]
        residual = np.maximum(total - (scores**2).sum(axis=1), FLOOR * total)
        criterion = count * np.log(np.where(total > 0.0, residual, 1.0)) + kept.sum() * np.log(count)
        better = criterion < best
        best[better] = criterion[better]
        curves[better] = (scores[better] / sizes[kept]) @ (right[kept] @ form[wanted].T)
    return curves


def _all_forms(inputs: Floats, points: Floats) -> Iterator[Floats]:
    constant = np.ones((len(points), 1))
    columns = range(inputs.shape[1])
    varied = [column for column in columns if np.ptp(inputs[:, column]) > 0.0]
    yield constant
    if not varied:
        return
    lines = [_line(inputs[:, column], points[:, column]) for column in varied]
    products = [first * second for first, second in combinations(lines, 2)]
    yield np.hstack([constant, *lines])
    if products:
        yield np.hstack([constant, *lines, *products])
    for bends in _bends(inputs[:, varied], points[:, varied]):
        yield np.hstack([constant, *lines, *products, *bends])


def _bends(inputs: Floats, points: Floats) -> Iterator[list[Floats]]:
    """What forms have beyond constant, lines and products: bends of each column, or a step for each of its values."""
    found = [np.unique(column) for column in inputs.T]
    if all(len(levels) <= MOST_LEVELS for levels in found):
        if any(len(levels) > 2 for levels in found):
            yield [_steps(column, levels) for column, levels in zip(points.T, found, strict=True)]
        return
    for knots in KNOTS if len(found) == 1 else KNOTS_OF_SEVERAL:
        yield [
            _steps(column, levels) if len(levels) <= MOST_LEVELS else _spline(drawn, column, knots)
            for drawn, column, levels in zip(inputs.T, points.T, found, strict=True)
        ]


def _line(drawn: Floats, points: Floats) -> Floats:
    """float64[N, 1]: ``points`` moved and scaled so that the drawn values have mean 0 and standard deviation 1."""
    scaled: Floats = (points - drawn.mean()) / drawn.std()
    return scaled[:, np.newaxis]


def _steps(points: Floats, levels: Floats) -> Floats:
    """float64[N, L]: 1 in the column of the nearest value."""
    edges = (levels[1:] + levels[:-1]) / 2
    return np.eye(len(levels))[np.searchsorted(edges, points)]


def _spline(drawn: Floats, points: Floats, num_knots: int) -> Floats:
    """float64[N, K - 2]: the columns of a natural cubic spline beyond constant and line."""
    knots = np.unique(np.quantile(drawn, np.linspace(*OUTER_KNOTS, num_knots)))
    if len(knots) < 3:
        return np.zeros((len(points), 0))
    low, high = knots[0], knots[-1]
    scaled, knots = (points - low) / (high - low), (knots - low) / (high - low)
    cubes = np.maximum(scaled[:, np.newaxis] - knots, 0.0) ** 3
    slopes = (cubes[:, :-1] - cubes[:, -1:]) / (1.0 - knots[:-1])
    bends: Floats = slopes[:, :-1] - slopes[:, -1:]
    return bends
