"""Arithmetic on one draw or on many at a time: a kernel written with it is compiled for either.

A *lane* is the place of one draw among those worked side by side. A number is a float, or a vector with a float for
each lane: which it is follows from the arrays, ``[n]`` or ``[n, WIDTH]``. No operation looks across lanes but
:func:`anywhere`, whose answer may only save work, and vectors are worked as a whole: a draw's bits depend neither on
its lane nor on its neighbours.

The functions as they stand are what runs with numba switched off; compiled code takes what is offered in their stead
below (:mod:`offramp.solve.vectors`).
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from offramp.game.game import Floats, Ints
from offramp.solve import vectors
from offramp.solve.jit import inlined
from offramp.solve.vectors import WIDTH, lanes, mask, offer

__all__ = [
    "WIDTH",
    "Longs",
    "Number",
    "Truth",
    "aligned",
    "anywhere",
    "at",
    "cell",
    "claim",
    "exp",
    "get",
    "log",
    "log1p",
    "magnitude",
    "maximum",
    "negate",
    "put",
    "put_cell",
    "root",
    "rows",
    "spread",
    "where",
]

Longs = npt.NDArray[np.int64]

Number: TypeAlias = Any
"""A float, or a float for each lane."""

Truth: TypeAlias = Any
"""A bool, or a bool for each lane."""

LOG2_HIGH, LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""Their sum is log 2; the first has so few digits that small multiples are exact (Cody & Waite 1980)."""

PER_LOG2 = 1.4426950408889634
ROUND = 1.5 * 2.0**52
"""Adding it to a small number leaves the nearest whole number in the last digits."""

SMALLEST_EXP, LARGEST_EXP = -708.0, 709.0
"""Where the exponential leaves the normal numbers: taken as 0 below, and above as at the end."""

EXP_TERMS = tuple(1.0 / math.factorial(n) for n in range(12, -1, -1))
"""Taylor's coefficients, highest power first: enough for arguments of at most half of log 2."""

LOG_TERMS = tuple(2.0 / n for n in range(19, 0, -2))
"""Coefficients of log((1 + t) / (1 - t)) / t in powers of t**2, highest first: enough for t of at most 0.172."""

ROOT2 = 1.4142135623730951

ALIGNMENT = 64
"""Bytes of a line of the processor's memory: vectors that begin with one are fetched at once."""


def rows(count: int, side_by_side: bool) -> Floats:
    """Zeros: float64[count], or float64[count, WIDTH] for draws side by side."""
    return aligned((count, WIDTH)) if side_by_side else np.zeros(count)


