"""A distribution made twice as wide: what is left of a number when a basis that it rested on is taken away.

Every kind is stretched about the value that states its centre, to twice its spread, and then cut to natural bounds:

=================  ===================  =================================================================
kind               centre               what becomes of it
=================  ===================  =================================================================
a number           itself               uniform from half of it below to half of it above
uniform            its middle           twice as long
triangular, PERT   its mode             both sides twice as long
normal             its mean             twice the standard deviation
truncated normal   its mean, brought    twice the standard deviation, both ends twice as far off
                   within its ends
lognormal          its median           twice the sigma
beta               its mean             twice the standard deviation, but no peak at an end that was none
choice, discrete   its mean             every value twice as far off, with its probability
=================  ===================  =================================================================

Doubling is a convention, not an estimate: it asks how the answer stands if the number is much less well known, in the
same way for every assumption, and leaves what the file states as its centre alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from offramp.scenario.distributions import NUMBER, Distribution
from offramp.scenario.kinds import LARGEST_SIGMA, Parameters
from offramp.scenario.model import Assumption

FACTOR = 2.0
"""How much wider a distribution becomes."""

FIXED_SHARE = 0.5
"""A fixed number becomes uniform within this share of it."""

SHARE_UNITS = frozenset({"", "share", "probability", "chance", "fraction", "proportion"})
"""Units in which a number between 0 and 1 is a share; in any other, such as points, 1 is a number like others."""

Bounds = tuple[float, float]


def natural_bounds(assumption: Assumption) -> Bounds:
    """From where to where an assumption can sensibly be.

    A share or a probability, which is one without a unit (or in ``SHARE_UNITS``) that lies between 0 and 1, stays
    there. What is nowhere negative stays so, and what is nowhere positive.

    Examples
    --------
    >>> natural_bounds(Assumption("p", Distribution.parse({"uniform": [0.2, 0.6]})))
    (0.0, 1.0)
    """
    low, high = assumption.value.support
    if low >= 0.0 and high <= 1.0 and assumption.unit.strip().lower() in SHARE_UNITS:
        return (0.0, 1.0)
    return (0.0 if low >= 0.0 else -math.inf, 0.0 if high <= 0.0 else math.inf)


def widened(value: Distribution, bounds: Bounds = (-math.inf, math.inf)) -> Distribution:
    """The distribution with twice its spread about its centre, cut to ``bounds``.

    ``bounds`` must hold the whole of it. Where there is no room, or a fixed number is 0 and so says nothing of its
    scale, it is the same as before.

    Examples
    --------
    >>> widened(Distribution.parse({"pert": [60, 80, 90]})).describe()
    'PERT 40–80–100'
    >>> widened(Distribution.parse({"uniform": [0.2, 0.4]}), (0.0, 1.0)).describe()
    'uniform 0.1–0.5'
    >>> widened(Distribution.parse(0.9), (0.0, 1.0)).describe()
    'uniform 0.45–1'
    """
    if value.is_fixed:
        return _fixed(value, bounds)
    return _KINDS[value.kind](value, bounds)


def _stretched(numbers: Parameters, centre: float, bounds: Bounds) -> Parameters:
    return tuple(_cut(centre + FACTOR * (number - centre), bounds) for number in numbers)


def _cut(number: float, bounds: Bounds) -> float:
    return min(max(number, bounds[0]), bounds[1])


def _fixed(value: Distribution, bounds: Bounds) -> Distribution:
    number = value.parameters[0]
    reach = FIXED_SHARE * abs(number)
    low, high = _cut(number - reach, bounds), _cut(number + reach, bounds)
    return Distribution("uniform", (low, high)) if low < high else value


def _uniform(value: Distribution, bounds: Bounds) -> Distribution:
    return Distribution("uniform", _stretched(value.parameters, sum(value.parameters) / 2.0, bounds))


def _peaked(value: Distribution, bounds: Bounds) -> Distribution:
    return Distribution(value.kind, _stretched(value.parameters, value.parameters[1], bounds))


def _normal(value: Distribution, _: Bounds) -> Distribution:
    mean, sd = value.parameters
    return Distribution("normal", (mean, FACTOR * sd))


def _truncnormal(value: Distribution, bounds: Bounds) -> Distribution:
    mean, sd, low, high = value.parameters
    centre = _cut(mean, (low, high))
    ends = _stretched((low, high), centre, bounds)
    return Distribution("truncnormal", (centre + FACTOR * (mean - centre), FACTOR * sd, *ends))


def _lognormal(value: Distribution, _: Bounds) -> Distribution:
    median, sigma = value.parameters
    return Distribution("lognormal", (median, min(FACTOR * sigma, LARGEST_SIGMA)))


def _beta(value: Distribution, _: Bounds) -> Distribution:
    """Variance m (1 - m) / (a + b + 1) times FACTOR², down to where a parameter would fall below 1 (or what it was)."""
    a, b = value.parameters
    wanted = ((a + b + 1.0) / FACTOR**2 - 1.0) / (a + b)
    least = min(1.0, 1.0 / min(a, b))
    scale = max(wanted, least)
    return Distribution("beta", (scale * a, scale * b))


def _listed(value: Distribution, bounds: Bounds) -> Distribution:
    """Values that the bounds bring together add up their probabilities."""
    count = len(value.parameters)
    weights = value.weights or (1.0 / count,) * count
    summed: dict[float, float] = {}
    for number, weight in zip(_stretched(value.parameters, value.mean, bounds), weights, strict=True):
        summed[number] = summed.get(number, 0.0) + weight
    if value.kind == "choice" and len(summed) == count:
        return Distribution("choice", tuple(summed))
    return Distribution("discrete", tuple(summed), tuple(summed.values()))


_KINDS: dict[str, Callable[[Distribution, Bounds], Distribution]] = {
    NUMBER: _fixed,
    "uniform": _uniform,
    "triangular": _peaked,
    "pert": _peaked,
    "normal": _normal,
    "truncnormal": _truncnormal,
    "lognormal": _lognormal,
    "beta": _beta,
    "choice": _listed,
    "discrete": _listed,
}
