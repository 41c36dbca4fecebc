"""Change values in a scenario file and leave all else as it stands: comments, order, spacing, quotes.

Only the characters of a changed value are replaced, at the positions that ruamel.yaml's node tree gives; every edit is
read back and compared with what was asked for, so that a file is never changed in another way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from offramp.errors import Problem, ScenarioError
from offramp.scenario import nodes
from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.shape import Path

TEXT = "<text>"


class Remove(Enum):
    """Stands for a value that is to be taken out."""

    REMOVE = 0


REMOVE: Final = Remove.REMOVE


def edit(text: str, changes: Mapping[Any, Any], file: str = TEXT) -> str:
    r"""The text with some values changed, added or taken out.

    Parameters
    ----------
    text : str
        A scenario file.
    changes : mapping
        From a path, such as ``"assumptions.office.value"`` or the same as a tuple, to the new value: a number, text,
        list, dictionary, distribution or expression; ``REMOVE`` takes the key or item out. Keys that do not exist are
        added after the last one; items of lists are counted from 0.
    file : str
        The name that stands in messages.

    Raises
    ------
    ScenarioError
        Where the text is not YAML, a path leads through a single value, or a value is shared by an alias, so that one
        of its places cannot be changed alone.

    Examples
    --------
    >>> edit("a: {b: 1}   # one\n", {"a.b": 2})
    'a: {b: 2}   # one\n'
    """
    for key, value in changes.items():
        path = tuple(key.split(".")) if isinstance(key, str) else tuple(key)
        text = _changed(text, path, plain_value(value), file)
    return text


def plain_value(value: Any) -> Any:
    """Distributions and expressions in the form of a scenario file; other values as they are."""
    if isinstance(value, Distribution):
        return value.as_value()
    return value.text if isinstance(value, Expression) else value


def _changed(text: str, path: Path, value: Any, file: str) -> str:
    before = _plain(nodes.compose(text, file))
    wanted = _applied(before, path, value, file)
    changed = _spliced(text, path, value, file)
    if _plain(nodes.compose(changed, file)) != wanted:
        remedy = "change the file by hand, or write the aliases of this value out"
        raise _refused(path, "a value that cannot be changed alone", "", remedy, file)
    return changed


def _plain(node: nodes.Node) -> Any:
    """The node as dictionaries, lists and values."""
    if isinstance(node, nodes.Scalar):
        return node.value
    if isinstance(node, nodes.Items):
        return [_plain(item) for item in node.items]
    return {_key_text(key): _plain(value) for key, value in node.entries}


def _key_text(node: nodes.Node) -> str:
    return node.text if isinstance(node, nodes.Scalar) else repr(node)


def _applied(before: Any, path: Path, value: Any, file: str) -> Any:
    """What the document should read as after the change."""
    if not path:
        return _read_back(value)
    key, rest = path[0], path[1:]
    if isinstance(before, list):
        index = _index(key, len(before), path, file)
        keys: dict[Any, Any] = dict(enumerate(before))
        return list(_applied_entry(keys, index, rest, value, file).values())
    if isinstance(before, dict):
        return _applied_entry(before, key, rest, value, file)
    found = f"a single value, {before!r}, above {key!r}"
    raise _refused(path, found, "a mapping or a list", "shorten the path", file)


def _applied_entry(before: dict[Any, Any], key: Any, rest: Path, value: Any, file: str) -> dict[Any, Any]:
    if value is not REMOVE:
        return {**before, key: _applied(before.get(key, {}), rest, value, file)}
    if key not in before:
        raise _refused((str(key), *rest), f"no {key!r} to take out", "", "name a key that is there", file)
    if rest:
        return {**before, key: _applied(before[key], rest, value, file)}
    return {name: inner for name, inner in before.items() if name != key}


def _index(key: str, length: int, path: Path, file: str) -> int:
    if not key.isdecimal() or int(key) > length:
        raise _refused(path, f"{key!r} as the number of an item", f"0 to {length}", "count items from 0", file)
    return int(key)


def _read_back(value: Any) -> Any:
    return _plain(nodes.compose(_flow(value), TEXT))


def _flow(value: Any) -> str:
    """The value as YAML on one line."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = True
    yaml.width = 10**9
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    stream = StringIO()
    yaml.dump(_simple(value), stream)
    return stream.getvalue().removesuffix("\n").removesuffix("\n...")


