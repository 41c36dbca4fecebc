"""Shapes: small declarations that both read a document and describe it as JSON Schema.

A :class:`Shape` reads a node into a plain value and reports what is wrong with it; the same object emits the JSON
Schema (draft 2020-12) of what it accepts. What is malformed is reported once and left out, so that the rest is still
read, and its path is noted in :attr:`Report.damaged` so that later checks do not report what merely follows from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Literal

from offramp.errors import Problem
from offramp.scenario.names import closest, listing, slip
from offramp.scenario.nodes import Entries, Items, Node, Scalar

Path = tuple[str, ...]
Position = tuple[int, int]
Schema = dict[str, Any]


class Malformed(Enum):
    """The value of a node that could not be read; its problem is in the report."""

    MALFORMED = 0


WRITE_LIST = "write a list: [one, two], or a line '- one' for each"
WRITE_MAPPING = "write a mapping: {key: value}, or a line 'key: value' for each"

MALFORMED: Final = Malformed.MALFORMED
Unreadable = Literal[Malformed.MALFORMED]


@dataclass
class Report:
    """What reading a document finds: problems, malformed paths, and the position of every path and of every key."""

    file: str
    text: str = ""
    problems: list[Problem] = field(default_factory=list)
    damaged: set[Path] = field(default_factory=set)
    positions: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A path in a document, with the report that its problems go to."""

    report: Report
    path: Path = ()
    position: Position = (0, 0)

    def inside(self, key: str, position: Position) -> Place:
        """The place of an entry or item; notes its position."""
        path = (*self.path, key)
        self.report.positions.setdefault(path, position)
        return Place(self.report, path, position)

    def problem(
        self,
        found: str,
        allowed: str = "",
        remedy: str = "",
        at: Position | None = None,
        damages: Sequence[str] = (),
    ) -> Unreadable:
        """Report a problem and mark this path as malformed, or only the keys below it that ``damages`` names."""
        line, column = at or self.position
        report = self.report
        report.problems.append(Problem(self.path, found, allowed, remedy, report.file, line, column))
        report.damaged.update([(*self.path, key) for key in damages] or [self.path])
        return MALFORMED


class Shape(ABC):
    """What a value may look like. ``phrase`` says it in words, for the ``allowed`` of a message.

    ``blank`` keeps the place of a malformed item in a list, so that the items after it keep their numbers.
    """

    phrase: str
    blank: Any = None

    @abstractmethod
    def accepts(self, node: Node) -> bool:
        """Whether the node is of the right kind (scalar, list or mapping) to be read by this shape."""

    @abstractmethod
    def read(self, node: Node, place: Place) -> Any:
        """The node's plain value, or ``MALFORMED`` after a report."""

    @abstractmethod
    def schema(self) -> Schema:
        """JSON Schema of what :meth:`read` accepts."""


class ScalarShape(Shape):
    """A shape for single values."""

    def accepts(self, node: Node) -> bool:
        return isinstance(node, Scalar)

    def read(self, node: Node, place: Place) -> Any:
        if not isinstance(node, Scalar):
            return place.problem(describe(node), self.phrase, "write a single value")
        if node.value is None:
            return place.problem("nothing", self.phrase, "give a value, or take the key out")
        return self.convert(node, place)

    @abstractmethod
    def convert(self, node: Scalar, place: Place) -> Any:
        """The scalar's value, or ``MALFORMED`` after a report."""


@dataclass(frozen=True)
class ListOf(Shape):
    """A list whose items all have one shape; reads as a list."""

    item: Shape
    phrase: str
    least: int = 0

    def accepts(self, node: Node) -> bool:
        return isinstance(node, Items)

    def read(self, node: Node, place: Place) -> Any:
        if not isinstance(node, Items):
            return place.problem(describe(node), self.phrase, WRITE_LIST)
        if len(node.items) < self.least:
            found = "an empty list" if not node.items else f"a list of {len(node.items)}"
            return place.problem(found, self.phrase, f"give {self.least} or more")
        places = [place.inside(str(index), (item.line, item.column)) for index, item in enumerate(node.items)]
        values = [self.item.read(item, at) for item, at in zip(node.items, places, strict=True)]
        return [self.item.blank if value is MALFORMED else value for value in values]

    def schema(self) -> Schema:
        least: Schema = {"minItems": self.least} if self.least else {}
        return {"type": "array", "items": self.item.schema(), **least}


