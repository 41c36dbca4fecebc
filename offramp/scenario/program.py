"""Many expressions worked together, as one straight line of array operations.

Expressions of one scenario share most of their pieces. Each piece that stands in several of them is worked once (value
numbering: Cocke & Schwartz 1970, "Programming languages and their compilers"), pieces without drawn names are worked
when the program is built, and the arrays of pieces no longer needed are used again, so that they stay in the
processor's cache.

The operations and their order within an expression are those of :mod:`offramp.scenario.evaluate`, element by element:
the two agree to the last bit but for the sign of zero, which both give up in the end. Here, though, both sides of a
``where`` are worked in every draw and nothing is checked on the way. Infinities and NaN stay what they are through sums
and products and are seen at the end; before an operation that might hide one (a comparison, a divisor, ``min``) the
operand is kept to be looked at. A row that may rest on a piece without a finite value is reported, and the caller works
it anew, carefully.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from offramp.arrays import Floats, Ints
from offramp.scenario.evaluate import plain_power
from offramp.scenario.parse import Call, Chain, Minus, Name, Node, Not, Number, Power

DRAWS_AT_ONCE, LEAST_AT_ONCE = 2048, 64
"""Most draws that one pass over the steps works, and fewest if there are as many."""

CELLS_AT_ONCE = 2**19
"""Most results of one pass, four megabytes, where that leaves enough draws."""

PADDING = 8
"""Unused numbers behind each row: rows a power of two apart would share the same few lines of the cache."""


def _power(base: Floats, exponent: Floats, *, out: Floats) -> None:
    out[...] = plain_power(base, exponent)


def _choose(condition: Floats, if_true: Floats, if_false: Floats, *, out: Floats) -> None:
    np.copyto(out, if_false)
    np.copyto(out, if_true, where=condition != 0)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": _power,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "minus": np.negative,
    "copy": np.positive,
    "min": np.minimum,
    "max": np.maximum,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "where": _choose,
}

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_TRUTHS = (*_COMPARISONS, "and", "or")
_COMMUTATIVE = ("+", "*", "==", "!=", "and", "or")

_NUMBER, _INPUT = "number", "input"
"""Pieces that no operation makes; the inputs are checked before the program runs."""

_ALWAYS_FINITE = (*_TRUTHS, _NUMBER, _INPUT)
_KEEP_FINITE = ("minus", "min", "max", "abs", "where")
"""Operations whose result is finite where the operands are."""


class Value(NamedTuple):
    """A piece of a program: its number, and the pieces whose infinities it may hide."""

    piece: int
    hazards: frozenset[int] = frozenset()


class Step(NamedTuple):
    """An operation with the slots that it reads and the slot that it writes."""

    operation: str
    operands: tuple[int, ...]
    target: int


@dataclass(frozen=True, eq=False)
class Program:
    """Steps that work all results from the inputs; made by :class:`ProgramBuilder`.

    Slots are numbered through: constants, inputs, rows (the results, and behind them the pieces to be looked at) and
    registers.

    Attributes
    ----------
    inputs : tuple of str
        The names that the results rest on.
    constants : float64[constants]
    steps : tuple of Step
    num_results, num_rows, num_registers : int
    hazards : tuple of tuples of int
        For each result the rows that must be finite for it to be good.
    """

    inputs: tuple[str, ...]
    constants: Floats
    steps: tuple[Step, ...]
    num_results: int
    num_rows: int
    num_registers: int
    hazards: tuple[tuple[int, ...], ...]

    def run(self, columns: Mapping[str, Floats], num_draws: int) -> tuple[Floats, list[int]]:
        """The results of every draw, and which of them are in doubt.

        Parameters
        ----------
        columns : mapping
            A contiguous float64[B] for each of ``inputs``; others are ignored.

        Returns
        -------
        results : float64[B, num_results]
        doubtful : list of int
            Results that may rest on a piece without a finite value in some draw, or on a name that is not given.
        """
        results = np.empty((num_draws, self.num_results))
        if not all(name in columns and np.isfinite(columns[name]).all() for name in self.inputs):
            return results, list(range(self.num_results))
        finite = np.ones(self.num_rows, dtype=np.bool_)
        fitting = max(LEAST_AT_ONCE, CELLS_AT_ONCE // max(self.num_rows, 1))
        size = max(1, min(num_draws, DRAWS_AT_ONCE, fitting))
        rows, registers = (np.empty((count, size + PADDING)) for count in (self.num_rows, self.num_registers))
        with np.errstate(all="ignore"):
            for start in range(0, num_draws, size):
                width = min(size, num_draws - start)
                given = [columns[name][start : start + width] for name in self.inputs]
                self._work(given, rows[:, :width], registers[:, :width])
                finite &= np.isfinite(rows[:, :width].sum(axis=1))
                # Adding 0 makes every zero a positive one.
                np.add(rows[: self.num_results, :width].T, 0.0, out=results[start : start + width])
        return results, [result for result, needed in enumerate(self.hazards) if not finite[list(needed)].all()]

    def _work(self, given: list[Floats], rows: Floats, registers: Floats) -> None:
        """Fill ``rows`` with one pass over the steps; ``registers`` are overwritten."""
        slots = [*self.constants[:, np.newaxis], *given, *rows, *registers]
        for name, operands, target in self.steps:
            _OPERATIONS[name](*[slots[operand] for operand in operands], out=slots[target])


class ProgramBuilder:
    """Collects the pieces of a program, each once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], int] = {}
        self._pieces: list[tuple[str, tuple[int, ...]]] = []
        self._constants: dict[int, float] = {}
        self._inputs: dict[int, str] = {}
        self._safe: set[int] = set()

    def number(self, value: float) -> Value:
        """The piece that is ``value`` in every draw."""
        piece = self._piece(_NUMBER, (value,))
        self._constants[piece] = value + 0.0
        return Value(piece)

    def input(self, name: str) -> Value:
        """The piece that is given to the program in the column ``name``."""
        piece = self._piece(_INPUT, (name,))
        self._inputs[piece] = name
        return Value(piece)

    def _piece(self, operation: str, operands: tuple[Any, ...]) -> int:
        key = (operation, operands)
        if key not in self._known:
            piece = self._known[key] = len(self._pieces)
            self._pieces.append((operation, operands if operation in _OPERATIONS else ()))
            if operation in _ALWAYS_FINITE or (operation in _KEEP_FINITE and self._safe.issuperset(operands)):
                self._safe.add(piece)
        return self._known[key]

    def constant(self, value: Value) -> float | None:
        """What a piece is in every draw, or None if it is drawn."""
        return self._constants.get(value.piece)

    def tree(self, node: Node, named: Callable[[str], Value]) -> Value:
        """The piece that an expression's tree stands for, its names looked up by ``named``."""
        match node:
            case Number(value=value):
                return self.number(value)
            case Name(name=name):
                return named(name)
            case Minus(operand=operand):
                return self.apply("minus", self.tree(operand, named))
            case Not(operand=operand):
                return self.apply("==", self._watched(self.tree(operand, named)), self.number(0.0))
            case Power(base=base, exponent=exponent):
                return self.apply("**", *(self._watched(self.tree(each, named)) for each in (base, exponent)))
            case Chain():
                return self._chain(node, named)
            case Call():
                return self._call(node, named)
        raise AssertionError(f"no rule for {type(node).__name__}")

    def _chain(self, node: Chain, named: Callable[[str], Value]) -> Value:
        first = node.operators[0]
        if first in ("and", "or"):
            return self._logic(first, (self.tree(operand, named) for operand in node.operands))
        if first in _COMPARISONS:
            watched = [self._watched(self.tree(operand, named)) for operand in node.operands]
            pairs = zip(node.operators, watched[:-1], watched[1:], strict=True)
            return self._logic("and", (self.apply(*pair) for pair in pairs))
        result = self.tree(node.operands[0], named)
        for operator, following in zip(node.operators, node.operands[1:], strict=True):
            operand = self.tree(following, named)
            result = self.apply(operator, result, self._watched(operand) if operator == "/" else operand)
        return result

    def _logic(self, operator: str, operands: Iterable[Value]) -> Value:
        """``and`` or ``or`` of operands that are looked at up to the first constant that decides."""
        decisive = operator == "or"
        result = self.number(float(not decisive))
        for operand in operands:
            truth = self.apply("!=", self._watched(operand), self.number(0.0))
            constant = self.constant(truth)
            if constant is None and self.constant(result) is None:
                result = self.apply(operator, result, truth)
            elif constant is None:
                result = truth._replace(hazards=_hazards((result, truth)))
            elif bool(constant) == decisive:
                return truth._replace(hazards=_hazards((result, truth)))
            else:
                result = result._replace(hazards=_hazards((result, truth)))
        return result

    def _call(self, node: Call, named: Callable[[str], Value]) -> Value:
        if node.function == "where":
            return self._where(node, named)
        operands = [self.tree(argument, named) for argument in node.arguments]
        if node.function in ("min", "max"):
            watched = [self._watched(operand) for operand in operands]
            return reduce(lambda left, right: self.apply(node.function, left, right), watched)
        if node.function == "clip":
            value, low, high = (self._watched(operand) for operand in operands)
            result = self.apply("min", self.apply("max", value, low), high)
            return result._replace(hazards=result.hazards | self.ordered(low, high).hazards)
        if node.function == "exp":
            operands = [self._watched(operand) for operand in operands]
        return self.apply(node.function, *operands)

    def ordered(self, low: Value, high: Value) -> Value:
        """0 / 1 where two pieces are in order, else 0 / 0, which is no number; to be looked at, and never used."""
        order = self.apply("<=", self._watched(low), self._watched(high))
        return self._watched(self.apply("/", self.number(0.0), order))

    def _where(self, node: Call, named: Callable[[str], Value]) -> Value:
        condition = self._watched(self.tree(node.arguments[0], named))
        constant = self.constant(condition)
        if constant is None:
            return self.apply(
                "where", condition, *(self._watched(self.tree(side, named)) for side in node.arguments[1:])
            )
        chosen = self.tree(node.arguments[1 if constant else 2], named)
        return chosen._replace(hazards=chosen.hazards | condition.hazards)

    def _watched(self, value: Value) -> Value:
        """``value``, to be looked at because what uses it may hide that it is not finite."""
        return value if value.piece in self._safe else value._replace(hazards=value.hazards | {value.piece})

    def apply(self, operation: str, *operands: Value) -> Value:
        """The piece that an operation makes of pieces, or an older piece that is always the same."""
        hazards = _hazards(operands)
        same = self._simplified(operation, operands)
        if same is not None:
            return same._replace(hazards=same.hazards | hazards)
        pieces = tuple(operand.piece for operand in operands)
        piece = self._piece(operation, tuple(sorted(pieces)) if operation in _COMMUTATIVE else pieces)
        return Value(piece, hazards)

    def _simplified(self, operation: str, operands: Sequence[Value]) -> Value | None:
        """A piece that equals the operation's result in every draw, but for the sign of zero."""
        constants = [self.constant(operand) for operand in operands]
        numbers = [constant for constant in constants if constant is not None]
        if len(numbers) == len(operands):
            folded = _folded(operation, numbers)
            return self.number(folded) if np.isfinite(folded) else None
        match operation, constants:
            case ("+", [0.0, None]) | ("*", [1.0, None]):
                return operands[1]
            case ("+" | "-", [None, 0.0]) | ("*" | "/", [None, 1.0]):
                return operands[0]
            case ("-", [0.0, None]):
                return self.apply("minus", operands[1])
            case ("*", [0.0, None]):
                return self.number(0.0)._replace(hazards=self._watched(operands[1]).hazards)
            case ("*", [None, 0.0]):
                return self.number(0.0)._replace(hazards=self._watched(operands[0]).hazards)
            case ("!=", [None, 0.0]) if self._pieces[operands[0].piece][0] in _TRUTHS:
                return operands[0]
        return None

    def finish(self, results: Sequence[Value]) -> tuple[Program, Ints]:
        """The program that works ``results``, and int32[len(results)]: the column in which each of them comes out."""
        rows: dict[int, int] = {}
        columns = [rows.setdefault(value.piece, len(rows)) for value in results]
        num_results = len(rows)
        hazards: list[set[int]] = [{column} for column in range(num_results)]
        for value, column in zip(results, columns, strict=True):
            hazards[column].update(rows.setdefault(piece, len(rows)) for piece in sorted(value.hazards))
        inputs = tuple(self._inputs.values())
        fixed = {piece: slot for slot, piece in enumerate((*self._constants, *self._inputs))}
        steps, num_registers = self._steps(rows, fixed)
        program = Program(
            inputs=inputs,
            constants=np.array(list(self._constants.values())),
            steps=tuple(steps),
            num_results=num_results,
            num_rows=len(rows),
            num_registers=num_registers,
            hazards=tuple(tuple(sorted(each)) for each in hazards),
        )
        return program, np.array(columns, dtype=np.int32)

    def _steps(self, rows: dict[int, int], fixed: dict[int, int]) -> tuple[list[Step], int]:
        """The steps that fill ``rows``, and how many registers they need; ``fixed`` has the slots of what is given."""
        slots = dict(fixed)
        slots.update((piece, len(fixed) + row) for piece, row in rows.items() if piece not in fixed)
        steps = [Step("copy", (fixed[piece],), len(fixed) + row) for piece, row in rows.items() if piece in fixed]
        last = self._last_uses(piece for piece in rows if piece not in fixed)
        free: list[int] = []
        num_registers = 0
        for piece in sorted(last):
            operation, operands = self._pieces[piece]
            if piece not in slots:
                if not free:
                    free.append(len(fixed) + len(rows) + num_registers)
                    num_registers += 1
                slots[piece] = free.pop()
            steps.append(Step(operation, tuple(slots[each] for each in operands), slots[piece]))
            done = {each for each in operands if last.get(each) == piece and each not in rows}
            free.extend(slots[each] for each in sorted(done))
        return steps, num_registers

    def _last_uses(self, wanted: Iterable[int]) -> dict[int, int]:
        """Every piece that is worked for the wanted ones, with the last piece that uses it (itself if none does)."""
        last: dict[int, int] = {}
        waiting = list(wanted)
        while waiting:
            piece = waiting.pop()
            if piece in last:
                continue
            last[piece] = piece
            waiting.extend(each for each in self._pieces[piece][1] if self._pieces[each][0] in _OPERATIONS)
        for piece in sorted(last):
            last.update((each, piece) for each in self._pieces[piece][1] if each in last)
        return last


def _hazards(values: Iterable[Value]) -> frozenset[int]:
    return frozenset[int]().union(*(value.hazards for value in values))


def _folded(operation: str, numbers: list[float]) -> float:
    """The operation's result on numbers, worked as on the arrays of draws."""
    result = np.empty(1)
    with np.errstate(all="ignore"):
        _OPERATIONS[operation](*(np.array([number]) for number in numbers), out=result)
    return float(result[0])
