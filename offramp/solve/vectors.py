"""Vectors of doubles, and of truths, as types of compiled code.

Numba has no such types; they are added here with its extension interface. A ``lanes`` is one vector register or a few,
whatever the machine has; ``mask`` is what comparing two of them gives. Arithmetic and comparisons take a number on one
side. A product and the sum that takes it up are one operation, rounded once, where the machine has it; nothing else is
contracted or reordered, and nothing depends on the lane.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic as numba_intrinsic
from numba.extending import models, overload, register_model

WIDTH = 16
"""Numbers in a vector."""

insert_function: Any = cgutils.get_or_insert_function


def intrinsic(function: Callable[..., Any]) -> Any:
    """Numba's decorator: ``function`` writes the instructions of another, without its first parameter."""
    return numba_intrinsic(function)


class LanesType(types.Type):
    """The type of a vector of doubles."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


class MaskType(types.Type):
    """The type of a vector of truths."""

    def __init__(self) -> None:
        super().__init__(name="LaneMask")


lanes = LanesType()
mask = MaskType()

_LONG = ir.IntType(64)
_DOUBLES = ir.VectorType(ir.DoubleType(), WIDTH)
_TRUTHS = ir.VectorType(ir.IntType(1), WIDTH)
_LONGS = ir.VectorType(_LONG, WIDTH)


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, front: Any) -> None:
        super().__init__(manager, front, _DOUBLES)  # type: ignore[no-untyped-call]


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, front: Any) -> None:
        super().__init__(manager, front, _TRUTHS)  # type: ignore[no-untyped-call]


def offer(function: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Numba's ``overload``, for code that is copied to where it is called."""
    return overload(function, strict=False, jit_options={"forceinline": True})


def _splat(builder: Any, value: Any, vector: Any = _DOUBLES) -> Any:
    """A vector with ``value`` in every lane."""
    empty = ir.Constant(vector, ir.Undefined)
    index = ir.IntType(32)
    first = builder.insert_element(empty, value, ir.Constant(index, 0))
    return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(index, WIDTH), [0] * WIDTH))


def _widened(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    if kind == lanes:
        return value
    return _splat(builder, context.cast(builder, value, kind, types.float64))


def _longs(value: int) -> Any:
    return ir.Constant(_LONGS, [value] * WIDTH)


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any, axes: int) -> Any:
    """Where the vector begins that the first argument, an array, holds at the ``axes`` indices after it."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    place = context.cast(builder, arguments[1], signature.args[1], types.int64)
    for axis in range(1, axes):
        index = context.cast(builder, arguments[1 + axis], signature.args[1 + axis], types.int64)
        place = builder.add(builder.mul(place, builder.extract_value(array.shape, axis)), index)
    start = builder.gep(array.data, [builder.mul(place, ir.Constant(_LONG, WIDTH))])
    return builder.bitcast(start, _DOUBLES.as_pointer())


@intrinsic
def load_item(typing: Any, array: Any, i: Any) -> Any:
    """``array[i]`` of an array with one axis, for i of at least 0: nothing is done for indices from the end."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        index = context.cast(builder, arguments[1], signature.args[1], types.int64)
        return builder.load(builder.gep(data, [index], inbounds=True))

    return array.dtype(array, i), generate


@intrinsic
def load(typing: Any, array: Any, i: Any) -> Any:
    """Row ``i`` of ``array[n, WIDTH]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(context, builder, signature, arguments, 1), align=8)

    return lanes(array, i), generate


@intrinsic
def load_cell(typing: Any, array: Any, i: Any, j: Any) -> Any:
    """Entry ``i, j`` of ``array[m, n, WIDTH]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(context, builder, signature, arguments, 2), align=8)

    return lanes(array, i, j), generate


@intrinsic
def store(typing: Any, array: Any, i: Any, value: Any) -> Any:
    """Overwrite row ``i`` of ``array[n, WIDTH]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = _widened(context, builder, arguments[2], signature.args[2])
        builder.store(vector, _pointer(context, builder, signature, arguments, 1), align=8)
        return context.get_dummy_value()

    return types.void(array, i, value), generate


@intrinsic
def store_cell(typing: Any, array: Any, i: Any, j: Any, value: Any) -> Any:
    """Overwrite entry ``i, j`` of ``array[m, n, WIDTH]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = _widened(context, builder, arguments[3], signature.args[3])
        builder.store(vector, _pointer(context, builder, signature, arguments, 2), align=8)
        return context.get_dummy_value()

    return types.void(array, i, j, value), generate


@intrinsic
def widen(typing: Any, value: Any) -> Any:
    """A number in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _widened(context, builder, arguments[0], signature.args[0])

    return lanes(value), generate


@intrinsic
def select(typing: Any, truth: Any, yes: Any, no: Any) -> Any:
    """``yes`` in the lanes where ``truth`` holds, ``no`` in the others."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        yes = _widened(context, builder, arguments[1], signature.args[1])
        no = _widened(context, builder, arguments[2], signature.args[2])
        return builder.select(arguments[0], yes, no)

    return lanes(truth, yes, no), generate


