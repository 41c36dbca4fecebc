r"""The total share of an assumption: what of the answer's variance is gone once all others are known.

With X one assumption, independent of all others Z, this is E[Var(Y | Z)] / Var(Y) (Homma & Saltelli 1996). Draws are
solved again with X taken from other draws and Z as it was; with y before and y' after, half the mean of (y − y')² is
the numerator (Jansen 1999, "Analysis of variance designs for model output"; Saltelli et al. 2010, table 2). The others
need not be independent of each other. The denominator is the variance of all these outputs together.

The other values of X come from draws with another scrambling, in shuffled order: Sobol points paired by number share
their first digits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from offramp.arrays import Floats
from offramp.explore.batches import Progress
from offramp.explore.drivers.given import RESAMPLES, Shares
from offramp.explore.drivers.held import Change, affordable, solve_held
from offramp.explore.variants import Variant
from offramp.scenario.draws import Draws, draw

MOST_DRAWS = 1024
"""Draws that are solved again for each assumption."""

_OTHER_SEED, _SHUFFLE, _BOOTSTRAP = 1, 3, 4
"""What is added to the seed for the other draws, and streams of random numbers."""


def totals(
    variant: Variant, draws: Draws, names: Sequence[str], name: str, *, seed: int, progress: Progress | None = None
) -> tuple[Shares, int]:
    """The total shares of the assumptions called ``names`` in the answer called ``name``, and the draws used.

    The assumptions are independent of all others, and every draw counts alike.
    """
    count = min(draws.num_draws, affordable(variant, len(names) + 1, MOST_DRAWS))
    some, random = draws.part(0, count), np.random.default_rng([seed, _SHUFFLE])
    others = draw(variant.scenario, count, seed + _OTHER_SEED)
    changes: list[Change] = [(each, random.permutation(others.column(each))) for each in names]
    unchanged: Change = (names[0], some.column(names[0]))
    base, *found = (each.values for each in solve_held(variant, some, [unchanged, *changes], name, progress))
    return total_shares(base, np.array(found), seed=seed), count


def total_shares(outputs: Floats, changed: Floats, *, seed: int, resamples: int = RESAMPLES) -> Shares:
    """Total shares with their bootstrap intervals.

    Parameters
    ----------
    outputs : float64[B]
    changed : float64[K, B]
        The outputs after one assumption was taken from other draws.
    seed : int
        The same seed gives the same bits.
    resamples : int
        Bootstrap samples.
    """
    count = len(outputs)
    centred, other = outputs - outputs.mean(), changed - outputs.mean()
    random = np.random.default_rng([seed, _BOOTSTRAP])
    drawn = (np.bincount(random.integers(0, count, count), minlength=count) for _ in range(resamples))
    times = np.array([np.ones(count), *drawn])
    gaps = times @ (centred - other).T ** 2 / (2.0 * count)
    variances = _variances(times, centred, other)[:, np.newaxis]
    shares = np.where(variances > 0.0, gaps / np.where(variances > 0.0, variances, 1.0), 0.0)
    return Shares.of(shares[0], shares[1:])


def _variances(times: Floats, outputs: Floats, changed: Floats) -> Floats:
    """float64[R]: the variance of all outputs, counted by float64[R, B]."""
    total = times.sum(axis=1) * (1 + len(changed))
    means = times @ (outputs + changed.sum(axis=0)) / total
    return np.asarray(times @ (outputs**2 + np.sum(changed**2, axis=0)) / total - means**2)
