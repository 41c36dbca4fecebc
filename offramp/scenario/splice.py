"""Cuts in the text of a YAML file, at the positions that ruamel.yaml's node tree gives.

A value, an entry of a mapping or an item of a list is put in, taken out, replaced or moved, and every other character
stays. A new value stands on one line where it is short, and on several, indented, where it is not. Comments in the
lines directly above an entry belong to it: they move with it and are not parted from it by what is put in before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from offramp.scenario.dump import is_short, rendered
from offramp.scenario.shape import Path

STEP = 2
"""Columns by which what stands below a key is indented."""


@dataclass(frozen=True)
class Spot:
    """The deepest node on a path that exists, its parent, and its number among the parent's children.

    ``rest`` is what is left of the path.
    """

    node: Node
    parent: Node | None
    index: int
    rest: Path

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing yet to which entries could be added."""
        blank = isinstance(self.node, ScalarNode) and self.node.value in ("", "~", "null")
        return blank or (isinstance(self.node, CollectionNode) and not self.node.value)


@lru_cache(maxsize=4)
def tree(text: str) -> Node:
    """The node tree of a text, which is YAML; it is shared and not to be changed."""
    root: Node = YAML(typ="safe", pure=True).compose(text)
    return root


def find(root: Node, path: Path) -> Spot:
    """Where a path leads."""
    node, index = root, 0
    parent: Node | None = None
    for depth, key in enumerate(path):
        step = _child(node, key)
        if step is None:
            return Spot(node, parent, index, path[depth:])
        parent, (node, index) = node, step
    return Spot(node, parent, index, ())


def _child(node: Node, key: str) -> tuple[Node, int] | None:
    if isinstance(node, SequenceNode):
        return (node.value[int(key)], int(key)) if int(key) < len(node.value) else None
    if isinstance(node, MappingNode):
        for index, (name, value) in enumerate(node.value):
            if isinstance(name, ScalarNode) and name.value == key:
                return value, index
    return None