@intrinsic
def any_lane(typing: Any, truth: Any) -> Any:
    """Whether a mask holds in any lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        packed = builder.bitcast(arguments[0], ir.IntType(WIDTH))
        return builder.icmp_unsigned("!=", packed, ir.Constant(ir.IntType(WIDTH), 0))

    return types.boolean(truth), generate


@intrinsic
def invert(typing: Any, truth: Any) -> Any:
    """The lanes where a mask does not hold."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.not_(arguments[0])

    return mask(truth), generate


@intrinsic
def fetch_and_add(typing: Any, array: Any, amount: Any) -> Any:
    """Add ``amount`` to ``array[0]``, int64[1], whatever other threads do with it; returns what stood there before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        value = context.cast(builder, arguments[1], signature.args[1], types.int64)
        return builder.atomic_rmw("add", pointer, value, "monotonic")

    return types.int64(array, amount), generate


def _library(name: str) -> Any:
    """One of LLVM's functions of a vector."""

    @intrinsic
    def apply(typing: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind = ir.FunctionType(_DOUBLES, [_DOUBLES])
            function = insert_function(builder.module, kind, f"{name}.v{WIDTH}f64")
            return builder.call(function, arguments)

        return lanes(value), generate

    return apply


absolute = _library("llvm.fabs")
square_root = _library("llvm.sqrt")


@intrinsic
def power_of_two(typing: Any, rounded: Any) -> Any:
    """2**n for the whole number n that the last digits of ``rounded``, a number near 1.5 * 2**52, hold."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], _LONGS)
        exponent = builder.shl(builder.add(bits, _longs(1023)), _longs(52))
        return builder.bitcast(exponent, _DOUBLES)

    return lanes(rounded), generate


@intrinsic
def exponent_of(typing: Any, value: Any) -> Any:
    """The whole number n with 2**n <= value < 2**(n + 1), as a double; for positive normal numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        raised = builder.lshr(builder.bitcast(arguments[0], _LONGS), _longs(52))
        shifted = builder.bitcast(builder.or_(raised, _longs(0x4330000000000000)), _DOUBLES)
        return builder.fsub(shifted, ir.Constant(_DOUBLES, [2.0**52 + 1023.0] * WIDTH))

    return lanes(value), generate


@intrinsic
def mantissa_of(typing: Any, value: Any) -> Any:
    """A positive normal number divided by two to its exponent: from 1 to 2."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        digits = builder.and_(builder.bitcast(arguments[0], _LONGS), _longs(0x000FFFFFFFFFFFFF))
        return builder.bitcast(builder.or_(digits, _longs(0x3FF0000000000000)), _DOUBLES)

    return lanes(value), generate


def _numbers(*kinds: Any) -> bool:
    """Whether all are vectors or numbers, and one a vector."""
    return lanes in kinds and all(kind == lanes or isinstance(kind, types.Number) for kind in kinds)


def _add_arithmetic(function: Callable[..., Any], instruction: str) -> None:
    @intrinsic
    def apply(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pair = [_widened(context, builder, *each) for each in zip(arguments, signature.args, strict=True)]
            return getattr(builder, instruction)(*pair, flags=("contract",))

        return lanes(a, b), generate

    @offer(function)
    def arithmetic(a: Any, b: Any) -> Any:
        return (lambda a, b: apply(a, b)) if _numbers(a, b) else None


def _add_comparison(function: Callable[..., Any], sign: str) -> None:
    @intrinsic
    def apply(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pair = [_widened(context, builder, *each) for each in zip(arguments, signature.args, strict=True)]
            compare = builder.fcmp_unordered if sign == "!=" else builder.fcmp_ordered
            return compare(sign, *pair)

        return mask(a, b), generate

    @offer(function)
    def comparison(a: Any, b: Any) -> Any:
        return (lambda a, b: apply(a, b)) if _numbers(a, b) else None


def _add_logic(function: Callable[..., Any], instruction: str) -> None:
    @intrinsic
    def apply(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)

        return mask(a, b), generate

    @offer(function)
    def logic(a: Any, b: Any) -> Any:
        return (lambda a, b: apply(a, b)) if a == mask and b == mask else None


@intrinsic
def _opposite(typing: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fneg(arguments[0])

    return lanes(value), generate


@offer(operator.neg)
def _negation(value: Any) -> Any:
    return (lambda value: _opposite(value)) if value == lanes else None


for _function, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _add_arithmetic(_function, _instruction)
for _function, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
    (operator.ne, "!="),
):
    _add_comparison(_function, _sign)
for _function, _instruction in ((operator.and_, "and_"), (operator.or_, "or_")):
    _add_logic(_function, _instruction)
