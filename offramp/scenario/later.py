"""The part of the scenario language that goes beyond one path: ``aftermath:`` and ``starts:``, and ``rounds:``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offramp.scenario.aftermath import FOREVER, MAX_YEARS
from offramp.scenario.nodes import Scalar
from offramp.scenario.rounds import MAX_ROUNDS
from offramp.scenario.scalars import Formula, Name, Number, Text
from offramp.scenario.shape import Either, Field, MapOf, NotTogether, Place, Record, ScalarShape, Schema

_NAME = Name()
_TEXT = Text()
_FORMULA = Formula()

LABEL = Field("label", _TEXT, "the words shown for it, in place of its name")
LABELLED = Either((_TEXT, Record((LABEL,), "a label, or {label: ...}")), "a label, or {label: ...}")


@dataclass(frozen=True)
class Years(ScalarShape):
    """A number of years, or the word for all that come; reads as int, or as the word."""

    phrase: str = f"a whole number from 1 to {MAX_YEARS}, or {FOREVER}"

    def convert(self, node: Scalar, place: Place) -> Any:
        if node.text == FOREVER:
            return FOREVER
        return Number(1, MAX_YEARS, whole=True).convert(node, place)

    def schema(self) -> Schema:
        return {"anyOf": [Number(1, MAX_YEARS, whole=True).schema(), {"const": FOREVER}]}


_BY_STATE = MapOf(_NAME, _FORMULA, "a mapping from states to expressions")
_BY_PARTY = MapOf(_NAME, _FORMULA, "a mapping from parties to expressions", least=1)

STARTS = Either(
    (_NAME, MapOf(_NAME, _FORMULA, "a mapping from states to probabilities", least=1)),
    "a state of the aftermath, or a mapping from states to probabilities",
)

INDICATOR = Record(
    (
        Field("start", _FORMULA, "what it is when the aftermath begins", required=True),
        Field("growth", _BY_STATE, "by state, the share by which it grows in a year"),
        Field("change", _BY_STATE, "by state, what a year adds to it"),
        Field("shock", _FORMULA, "standard deviation of what chance does to it in a year"),
        Field("least", Number(), "it does not fall below"),
        Field("most", Number(), "it does not rise above"),
        Field("unit", _TEXT, "what it is counted in"),
        LABEL,
    ),
    "a mapping with start:",
    (NotTogether("growth", "change"),),
)

_DISCOUNT = Either((_BY_PARTY, _FORMULA), "an expression or a number, or a mapping from parties to such")

ROUNDS = Record(
    (
        Field("from", _NAME, "the move with which a round begins", required=True),
        Field("limit", Number(1, MAX_ROUNDS, whole=True), "how many rounds there are", required=True),
        Field("otherwise", _NAME, "the outcome or move in place of the round after the last", required=True),
        Field("discount", _DISCOUNT, "what a point one round later is worth now"),
        Field("flows", _BY_PARTY, "what a round that ends by going on is worth to each party"),
    ),
    "a mapping with from:, limit: and otherwise:",
)

AFTERMATH = Record(
    (
        Field("years", Years(), f"how many years count, or {FOREVER}", required=True),
        Field(
            "discount",
            _DISCOUNT,
            "what a point a year later is worth now",
            required=True,
        ),
        Field(
            "states", MapOf(_NAME, LABELLED, "a mapping from states to labels", least=1), "its states", required=True
        ),
        Field("rates", MapOf(_NAME, _BY_STATE, "a mapping from states to mappings"), "yearly chances of going on"),
        Field("flows", MapOf(_NAME, _BY_PARTY, "a mapping from states to mappings"), "points a year, by party"),
        Field("indicators", MapOf(_NAME, INDICATOR, "a mapping from names to indicators"), "what follows the states"),
    ),
    "a mapping with years:, discount: and states:",
)
