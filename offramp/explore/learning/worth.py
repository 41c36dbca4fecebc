r"""What perfect information is worth to one who chooses among offers.

Let V(o, b) be what offer o is worth to the chooser in draw b. Choosing now it gets max_o E[V_o]. Knowing all, it gets
E[max_o V_o]; knowing an assumption X alone, E[max_o E[V_o | X]]. What each is worth above choosing now is the expected
value of perfect information, EVPI, and of partial perfect information, EVPPI(X) (Raiffa & Schlaifer 1961, *Applied
Statistical Decision Theory*; Heath, Manolopoulou & Baio 2017, "A review of methods for analysis of the expected value
of information", *Medical Decision Making* 37, 747-758).

E[V_o | X] comes from regression (:mod:`offramp.explore.learning.curves`). Put into max_o, its errors would count as
gains, the more so the more offers there are. So choosing and valuing are kept apart
(:mod:`offramp.explore.learning.turns`): from some draws come the best offer now, a, and the best offer d(x) for each
value of X, and on other draws b the two are valued:

    EVPPI = mean over b of V(d(x(b)), b) - V(a, b),        EVPI = mean over b of max_o V(o, b) - V(a, b).

d is at most as good as the best rule, so the first errs downwards, by what errors of the regression lose; nothing
that tells nothing gains from noise. Offers are compared as differences from a, which have less noise than the values
themselves. In every draw the first is at most the second. The errors are those of independent draws; Sobol draws are
more even, so that the true errors are rather smaller.

The regression takes the draws as they are: where X is correlated with other assumptions, what it tells about them is
part of its worth.
"""

from __future__ import annotations

import numpy as np

from offramp.arrays import Floats, Positions
from offramp.errors import RunError
from offramp.explore.learning.curves import fitted, forms
from offramp.explore.learning.turns import LEAST_DRAWS, Worth, mean_gain


def evppi(values: Floats, inputs: Floats) -> Worth:
    """The expected value of learning one assumption, or several together, before choosing among offers.

    Parameters
    ----------
    values : float64[O, B]
        What each offer is worth in each draw, in points.
    inputs : float64[B] or float64[B, k]
        The drawn values of what would be learnt.

    Returns
    -------
    Worth
        In points.

    Raises
    ------
    RunError
        If the shapes do not fit, a number is not finite, or there are fewer than ``LEAST_DRAWS`` draws.

    Examples
    --------
    >>> learnt = np.random.default_rng(1).normal(size=4096)
    >>> worth = evppi(np.array([0 * learnt, learnt]), learnt)  # the truth is 0.399, the density of a normal at 0
    >>> round(worth.estimate, 1), worth.error < 0.02
    (0.4, True)
    """
    values, inputs = checked(values, inputs)
    shapes = forms(inputs, inputs)

    def gains(known: Positions, valued: Positions) -> Floats:
        first = _best(values[:, known])
        curves = fitted(shapes, values[:, known] - values[first, known], known, valued)
        return np.asarray(values[_largest(curves, first), valued] - values[first, valued])

    return mean_gain(len(inputs), gains)


def evpi(values: Floats) -> Worth:
    """The expected value of learning everything before choosing; ``values`` are float64[O, B] in points.

    Raises
    ------
    RunError
        As :func:`evppi`.
    """
    values, _ = checked(values, np.zeros(np.shape(values)[-1:]))

    def gains(known: Positions, valued: Positions) -> Floats:
        first = _best(values[:, known])
        return np.asarray(values[:, valued].max(axis=0) - values[first, valued])

    return mean_gain(values.shape[1], gains)


def best_offers(values: Floats, inputs: Floats, points: Floats) -> tuple[Positions, Floats]:
    """The offer that would be chosen at each of some values of an assumption, and its gain over the best one now.

    Parameters
    ----------
    values : float64[O, B]
    inputs : float64[B]
    points : float64[N]

    Returns
    -------
    offers : intp[N]
    gains : float64[N]
        In points, from curves fitted to all draws.
    """
    values, columns = checked(values, inputs)
    first, num_draws = _best(values), len(columns)
    rows = np.arange(num_draws + len(points))
    shapes = forms(columns, np.concatenate([columns, points[:, np.newaxis]]))
    curves = fitted(shapes, values - values[first], rows[:num_draws], rows[num_draws:])
    offers = _largest(curves, first)
    return offers, curves[offers, np.arange(len(points))]


def checked(values: Floats, inputs: Floats) -> tuple[Floats, Floats]:
    """``values`` as float64[O, B] and ``inputs`` as float64[B, k]; RunError if they are not."""
    values, columns = np.asarray(values, np.float64), np.asarray(inputs, np.float64)
    columns = columns[:, np.newaxis] if columns.ndim == 1 else columns
    if values.ndim != 2 or columns.ndim != 2 or not values.shape[0] or values.shape[1] != len(columns):
        raise RunError(
            f"found values of shape {np.shape(values)} and inputs of shape {np.shape(inputs)}; give a row of values "
            "for each offer, and one input (or one row of inputs) for each draw"
        )
    if len(columns) < LEAST_DRAWS:
        raise RunError(f"found {len(columns)} draws; what is worth knowing takes at least {LEAST_DRAWS}")
    if not (np.isfinite(values).all() and np.isfinite(columns).all()):
        raise RunError("found a value or an input that is not a finite number; leave such draws out")
    return values, columns


def _best(values: Floats) -> int:
    """The offer with the largest mean."""
    return int(values.mean(axis=1).argmax())


def _largest(curves: Floats, first: int) -> Positions:
    """intp[N]: the offer with the largest curve at each point; ``first`` where no other is larger."""
    offers = curves.argmax(axis=0)
    points = np.arange(curves.shape[1])
    return np.where(curves[offers, points] > curves[first], offers, first)
