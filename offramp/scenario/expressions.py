"""Expressions: what a scenario's numbers are worth, as text that is parsed and never run as Python.

Operators ``+ - * / **``, comparisons (chained as in mathematics), ``and or not``, and the functions ``min max abs exp
log sqrt clip where``. True is 1 and false is 0; any number but 0 counts as true.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats
from offramp.errors import EvaluationError, ExpressionError
from offramp.scenario.evaluate import Trouble, evaluate_tree
from offramp.scenario.parse import Call, Chain, Minus, Name, Node, Not, Power, parse_tree
from offramp.scenario.tokens import SHOWN, Kind, tokenize

Values = float | npt.NDArray[np.floating[Any]] | npt.NDArray[np.integer[Any]] | npt.NDArray[np.bool_]

LARGEST_WHOLE = 1e15
"""Whole numbers below it are written without a decimal point."""


@dataclass(frozen=True)
class Expression:
    """A formula over named numbers; make one with :meth:`parse`.

    Two expressions are equal when they are written with the same words, whatever the spaces between them.

    Attributes
    ----------
    text : str
        What was written, with runs of white space shortened to one space.
    names : frozenset of str
        Every reference, as written: ``"p_leak"``, ``"court.shielded"``, ``"leak.leaked"``.

    Examples
    --------
    >>> worth = Expression.parse("where(x > 0, 1 / x, 0)")
    >>> worth.evaluate({"x": np.array([0.0, 4.0])}, num_draws=2)
    array([0.  , 0.25])
    """

    text: str = field(compare=False)
    names: frozenset[str] = field(init=False, compare=False, repr=False)
    _words: tuple[str, ...] = field(init=False, repr=False)
    _tree: Node = field(init=False, compare=False, repr=False)
    _hash: int = field(init=False, compare=False, repr=False)  # kept: compiling looks expressions up at every leaf

    def __post_init__(self) -> None:
        parse_tree(self.text)  # first as written, so that an error's offset points into the text as given
        text = " ".join(self.text.split())
        tree = parse_tree(text)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "names", frozenset(_names(tree)))
        object.__setattr__(self, "_words", tuple(token.text for token in tokenize(text)))
        object.__setattr__(self, "_tree", tree)
        object.__setattr__(self, "_hash", hash(self._words))

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def parse(cls, source: str | float | Expression) -> Expression:
        """The expression that a text or a plain number stands for; an expression is given back as it is.

        Raises
        ------
        ExpressionError
            If it does not parse; ``offset`` is the character where the trouble starts.
        """
        if isinstance(source, Expression):
            return source
        if isinstance(source, str):
            return cls(source)
        return cls(_number_text(source))

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[type[Expression], tuple[str]]:
        return type(self), (self.text,)

    @property
    def tree(self) -> Node:
        """What the text says, as :mod:`offramp.scenario.parse` gives it."""
        return self._tree

    def inline(self, formulas: Mapping[str, Expression]) -> Expression:
        """This expression with each name found in ``formulas`` replaced by that formula, in brackets.

        Unlike evaluating the formulas first, this keeps ``where``, ``and`` and ``or`` from working a formula in draws
        that do not use it.

        Raises
        ------
        ExpressionError
            If the result is longer or nests deeper than an expression may.
        """
        if self.names.isdisjoint(formulas):
            return self
        pieces: list[str] = []
        for token in tokenize(self.text):
            replaced = token.kind is Kind.NAME and token.text in formulas
            pieces.append(f"({formulas[token.text].text})" if replaced else token.text)
        return Expression(" ".join(pieces))

    def evaluate(
        self, values: Mapping[str, Values], num_draws: int = 1, where: str = "", *, first_draw: int = 0
    ) -> Floats:
        """float64[num_draws]: the expression's value in every draw.

        Parameters
        ----------
        values : mapping
            A number or an array of shape [num_draws] for each of ``names``; others are ignored.
        num_draws : int
            Number of draws, at least 0.
        where : str
            Place to name in an error, e.g. ``"payoff of ruler in kept"``.
        first_draw : int
            Number of the first draw, for the draw that an error names.

        Raises
        ------
        EvaluationError
            At the first draw where a name is NaN or infinite, or a step divides by zero, overflows or leaves its
            function's domain. Only steps that the draw uses count: ``where(x > 0, 1 / x, 0)`` is fine where x is 0.
        """
        arrays = {name: _value_array(name, values, num_draws, self.text, where) for name in sorted(self.names)}
        if num_draws == 0:
            return np.empty(0)
        try:
            return evaluate_tree(self._tree, arrays, num_draws)
        except Trouble as trouble:
            piece = self.text[trouble.start : trouble.end]
            message = trouble.message if piece == self.text else f"{trouble.message} at {piece!r}"
            there = {name: float(array[trouble.row] if array.ndim else array) for name, array in arrays.items()}
            raise EvaluationError(self.text, message, first_draw + trouble.row, there, where) from None


def _names(node: Node) -> Iterator[str]:
    match node:
        case Name(name=name):
            yield name
        case Minus(operand=child) | Not(operand=child):
            yield from _names(child)
        case Power(base=base, exponent=exponent):
            yield from _names(base)
            yield from _names(exponent)
        case Chain(operands=children) | Call(arguments=children):
            for child in children:
                yield from _names(child)


def _number_text(source: object) -> str:
    """The shortest text that reads back as the same number."""
    allowed, remedy = "a number or an expression", "write a finite number or a text"
    if isinstance(source, bool | np.bool_):
        raise ExpressionError(repr(source), 0, f"found {source!r}", allowed, "write 1 for true and 0 for false")
    if not isinstance(source, Real):
        shown = repr(source)[:SHOWN]
        raise ExpressionError(shown, 0, f"found {shown}, a {type(source).__name__}", allowed, remedy)
    try:
        number = float(source)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ExpressionError(str(number), 0, f"found the number {number}", "numbers below 1.8e308", remedy)
    return str(int(number)) if number.is_integer() and abs(number) < LARGEST_WHOLE else repr(number)


def _value_array(name: str, values: Mapping[str, Values], num_draws: int, text: str, where: str) -> Floats:
    """The value of one name as float64 of shape () or [num_draws]."""
    if name not in values:
        raise EvaluationError(text, f"no value was given for {name!r}", 0, {}, where)
    array = (
        np.ascontiguousarray(values[name], dtype=np.float64)
        if np.ndim(values[name])
        else np.asarray(values[name], np.float64)
    )
    if array.shape not in ((), (num_draws,)):
        raise ValueError(f"{name!r} has shape {array.shape}; give a number or an array of shape ({num_draws},)")
    return array
