"""The kinds of distribution that have named parameters: their checks, quantiles, means and supports.

Sources: PERT is the beta distribution on [low, high] with shapes 1 + 4 (mode - low) / (high - low) and
1 + 4 (high - mode) / (high - low), of mean (low + 4 mode + high) / 6 (Malcolm et al. 1959, "Application of a technique
for research and development program evaluation"). The truncated normal works in logarithms of probabilities and in the
lower tail, so that an interval far out keeps its precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from offramp.arrays import Floats
from offramp.errors import DistributionError
from offramp.scenario import beta

Parameters = tuple[float, ...]

LARGEST_SIGMA = 20.0
"""Largest sigma of a lognormal, so that no quantile overflows."""

SMALLEST_SHAPE, LARGEST_SHAPE = 1e-3, 1e6
"""Range of a beta distribution's parameters."""


@dataclass(frozen=True)
class Kind:
    """One kind of distribution.

    Attributes
    ----------
    name, label : str
        The key in a scenario file and the name in print.
    parameters : tuple of str
        Names of the parameters, in order.
    check : callable
        Raises :class:`~offramp.errors.DistributionError` for parameters that make no distribution.
    quantile : callable
        Parameters and float64 array of u in (0, 1) → values of the same shape.
    mean, support : callable
        Parameters → the mean; the lowest and the highest value, infinite where there is none.
    """

    name: str
    label: str
    parameters: tuple[str, ...]
    check: Callable[[Parameters], None]
    quantile: Callable[[Parameters, Floats], Floats]
    mean: Callable[[Parameters], float]
    support: Callable[[Parameters], tuple[float, float]]


def _check_rising(kind: str, low: float, high: float, names: tuple[str, str] = ("low", "high")) -> None:
    if not low < high:
        remedy = (
            "write the lower number first" if low > high else f"write the plain number {low:.12g} for a fixed value"
        )
        raise DistributionError(
            f"found {kind} with {names[0]} {low:.12g} and {names[1]} {high:.12g}",
            f"{names[0]} below {names[1]}",
            remedy,
        )


def _check_mode(kind: str, parameters: Parameters) -> None:
    low, mode, high = parameters
    _check_rising(kind, low, high)
    if not low <= mode <= high:
        found = f"found {kind} with mode {mode:.12g} outside {low:.12g} to {high:.12g}"
        raise DistributionError(found, "low ≤ mode ≤ high", "write low, mode, high in this order", ("mode",))


def _check_within(kind: str, name: str, value: float, low: float, high: float = math.inf) -> None:
    """Refuse a parameter that is not above 0 or not in [low, high]."""
    if value <= 0 or not low <= value <= high:
        limits = [f"at least {low:g}"] * (low > 0) + [f"at most {high:g}"] * (high < math.inf)
        allowed = f"{name} {' and '.join(limits if low > 0 else ['above 0', *limits])}"
        raise DistributionError(f"found {kind} with {name} {value:.12g}", allowed, path=(name,))


def _check_uniform(parameters: Parameters) -> None:
    _check_rising("uniform", parameters[0], parameters[1])


def _check_normal(parameters: Parameters) -> None:
    _check_within("normal", "sd", parameters[1], 0)


def _check_lognormal(parameters: Parameters) -> None:
    median, sigma = parameters
    _check_within("lognormal", "median", median, 0)
    _check_within("lognormal", "sigma", sigma, 0, LARGEST_SIGMA)


def _check_beta(parameters: Parameters) -> None:
    for name, value in zip(("a", "b"), parameters, strict=True):
        _check_within("beta", name, value, SMALLEST_SHAPE, LARGEST_SHAPE)


def _check_truncnormal(parameters: Parameters) -> None:
    _, sd, low, high = parameters
    _check_within("truncnormal", "sd", sd, 0)
    _check_rising("truncnormal", low, high)


def _uniform(parameters: Parameters, u: Floats) -> Floats:
    low, high = parameters
    return low + (high - low) * u


def _triangular(parameters: Parameters, u: Floats) -> Floats:
    low, mode, high = parameters
    span = high - low
    rising = low + np.sqrt(u * span) * np.sqrt(mode - low)
    falling = high - np.sqrt((1 - u) * span) * np.sqrt(high - mode)
    return np.asarray(np.where(u * span <= mode - low, rising, falling))


