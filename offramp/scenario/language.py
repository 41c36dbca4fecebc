"""The scenario language: every key of a scenario file, once, as shapes.

Reading, error messages and the JSON Schema all come from the declarations here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offramp.errors import DistributionError
from offramp.scenario.blocks import FOLDER, block_names
from offramp.scenario.distributions import KINDS, Distribution
from offramp.scenario.later import AFTERMATH, LABEL, LABELLED, ROUNDS, STARTS
from offramp.scenario.model import DEFAULT_GRID
from offramp.scenario.nodes import Entries, Items, Node, Scalar
from offramp.scenario.scalars import Day, Formula, Name, Number, Text, Word, told
from offramp.scenario.shape import (
    MALFORMED,
    Either,
    ExactlyOne,
    Field,
    ListOf,
    MapOf,
    Needs,
    NotTogether,
    Place,
    Record,
    Schema,
    Shape,
    describe,
    entries,
)

FORMAT = "offramp/1"
"""What stands in ``format:``."""

MAX_GRID = 1000
"""Most atoms for a private assumption."""

MAX_OPTIONS = 10_001
"""Most options of a term given as a range."""

JUDGEMENT = "judgement"
"""The short form of a basis that rests on nothing but judgement."""


@dataclass(frozen=True)
class Uncertain(Shape):
    """A number or a distribution; reads as :class:`~offramp.scenario.distributions.Distribution`."""

    phrase: str = "a number or a distribution, such as {pert: [60, 80, 100]}"

    def accepts(self, node: Node) -> bool:
        return not isinstance(node, Items)

    def read(self, node: Node, place: Place) -> Any:
        if isinstance(node, Items) or (isinstance(node, Scalar) and node.value is None):
            return place.problem(describe(node), self.phrase, "name the kind of distribution")
        before = len(place.report.problems)
        value = _plain(node, place)
        if len(place.report.problems) > before:
            return MALFORMED
        try:
            return Distribution.parse(value)
        except DistributionError as error:
            at = place
            for key in error.path:
                at = Place(place.report, (*at.path, key), place.report.positions.get((*at.path, key), at.position))
            place.report.damaged.add(place.path)
            return at.problem(told(error.found), error.allowed or self.phrase, error.remedy)

    def schema(self) -> Schema:
        number: Schema = {"type": "number"}
        kinds = {kind.name: _kind_schema(kind.parameters) for kind in KINDS.values()}
        kinds["choice"] = {"type": "array", "items": number, "minItems": 1, "description": "equally likely values"}
        chance: Schema = {"type": "number", "minimum": 0, "maximum": 1}
        kinds["discrete"] = {
            "type": "object",
            "additionalProperties": chance,
            "minProperties": 1,
            "description": "value: probability",
        }
        one = {"minProperties": 1, "maxProperties": 1}
        return {"anyOf": [number, {"type": "object", "properties": kinds, "additionalProperties": False, **one}]}


def _kind_schema(parameters: tuple[str, ...]) -> Schema:
    """A distribution's parameters: in order as a list, or each by its name."""
    number: Schema = {"type": "number"}
    count = len(parameters)
    listed = {"type": "array", "items": number, "minItems": count, "maxItems": count}
    named = {
        "type": "object",
        "properties": dict.fromkeys(parameters, number),
        "required": list(parameters),
        "additionalProperties": False,
    }
    return {"anyOf": [listed, named], "description": ", ".join(parameters)}


