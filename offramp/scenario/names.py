"""What may be a name, which names are taken, and which name was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from offramp.scenario.tokens import FUNCTIONS, WORDS

NAME_PATTERN = "[A-Za-z_][A-Za-z0-9_]*"

OPERATOR_WORDS = frozenset(WORDS)
"""Words of the expression language: no name at all may be one."""

PARTY_WORDS = frozenset({"chance", "all"})
"""What a party cannot be called: these words mean something else where a party stands."""

RESERVED = PARTY_WORDS.union(FUNCTIONS, {"outcome", "round", "after"})
"""What no assumption, term, move or formula can be called."""

MAX_CANDIDATES = 1000
MAX_COMPARED = 100
"""Most candidates that one misspelt name is compared with."""

NO_BREAK_SPACE = "\u00a0"
"""Looks like a space, comes with text from word processors and web pages, and is none in YAML."""

_NAME = re.compile(NAME_PATTERN)
_NO_COLON = re.compile(f"({NAME_PATTERN})" + r"""\s+[{\["']""")


def is_name(text: str) -> bool:
    """Whether ``text`` can stand in an expression as a name."""
    return _NAME.fullmatch(text) is not None and text not in OPERATOR_WORDS


class Slip(NamedTuple):
    """A slip of the keyboard in a key: the name that was meant, and the remedy."""

    name: str
    remedy: str


def slip(text: str) -> Slip | None:
    """What was meant by a key such as ``general {label`` (no colon) or one with a no-break space, or None."""
    uncoloned = _NO_COLON.match(text)
    if uncoloned:
        return Slip(uncoloned[1], f"put a colon after {uncoloned[1]!r}")
    plain = text.replace(NO_BREAK_SPACE, " ").strip()
    if plain != text and is_name(plain):
        return Slip(plain, "put plain spaces in place of the no-break space")
    return None


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that ``name`` is most likely a misspelling of, or None.

    Of the first ``MAX_CANDIDATES``, where they are many, only those that begin or end as ``name`` does are compared,
    and ``MAX_COMPARED`` at most: a file in which everything is wrong must not take minutes.
    """
    names = list(islice(candidates, MAX_CANDIDATES))
    if len(names) > MAX_COMPARED:
        names = [other for other in names if other[:2] == name[:2] or other[-3:] == name[-3:]][:MAX_COMPARED]
    by_lower = {candidate.lower(): candidate for candidate in names}
    matches = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def meant(name: str, candidates: Iterable[str], otherwise: str = "") -> str:
    """A remedy for an unknown name: "did you mean …?" where one is close, else ``otherwise``."""
    close = closest(name, candidates)
    return f"did you mean {close!r}?" if close else otherwise


def suggested(name: str, known: Iterable[str]) -> str:
    """What to say of an unknown name: "did you mean …?" where one is close, else all there are."""
    names = list(known)
    return meant(name, names, f"there are {', '.join(names) or 'none'}")


def listing(names: Iterable[str], most: int = 12) -> str:
    """Names in quotes for the ``allowed`` of a message, cut after ``most``."""
    names = tuple(names)
    shown = ", ".join(repr(name) for name in names[:most])
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return shown + rest or "none are declared"