def _pert(parameters: Parameters, u: Floats) -> Floats:
    low, mode, high = parameters
    share = (mode - low) / (high - low)
    return low + (high - low) * _beta((1 + 4 * share, 5 - 4 * share), u)


def _beta(parameters: Parameters, u: Floats) -> Floats:
    """Quantiles; those of everyday shapes are interpolated."""
    a, b = parameters
    if min(a, b) >= beta.SMALLEST_SHAPE:
        return beta.beta_quantiles(a, b, u)
    from scipy.special import betaincinv

    return np.asarray(betaincinv(a, b, u), dtype=np.float64)


def _normal(parameters: Parameters, u: Floats) -> Floats:
    from scipy.special import ndtri

    mean, sd = parameters
    return np.asarray(mean + sd * ndtri(u), dtype=np.float64)


def _lognormal(parameters: Parameters, u: Floats) -> Floats:
    median, sigma = parameters
    return np.asarray(median * np.exp(_normal((0.0, sigma), u)))


def _truncnormal(parameters: Parameters, u: Floats) -> Floats:
    mean, sd, low, high = parameters
    if low > mean:
        return -_truncnormal((-mean, sd, -high, -low), 1 - u)
    from scipy.special import log_ndtr, ndtri_exp

    lowest, highest = log_ndtr((low - mean) / sd), log_ndtr((high - mean) / sd)
    log_levels = np.logaddexp(lowest + np.log1p(-u), highest + np.log(u))
    return np.asarray(np.clip(mean + sd * ndtri_exp(log_levels), low, high))


def _truncnormal_mean(parameters: Parameters) -> float:
    """The mean + sd (φ(a) - φ(b)) / (Φ(b) - Φ(a)), in logarithms and in the lower tail."""
    mean, sd, low, high = parameters
    if low > mean:
        return -_truncnormal_mean((-mean, sd, -high, -low))
    from scipy.special import log_ndtr

    a, b = (low - mean) / sd, (high - mean) / sd
    log_mass = log_ndtr(b) + np.log1p(-np.exp(log_ndtr(a) - log_ndtr(b)))
    log_a, log_b = (-0.5 * (z * z + math.log(2 * math.pi)) for z in (a, b))
    shift = np.exp(log_a - log_mass) - np.exp(log_b - log_mass)
    return float(np.clip(mean + sd * shift, low, high))


def _ends(parameters: Parameters) -> tuple[float, float]:
    return parameters[0], parameters[-1]


_THREE = ("low", "mode", "high")

KINDS = {
    kind.name: kind
    for kind in (
        Kind("uniform", "uniform", ("low", "high"), _check_uniform, _uniform, lambda p: (p[0] + p[1]) / 2, _ends),
        Kind(
            "triangular",
            "triangular",
            _THREE,
            lambda p: _check_mode("triangular", p),
            _triangular,
            lambda p: sum(p) / 3,
            _ends,
        ),
        Kind(
            "pert",
            "PERT",
            _THREE,
            lambda p: _check_mode("pert", p),
            _pert,
            lambda p: (p[0] + 4 * p[1] + p[2]) / 6,
            _ends,
        ),
        Kind(
            "normal", "normal", ("mean", "sd"), _check_normal, _normal, lambda p: p[0], lambda p: (-math.inf, math.inf)
        ),
        Kind(
            "lognormal",
            "lognormal",
            ("median", "sigma"),
            _check_lognormal,
            _lognormal,
            lambda p: p[0] * math.exp(p[1] ** 2 / 2),
            lambda p: (0.0, math.inf),
        ),
        Kind("beta", "beta", ("a", "b"), _check_beta, _beta, lambda p: p[0] / (p[0] + p[1]), lambda p: (0.0, 1.0)),
        Kind(
            "truncnormal",
            "truncated normal",
            ("mean", "sd", "low", "high"),
            _check_truncnormal,
            _truncnormal,
            _truncnormal_mean,
            lambda p: (p[2], p[3]),
        ),
    )
}
"""The kinds with named parameters, by their key in a scenario file."""
