"""Changes that forms make to the text of a scenario, so that comments and order stay.

A mapping in place of a mapping, or a list in place of a list, is taken apart: only what differs is changed in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from offramp.scenario.edit import REMOVE, edit, insert, move, plain
from offramp.scenario.load import MAX_BYTES
from offramp.scenario.rename import rename
from offramp.workspace.files.endings import has_crlf, with_ends_of
from offramp.workspace.problems import Refusal

Keys = tuple[str, ...]

MOST_STEPS = 100
"""Values that one change may change; each takes about a tenth of a second."""


@dataclass(frozen=True)
class Put:
    """A value for a path; a new entry stands before another where ``before`` says so."""

    path: Keys
    value: Any
    before: str | None = None


@dataclass(frozen=True)
class Remove:
    """An entry or item is taken out."""

    path: Keys


@dataclass(frozen=True)
class Move:
    """An entry or item stands before another, or last."""

    path: Keys
    before: str | None


@dataclass(frozen=True)
class Rename:
    """Something has another name, wherever the text speaks of it."""

    path: Keys
    new: str


Change = Put | Remove | Move | Rename


def changed(text: str, changes: Sequence[Change], file: str) -> str:
    """The text with changes made, one after the other.

    Raises
    ------
    ScenarioError
        Where one of them cannot be made; then none is.
    Refusal
        413: the text is too long to be a scenario, or a change is too large to be made piece by piece.
    """
    if len(text) > MAX_BYTES:
        found, allowed = f"a text of {len(text):,} characters", f"at most {MAX_BYTES:,}"
        raise Refusal(413, found, allowed, "split or shorten it")
    plain_ends = text.replace("\r\n", "\n") if has_crlf(text) else text
    for change in changes:
        plain_ends = _made(plain_ends, change, file)
    return with_ends_of(text, plain_ends)


def _made(text: str, change: Change, file: str) -> str:
    if isinstance(change, Rename):
        return rename(text, change.path, change.new, file)
    if isinstance(change, Move):
        return move(text, change.path, change.before, file)
    if isinstance(change, Remove):
        return edit(text, {change.path: REMOVE}, file)
    there = value_at(text, change.path, file)
    if there is None and change.before is not None:
        return insert(text, change.path, change.value, change.before, file)
    steps = list(islice(_steps(change.path, there, change.value), MOST_STEPS + 1))
    if len(steps) > MOST_STEPS:
        found = f"a change of more than {MOST_STEPS} values at once"
        raise Refusal(413, found, f"at most {MOST_STEPS}", "change the text itself, or send fewer at once")
    for step in steps:
        text = _stepped(text, step, file)
    return text


def value_at(text: str, path: Keys, file: str) -> Any:
    """The plain value at a path of a text; None where there is nothing."""
    found = plain(text, file)
    for key in path:
        if isinstance(found, Mapping):
            found = found.get(key)
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def _stepped(text: str, step: Put | Remove, file: str) -> str:
    if isinstance(step, Remove):
        return edit(text, {step.path: REMOVE}, file)
    if step.before is not None:
        return insert(text, step.path, step.value, step.before, file)
    return edit(text, {step.path: step.value}, file)


def _steps(path: Keys, there: Any, value: Any) -> Iterator[Put | Remove]:
    """The least that must be done for a path to have a value."""
    if isinstance(there, Mapping) and isinstance(value, Mapping) and there.keys() & value.keys():
        for key in [key for key in there if key not in value]:
            yield Remove((*path, key))
        for key, inner in value.items():
            yield from _steps((*path, key), there.get(key), inner)
    elif isinstance(there, list) and isinstance(value, list) and there and value:
        yield from _item_steps(path, there, value)
    elif there != value or there is None:
        yield Put(path, value)


def _item_steps(path: Keys, there: list[Any], value: list[Any]) -> Iterator[Put | Remove]:
    """For a list: items at its start and end that stay are left alone."""
    head = _shared(there, value)
    tail = _shared(there[head:][::-1], value[head:][::-1])
    old, new = there[head : len(there) - tail], value[head : len(value) - tail]
    for index, (before, after) in enumerate(zip(old, new, strict=False), head):
        yield from _steps((*path, str(index)), before, after)
    for index in range(len(there) - tail - 1, head + len(new) - 1, -1):
        yield Remove((*path, str(index)))
    for index in range(head + len(old), len(value) - tail):
        yield Put((*path, str(index)), value[index], before=str(index) if tail else None)


def _shared(one: Sequence[Any], two: Sequence[Any]) -> int:
    return next(
        (n for n, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), min(len(one), len(two))
    )