def flow(value: Any) -> str:
    """A plain value as YAML on one line."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = True
    yaml.width = 10**9
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue().removesuffix("\n").removesuffix("\n...")


def replaced(text: str, spot: Spot, value: Any) -> str:
    """The text with another value at a spot."""
    parent = spot.parent
    start, end = int(spot.node.start_mark.index), end_of(spot.node, text)
    if not isinstance(parent, MappingNode):
        form = _form(value, parent, int(spot.node.start_mark.column))
        return text[:start] + form + text[end:]
    key = parent.value[spot.index][0]
    place = text.index(":", int(key.end_mark.index)) + 1
    column = int(key.start_mark.column) + STEP
    if start != end and key.end_mark.line != spot.node.start_mark.line:
        return text[:start] + _form(value, parent, int(spot.node.start_mark.column)) + text[end:]
    if start == end:  # nothing stands there, wherever its mark is
        start = end = place
    if _spreads(value, parent):
        return f"{text[:place]}\n{' ' * column}{_form(value, parent, column)}{text[end:]}"
    if start == place:
        return f"{text[:place]} {flow(value)}{text[end:]}"
    return text[:start] + flow(value) + text[end:]


def with_entry(text: str, parent: Node, key: str | None, value: Any, before: int | None = None) -> str:
    """The text with another entry or item (``key`` is None) of ``parent``: before one of them, or after the last."""
    spans = _spans(parent, text)
    column = int(parent.start_mark.column)
    if not spans:
        place = int(parent.start_mark.index) + 1
        return text[:place] + _entry(key, value, parent, column) + text[place:]
    entry = _entry(key, value, parent, column)
    at = len(spans) if before is None else before
    if _flows(parent):
        place = spans[at - 1][1] if at else spans[0][0]
        return text[:place] + (f", {entry}" if at else f"{entry}, ") + text[place:]
    indent = " " * column
    if at:
        place = _line_end(text, spans[at - 1][1])
        return f"{text[:place]}\n{indent}{entry}{text[place:]}"
    if _is_compact(text, parent, spans):
        place = spans[0][0] - (STEP if key is None else 0)
        return f"{text[:place]}{entry}\n{indent}{text[place:]}"
    place = _with_comments(text, spans[0][0])
    return f"{text[:place]}{indent}{entry}\n{text[place:]}"


def without(text: str, parent: Node, index: int) -> str:
    """The text without one entry or item of ``parent``."""
    spans = _spans(parent, text)
    start, end = spans[index]
    if len(spans) == 1:
        whole = end_of(parent, text)
        empty = "[]" if isinstance(parent, SequenceNode) else "{}"
        return text[: parent.start_mark.index] + empty + text[whole:]
    if _flows(parent):
        cut = (start, spans[index + 1][0]) if index + 1 < len(spans) else (spans[index - 1][1], end)
        return text[: cut[0]] + text[cut[1] :]
    if _begins_its_line(text, parent, start):
        return text[: _line_start(text, start)] + text[_line_end(text, end) + 1 :]
    following = spans[index + 1][0] if index + 1 < len(spans) else end
    return text[:start] + text[following:]


def moved(text: str, parent: Node, order: Sequence[int]) -> str:
    """The text with the entries or items of ``parent`` in another order."""
    spans = _spans(parent, text)
    if _flows(parent) or _is_compact(text, parent, spans):
        between = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
        entries = [text[slice(*spans[each])] for each in order]
        joined = "".join(piece for pair in zip(entries, [*between, ""], strict=True) for piece in pair)
        return text[: spans[0][0]] + joined + text[spans[-1][1] :]
    floors = [0, *(_line_end(text, end) for _, end in spans)]
    starts = [_with_comments(text, start, floor) for (start, _), floor in zip(spans, floors, strict=False)]
    last = _line_end(text, spans[-1][1])
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], last], strict=True)]
    pieces[-1] += "\n"
    joined = "".join(pieces[each] for each in order)
    return text[: starts[0]] + joined.removesuffix("\n") + text[last:]


def end_of(node: Node, text: str) -> int:
    """Where the node's own characters end, without comments and blank lines after it."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
        return max(end_of(last, text), int(node.start_mark.index))
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def _spans(parent: Node, text: str) -> list[tuple[int, int]]:
    """Start and end of each entry or item."""
    if isinstance(parent, MappingNode):
        return [(key.start_mark.index, max(end_of(value, text), end_of(key, text) + 1)) for key, value in parent.value]
    return [(item.start_mark.index, end_of(item, text)) for item in parent.value]


def _entry(key: str | None, value: Any, parent: Node, column: int) -> str:
    """A new entry or item; its first line is not indented."""
    if key is None:
        return ("" if _flows(parent) else "- ") + _form(value, parent, column + STEP)
    if _spreads(value, parent):
        return f"{flow(key)}:\n{' ' * (column + STEP)}{_form(value, parent, column + STEP)}"
    return f"{flow(key)}: {flow(value)}"


def _form(value: Any, parent: Node | None, column: int) -> str:
    """A value on one line or on several, of which all but the first are indented."""
    return f"\n{' ' * column}".join(_lines(value)) if _spreads(value, parent) else flow(value)


def _lines(value: Any) -> Iterator[str]:
    lines = rendered(value).splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return (line[indent:] for line in lines)


def _spreads(value: Any, parent: Node | None) -> bool:
    """Whether a value stands on several lines."""
    collection = isinstance(value, (Mapping, list)) and bool(value)
    return collection and parent is not None and not _flows(parent) and not is_short(value)


def _flows(parent: Node) -> bool:
    return isinstance(parent, CollectionNode) and bool(parent.flow_style)


def _is_compact(text: str, parent: Node, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the first entry stands on the line of what holds it, as in ``- a: 1``."""
    return not _begins_its_line(text, parent, spans[0][0])


def _begins_its_line(text: str, parent: Node, start: int) -> bool:
    before = text[_line_start(text, start) : start].strip()
    return before == ("-" if isinstance(parent, SequenceNode) else "")


def _with_comments(text: str, start: int, floor: int = 0) -> int:
    """Where the line begins in which something stands, or the first of the comments directly above it.

    What stands before ``floor`` is no comment, whatever it looks like.
    """
    place = _line_start(text, start)
    while place > floor + 1 and text[_line_start(text, place - 1) : place].lstrip().startswith("#"):
        place = _line_start(text, place - 1)
    return place


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end