def _simple(value: Any) -> Any:
    """Plain dictionaries, lists, numbers and text, whatever kind they came in."""
    if isinstance(value, Mapping):
        return {_simple(key): _simple(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_simple(item) for item in value]
    item = value.item() if hasattr(value, "item") else plain_value(value)
    return int(item) if isinstance(item, float) and item.is_integer() and abs(item) < 1e15 else item


def _refused(path: Path, found: str, allowed: str, remedy: str, file: str) -> ScenarioError:
    return ScenarioError([Problem(path, found, allowed, remedy, file)])


@dataclass(frozen=True)
class _Spot:
    """The deepest node on a path that exists, its parent, and its number among the parent's children."""

    node: Node
    parent: Node | None
    index: int
    rest: Path


def _spliced(text: str, path: Path, value: Any, file: str) -> str:
    """The text with the change made, not yet compared with what was asked for."""
    root = YAML(typ="safe", pure=True).compose(text)
    spot = _find(root, path)
    if spot.rest:
        for key in reversed(spot.rest[1:]):
            value = {key: value}
        return _with_entry(text, spot.node, spot.rest[0], _flow(value))
    if value is REMOVE:
        if spot.parent is None:
            raise _refused(path, "the whole file", "a key or an item", "name what to take out", file)
        return _without(text, spot.parent, spot.index)
    start, end = spot.node.start_mark.index, _end(spot.node, text)
    if start == end and isinstance(spot.parent, MappingNode):
        place = text.index(":", spot.parent.value[spot.index][0].end_mark.index) + 1
        return f"{text[:place]} {_flow(value)}{text[place:]}"
    return text[:start] + _flow(value) + text[end:]


def _find(root: Node, path: Path) -> _Spot:
    node, index = root, 0
    parent: Node | None = None
    for depth, key in enumerate(path):
        step = _child(node, key)
        if step is None:
            return _Spot(node, parent, index, path[depth:])
        parent, (node, index) = node, step
    return _Spot(node, parent, index, ())


def _child(node: Node, key: str) -> tuple[Node, int] | None:
    if isinstance(node, SequenceNode):
        return (node.value[int(key)], int(key)) if int(key) < len(node.value) else None
    if isinstance(node, MappingNode):
        for index, (name, value) in enumerate(node.value):
            if isinstance(name, ScalarNode) and name.value == key:
                return value, index
    return None


def _end(node: Node, text: str) -> int:
    """Where the node's own characters end, without comments and blank lines after it."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
        return max(_end(last, text), int(node.start_mark.index))
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def _spans(parent: Node, text: str) -> list[tuple[int, int]]:
    """Start and end of each entry or item."""
    if isinstance(parent, MappingNode):
        return [(key.start_mark.index, max(_end(value, text), _end(key, text) + 1)) for key, value in parent.value]
    return [(item.start_mark.index, _end(item, text)) for item in parent.value]


def _with_entry(text: str, parent: Node, key: str, value: str) -> str:
    """The text with an entry or item after the last one of ``parent``."""
    listed = isinstance(parent, SequenceNode)
    entry = value if listed else f"{_flow(key)}: {value}"
    spans = _spans(parent, text)
    if not spans:
        place = int(parent.start_mark.index) + 1
        return text[:place] + entry + text[place:]
    if isinstance(parent, CollectionNode) and parent.flow_style:
        place = spans[-1][1]
        return f"{text[:place]}, {entry}{text[place:]}"
    place = _line_end(text, spans[-1][1])
    dash = "- " if listed else ""
    indent = " " * (int(parent.start_mark.column))
    return f"{text[:place]}\n{indent}{dash}{entry}{text[place:]}"


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _without(text: str, parent: Node, index: int) -> str:
    """The text without one entry or item of ``parent``."""
    spans = _spans(parent, text)
    start, end = spans[index]
    if len(spans) == 1:
        whole = _end(parent, text)
        empty = "[]" if isinstance(parent, SequenceNode) else "{}"
        return text[: parent.start_mark.index] + empty + text[whole:]
    if isinstance(parent, CollectionNode) and parent.flow_style:
        cut = (start, spans[index + 1][0]) if index + 1 < len(spans) else (spans[index - 1][1], end)
        return text[: cut[0]] + text[cut[1] :]
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start].strip()
    if before == ("-" if isinstance(parent, SequenceNode) else ""):
        return text[:line] + text[_line_end(text, end) + 1 :]
    following = spans[index + 1][0] if index + 1 < len(spans) else end
    return text[:start] + text[following:]