@dataclass(frozen=True)
class MapOf(Shape):
    """A mapping from names to values of one shape; reads as a dictionary in file order."""

    key: ScalarShape
    value: Shape
    phrase: str
    least: int = 0

    def accepts(self, node: Node) -> bool:
        return isinstance(node, Entries)

    def read(self, node: Node, place: Place) -> Any:
        if not isinstance(node, Entries):
            return place.problem(describe(node), self.phrase, WRITE_MAPPING)
        if len(node.entries) < self.least:
            return place.problem("an empty mapping", self.phrase, "name at least one")
        values: dict[str, Any] = {}
        for key, value, at in entries(node, place):
            name = self.key.read(key, Place(place.report, at.path, (key.line, key.column)))
            if name is MALFORMED and (slipped := slip(at.path[-1])):
                place.report.damaged.add((*place.path, slipped.name))
                place.report.damaged.discard(at.path)
                continue
            inner = self.value.read(value, at)
            if name is not MALFORMED and inner is not MALFORMED:
                values[name] = inner
        return values

    def schema(self) -> Schema:
        least: Schema = {"minProperties": self.least} if self.least else {}
        keys = {key: value for key, value in self.key.schema().items() if key != "type"}
        names: Schema = {"propertyNames": keys} if keys else {}
        return {"type": "object", **names, "additionalProperties": self.value.schema(), **least}


@dataclass(frozen=True)
class Field:
    """A key of a :class:`Record`; ``meaning`` becomes the description that editors show."""

    name: str
    shape: Shape
    meaning: str
    required: bool = False


class Rule(ABC):
    """A rule on which keys of a record go together."""

    @abstractmethod
    def check(self, present: Mapping[str, Position], place: Place) -> None:
        """Report where the keys present, with their positions, break the rule."""

    @abstractmethod
    def schema(self) -> Schema:
        """The same rule as JSON Schema."""


@dataclass(frozen=True)
class ExactlyOne(Rule):
    """Exactly one of the keys stands."""

    keys: tuple[str, ...]

    def check(self, present: Mapping[str, Position], place: Place) -> None:
        standing = [key for key in self.keys if key in present]
        allowed = f"exactly one of {listing(self.keys)}"
        if not standing:
            place.problem(f"none of {listing(self.keys)}", allowed, "add one of these keys", damages=self.keys)
        elif len(standing) > 1:
            at = present[standing[1]]
            place.problem(f"{listing(standing)} together", allowed, "take all but one out", at, damages=self.keys)

    def schema(self) -> Schema:
        return {"oneOf": [{"required": [key]} for key in self.keys]}


@dataclass(frozen=True)
class Needs(Rule):
    """Where ``key`` stands, ``other`` must stand too."""

    key: str
    other: str

    def check(self, present: Mapping[str, Position], place: Place) -> None:
        if self.key in present and self.other not in present:
            remedy = f"add {self.other}: or take {self.key}: out"
            inner = Place(place.report, (*place.path, self.key), present[self.key])
            inner.problem(f"{self.key!r} without {self.other!r}", f"{self.key}: only beside {self.other}:", remedy)

    def schema(self) -> Schema:
        return {"dependentRequired": {self.key: [self.other]}}


@dataclass(frozen=True)
class NotTogether(Rule):
    """At most one of two keys stands."""

    first: str
    second: str

    def check(self, present: Mapping[str, Position], place: Place) -> None:
        if self.first in present and self.second in present:
            found = f"{self.first!r} and {self.second!r} together"
            keys = (self.first, self.second)
            place.problem(found, "one of the two", "take one out", present[self.second], damages=keys)

    def schema(self) -> Schema:
        return {"not": {"required": [self.first, self.second]}}


