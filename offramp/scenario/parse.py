"""From the text of an expression to its tree.

The grammar, loosest first; every operator but ``**`` groups from the left::

    or  >  and  >  not  >  < <= > >= == !=  >  + -  >  * /  >  unary + -  >  **

Chains of one level (``a + b - c``) are one node, so that the depth of the tree is the depth of nesting and stays below
``MAX_DEPTH``. The parser is a Pratt parser (Pratt 1973, "Top down operator precedence").
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace
from typing import NoReturn

from offramp.errors import ExpressionError
from offramp.scenario.tokens import FUNCTIONS, Kind, Token, tokenize

MAX_DEPTH = 100
"""How deep an expression may nest."""


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression; ``text[start:end]`` is what was written."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A reference such as ``p_leak`` or ``court.shielded``."""

    name: str


@dataclass(frozen=True, slots=True)
class Minus(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """``not operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """``base ** exponent``."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operands joined by operators of one level, from the left: sums, products, comparisons, ``and``, ``or``."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of its arguments."""

    function: str
    arguments: tuple[Node, ...]


_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _UNARY, _POWER = range(1, 9)

_LEVELS = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), _COMPARE),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/"), _PRODUCT),
    "**": _POWER,
}

_OTHER_NAMES = {
    "ln": "log",
    "log10": "log",
    "if": "where",
    "iif": "where",
    "ifelse": "where",
    "cond": "where",
    "clamp": "clip",
    "bound": "clip",
    "limit": "clip",
    "minimum": "min",
    "maximum": "max",
    "root": "sqrt",
    "fabs": "abs",
}

_REMEDIES = {
    "if": "write where(condition, value if true, value if false)",
    "else": "write where(condition, value if true, value if false)",
    "AND": "write and in small letters",
    "OR": "write or in small letters",
    "NOT": "write not in small letters",
    "is": "write == to compare",
    "in": "compare with each value: a == 1 or a == 2",
    "x": "write * for multiplication",
}


def parse_tree(text: str) -> Node:
    """The tree of an expression.

    Raises
    ------
    ExpressionError
        With the place, what was found, what is allowed and a remedy.
    """
    return _Parser(text).whole()


class _Parser:
    """One pass over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> Token:
        token = self.token
        self.position += 1
        return token

    def sees(self, operator: str) -> bool:
        return self.token.kind is Kind.OPERATOR and self.token.text == operator

    def fail(self, token: Token, found: str, allowed: str = "", remedy: str = "") -> NoReturn:
        raise ExpressionError(self.text, token.start, found, allowed, remedy)

    def whole(self) -> Node:
        tree = self.expression(_OR)
        if self.token.kind is not Kind.END:
            self.refuse_rest()
        return tree

    def expression(self, level: int) -> Node:
        """The longest expression here whose operators bind at least as tightly as ``level``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(
                self.token,
                "found an expression that nests too deeply",
                f"at most {MAX_DEPTH} levels",
                "name its pieces under formulas:",
            )
        left = self.operand(level)
        while self.token.kind is Kind.OPERATOR:
            next_level = _LEVELS.get(self.token.text, 0)
            if next_level < level or not next_level:
                break
            left = self.power(left) if next_level == _POWER else self.chain(left, next_level)
        self.depth -= 1
        return left

    def chain(self, first: Node, level: int) -> Node:
        operands, operators = [first], []
        while self.token.kind is Kind.OPERATOR and _LEVELS.get(self.token.text) == level:
            operators.append(self.advance().text)
            operands.append(self.expression(level + 1))
        return Chain(first.start, operands[-1].end, tuple(operands), tuple(operators))

    def power(self, base: Node) -> Node:
        self.advance()
        exponent = self.expression(_UNARY)
        return Power(base.start, exponent.end, base, exponent)

    def operand(self, level: int) -> Node:
        token = self.advance()
        if token.kind is Kind.NUMBER:
            return Number(token.start, token.end, self.number(token))
        if token.kind is Kind.NAME:
            return self.name_or_call(token)
        if token.text in ("-", "+"):
            return self.signed(token)
        if token.text == "not":
            return self.negated(token, level)
        if token.text == "(" and token.kind is Kind.OPERATOR:
            return self.bracket(token)
        return self.refuse_operand(token)

    def signed(self, sign: Token) -> Node:
        operand = self.expression(_UNARY)
        return Minus(sign.start, operand.end, operand) if sign.text == "-" else operand

    def negated(self, token: Token, level: int) -> Node:
        if level > _NOT:
            self.fail(token, "found 'not' inside arithmetic or a comparison", remedy="put brackets around it: (not …)")
        operand = self.expression(_NOT)
        return Not(token.start, operand.end, operand)

    def bracket(self, opening: Token) -> Node:
        inner = self.expression(_OR)
        return replace(inner, start=opening.start, end=self.close(opening).end)

    def close(self, opening: Token) -> Token:
        if self.sees(")"):
            return self.advance()
        if self.token.kind is Kind.END:
            self.fail(opening, "found a bracket that is never closed", remedy="add the missing )")
        return self.refuse_rest()

    def number(self, token: Token) -> float:
        value = float(token.text)
        if not math.isfinite(value):
            self.fail(token, f"found the number {_shorten(token.text)!r}, which is too large", "numbers below 1.8e308")
        return value

    def name_or_call(self, token: Token) -> Node:
        if self.sees("("):
            return self.call(token)
        if token.text in FUNCTIONS:
            self.fail(
                token,
                f"found the function {token.text!r} without its arguments",
                f"{token.text}(…)",
                f"write {token.text}(…)",
            )
        return Name(token.start, token.end, token.text)

    def call(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            self.refuse_function(token)
        opening = self.advance()
        arguments: list[Node] = []
        if not self.sees(")"):
            arguments.append(self.expression(_OR))
        while self.sees(","):
            self.advance()
            arguments.append(self.expression(_OR))
        closing = self.close(opening)
        self.check_count(token, len(arguments))
        return Call(token.start, closing.end, token.text, tuple(arguments))

    def check_count(self, token: Token, count: int) -> None:
        fewest, most = FUNCTIONS[token.text]
        if count < fewest or (most is not None and count > most):
            plural = "argument" if count == 1 else "arguments"
            allowed = f"{token.text} takes {fewest if most else f'{fewest} or more'}"
            self.fail(token, f"found {token.text} with {count} {plural}", allowed, _usage(token.text))

    def refuse_function(self, token: Token) -> NoReturn:
        close = difflib.get_close_matches(token.text.lower(), [*FUNCTIONS, *_OTHER_NAMES], n=1, cutoff=0.6)
        remedy = "to multiply, write * between the name and the bracket"
        if token.text in ("pow", "power"):
            remedy = "write a ** b"
        elif close:
            remedy = f"did you mean {_OTHER_NAMES.get(close[0], close[0])!r}?"
        self.fail(token, f"found {token.text!r} used as a function", "the functions " + " ".join(FUNCTIONS), remedy)

    def refuse_operand(self, token: Token) -> NoReturn:
        allowed = "a number, a name, a function or a bracket"
        if token.kind is Kind.END:
            self.fail(
                token,
                "found the end where a value is needed",
                allowed,
                "write the missing value or remove the last operator",
            )
        self.fail(
            token,
            f"found {token} where a value is needed",
            allowed,
            f"write the missing value before it or remove {token}",
        )

    def refuse_rest(self) -> NoReturn:
        """Fail at a token that cannot follow a finished value."""
        token, before = self.token, self.tokens[self.position - 1]
        allowed = "an operator or the end"
        if token.text == ")":
            self.fail(token, "found a ) that closes nothing", allowed, "remove it or add the missing (")
        if token.text == ",":
            remedy = "write decimals with a point and numbers without thousands separators"
            self.fail(token, "found a comma outside a function's arguments", allowed, remedy)
        remedy = (
            _REMEDIES.get(token.text) or _REMEDIES.get(before.text) or "write an operator between them, * to multiply"
        )
        self.fail(token, f"found {_shorten(str(token))} directly after {_shorten(str(before))}", allowed, remedy)


def _usage(function: str) -> str:
    arguments = {
        "clip": "value, low, high",
        "where": "condition, value if true, value if false",
        "min": "a, b, …",
        "max": "a, b, …",
    }
    return f"write {function}({arguments.get(function, 'a')})"


def _shorten(word: str, limit: int = 40) -> str:
    return word if len(word) <= limit else f"{word[:limit]}…"
