"""Two changes of a scenario's values, joined where they are about different values.

A value is known by its path. Two sides that changed different paths do not clash, wherever in the file these stand: on
neighbouring lines, or in one mapping on one line. The changes of each side are made in the text of the other; what
comes of it counts only where it holds the values of both, in the order of both, with every comment that one of them
wrote and none that one of them took out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from offramp.errors import ScenarioError
from offramp.scenario.edit import REMOVE, edit, plain
from offramp.scenario.load import MAX_BYTES

Path = tuple[str, ...]


class Gone(Enum):
    """Stands for a value that is no longer there."""

    GONE = 0


GONE: Final = Gone.GONE

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)


@dataclass(frozen=True)
class Sides:
    """The texts of two sides and of the base, where these are YAML, with what each side changed."""

    texts: tuple[str, str, str]
    values: tuple[Any, Any, Any]
    changes: tuple[Mapping[Path, Any], Mapping[Path, Any]]

    @classmethod
    def of(cls, base: str, first: str, second: str) -> Sides | None:
        """None where one is too long or not YAML, or both sides changed the same value, not alike."""
        if max(len(text) for text in (base, first, second)) > MAX_BYTES:
            return None
        try:
            old, one, two = (plain(text) for text in (base, first, second))
        except ScenarioError:
            return None
        changes = (dict(differences(old, one)), dict(differences(old, two)))
        if _overlap(*changes):
            return None
        return cls((base, first, second), (old, one, two), changes)

    def proposals(self) -> Iterator[str]:
        """The text of each side with the changes of the other."""
        for text, own, other in (
            (self.texts[1], self.changes[0], self.changes[1]),
            (self.texts[2], self.changes[1], self.changes[0]),
        ):
            wanted = {path: REMOVE if value is GONE else value for path, value in other.items() if path not in own}
            try:
                yield edit(text, wanted)
            except ScenarioError:
                continue

    def agree_with(self, text: str) -> bool:
        """Whether a text holds the values of both sides, in the order of both, and their comments."""
        try:
            found = plain(text)
        except ScenarioError:
            return False
        old, one, two = self.values
        changed = dict(differences(old, found))
        if changed != {**self.changes[0], **self.changes[1]}:
            return False
        return _in_order(found, one) and _in_order(found, two) and self._has_comments(text)

    def _has_comments(self, text: str) -> bool:
        """Whether the comments are those that neither side took out, and those that one of them wrote."""
        old, one, two = (Counter(_COMMENT.findall(each)) for each in self.texts)
        return Counter(_COMMENT.findall(text)) == (old & one & two) + ((one - old) | (two - old))


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The paths whose values differ, with the new value; a list counts as one value where its length differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if key not in after:
                yield (*path, key), GONE
            elif key not in before:
                yield (*path, key), after[key]
            else:
                yield from differences(before[key], after[key], (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, (*path, str(index)))
    elif before != after or type(before) is not type(after):
        yield path, after


def _overlap(one: Mapping[Path, Any], two: Mapping[Path, Any]) -> bool:
    """Whether both changed a value, or one a value inside of one that the other changed; alike is no overlap."""
    for mine, other in ((one, two), (two, one)):
        for path, value in mine.items():
            for depth in range(len(path) + 1):
                above = path[:depth]
                if above in other and not (depth == len(path) and other[above] == value):
                    return True
    return False


def _in_order(found: Any, side: Any) -> bool:
    """Whether the keys that a side has come in its order, at every depth."""
    if isinstance(found, dict) and isinstance(side, dict):
        if [key for key in found if key in side] != [key for key in side if key in found]:
            return False
        return all(_in_order(value, side[key]) for key, value in found.items() if key in side)
    if isinstance(found, list) and isinstance(side, list) and len(found) == len(side):
        return all(_in_order(*pair) for pair in zip(found, side, strict=True))
    return True
