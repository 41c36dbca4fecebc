"""Shapes of single values: names, text, numbers, dates, one of a few words, expressions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from offramp.errors import ExpressionError
from offramp.scenario.expressions import Expression
from offramp.scenario.names import NAME_PATTERN, OPERATOR_WORDS, is_name, listing, meant, slip
from offramp.scenario.nodes import Scalar, character_position
from offramp.scenario.shape import Place, ScalarShape, Schema, describe


@dataclass(frozen=True)
class Name(ScalarShape):
    """A name that can stand in an expression; a value such as ``no`` or ``on`` is text here, as in YAML 1.2."""

    blank = ""
    phrase: str = "a name: letters a to z, digits and _, not starting with a digit"

    def convert(self, node: Scalar, place: Place) -> Any:
        if isinstance(node.value, bool):
            remedy = "use another word; true and false are not names in YAML"
            return place.problem(describe(node), self.phrase, remedy)
        if node.text in OPERATOR_WORDS:
            return place.problem(f"{node.text!r}, a word of the expression language", self.phrase, "use another name")
        if not is_name(node.text):
            return place.problem(f"{node.text!r}, which is not a name", self.phrase, self._remedy(node.text))
        return node.text

    def _remedy(self, text: str) -> str:
        if slipped := slip(text):
            return slipped.remedy
        joined = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in text.strip())
        joined = f"_{joined}" if joined[:1].isdigit() else joined
        return f"write {joined!r}, and put the words in label:" if is_name(joined) else ""

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?!(?:{'|'.join(sorted(OPERATOR_WORDS))})$){NAME_PATTERN}$"}


@dataclass(frozen=True)
class Text(ScalarShape):
    """Text that is not empty."""

    phrase: str = "text"

    def convert(self, node: Scalar, place: Place) -> Any:
        if not isinstance(node.value, str):
            return place.problem(describe(node), self.phrase, f"put it in quotes: '{node.text}'")
        if not node.text.strip():
            return place.problem("empty text", self.phrase, "write something, or take the key out")
        return node.text

    def schema(self) -> Schema:
        return {"type": "string", "pattern": "\\S"}


@dataclass(frozen=True)
class Word(ScalarShape):
    """One of a few words."""

    words: tuple[str, ...]
    remedy: str = ""

    @property
    def phrase(self) -> str:  # type: ignore[override]
        """The words, or the one word."""
        return f"one of {listing(self.words)}" if len(self.words) > 1 else repr(self.words[0])

    def convert(self, node: Scalar, place: Place) -> Any:
        if node.text in self.words:
            return node.text
        return place.problem(describe(node), self.phrase, self.remedy or meant(node.text, self.words))

    def schema(self) -> Schema:
        return {"enum": list(self.words)} if len(self.words) > 1 else {"const": self.words[0]}


@dataclass(frozen=True)
class Number(ScalarShape):
    """A finite number from ``least`` to ``most``."""

    least: float = -math.inf
    most: float = math.inf
    whole: bool = False

    @property
    def phrase(self) -> str:  # type: ignore[override]
        """The kind of number and its limits."""
        kind = "a whole number" if self.whole else "a number"
        if math.isinf(self.least) and math.isinf(self.most):
            return kind
        if math.isinf(self.most):
            return f"{kind} of at least {self.least:g}"
        return f"{kind} from {self.least:g} to {self.most:g}"

    def convert(self, node: Scalar, place: Place) -> Any:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            remedy = "take the quotes off" if not node.plain else "write a number"
            return place.problem(describe(node), self.phrase, remedy)
        if self.whole and not isinstance(value, int):
            return place.problem(describe(node), self.phrase, "write it without a decimal point")
        if not math.isfinite(value) or not self.least <= value <= self.most:
            return place.problem(describe(node), self.phrase, "choose a number in that range")
        return value

    def schema(self) -> Schema:
        least: Schema = {} if math.isinf(self.least) else {"minimum": self.least}
        most: Schema = {} if math.isinf(self.most) else {"maximum": self.most}
        return {"type": "integer" if self.whole else "number", **least, **most}


@dataclass(frozen=True)
class Day(ScalarShape):
    """A date, year-month-day; reads as :class:`datetime.date`."""

    phrase: str = "a date written year-month-day, such as 2024-08-15"

    def convert(self, node: Scalar, place: Place) -> Any:
        if len(node.text) == len("2024-08-15"):
            try:
                return date.fromisoformat(node.text)
            except ValueError:
                pass
        return place.problem(describe(node), self.phrase, "write the date as in the example")

    def schema(self) -> Schema:
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


@dataclass(frozen=True)
class Formula(ScalarShape):
    """An expression; reads as :class:`~offramp.scenario.expressions.Expression`."""

    phrase: str = "an expression or a number"

    def convert(self, node: Scalar, place: Place) -> Any:
        if isinstance(node.value, bool):
            return place.problem(describe(node), self.phrase, "write 1 for true and 0 for false")
        try:
            return Expression.parse(node.text)
        except ExpressionError as error:
            at = character_position(place.report.text, place.position, node.text, error.offset)
            return place.problem(told(error.found), error.allowed, error.remedy, at)

    def schema(self) -> Schema:
        return {"type": ["string", "number"]}


def told(found: str) -> str:
    """Messages of expressions and distributions say "found …"; a problem's ``found`` starts after that word."""
    return found.removeprefix("found ")
