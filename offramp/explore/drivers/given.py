"""What drives an output, from draws that are there already: shares, their intervals, and which are more than noise.

The shares are those of :mod:`offramp.explore.drivers.shares`; their intervals are percentiles over bootstrap samples of
the draws, in fixed bins.

**Noise.** The outputs are dealt anew to the draws many times; an assumption is told from noise if its influence or its
first-order share is larger than the largest of both and of all assumptions is, standardised, in 95 % of these deals
(maxT; Westfall & Young 1993, section 2.4). So the chance that any assumption without an effect is taken for a driver is
5 %, however many there are, if draws are random. Sobol draws are more even, but few of them (1,024 or less) may line up
one assumption with two others. Both shares are tried, as each sees effects that the other hardly does: influence those
on the spread of the output, and first order those on its large values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from offramp.arrays import Flags, Floats, Positions
from offramp.explore.drivers.bins import LEVELS, Binned, effective, quantile_bins
from offramp.explore.drivers.shares import NEGLIGIBLE, Shared
from offramp.explore.summary import INTERVAL

RESAMPLES = 400
"""Bootstrap samples, and times that outputs are dealt anew."""

AT_ONCE = 4
"""Samples that are measured together, so that tables stay small; no number depends on it."""

SIGNIFICANCE = 0.05
"""Chance that any assumption without an effect is taken for a driver."""

MONOTONE = 0.8
"""Share of a first-order effect that a rising, or a falling, curve must follow for the effect to have a direction."""

CLEARLY = 4.0
"""How many times as much as the curve of the other direction it must follow."""

LEAST_TREND = 15.0
"""Variance along the curve, times draws and divided by all variance, that chance hardly reaches: the 99th percentile of
the better of both curves through 32 bins without an effect."""

Direction = Literal["raises", "lowers", "mixed"]
"""Higher values of the assumption raise the output, lower it, or do both (or move only its spread)."""

_BOOTSTRAP, _NOISE = 1, 2
"""Streams of random numbers."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of several assumptions, float64[K], and the ends of their bootstrap intervals, which hold 90 %."""

    values: Floats
    lows: Floats
    highs: Floats

    @classmethod
    def of(cls, values: Floats, samples: Floats) -> Shares:
        """From float64[K] and its bootstrap samples, float64[R, K]."""
        lows, highs = np.quantile(samples, INTERVAL, axis=0)
        return cls(values, lows, highs)


@dataclass(frozen=True, eq=False)
class Given:
    """What the draws say of K assumptions.

    Attributes
    ----------
    influence, first_order : Shares
        Not clipped: without an effect they scatter about 0, on both sides.
    noise, first_order_noise : float64[K]
        The share that chance alone exceeds, of either kind and in any assumption, with probability ``SIGNIFICANCE``.
    p_values : float64[K]
        Probability that chance alone gives any assumption as large a share, relative to its noise; the smaller of both
        kinds.
    directions : tuple of str, length K
    ranks : intp[K, 2]
        The lowest and highest rank by influence, from 1, that 90 % of the bootstrap samples give.
    """

    influence: Shares
    first_order: Shares
    noise: Floats
    first_order_noise: Floats
    p_values: Floats
    directions: tuple[Direction, ...]
    ranks: Positions

    @property
    def distinguishable(self) -> Flags:
        """bool[K]: whether the influence or the first-order share can be told from noise."""
        return np.asarray(self.p_values <= SIGNIFICANCE)


def given_shares(
    inputs: Floats, outputs: Floats, weights: Floats, *, seed: int, resolution: float = 0.0, resamples: int = RESAMPLES
) -> Given:
    """What drives an output, from draws of the assumptions and the output of each.

    Parameters
    ----------
    inputs : float64[B, K]
    outputs : float64[B]
        Not all equal.
    weights : float64[B]
        By which the draws count, positive.
    seed : int
        The same seed gives the same bits.
    resolution : float
        Outputs count as equal if they are the same in whole multiples of this.
    resamples : int
        Bootstrap samples, and times that outputs are dealt anew.
    """
    shared = share_out(inputs, outputs, weights, resolution=resolution)
    influence, first_order = shared.influence(weights[:, np.newaxis])[0], shared.first_order(weights[:, np.newaxis])[0]
    influences, first_orders = _resampled(shared, weights, np.random.default_rng([seed, _BOOTSTRAP]), resamples)
    found = np.concatenate([influence, first_order])
    noise, p_values = _noise(shared, weights, found, np.random.default_rng([seed, _NOISE]), resamples)
    count = len(influence)
    return Given(
        influence=Shares.of(influence, influences),
        first_order=Shares.of(first_order, first_orders),
        noise=noise[:count],
        first_order_noise=noise[count:],
        p_values=np.minimum(p_values[:count], p_values[count:]),
        directions=directions(shared, weights, first_order),
        ranks=_ranks(influences),
    )


