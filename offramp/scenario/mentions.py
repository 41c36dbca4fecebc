"""Where names stand in a scenario file: those of parties, terms, moves and all else that it declares or refers to.

The grammar below says for each place of the file what kind of name stands there. Names in expressions are found by
their words. A name may belong to another (``owner``): an option to its term, a choice to its move.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from offramp.errors import ExpressionError
from offramp.scenario.blocks import FOLDER, USE, Block, block, block_names
from offramp.scenario.nodes import Entries, Items, Node, Scalar, from_plain
from offramp.scenario.tokens import Kind, tokenize

PARTY, TERM, OPTION, ASSUMPTION, FORMULA, MOVE = "party", "term", "option", "assumption", "formula", "move"
CHOICE, OUTCOME, ANSWER, SOURCE, STATE, INDICATOR = "choice", "outcome", "answer", "source", "state", "indicator"

NUMBERS = (ASSUMPTION, TERM, FORMULA, MOVE)
"""Kinds of which names stand in expressions; no two of them share a name."""

OUTCOMES = "outcome"
"""The word before an outcome's name in an expression."""


@dataclass(frozen=True)
class Mention:
    """A name in a file.

    Attributes
    ----------
    node : Scalar
        Where it stands.
    offset : int
        Its first character in the node's text.
    name : str
    kinds : tuple of str
        What it may be a name of.
    owner : str
        Of an option its term, of a choice its move; else empty.
    """

    node: Scalar
    offset: int
    name: str
    kinds: tuple[str, ...]
    owner: str = ""


class Grammar(ABC):
    """What names stand in a node."""

    @abstractmethod
    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:
        """All names in a node; ``owner`` is the name under which it stands."""


@dataclass(frozen=True)
class Named(Grammar):
    """A name, or a list of names."""

    kinds: tuple[str, ...]

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:
        if isinstance(node, Scalar):
            yield Mention(node, 0, node.text, self.kinds, owner)
        elif isinstance(node, Items):
            for item in node.items:
                yield from self.mentions(item, owner)


@dataclass(frozen=True)
class Formula(Grammar):
    """An expression."""

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:  # noqa: ARG002
        if not isinstance(node, Scalar):
            return
        try:
            words = tokenize(node.text)
        except ExpressionError:
            return
        for word in words:
            if word.kind is Kind.NAME:
                yield from _of_word(node, word.text, word.start)


def _of_word(node: Scalar, text: str, start: int) -> Iterator[Mention]:
    root, dot, leaf = text.partition(".")
    if root == OUTCOMES and dot:
        yield Mention(node, start + len(root) + 1, leaf, (OUTCOME,))
        return
    yield Mention(node, start, root, NUMBERS)
    if dot:
        yield Mention(node, start + len(root) + 1, leaf, (OPTION, CHOICE), root)


@dataclass(frozen=True)
class Keyed(Grammar):
    """A mapping with known keys."""

    fields: Mapping[str, Grammar]

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:
        for key, value in node.entries if isinstance(node, Entries) else ():
            if isinstance(key, Scalar) and key.text in self.fields:
                yield from self.fields[key.text].mentions(value, owner)


@dataclass(frozen=True)
class Mapped(Grammar):
    """A mapping whose keys are names, or ``otherwise``. With ``owns`` what stands below a key belongs to it."""

    key: Grammar
    value: Grammar | None = None
    otherwise: Grammar | None = None
    owns: bool = False

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:
        if not isinstance(node, Entries):
            if self.otherwise is not None:
                yield from self.otherwise.mentions(node, owner)
            return
        for key, value in node.entries:
            yield from self.key.mentions(key, owner)
            if self.value is not None and isinstance(key, Scalar):
                yield from self.value.mentions(value, key.text if self.owns else owner)


@dataclass(frozen=True)
class Each(Grammar):
    """A list, or one item without a list around it."""

    item: Grammar

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:
        for item in node.items if isinstance(node, Items) else (node,):
            yield from self.item.mentions(item, owner)


@dataclass(frozen=True)
class Options(Grammar):
    """The options of a term: a list, or a mapping to numbers; a range names none."""

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:
        if isinstance(node, Items):
            yield from _OPTION.mentions(node, owner)
        elif isinstance(node, Entries):
            for key, value in node.entries:
                if not isinstance(value, Items):
                    yield from _OPTION.mentions(key, owner)


@dataclass(frozen=True)
class Uses(Grammar):
    """The building blocks: what their parameters name depends on where the block puts them."""

    def mentions(self, node: Node, owner: str = "") -> Iterator[Mention]:  # noqa: ARG002
        for _, found, given in used(node):
            for key, value in given.entries if given else ():
                if isinstance(key, Scalar) and isinstance(value, Scalar):
                    yield from parameter_mentions(found, key.text, value)


