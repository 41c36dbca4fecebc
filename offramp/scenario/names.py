"""What may be a name, which names are taken, and which name was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

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

_NAME = re.compile(NAME_PATTERN)


def is_name(text: str) -> bool:
    """Whether ``text`` can stand in an expression as a name."""
    return _NAME.fullmatch(text) is not None and text not in OPERATOR_WORDS


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


def listing(names: Iterable[str], most: int = 12) -> str:
    """Names in quotes for the ``allowed`` of a message, cut after ``most``."""
    names = tuple(names)
    shown = ", ".join(repr(name) for name in names[:most])
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return shown + rest or "none are declared"
