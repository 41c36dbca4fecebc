"""Building blocks: ready pieces of a scenario that ``use:`` brings in.

A block is a file in ``building/``: a fragment of a scenario with parameters, written ``$name``, and words on what it
rests on. Its entries join those of the scenario, each under its own name. Where the scenario has an entry of that name
already, its own keys win and the block gives the others; so an assumption can be given another value, or a move that is
written ``leak: {}`` can say where among the others it stands. Numbers of a block that nothing uses are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from offramp.scenario.names import listing, meant
from offramp.scenario.nodes import Entries, Items, Node, Scalar, from_plain
from offramp.scenario.shape import Place, Report

FOLDER = "building"
"""Where blocks live, and what may stand before their names: ``building/leak``."""

USE = "use"
"""The key that brings blocks in."""

SECTIONS = ("parties", "terms", "offer", "assumptions", "formulas", "moves", "answers")
"""What a block can bring."""

LEFT_OUT = ("terms", "assumptions", "formulas")
"""Sections of which what nothing uses is left out."""

IN_WORDS = ("title", "question", "label", "meaning", "unit", "basis", "says", "given_says", "sources")
"""Keys under which no name of the scenario stands."""

_PARAMETER = re.compile(r"\$([a-z_]+)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Parameter:
    """A name that a block leaves open."""

    default: str
    meaning: str


@dataclass(frozen=True, eq=False)
class Block:
    """A building block.

    Attributes
    ----------
    name, title, about, effect : str
        What it is called, what it is about, and the known effect that its test shows.
    literature : tuple of str
        What it rests on.
    parameters : mapping of str to Parameter
    slot : int
        Where it comes in a story that ``offramp new --with`` composes; the answer comes at 30.
    entry : str
        The move with which it begins.
    fragment, ends : mappings
        Pieces of a scenario, and the outcomes that it leads to, with ``$name`` for parameters.
    adds : tuple of mappings
        What it adds to payoffs, for ``offramp new``: to whom, at which outcome or group of outcomes, and what.
    """

    name: str
    title: str
    about: str
    effect: str
    literature: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    slot: int
    entry: str
    fragment: Mapping[str, Any]
    ends: Mapping[str, Any]
    adds: tuple[Mapping[str, str], ...]

    def defaults(self) -> dict[str, str]:
        """The parameters as they are unless the scenario says otherwise."""
        return {name: each.default for name, each in self.parameters.items()}

    def filled(self, part: Any, values: Mapping[str, str]) -> Any:
        """A part of the block with its parameters filled in, in keys too."""
        return _filled(part, self.defaults() | dict(values))


@lru_cache
def block_names() -> tuple[str, ...]:
    """The names of all blocks, sorted."""
    folder = files("offramp.scenario").joinpath(FOLDER)
    return tuple(sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")))


@lru_cache
def block(name: str) -> Block:
    """The block of that name, which is one of :func:`block_names`."""
    values = read_yaml(f"{FOLDER}/{name}.yaml")
    parameters = {key: Parameter(**each) for key, each in values.pop("parameters").items()}
    return Block(
        name=name,
        literature=tuple(values.pop("literature")),
        parameters=parameters,
        adds=tuple(values.pop("adds")),
        ends=values.pop("ends", {}),
        **values,
    )


def read_yaml(name: str) -> dict[str, Any]:
    """A file beside this module as plain values."""
    from ruamel.yaml import YAML

    text = files("offramp.scenario").joinpath(name).read_text(encoding="utf-8")
    values: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return values


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, Mapping):
        return {_filled(key, values): _filled(inner, values) for key, inner in part.items()}
    if isinstance(part, list):
        return [_filled(each, values) for each in part]
    if isinstance(part, str):
        return _PARAMETER.sub(lambda match: values[match[1]], part)
    return part


def with_blocks(node: Node, report: Report) -> Node:
    """A scenario's node with the entries of the blocks that it uses; problems with their names go to the report."""
    uses = _entry(node, USE) if isinstance(node, Entries) else None
    if not isinstance(node, Entries) or uses is None:
        return node
    brought: dict[str, dict[str, Node]] = {section: {} for section in SECTIONS}
    for name, values, spot in _used(uses, Place(report, (USE,), (uses.line, uses.column))):
        fragment = block(name).filled(block(name).fragment, values)
        for section, entries in fragment.items():
            for key, inner in entries.items():
                brought[section].setdefault(key, _placed(from_plain(inner), spot))
    own = {key.text: value for key, value in node.entries if isinstance(key, Scalar)}
    _leave_out(own, brought)
    sections: list[tuple[Node, Node]] = []
    for key, value in node.entries:
        joining = brought.pop(key.text, {}) if isinstance(key, Scalar) else {}
        sections.append((key, _merged(value, joining)))
    spot = (uses.line, uses.column)
    sections += [(Scalar(name, True, *spot), _mapping(entries, spot)) for name, entries in brought.items() if entries]
    return replace(node, entries=tuple(sections))


