"""What one version changed against another, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from offramp.explore.comparison.edits import Edit, edits_of, plain_words
from offramp.workspace.files.checking import checked

MOST = 50
"""Changes that are told one by one."""


def changes_between(before: str, after: str, file: str) -> list[dict[str, Any]]:
    """What differs between two texts: path, what it is about, and what stood there before and after, in words.

    Empty where one of them is no scenario: then there is nothing that could be told apart.
    """
    first, second = checked(before, file).valid, checked(after, file).valid
    if before == after or first is None or second is None:
        return []
    return list(_told(edits_of(first, second)))[:MOST]


def _told(edits: list[Edit]) -> Iterator[dict[str, Any]]:
    for edit in edits:
        for path, before, after in _parts(edit):
            yield {
                "path": ".".join(path),
                "label": edit.label,
                "before": None if before is None else plain_words(before),
                "after": None if after is None else plain_words(after),
                "words_only": edit.documentary,
            }


def _parts(edit: Edit) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """The keys in which an edit's two sides differ, where both are mappings; else the edit itself."""
    before, after = edit.before, edit.after
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield edit.path, before, after
        return
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield (*edit.path, str(key)), before.get(key), after.get(key)
