"""The value of an expression's tree in every draw at once.

``where``, ``and``, ``or`` and chained comparisons look only at what they need in each draw, as a reader would: in
``where(x > 0, 1 / x, 0)`` the division is never tried where x is 0. A subexpression is therefore worked on the *rows*
(draws) that need it, and every step checks that its result is finite there.

An array of shape () stands for the same value in every row; any other has one value per row.

A draw gives the same bits alone or in a batch: all arithmetic is elementwise in float64, and powers avoid numpy's
shortcut for a single exponent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce

import numpy as np

from offramp.arrays import Flags, Floats, Positions
from offramp.scenario.parse import Call, Chain, Minus, Name, Node, Not, Number, Power

Rows = Positions
Truths = Flags


class Trouble(Exception):  # noqa: N818 - a signal to evaluate_tree's caller, not an error that users meet
    """An expression has no finite value; ``row`` is the first draw in which this step failed."""

    def __init__(self, message: str, node: Node, row: int, end: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.start = node.start
        self.end = node.end if end is None else end


def evaluate_tree(tree: Node, values: Mapping[str, Floats], num_draws: int) -> Floats:
    """float64[num_draws]: the value of ``tree``, its names standing for ``values`` (shape () or [num_draws], float64).

    Raises
    ------
    Trouble
        Names the first draw that has no finite value and what is wrong there.
    """
    evaluator = _Evaluator(values)
    rows = np.arange(num_draws)
    try:
        result = evaluator.value(tree, rows)
    except Trouble as trouble:
        raise _first_trouble(evaluator, tree, trouble) from None
    return np.array(np.broadcast_to(result, num_draws))


def _first_trouble(evaluator: _Evaluator, tree: Node, trouble: Trouble) -> Trouble:
    """The trouble of the earliest draw: a later step may fail in an earlier draw than the step that failed first."""
    while trouble.row > 0:
        try:
            evaluator.value(tree, np.arange(trouble.row))
        except Trouble as earlier:
            trouble = earlier
        else:
            break
    return trouble


class _Evaluator:
    """Works a tree on any selection of draws. ``rows`` is never empty."""

    def __init__(self, values: Mapping[str, Floats]) -> None:
        self.values = values

    def value(self, node: Node, rows: Rows) -> Floats:
        """float64 of shape () or [len(rows)], finite."""
        match node:
            case Number(value=value):
                return np.asarray(value)
            case Name(name=name):
                return self.name(node, name, rows)
            case Minus(operand=operand):
                return np.negative(self.value(operand, rows))
            case Not(operand=operand):
                return _as_number(self.value(operand, rows) == 0)
            case Power(base=base, exponent=exponent):
                return _power(node, self.value(base, rows), self.value(exponent, rows), rows)
            case Chain():
                return self.chain(node, rows)
            case Call():
                return self.call(node, rows)
        raise AssertionError(f"no rule for {type(node).__name__}")

    def name(self, node: Node, name: str, rows: Rows) -> Floats:
        values = self.values[name]
        chosen = values[rows] if values.ndim else values
        return _finite(node, chosen, rows, f"{name} is not a finite number")

    def chain(self, node: Chain, rows: Rows) -> Floats:
        first = node.operators[0]
        if first in ("and", "or"):
            return self.logic(node, rows, stop=first == "or")
        if first in _COMPARISONS:
            return self.comparison(node, rows)
        result = self.value(node.operands[0], rows)
        for operator, operand in zip(node.operators, node.operands[1:], strict=True):
            result = _arithmetic(node, operator, result, self.value(operand, rows), rows, operand.end)
        return result

    def logic(self, node: Chain, rows: Rows, *, stop: bool) -> Floats:
        """``and`` (stops at the first false operand) or ``or`` (stops at the first true one), row by row."""
        return _cascade(rows, stop, [partial(self.truth, operand) for operand in node.operands])

    def truth(self, node: Node, rows: Rows) -> Truths:
        return np.asarray(self.value(node, rows) != 0)

    def comparison(self, node: Chain, rows: Rows) -> Floats:
        """``a < b < c`` is ``a < b and b < c``."""
        pairs = zip(node.operators, node.operands[:-1], node.operands[1:], strict=True)
        return _cascade(rows, False, [partial(self.compare, *pair) for pair in pairs])

    def compare(self, operator: str, left: Node, right: Node, rows: Rows) -> Truths:
        return _COMPARISONS[operator](self.value(left, rows), self.value(right, rows))

    def call(self, node: Call, rows: Rows) -> Floats:
        if node.function == "where":
            return self.where(node, rows)
        arguments = [self.value(argument, rows) for argument in node.arguments]
        if node.function in _DOMAINS:
            holds, message = _DOMAINS[node.function]
            _require(node, holds(*arguments), rows, message)
        with np.errstate(all="ignore"):
            result = np.asarray(_FUNCTIONS[node.function](*arguments))
        return _finite(node, result, rows)

    def where(self, node: Call, rows: Rows) -> Floats:
        condition, if_true, if_false = node.arguments
        truths = np.broadcast_to(self.value(condition, rows) != 0, len(rows))
        if truths.all():
            return self.value(if_true, rows)
        if not truths.any():
            return self.value(if_false, rows)
        result = np.empty(len(rows))
        result[truths] = self.value(if_true, rows[truths])
        result[~truths] = self.value(if_false, rows[~truths])
        return result


def _cascade(rows: Rows, stop: bool, steps: list[Callable[[Rows], Truths]]) -> Floats:
    """Work the steps in turn, each only on the rows where every earlier one differed from ``stop``."""
    result = np.full(len(rows), not stop)
    undecided = np.arange(len(rows))
    for step in steps:
        truths = np.broadcast_to(step(rows[undecided]), len(undecided))
        decided = truths == stop
        result[undecided[decided]] = stop
        undecided = undecided[~decided]
        if not len(undecided):
            break
    return _as_number(result)


def _as_number(truths: Truths) -> Floats:
    return np.asarray(truths, dtype=np.float64)


def _require(node: Node, good: Truths, rows: Rows, message: str, end: int | None = None) -> None:
    """Raise :class:`Trouble` at the first row that is not good; ``good`` has shape () or [len(rows)]."""
    if not good.all():
        raise Trouble(message, node, int(rows[np.argmin(good)]), end)


def _finite(node: Node, values: Floats, rows: Rows, message: str = "overflow", end: int | None = None) -> Floats:
    _require(node, np.isfinite(values), rows, message, end)
    return values


def _arithmetic(node: Node, operator: str, left: Floats, right: Floats, rows: Rows, end: int) -> Floats:
    if operator == "/":
        _require(node, right != 0, rows, "division by zero", end)
    with np.errstate(all="ignore"):
        result = np.asarray(_ARITHMETIC[operator](left, right))
    return _finite(node, result, rows, end=end)


def _power(node: Node, base: Floats, exponent: Floats, rows: Rows) -> Floats:
    _require(node, (base != 0) | (exponent >= 0), rows, "zero to a negative power")
    whole = np.floor(exponent) == exponent
    _require(node, (base >= 0) | whole, rows, "a negative number to a fractional power")
    return _finite(node, plain_power(base, exponent), rows)


def plain_power(base: Floats, exponent: Floats) -> Floats:
    """``np.power`` without its shortcut where there is one exponent only, which may round differently."""
    shape = np.broadcast_shapes(base.shape, exponent.shape)
    wide = max(2, *shape) if shape else 2
    bases, exponents = (np.ascontiguousarray(np.broadcast_to(each, wide)) for each in (base, exponent))
    with np.errstate(all="ignore"):
        result = np.power(bases, exponents)
    return result[0] if not shape else result[: shape[0]]


def _maximum(*arguments: Floats) -> Floats:
    return reduce(np.maximum, arguments)


def _minimum(*arguments: Floats) -> Floats:
    return reduce(np.minimum, arguments)


def _clip(value: Floats, low: Floats, high: Floats) -> Floats:
    return _minimum(_maximum(value, low), high)


_ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}

_COMPARISONS: dict[str, Callable[[Floats, Floats], Truths]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}

_DOMAINS: dict[str, tuple[Callable[..., Truths], str]] = {
    "log": (lambda x: np.asarray(x > 0), "the logarithm of a number that is not positive"),
    "sqrt": (lambda x: np.asarray(x >= 0), "the square root of a negative number"),
    "clip": (lambda _, low, high: np.asarray(low <= high), "clip with its low bound above its high one"),
}
"""Where a function has a value, and the trouble elsewhere."""

_FUNCTIONS: dict[str, Callable[..., Floats]] = {
    "min": _minimum,
    "max": _maximum,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "clip": _clip,
}
