"""Comments go with a part of a scenario that has another name in the next version.

Nobody needs to say that a part was renamed: it may have been done by a form, in the text, in another editor or by git.
What counts is that in the next version one part stands where the other stood, and says mostly the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from offramp.scenario.expressions import Expression
from offramp.scenario.model import Scenario
from offramp.workspace.files.checking import both_valid
from offramp.workspace.models import Comment
from offramp.workspace.talk.targets import SECTIONS, named, renamed

ALIKE = 0.6
"""Share of the words that two parts must have in common to be one."""

_WORD = re.compile(r"\w+|[^\w\s]")

INNER: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("terms", lambda term: term.options),
    ("moves", lambda move: move.choices),
)
"""Sections whose parts have parts of their own."""


def follow(session: Session, scenario: str, before: str, after: str, file: str) -> int:
    """Let comments on parts that have another name in the text ``after`` be about that name.

    Returns
    -------
    int
        How many comments changed; none where one of the texts is no scenario.
    """
    both = both_valid(before, after, file)
    return sum(retarget(session, scenario, old, new) for old, new in renamings(*both)) if both else 0


def retarget(session: Session, scenario: str, old: str, new: str) -> int:
    """Let comments follow a part of a scenario that was renamed.

    Parameters
    ----------
    old, new : str
        As targets are written: ``assumptions.office``, ``terms.amnesty``, ``terms.amnesty.ruler``, ``moves.leak.held``.

    Returns
    -------
    int
        How many comments changed.
    """
    comments = session.scalars(select(Comment).where(Comment.scenario == scenario, Comment.target != "")).all()
    changed = [comment for comment in comments if renamed(comment.target, old, new) != comment.target]
    for comment in changed:
        comment.target = renamed(comment.target, old, new)
    return len(changed)


def renamings(before: Scenario, after: Scenario) -> list[tuple[str, str]]:
    """Which parts have another name, as targets are written: ``("moves.leak", "moves.press")``.

    A part comes before the parts in it, whose targets then have the new name already.
    """
    found = list(_pairs(before, after))
    words = {old.rpartition(".")[2]: new.rpartition(".")[2] for old, new, *_ in found}
    return [(old, new) for old, new, one, two in found if _share(one, two, words) >= ALIKE]


def _pairs(before: Scenario, after: Scenario) -> Iterator[tuple[str, str, Any, Any]]:
    """Parts of which one may be the other: their targets, and they themselves."""
    others: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for section in SECTIONS:
        one, two = named(before, section), named(after, section)
        for old, new in _in_place(list(one), list(two)):
            others[section][old] = new
            yield f"{section}.{old}", f"{section}.{new}", one[old], two[new]
    for section, parts_of in INNER:
        two = named(after, section)
        for name, whole in named(before, section).items():
            now = others[section].get(name, name)
            if now in two:
                first = {each.name: each for each in parts_of(whole)}
                second = {each.name: each for each in parts_of(two[now])}
                for old, new in _in_place(list(first), list(second)):
                    yield f"{section}.{now}.{old}", f"{section}.{now}.{new}", first[old], second[new]


def _in_place(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """Names that are gone, each with a name that is new and stands in its place."""
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "replace" and end - start == stop - begin:
            for old, new in zip(before[start:end], after[begin:stop], strict=True):
                if old not in after and new not in before:
                    yield old, new


def _share(one: Any, two: Any, words: Mapping[str, str]) -> float:
    """Share of words that two parts have in common but for their names, with old names as they are or as they are now.

    A label may speak of the ruler whatever his name in the file is.
    """
    before, after = list(_words(one)), list(_words(two))
    return max(_ratio(before, after), _ratio([words.get(word, word) for word in before], after))


def _ratio(one: list[str], two: list[str]) -> float:
    return 1.0 if one == two else SequenceMatcher(None, one, two, autojunk=False).ratio()


def _words(part: Any) -> Iterator[str]:
    """What a part says, word by word, where it differs from what would hold if it said nothing."""
    if isinstance(part, Expression):
        yield from _WORD.findall(part.text)
    elif is_dataclass(part):
        for each in fields(part):
            if each.name != "name" and getattr(part, each.name) != each.default:
                yield from _words(getattr(part, each.name))
    elif isinstance(part, Mapping):
        yield from _words(tuple(part.items()))
    elif isinstance(part, tuple):
        for inner in part:
            yield from _words(inner)
    else:
        yield from _WORD.findall(str(part))