def used(node: Node) -> Iterator[tuple[tuple[str, ...], Block, Entries | None]]:
    """Every block that ``use:`` names: the path of its parameters from ``use``, and those that are given."""
    listed = isinstance(node, Items)
    for index, item in enumerate(node.items if isinstance(node, Items) else (node,)):
        path = (str(index),) if listed else ()
        for key, given in item.entries if isinstance(item, Entries) else ((item, None),):
            name = key.text.removeprefix(f"{FOLDER}/") if isinstance(key, Scalar) else ""
            if isinstance(key, Scalar) and name in block_names():
                yield (*path, key.text), block(name), given if isinstance(given, Entries) else None


def parameter_mentions(found: Block, parameter: str, value: Scalar) -> Iterator[Mention]:
    """What the value of a block's parameter names, once for each kind."""
    for kinds, owner in _uses_of(found.name).get(parameter, ()):
        if kinds == NUMBERS:
            yield from Formula().mentions(value)
        else:
            yield Mention(value, 0, value.text, kinds, owner)


@lru_cache
def _uses_of(name: str) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """For each parameter of a block, the kinds of names as which the block uses it."""
    found = block(name)
    marks = {parameter: f"parameter__{parameter}" for parameter in found.parameters}
    root = from_plain({**found.filled(found.fragment, marks), "outcomes": found.filled(found.ends, marks)})
    uses: dict[str, dict[tuple[tuple[str, ...], str], None]] = {parameter: {} for parameter in marks}
    for mention in SCENARIO.mentions(root):
        for parameter, mark in marks.items():
            if mention.name == mark:
                uses[parameter][mention.kinds, mention.owner] = None
    return {parameter: tuple(each) for parameter, each in uses.items()}


_OPTION = Named((OPTION,))
OPTIONS = Options()
"""What stands below the name of a term."""

_PARTY = Named((PARTY,))
_NEXT = Named((MOVE, OUTCOME))
_STATE = Named((STATE,))
_EXPRESSION = Formula()
_BASES = Each(Keyed({"source": Named((SOURCE,))}))
_DISCOUNT = Mapped(_PARTY, _EXPRESSION, otherwise=_EXPRESSION)
_BY_STATE = Mapped(_STATE, _EXPRESSION)
_OFFER = Mapped(Named((TERM,)), _OPTION, owns=True)
_REVEALS = Mapped(Named((MOVE,)), _PARTY)

_CHOICE = Keyed(
    {"next": _NEXT, "probability": _EXPRESSION, "when": _EXPRESSION, "known_to": _PARTY, "reveals": _REVEALS}
)
_MOVE = Keyed(
    {
        "by": _PARTY,
        "sets": Named((TERM,)),
        "next": _NEXT,
        "known_to": _PARTY,
        "choices": Mapped(Named((CHOICE,)), _CHOICE),
    }
)
_AFTERMATH = Keyed(
    {
        "discount": _DISCOUNT,
        "states": Mapped(_STATE),
        "rates": Mapped(_STATE, _BY_STATE),
        "flows": Mapped(_STATE, Mapped(_PARTY, _EXPRESSION)),
        "indicators": Mapped(
            Named((INDICATOR,)),
            Keyed({"start": _EXPRESSION, "growth": _BY_STATE, "change": _BY_STATE, "shock": _EXPRESSION}),
        ),
    }
)

SCENARIO = Keyed(
    {
        "sources": Mapped(Named((SOURCE,))),
        "parties": Mapped(_PARTY),
        "terms": Mapped(Named((TERM,)), OPTIONS, owns=True),
        "offer": _OFFER,
        "assumptions": Mapped(Named((ASSUMPTION,)), Keyed({"private_to": _PARTY, "basis": _BASES})),
        "correlations": Each(Keyed({"between": Named((ASSUMPTION,))})),
        "formulas": Mapped(Named((FORMULA,)), _EXPRESSION),
        "moves": Mapped(Named((MOVE,)), _MOVE, owns=True),
        "outcomes": Mapped(
            Named((OUTCOME,)),
            Keyed({"payoffs": Mapped(_PARTY, _EXPRESSION), "starts": Mapped(_STATE, _EXPRESSION, otherwise=_STATE)}),
        ),
        "answers": Mapped(Named((ANSWER,)), Keyed({"when": _EXPRESSION, "given": _EXPRESSION})),
        "aftermath": _AFTERMATH,
        USE: Uses(),
        "rounds": Keyed(
            {"from": _NEXT, "otherwise": _NEXT, "discount": _DISCOUNT, "flows": Mapped(_PARTY, _EXPRESSION)}
        ),
        "precision": _DISCOUNT,
        "offers": Keyed(
            {
                "for": _PARTY,
                "made": _EXPRESSION,
                "accepted": _EXPRESSION,
                "kept": Named((ANSWER,)),
                "forbid": Each(_OFFER),
                "at_most": Mapped(_EXPRESSION),
                "at_least": Mapped(_EXPRESSION),
            }
        ),
        "observed": Each(
            Keyed({"saw": Mapped(Named((MOVE,)), Named((CHOICE,)), owns=True), "offer": _OFFER, "basis": _BASES})
        ),
    }
)
"""The grammar of names of a scenario file."""
