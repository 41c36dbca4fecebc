"""A plain scalar twin of the expression language: one draw, Python floats, nothing from the code under test.

Trees are nested tuples; :func:`write` spells one out and :func:`value` works it, raising :class:`NoValueError` where it
has no finite value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Tree = Any
"""``("number", "1.5")``, ``("name", "a")``, ``("-", x)``, ``("not", x)``, ``("op", "+", x, y)``,
``("compare", x, "<", y, …)``, ``("and", x, y)``, ``("or", x, y)`` or ``("call", "max", x, …)``."""


class NoValueError(Exception):
    """The expression has no finite value in this draw."""


def write(tree: Tree) -> str:
    """The tree as text, every compound piece in brackets."""
    match tree:
        case ("number" | "name", text):
            return str(text)
        case ("-", inner):
            return f"(-{write(inner)})"
        case ("not", inner):
            return f"(not {write(inner)})"
        case ("op", operator, left, right):
            return f"({write(left)} {operator} {write(right)})"
        case ("compare", *parts):
            return "(" + " ".join(part if i % 2 else write(part) for i, part in enumerate(parts)) + ")"
        case ("and" | "or" as operator, left, right):
            return f"({write(left)} {operator} {write(right)})"
        case ("call", function, *arguments):
            return f"{function}({', '.join(map(write, arguments))})"
    raise AssertionError(tree)


def value(tree: Tree, names: Mapping[str, float]) -> float:  # noqa: PLR0911 - one rule a line
    """The tree's value."""
    match tree:
        case ("number", text):
            return float(text)
        case ("name", name):
            return names[name]
        case ("-", inner):
            return -value(inner, names)
        case ("not", inner):
            return float(value(inner, names) == 0)
        case ("op", operator, left, right):
            return _arithmetic(operator, value(left, names), value(right, names))
        case ("compare", *parts):
            return _comparison(parts, names)
        case ("and", left, right):
            return float(value(left, names) != 0 and value(right, names) != 0)
        case ("or", left, right):
            return float(value(left, names) != 0 or value(right, names) != 0)
        case ("call", "where", condition, if_true, if_false):
            return value(if_true if value(condition, names) != 0 else if_false, names)
        case ("call", function, *arguments):
            return _call(function, [value(each, names) for each in arguments])
    raise AssertionError(tree)


def _arithmetic(operator: str, left: float, right: float) -> float:
    try:
        if operator == "+":
            result: Any = left + right
        elif operator == "-":
            result = left - right
        elif operator == "*":
            result = left * right
        elif operator == "/":
            result = left / right
        else:
            result = left**right
    except ArithmeticError:
        raise NoValueError from None
    return _real(result)


def _real(result: Any) -> float:
    if isinstance(result, complex) or not math.isfinite(result):
        raise NoValueError
    return float(result)


def _comparison(parts: list[Any], names: Mapping[str, float]) -> float:
    left = value(parts[0], names)
    for operator, right_tree in zip(parts[1::2], parts[2::2], strict=True):
        right = value(right_tree, names)
        holds = {
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
            "==": left == right,
            "!=": left != right,
        }
        if not holds[operator]:
            return 0.0
        left = right
    return 1.0


def _call(function: str, arguments: list[float]) -> float:
    if function in ("min", "max"):
        return min(arguments) if function == "min" else max(arguments)
    if function == "clip":
        low, high = arguments[1:]
        if low > high:
            raise NoValueError
        return min(max(arguments[0], low), high)
    functions: dict[str, Callable[[float], float]] = {"abs": abs, "exp": math.exp, "log": math.log, "sqrt": math.sqrt}
    try:
        return _real(functions[function](arguments[0]))
    except (ValueError, OverflowError):
        raise NoValueError from None
