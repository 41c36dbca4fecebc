"""What one version changed against another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from offramp.explore.comparison.edits import Edit, edits_of, plain_words
from offramp.workspace.files.checking import both_valid

MOST_NAMED = 3
"""Changes that are named in one line."""

MOST = 50
"""Changes that are told one by one."""


def changes_between(before: str, after: str, file: str) -> list[dict[str, Any]]:
    """What differs between two texts: path, what it is about, and what stood there before and after, in words.

    Empty where one of them is no scenario: then there is nothing that could be told apart.
    """
    both = both_valid(before, after, file)
    return list(_told(edits_of(*both)))[:MOST] if both else []


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


def summed_up(changes: Sequence[Mapping[str, Any]]) -> str:
    """Changes in one line: what each is about, but for the fourth and those after it."""
    about = list(dict.fromkeys(each["label"] for each in changes))
    rest = f" and {len(about) - MOST_NAMED} more" if len(about) > MOST_NAMED else ""
    return ", ".join(about[:MOST_NAMED]) + rest