def _plain(node: Node, place: Place) -> object:
    """The node as dictionaries, lists and scalars; notes positions and reports keys that stand twice."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        spots = [place.inside(str(index), (item.line, item.column)) for index, item in enumerate(node.items)]
        return [_plain(item, spot) for item, spot in zip(node.items, spots, strict=True)]
    return {_key(key): _plain(value, at) for key, value, at in entries(node, place)}


def _key(node: Node) -> object:
    return node.value if isinstance(node, Scalar) else None


@dataclass(frozen=True)
class RangeOfOptions(Shape):
    """``{range: [low, high, count]}``: evenly spaced options o0, o1 and so on; reads as a dictionary."""

    phrase: str = "{range: [low, high, count]}"

    def accepts(self, node: Node) -> bool:
        return isinstance(node, Entries) and any(
            isinstance(key, Scalar) and key.text == "range" and isinstance(value, Items) for key, value in node.entries
        )

    def read(self, node: Node, place: Place) -> Any:
        pairs = list(entries(node, place)) if isinstance(node, Entries) else []
        value, at = pairs[0][1], pairs[0][2]
        if len(pairs) != 1 or not isinstance(value, Items):
            return place.problem("other keys beside range:", self.phrase, "leave only range:")
        if len(value.items) != 3:
            return at.problem(f"{len(value.items)} values", "[low, high, count]", "give three numbers")
        shapes = (Number(), Number(), Number(2, MAX_OPTIONS, whole=True))
        spots = [at.inside(str(i), (item.line, item.column)) for i, item in enumerate(value.items)]
        numbers = [shape.read(item, spot) for shape, item, spot in zip(shapes, value.items, spots, strict=True)]
        if any(number is MALFORMED for number in numbers):
            return MALFORMED
        return evenly_spaced(*numbers)

    def schema(self) -> Schema:
        shapes = (Number(), Number(), Number(2, MAX_OPTIONS, whole=True))
        triple = {"type": "array", "prefixItems": [shape.schema() for shape in shapes], "minItems": 3, "maxItems": 3}
        return {
            "type": "object",
            "properties": {"range": triple},
            "required": ["range"],
            "additionalProperties": False,
        }


def evenly_spaced(low: float, high: float, count: int) -> dict[str, float]:
    """The options of a range: ``o0`` at ``low`` to the last at ``high``."""
    return {f"o{i}": (low * (count - 1 - i) + high * i) / (count - 1) for i in range(count)}


@dataclass(frozen=True)
class Parties(Shape):
    """``all``, one party, or a list of parties; reads as ``"all"`` or a tuple of names."""

    phrase: str = "all, or a list of parties"

    def accepts(self, node: Node) -> bool:
        return not isinstance(node, Entries)

    def read(self, node: Node, place: Place) -> Any:
        if isinstance(node, Entries):
            return place.problem(describe(node), self.phrase, "write all, or a list of parties")
        if isinstance(node, Items):
            return tuple(ListOf(_NAME, self.phrase).read(node, place))
        if "," in node.text:
            return place.problem(describe(node), self.phrase, f"write it as a list: [{node.text}]")
        name = _NAME.read(node, place)
        return name if name in (MALFORMED, "all") else (name,)

    def schema(self) -> Schema:
        return {"anyOf": [_NAME.schema(), {"type": "array", "items": _NAME.schema()}]}


_NAME = Name()
_TEXT = Text()
_FORMULA = Formula()
_PARTIES = Parties()

SOURCE = Record(
    (
        Field("title", _TEXT, "the document's title", required=True),
        Field("publisher", _TEXT, "who published it"),
        Field("date", Day(), "when it was published"),
        Field("url", _TEXT, "where it is to be found"),
        Field(
            "reliability",
            Word(("A", "B", "C", "D", "E", "F"), "use the Admiralty letter: A (reliable) to F (cannot be judged)"),
            "Admiralty grade of the source: A (reliable) to F (cannot be judged)",
        ),
        Field("file", _TEXT, "file with the text at hand, beside the scenario file"),
    ),
    "a mapping with title:",
)

_TERM_FORMS = "a list of options, a mapping from options to numbers, or {range: [low, high, count]}"
TERM = Either(
    (
        ListOf(_NAME, "a list of options", least=1),
        RangeOfOptions(),
        MapOf(_NAME, Number(), "a mapping from options to numbers", least=1),
    ),
    _TERM_FORMS,
)

BASIS = Record(
    (
        Field("source", _NAME, "name of a document under sources:"),
        Field("base_rate", _TEXT, "how often such a thing happened, and among which cases"),
        Field("study", _TEXT, "a published study that gives the number"),
        Field("judgement", _TEXT, "why we judge so, where no document says it"),
        Field("paragraph", Number(1, whole=True), "paragraph of the source, counted from 1"),
        Field("passage", _TEXT, "words by which the passage is found in the source"),
        Field("says", _TEXT, "what it says, in your own words"),
        Field(
            "credibility",
            Number(1, 6, whole=True),
            "Admiralty grade of what is said: 1 (confirmed) to 6 (cannot be judged)",
        ),
    ),
    "a mapping with source:, base_rate:, study: or judgement:",
    (
        ExactlyOne(("source", "base_rate", "study", "judgement")),
        Needs("paragraph", "source"),
        Needs("passage", "source"),
        Needs("credibility", "source"),
        NotTogether("paragraph", "passage"),
    ),
)
_ONE_BASIS = Either((BASIS, Word((JUDGEMENT,))), BASIS.phrase)
BASES = Either((ListOf(_ONE_BASIS, "a list of bases"), _ONE_BASIS), "a list of bases, or judgement")

ASSUMPTION = Record(
    (
        Field("value", Uncertain(), "a number or a distribution", required=True),
        Field("meaning", _TEXT, "what the number is, in words"),
        Field("unit", _TEXT, "what it is counted in"),
        Field("basis", BASES, "what it rests on; without one the tool calls it a judgement"),
        Field("private_to", _NAME, "the one party that learns the drawn value"),
        Field("grid", Number(1, MAX_GRID, whole=True), f"atoms for a private value; {DEFAULT_GRID} by default"),
    ),
    "a mapping with value:",
    (Needs("grid", "private_to"),),
)

CORRELATION = Record(
    (
        Field("between", ListOf(_NAME, "a list of two assumptions", least=2), "two assumptions", required=True),
        Field("rank", Number(-1, 1), "Spearman rank correlation", required=True),
    ),
    "a mapping with between: and rank:",
)

CHOICE = Record(
    (
        Field("next", _NAME, "the move or outcome that follows", required=True),
        Field("probability", _FORMULA, "chance moves only; one choice may leave it out and takes the rest"),
        Field("when", _FORMULA, "the choice is there only where this holds; over earlier moves and terms"),
        Field("known_to", _PARTIES, "the parties that see this choice, in place of the move's known_to"),
        Field(
            "reveals",
            MapOf(_NAME, _PARTIES, "a mapping from moves to parties"),
            "earlier moves, or this one, with the parties that now learn what was chosen there",
        ),
        LABEL,
    ),
    "a mapping with next:",
)

MOVE = Record(
    (
        Field("by", _NAME, "the party that chooses, or chance", required=True),
        Field("choices", MapOf(_NAME, CHOICE, "a mapping from choices to what follows", least=1), "what can be chosen"),
        Field("sets", _NAME, "the term whose options are the choices"),
        Field("next", _NAME, "with sets: what follows every option"),
        Field("known_to", _PARTIES, "the parties that see the choice; without it all do"),
        LABEL,
    ),
    "a mapping with by: and choices:",
    (ExactlyOne(("choices", "next")), Needs("next", "sets")),
)

OUTCOME = Record(
    (
        Field("payoffs", MapOf(_NAME, _FORMULA, "a mapping from parties to expressions"), "per party", required=True),
        Field("starts", STARTS, "the state in which the aftermath starts, or the probability of each"),
        LABEL,
    ),
    "a mapping with payoffs:",
)

ANSWER = Record(
    (
        Field("says", _TEXT, "completes the sentence: it is likely that ...", required=True),
        Field("when", _FORMULA, "over move.choice, outcome.name and terms", required=True),
        Field("given", _FORMULA, "ask only about paths on which this holds; over the same names as when:"),
        Field("given_says", _TEXT, "the condition in words, completes the sentence: if ..."),
    ),
    "a mapping with says: and when:",
    (Needs("given", "given_says"), Needs("given_says", "given")),
)

PRECISION = Either(
    (MapOf(_NAME, _FORMULA, "a mapping from parties to expressions", least=1), _FORMULA),
    "an expression or a number, or a mapping from parties to such",
)


_LIMITS = MapOf(_FORMULA, Number(), "a mapping from expressions to numbers", least=1)
_OPTIONS = Either((_NAME, ListOf(_NAME, "a list of options", least=1)), "an option, or a list of options")

OFFERS = Record(
    (
        Field("for", _NAME, "the party whose side is choosing; without it the one that makes the offer"),
        Field("made", _TEXT, "the choice by which an offer is made, move.choice"),
        Field("accepted", _TEXT, "the choice by which it is accepted, move.choice"),
        Field("kept", _NAME, "the answer that says that an accepted offer is kept; without it the headline"),
        Field(
            "forbid",
            ListOf(MapOf(_NAME, _OPTIONS, "a mapping from terms to options", least=1), "a list of mappings", least=1),
            "what may not be offered: all terms of one entry together",
        ),
        Field("at_most", _LIMITS, "expressions over terms and shared assumptions, each with its largest mean"),
        Field("at_least", _LIMITS, "the same with their smallest means"),
    ),
    "a mapping with for:, made:, accepted:, kept:, forbid:, at_most: or at_least:",
)

OBSERVATION = Record(
    (
        Field("saw", MapOf(_NAME, _NAME, "a mapping from moves to choices", least=1), "what was done", required=True),
        Field("says", _TEXT, "what was seen, in words"),
        Field("offer", MapOf(_NAME, _NAME, "a mapping from terms to options"), "terms that stood otherwise then"),
        Field("basis", BASES, "what says that it happened"),
    ),
    "a mapping with saw:",
)
OBSERVED = Either((ListOf(OBSERVATION, "a list of observations"), OBSERVATION), "a list of observations, or one")


_BLOCKS = tuple(name for block in block_names() for name in (block, f"{FOLDER}/{block}"))
_BLOCK = Word(_BLOCKS)
_WITH = Either(
    (_BLOCK, MapOf(_BLOCK, MapOf(_NAME, _FORMULA, "a mapping from parameters to names"), "a block", least=1)),
    "a block, or a block with its parameters",
)
USES = Either((ListOf(_WITH, "a list of blocks"), _WITH), "a list of blocks")


def _named(shape: Shape, what: str, least: int = 0) -> MapOf:
    return MapOf(_NAME, shape, f"a mapping from names to {what}", least)


SCENARIO = Record(
    (
        Field("format", Word((FORMAT,), f"write format: {FORMAT}"), "the language's version", required=True),
        Field("title", _TEXT, "what the standoff is called", required=True),
        Field("as_of", Day(), "the day on which the scenario's knowledge ends"),
        Field("question", _TEXT, "what the scenario is to answer"),
        Field("sources", _named(SOURCE, "documents"), "documents that assumptions rest on"),
        Field("parties", _named(LABELLED, "labels", 1), "who takes part", required=True),
        Field("terms", _named(TERM, "options"), "what can be offered; options from least to most generous"),
        Field("offer", _named(_NAME, "options"), "the offer on the table: one option of each term"),
        Field("assumptions", _named(ASSUMPTION, "assumptions"), "the numbers that we are unsure of"),
        Field("correlations", ListOf(CORRELATION, "a list of correlations"), "rank correlations of assumptions"),
        Field("formulas", _named(_FORMULA, "expressions"), "named pieces for use in expressions"),
        Field("moves", _named(MOVE, "moves", 1), "who chooses when; the first is where it starts", required=True),
        Field("outcomes", _named(OUTCOME, "outcomes", 1), "how it can end, and what that is worth", required=True),
        Field("answers", _named(ANSWER, "answers"), "yes-or-no questions on the path; the first is the headline"),
        Field("aftermath", AFTERMATH, "what comes after the outcomes"),
        Field("use", USES, "ready pieces to build with"),
        Field("rounds", ROUNDS, "how often a part of it can be gone through again"),
        Field("precision", PRECISION, "how precisely parties choose; without it they make no mistakes"),
        Field("offers", OFFERS, "how offers are compared: for whom, and what may not be offered"),
        Field("observed", OBSERVED, "what was seen to happen, from which something can be learnt"),
    ),
    f"a mapping that starts with format: {FORMAT}",
)