@dataclass(frozen=True)
class Record(Shape):
    """A mapping with known keys; reads as a dictionary of the keys that stand there and are well formed."""

    blank = MappingProxyType[str, Any]({})

    fields: tuple[Field, ...]
    phrase: str
    rules: tuple[Rule, ...] = ()

    def accepts(self, node: Node) -> bool:
        return isinstance(node, Entries)

    def read(self, node: Node, place: Place) -> Any:
        if not isinstance(node, Entries):
            return place.problem(describe(node), self.phrase, WRITE_MAPPING)
        shapes = {item.name: item.shape for item in self.fields}
        absent = set(shapes) - {key.text for key, _ in node.entries if isinstance(key, Scalar)}
        present: dict[str, Position] = {}
        values: dict[str, Any] = {}
        for key, value, at in entries(node, place):
            name = at.path[-1]
            if name not in shapes:
                self._unknown(key, at, present, absent)
                continue
            present[name] = (key.line, key.column)
            inner = shapes[name].read(value, at)
            if inner is not MALFORMED:
                values[name] = inner
        self._missing(present, place)
        return values

    def _unknown(self, key: Node, at: Place, present: dict[str, Position], absent: set[str]) -> None:
        """Report an unknown key; the absent key that was probably meant counts as present but malformed."""
        name, position = at.path[-1], (key.line, key.column)
        names = [item.name for item in self.fields]
        slipped = slip(name)
        close = closest(slipped.name if slipped else name, [candidate for candidate in names if candidate in absent])
        remedy = slipped.remedy if slipped else f"did you mean {close!r}?" if close else "take the key out"
        at.problem(f"the unknown key {name!r}", f"the keys {listing(names, len(names))}", remedy, position)
        if close:
            absent.discard(close)
            present[close] = position
            at.report.damaged.add((*at.path[:-1], close))

    def _missing(self, present: Mapping[str, Position], place: Place) -> None:
        for item in self.fields:
            if item.required and item.name not in present:
                inner = Place(place.report, (*place.path, item.name), place.position)
                inner.problem(f"no {item.name!r}", item.shape.phrase, f"add {item.name}:")
        for rule in self.rules:
            rule.check(present, place)

    def schema(self) -> Schema:
        properties = {item.name: {**item.shape.schema(), "description": item.meaning} for item in self.fields}
        required = [item.name for item in self.fields if item.required]
        rules = [rule.schema() for rule in self.rules]
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **({"required": required} if required else {}),
            **({"allOf": rules} if rules else {}),
        }


@dataclass(frozen=True)
class Either(Shape):
    """The first of several shapes whose kind fits; they differ in kind, so that messages stay precise."""

    shapes: Sequence[Shape]
    phrase: str

    @property
    def blank(self) -> Any:
        """That of the first shape."""
        return self.shapes[0].blank

    def accepts(self, node: Node) -> bool:
        return any(shape.accepts(node) for shape in self.shapes)

    def read(self, node: Node, place: Place) -> Any:
        for shape in self.shapes:
            if shape.accepts(node):
                return shape.read(node, place)
        return place.problem(describe(node), self.phrase, "write it in one of these forms")

    def schema(self) -> Schema:
        return {"anyOf": [shape.schema() for shape in self.shapes]}


def entries(node: Entries, place: Place) -> Iterator[tuple[Node, Node, Place]]:
    """Key, value and place of each entry. A key that stands twice or is not a single value is reported and left out."""
    first: dict[str, Node] = {}
    for key, value in node.entries:
        if not isinstance(key, Scalar):
            at = (key.line, key.column)
            place.problem(
                f"{describe(key)} as a key", "names as keys", "put text that starts with { or [ in quotes", at
            )
            continue
        earlier = first.setdefault(key.text, key)
        own = (key.line, key.column)
        if earlier is not key:
            found = f"the key {key.text!r} stands twice, first on line {earlier.line}"
            Place(place.report, (*place.path, key.text), own).problem(found, "each key once", "take one of the two out")
            continue
        place.report.keys.setdefault((*place.path, key.text), own)
        yield key, value, place.inside(key.text, (value.line, value.column) if isinstance(value, Scalar) else own)


def describe(node: Node) -> str:
    """What a node is, in words, for the ``found`` of a message."""
    if isinstance(node, Items):
        return "a list" if node.items else "an empty list"
    if isinstance(node, Entries):
        return "a mapping" if node.entries else "an empty mapping"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {node.text}"
    shown = node.text if len(node.text) <= 60 else node.text[:57] + "..."
    return f"the text {shown!r}" if isinstance(value, str) else f"the number {shown}"