def aligned(shape: tuple[int, ...]) -> Floats:
    """Zeros, float64, that begin with a line of the processor's memory."""
    size = math.prod(shape)
    room = np.zeros(size + ALIGNMENT // 8)
    first = -room.ctypes.data % ALIGNMENT // 8
    return room[first : first + size].reshape(shape)


def get(array: Floats, i: int) -> Number:
    """Row ``i`` of ``array[n]`` or ``array[n, WIDTH]``."""
    return array[i] if array.ndim == 1 else array[i].copy()


def at(array: Ints, i: int) -> int:
    """``array[i]`` for an i that is known to be at least 0, which compiled code need not ask."""
    return int(array[i])


def put(array: Floats, i: int, value: Number) -> None:
    """Overwrite row ``i`` of ``array[n]`` or ``array[n, WIDTH]``; a float goes to all lanes."""
    array[i] = value


def cell(array: Floats, i: int, j: int) -> Number:
    """Entry ``i, j`` of ``array[m, n]`` or ``array[m, n, WIDTH]``."""
    return array[i, j] if array.ndim == 2 else array[i, j].copy()


def put_cell(array: Floats, i: int, j: int, value: Number) -> None:
    """Overwrite entry ``i, j`` of ``array[m, n]`` or ``array[m, n, WIDTH]``; a float goes to all lanes."""
    array[i, j] = value


def spread(array: Floats, value: float) -> Number:
    """``value`` in the form in which ``array``, [n] or [n, WIDTH], holds numbers."""
    return value if array.ndim == 1 else np.full(WIDTH, value)


def where(truth: Truth, yes: Number, no: Number) -> Number:
    """``yes`` where ``truth`` holds, else ``no``; both are worked out."""
    return (yes if truth else no) if np.ndim(truth) == 0 else np.where(truth, yes, no)


def anywhere(truth: Truth) -> bool:
    """Whether ``truth`` holds in any lane."""
    return bool(np.any(truth))


def negate(truth: Truth) -> Truth:
    """Whether ``truth`` does not hold."""
    return np.logical_not(truth)


def maximum(a: Number, b: Number) -> Number:
    """The larger; ``a`` where either is NaN."""
    return where(b > a, b, a)


def magnitude(x: Number) -> Number:
    """The absolute value."""
    return np.abs(x)


def root(x: Number) -> Number:
    """The square root."""
    return np.sqrt(x)


def exp(x: Number) -> Number:
    """The exponential."""
    return np.exp(x)


def log(x: Number) -> Number:
    """The natural logarithm of a positive normal number."""
    return np.log(x)


def log1p(x: Number) -> Number:
    """The natural logarithm of 1 + x, for x from 0 to 1."""
    return np.log1p(x)


def claim(counter: Longs, count: int) -> int:
    """Add ``count`` to ``counter``, int64[1], which threads share; returns what it was before."""
    before = int(counter[0])
    counter[0] = before + count
    return before


@offer(claim)
def _claim(counter: Any, count: Any) -> Any:
    return lambda counter, count: vectors.fetch_and_add(counter, count)


@offer(get)
def _get(array: Any, i: Any) -> Any:
    return (lambda array, i: array[i]) if array.ndim == 1 else (lambda array, i: vectors.load(array, i))


@offer(at)
def _at(array: Any, i: Any) -> Any:
    return lambda array, i: vectors.load_item(array, i)


@offer(put)
def _put(array: Any, i: Any, value: Any) -> Any:
    if array.ndim == 1:

        def put_one(array: Any, i: Any, value: Any) -> None:
            array[i] = value

        return put_one
    return lambda array, i, value: vectors.store(array, i, value)


@offer(cell)
def _cell(array: Any, i: Any, j: Any) -> Any:
    if array.ndim == 2:
        return lambda array, i, j: array[i, j]
    return lambda array, i, j: vectors.load_cell(array, i, j)


@offer(put_cell)
def _put_cell(array: Any, i: Any, j: Any, value: Any) -> Any:
    if array.ndim == 2:

        def put_one(array: Any, i: Any, j: Any, value: Any) -> None:
            array[i, j] = value

        return put_one
    return lambda array, i, j, value: vectors.store_cell(array, i, j, value)


@offer(spread)
def _spread(array: Any, value: Any) -> Any:
    return (lambda array, value: value) if array.ndim == 1 else (lambda array, value: vectors.widen(value))


@offer(where)
def _where(truth: Any, yes: Any, no: Any) -> Any:
    if truth == mask:
        return lambda truth, yes, no: vectors.select(truth, yes, no)
    return lambda truth, yes, no: yes if truth else no


@offer(anywhere)
def _anywhere(truth: Any) -> Any:
    return (lambda truth: vectors.any_lane(truth)) if truth == mask else (lambda truth: truth)


@offer(negate)
def _negate(truth: Any) -> Any:
    return (lambda truth: vectors.invert(truth)) if truth == mask else (lambda truth: not truth)


@offer(maximum)
def _maximum(a: Any, b: Any) -> Any:
    return lambda a, b: where(b > a, b, a)


@offer(magnitude)
def _magnitude(x: Any) -> Any:
    return (lambda x: vectors.absolute(x)) if x == lanes else (lambda x: abs(x))


@offer(root)
def _root(x: Any) -> Any:
    return (lambda x: vectors.square_root(x)) if x == lanes else (lambda x: np.sqrt(x))


@offer(exp)
def _exp(x: Any) -> Any:
    if x != lanes:
        return lambda x: np.exp(x)

    def exp_of_lanes(x: Any) -> Any:
        bounded = where(x < SMALLEST_EXP, SMALLEST_EXP, where(x > LARGEST_EXP, LARGEST_EXP, x))
        rounded = bounded * PER_LOG2 + ROUND
        times = rounded - ROUND
        rest = (bounded - times * LOG2_HIGH) - times * LOG2_LOW
        return where(x < SMALLEST_EXP, 0.0, _polynomial(EXP_TERMS, rest) * vectors.power_of_two(rounded))

    return exp_of_lanes


@offer(log)
def _log(x: Any) -> Any:
    if x != lanes:
        return lambda x: np.log(x)

    def log_of_lanes(x: Any) -> Any:
        whole, rest = vectors.exponent_of(x), vectors.mantissa_of(x)
        large = rest > ROOT2
        digits, times = where(large, 0.5 * rest, rest), where(large, whole + 1.0, whole)
        return _log_of_ratio((digits - 1.0) / (digits + 1.0)) + times * LOG2_LOW + times * LOG2_HIGH

    return log_of_lanes


@offer(log1p)
def _log1p(x: Any) -> Any:
    if x != lanes:
        return lambda x: np.log1p(x)

    def log1p_of_lanes(x: Any) -> Any:
        large = x > ROOT2 - 1.0
        part = where(large, x - 1.0, x) / where(large, x + 3.0, x + 2.0)
        return _log_of_ratio(part) + where(large, LOG2_HIGH + LOG2_LOW, 0.0)

    return log1p_of_lanes


@inlined
def _log_of_ratio(t: Number) -> Number:
    """log((1 + t) / (1 - t)), for small t."""
    return _polynomial(LOG_TERMS, t * t) * t


@inlined
def _polynomial(terms: tuple[float, ...], x: Number) -> Number:
    """The polynomial with these coefficients, highest power first, by Horner's rule."""
    total = x * terms[0] + terms[1]
    for term in terms[2:]:
        total = total * x + term
    return total
