"""Quantiles of beta distributions by interpolation, some hundred times faster than by solving for each.

The quantile x at level u is a smooth function of the logit of u, log(u / (1 - u)), in both tails too, where it is about
an exponential. A table of its values and first two derivatives,

    x' = u (1 - u) / f(x),    x'' = x' ((1 - 2 u) - x' f'(x) / f(x)),

with f the density, gives a polynomial of degree five for each cell between two logits (Hermite's interpolation; the
error is the width of a cell to the sixth power / 46,080 times the sixth derivative). Each level takes its own cell
only, so a quantile has the same bits in any batch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from offramp.arrays import Floats

SMALLEST_SHAPE = 0.2
"""Both parameters must be at least this; the error is then at most about 3e-13."""

REACH = 27.7
"""The table goes from minus to plus this logit, so from levels of 1e-12 to 1 - 1e-12 and a little beyond."""

CELLS, STEEP_CELLS = 1024, 4096
"""Cells of a table; more where a parameter is below 1 and the density rises without bound."""

FLAT = 1e-13
"""In the upper half, a rise across a cell below this is left out: rounding would be most of it."""

LEVELS_AT_ONCE = 8192
"""Levels that are worked together, so that the arrays in between stay in the processor's cache."""


def beta_quantiles(a: float, b: float, levels: Floats) -> Floats:
    """float64, shaped like ``levels``: the quantiles of Beta(a, b), to about 3e-13.

    Parameters
    ----------
    a, b : float
        At least ``SMALLEST_SHAPE``.
    levels : float64
        Between 1e-12 and 1 - 1e-12.
    """
    table = _table(a, b)
    flat = levels.ravel()
    quantiles = np.empty_like(flat)
    for start in range(0, len(flat), LEVELS_AT_ONCE):
        part = slice(start, start + LEVELS_AT_ONCE)
        _interpolate(table, flat[part], quantiles[part])
    return quantiles.reshape(levels.shape)


def _interpolate(table: Floats, levels: Floats, quantiles: Floats) -> None:
    """Write the quantiles at ``levels`` into ``quantiles``."""
    places = np.log(levels / (1.0 - levels))
    places += REACH
    places *= table.shape[1] / (2 * REACH)
    cells = places.astype(np.int32)
    places -= cells
    table[5].take(cells, out=quantiles, mode="clip")
    for power in (4, 3, 2, 1, 0):
        quantiles *= places
        quantiles += table[power].take(cells, mode="clip")
    np.minimum(quantiles, 1.0, out=quantiles)


@lru_cache(maxsize=512)
def _table(a: float, b: float) -> Floats:
    """float64[6, cells]: for each cell the coefficients of 1, t, … t⁵, with t from 0 to 1 across the cell."""
    cells = CELLS if min(a, b) >= 1 else STEEP_CELLS
    step = 2 * REACH / cells
    x, first, second = _derivatives(a, b, np.linspace(-REACH, REACH, cells + 1))
    start, rise = x[:-1], np.diff(x)
    slope, next_slope = first[:-1] * step, first[1:] * step
    bend, next_bend = second[:-1] * step**2, second[1:] * step**2
    table = np.array(
        [
            start,
            slope,
            bend / 2,
            10 * rise - 6 * slope - 4 * next_slope - (3 * bend - next_bend) / 2,
            -15 * rise + 8 * slope + 7 * next_slope + (3 * bend - 2 * next_bend) / 2,
            6 * rise - 3 * (slope + next_slope) - (bend - next_bend) / 2,
        ]
    )
    table[1:, (start > 0.5) & (rise < FLAT)] = 0
    return table


def _derivatives(a: float, b: float, logits: Floats) -> tuple[Floats, Floats, Floats]:
    """The quantiles at the logits of their levels, and their first two derivatives by them."""
    from scipy.special import betaincinv, betaln

    is_low = logits < 0
    # Worked from the nearer end of [0, 1], where both the level and the quantile keep their digits.
    tails = 1 / (1 + np.exp(np.abs(logits)))
    lower = np.asarray(betaincinv(a, b, tails), dtype=np.float64)
    upper = np.asarray(betaincinv(b, a, tails), dtype=np.float64)
    x, rest = np.where(is_low, lower, 1 - upper), np.where(is_low, 1 - lower, upper)
    log_density = (a - 1) * np.log(x) + (b - 1) * np.log(rest) - betaln(a, b)
    first = np.exp(np.log(tails) + np.log1p(-tails) - log_density)
    skew = np.where(is_low, 1 - 2 * tails, 2 * tails - 1)
    second = first * (skew - first * ((a - 1) / x - (b - 1) / rest))
    return x, np.asarray(first), np.asarray(second)