def _ranks(influences: Floats) -> Positions:
    """intp[K, 2]: the range of ranks over bootstrap samples, float64[R, K]."""
    ranks = 1 + np.argsort(np.argsort(-influences, axis=1, kind="stable"), axis=1)
    return np.asarray(np.quantile(ranks, INTERVAL, axis=0, method="inverted_cdf").T, dtype=np.intp)


def share_out(inputs: Floats, outputs: Floats, weights: Floats, *, resolution: float = 0.0) -> Shared:
    """Draws in bins, ready to be measured; the parameters are those of :func:`given_shares`."""
    rounded = np.rint(outputs / resolution) if resolution > 0.0 else outputs
    levels = quantile_bins(rounded, weights, LEVELS)
    return Shared(Binned.of(inputs, weights), levels, outputs - np.average(outputs, weights=weights))


def _resampled(shared: Shared, weights: Floats, random: np.random.Generator, resamples: int) -> tuple[Floats, Floats]:
    """Influence and first order in bootstrap samples, float64[R, K] each."""
    count, found = len(weights), []
    for start in range(0, resamples, AT_ONCE):
        drawn = [random.integers(0, count, count) for _ in range(min(AT_ONCE, resamples - start))]
        times = np.array([np.bincount(each, minlength=count) for each in drawn]).T
        sample = times * weights[:, np.newaxis]
        found.append((shared.influence(sample), shared.first_order(sample)))
    influences, first_orders = zip(*found, strict=True)
    return np.concatenate(influences), np.concatenate(first_orders)


def _noise(
    shared: Shared, weights: Floats, found: Floats, random: np.random.Generator, deals: int
) -> tuple[Floats, Floats]:
    """The noise level of each share, influences first and then first orders, and its p value; float64[2K] each."""
    dealt = np.concatenate(
        [
            _dealt(shared, weights, _deal(random, weights, min(AT_ONCE, deals - start)))
            for start in range(0, deals, AT_ONCE)
        ]
    )
    centre, scale = dealt.mean(axis=0), dealt.std(axis=0)
    varies = scale > NEGLIGIBLE
    if not varies.any():
        return centre, np.ones_like(centre)
    standard = np.where(varies, scale, 1.0)
    largest = np.where(varies, (dealt - centre) / standard, -np.inf).max(axis=1)
    exceeded = largest >= ((found - centre) / standard)[:, np.newaxis]
    p_values = np.where(varies, (1.0 + exceeded.sum(axis=1)) / (1.0 + deals), 1.0)
    return centre + np.where(varies, np.quantile(largest, 1.0 - SIGNIFICANCE) * scale, 0.0), p_values


def _dealt(shared: Shared, weights: Floats, dealt: Positions) -> Floats:
    """float64[R, 2K]: both shares where draw b has the output of draw ``dealt[r, b]``."""
    shares = (shared.dealt_influence(dealt, weights), shared.dealt_first_order(dealt, weights))
    return np.concatenate(shares, axis=1)


def _deal(random: np.random.Generator, weights: Floats, count: int) -> Positions:
    """intp[R, B]: draws whose outputs are dealt: permuted, or with unequal weights drawn by weight."""
    size = len(weights)
    if np.ptp(weights) == 0.0:
        return np.array([random.permutation(size) for _ in range(count)])
    return np.asarray(random.choice(size, (count, size), p=weights / weights.sum()))


def directions(shared: Shared, weights: Floats, first_order: Floats) -> tuple[Direction, ...]:
    """Which way each assumption moves the mean output: by the best rising and falling curves through its bins.

    ``first_order`` is float64[K].
    """
    binned, outputs = shared.binned, shared.outputs
    mass, sums = binned.sums(weights), binned.sums(weights * outputs)
    variance = float(np.average(outputs**2, weights=weights))
    stops, least = np.append(binned.starts[1:], binned.num_rows), LEAST_TREND * variance / effective(weights)
    return tuple(
        _direction(sums[start:stop] / mass[start:stop], mass[start:stop], max(MONOTONE * share * variance, least))
        for start, stop, share in zip(binned.starts, stops, first_order, strict=True)
    )


def _direction(means: Floats, mass: Floats, least: float) -> Direction:
    """The direction from the means of the bins, where a curve has a variance of ``least`` or more."""
    from scipy.optimize import isotonic_regression

    def follows(rising: bool) -> float:
        curve = isotonic_regression(means, weights=mass, increasing=rising).x
        return float(np.average((curve - np.average(means, weights=mass)) ** 2, weights=mass))

    up, down = follows(True), follows(False)
    most, other = max(up, down), min(up, down)
    if most < least or most < CLEARLY * other:
        return "mixed"
    return "raises" if up > down else "lowers"
