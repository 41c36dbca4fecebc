"""Change values in a scenario file and leave all else as it stands: comments, order, spacing, quotes.

Only the characters of what changes are replaced (:mod:`offramp.scenario.splice`); every edit is read back and compared
with what was asked for, so that a file is never changed in another way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from offramp.errors import Problem, ScenarioError
from offramp.scenario import nodes, splice
from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.names import listing
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


def plain(text: str, file: str = TEXT) -> Any:
    """What a text holds, as dictionaries, lists and values; ScenarioError where it is not YAML."""
    return _plain(nodes.composed(text, file))


def insert(text: str, path: Path, value: Any, before: str | None = None, file: str = TEXT) -> str:
    r"""The text with a new entry or item, before one that is there or after the last.

    Parameters
    ----------
    text : str
        A scenario file.
    path : tuple of str
        Of the new entry; its last part is its key, or for an item of a list anything.
    value
        As for :func:`edit`.
    before : str, optional
        The key, or the number, of the entry before which it is to stand.

    Raises
    ------
    ScenarioError
        As for :func:`edit`, and where the key is there already or ``before`` is not.

    Examples
    --------
    >>> insert("a: {b: 1}\n", ("a", "c"), 2, before="b")
    'a: {c: 2, b: 1}\n'
    """
    spot = _held(text, path, file)
    keys = _names(spot.node)
    listed = isinstance(spot.node, SequenceNode)
    if not listed and path[-1] in keys:
        raise _refused(path, f"{path[-1]!r} is there already", "a new key", "choose another name", file)
    if before is None or spot.is_blank:
        return _changed(text, (*path[:-1], str(len(keys))) if listed else path, value, file)
    at = _place(keys, before, path, file)
    written = _read_back(value)
    document = _plain(nodes.composed(text, file))
    held = _at(document, path[:-1])
    if isinstance(held, list):
        held.insert(at, written)
    else:
        held[path[-1]] = written
    wanted_keys = None if listed else [*keys[:at], path[-1], *keys[at:]]
    changed = splice.with_entry(text, spot.node, None if listed else path[-1], _simple(value), at)
    return _checked(changed, document, path, file, wanted_keys)


def move(text: str, path: Path, before: str | None = None, file: str = TEXT) -> str:
    r"""The text with an entry or item at another place among its neighbours; its comments go with it.

    Parameters
    ----------
    text : str
        A scenario file.
    path : tuple of str
        Of the entry.
    before : str, optional
        The key, or the number, of the entry before which it is to stand; after the last without it.

    Raises
    ------
    ScenarioError
        As for :func:`edit`, and where one of the two is not there.

    Examples
    --------
    >>> move("a: 1\nb: 2  # two\n", ("b",), before="a")
    'b: 2  # two\na: 1\n'
    """
    spot = _held(text, path, file)
    keys = _names(spot.node)
    index = _place(keys, path[-1], path, file)
    target = len(keys) if before is None else _place(keys, before, path, file)
    order = [each for each in range(target) if each != index]
    order += [index, *(each for each in range(target, len(keys)) if each != index)]
    if order == sorted(order):
        return text
    document = _plain(nodes.composed(text, file))
    held = _at(document, path[:-1])
    if isinstance(held, list):
        held[:] = [held[each] for each in order]
    wanted_keys = None if isinstance(held, list) else [keys[each] for each in order]
    return _checked(splice.moved(text, spot.node, order), document, path, file, wanted_keys)


def _held(text: str, path: Path, file: str) -> splice.Spot:
    """Where the mapping or list stands that holds, or is to hold, what a path names."""
    nodes.composed(text, file)
    spot = splice.find(splice.tree(text), path[:-1])
    if not path or spot.rest or not (spot.is_blank or isinstance(spot.node, CollectionNode)):
        raise _refused(path, "no mapping or list that holds it", "", "name one that is there", file)
    return spot


def _names(node: Node) -> list[str]:
    """Keys of a mapping, or numbers of a list's items."""
    if isinstance(node, MappingNode):
        return [str(key.value) for key, _ in node.value]
    return [str(index) for index in range(len(node.value))] if isinstance(node, SequenceNode) else []


def _place(keys: Sequence[str], key: str, path: Path, file: str) -> int:
    if key not in keys:
        raise _refused(path, f"no {key!r}", f"one of {listing(keys)}", "name one that is there", file)
    return keys.index(key)


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[int(key) if isinstance(document, list) else key]
    return document


def _checked(text: str, wanted: Any, path: Path, file: str, keys: Sequence[str] | None) -> str:
    """The text, once it is sure that it says what is wanted, its keys in the wanted order."""
    found = _plain(nodes.composed(text, file))
    if found != wanted or (keys is not None and list(_at(found, path[:-1])) != list(keys)):
        remedy = "change the file by hand, or write the aliases of this value out"
        raise _refused(path, "a value that cannot be changed alone", "", remedy, file)
    return text


def _changed(text: str, path: Path, value: Any, file: str) -> str:
    before = _plain(nodes.composed(text, file))
    wanted = _applied(before, path, value, file)
    return _checked(_spliced(text, path, value, file), wanted, path, file, None)


def _spliced(text: str, path: Path, value: Any, file: str) -> str:
    """The text with the change made, not yet compared with what was asked for."""
    spot = splice.find(splice.tree(text), path)
    if value is REMOVE:
        if spot.parent is None:
            raise _refused(path, "the whole file", "a key or an item", "name what to take out", file)
        return splice.without(text, spot.parent, spot.index)
    value = _simple(value)
    if not spot.rest:
        return splice.replaced(text, spot, value)
    for key in reversed(spot.rest[1:]):
        value = {key: value}
    listed = isinstance(spot.node, SequenceNode)
    if spot.is_blank and spot.parent is not None:
        return splice.replaced(text, spot, [value] if listed else {spot.rest[0]: value})
    return splice.with_entry(text, spot.node, None if listed else spot.rest[0], value)


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
    if isinstance(before, dict) or before is None:
        return _applied_entry(before or {}, key, rest, value, file)
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
    return _plain(nodes.compose(splice.flow(_simple(value)), TEXT))


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