def _entry(node: Entries, name: str) -> Node | None:
    return next((value for key, value in node.entries if isinstance(key, Scalar) and key.text == name), None)


def _used(uses: Node, place: Place) -> Iterator[tuple[str, dict[str, str], tuple[int, int]]]:
    """The blocks that are used, with their parameters and where each stands; the shapes report what is malformed."""
    for index, item in enumerate(uses.items if isinstance(uses, Items) else (uses,)):
        pairs = item.entries if isinstance(item, Entries) else ((item, None),)
        for key, given in pairs:
            name = key.text.removeprefix(f"{FOLDER}/") if isinstance(key, Scalar) else ""
            if name not in block_names() or not isinstance(key, Scalar):
                continue
            spot = (key.line, key.column)
            at = place.inside(str(index), spot).inside(key.text, spot)
            yield name, dict(_given(name, given, at)), spot


def _given(name: str, given: Node | None, place: Place) -> Iterator[tuple[str, str]]:
    """The parameters that a use of a block states."""
    known = block(name).parameters
    for key, value in given.entries if isinstance(given, Entries) else ():
        if not isinstance(key, Scalar) or not isinstance(value, Scalar):
            continue
        if key.text in known:
            yield key.text, value.text
        else:
            inner = place.inside(key.text, (key.line, key.column))
            remedy = meant(key.text, known, "name one of the block's parameters")
            inner.problem(f"the unknown parameter {key.text!r} of the block {name}", f"one of {listing(known)}", remedy)


def _placed(node: Node, spot: tuple[int, int]) -> Node:
    """A node that stands, as far as messages go, where its block is used."""
    line, column = spot
    if isinstance(node, Scalar):
        return replace(node, line=line, column=column)
    if isinstance(node, Items):
        return replace(node, items=tuple(_placed(each, spot) for each in node.items), line=line, column=column)
    pairs = tuple((_placed(key, spot), _placed(value, spot)) for key, value in node.entries)
    return replace(node, entries=pairs, line=line, column=column)


def _mapping(entries: Mapping[str, Node], spot: tuple[int, int]) -> Entries:
    return Entries(tuple((Scalar(name, False, *spot), value) for name, value in entries.items()), *spot)


def _merged(own: Node, brought: Mapping[str, Node]) -> Node:
    """A section with what blocks bring to it: keys of its own entries win, and entries that it lacks come last."""
    if not brought or not isinstance(own, Entries):
        return own
    pairs: list[tuple[Node, Node]] = []
    for key, value in own.entries:
        given = brought.get(key.text) if isinstance(key, Scalar) else None
        joined = value
        if isinstance(value, Entries) and isinstance(given, Entries):
            named = set(_keys(value))
            rest = tuple(pair for pair in given.entries if isinstance(pair[0], Scalar) and pair[0].text not in named)
            joined = replace(value, entries=(*value.entries, *_fitting(named, rest)))
        pairs.append((key, joined))
    present = set(_keys(own))
    for name, value in brought.items():
        if name not in present:
            pairs.append((Scalar(name, False, value.line, value.column), value))
    return replace(own, entries=tuple(pairs))


def _fitting(named: set[str], rest: tuple[tuple[Node, Node], ...]) -> tuple[tuple[Node, Node], ...]:
    """What a block adds to an entry; an assumption that is no longer private takes no grid."""
    if "value" in named and "private_to" not in named:
        return tuple(
            pair for pair in rest if isinstance(pair[0], Scalar) and pair[0].text not in ("private_to", "grid")
        )
    return rest


def _leave_out(own: Mapping[str, Node], brought: dict[str, dict[str, Node]]) -> None:
    """Take out of ``brought`` (modified in place) the terms, assumptions and formulas that nothing uses."""
    kept = [node for key, node in own.items() if key not in (USE, "offer")]
    kept += [node for section in ("parties", "moves", "answers") for node in brought[section].values()]
    words = {word for node in kept for word in _words(node)}
    waiting = set(words)
    while waiting:
        word = waiting.pop()
        for section in LEFT_OUT:
            if word in brought[section]:
                new = set(_words(brought[section][word])) - words
                words |= new
                waiting |= new
    for section in LEFT_OUT:
        brought[section] = {name: node for name, node in brought[section].items() if name in words}
    terms = {*brought["terms"], *_keys(own.get("terms"))}
    brought["offer"] = {name: node for name, node in brought["offer"].items() if name in terms}


def _keys(node: Node | None) -> list[str]:
    return [key.text for key, _ in node.entries if isinstance(key, Scalar)] if isinstance(node, Entries) else []


def _words(node: Node) -> Iterator[str]:
    """The names that stand somewhere in a node, in keys too, but for what is said in words."""
    if isinstance(node, Scalar):
        yield from _WORD.findall(node.text)
    elif isinstance(node, Items):
        for each in node.items:
            yield from _words(each)
    else:
        for key, value in node.entries:
            if not isinstance(key, Scalar) or key.text not in IN_WORDS:
                yield from _words(key)
                yield from _words(value)
