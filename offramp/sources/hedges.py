"""Hedges: words by which a text says less than it seems to, and how well graded a passage with them may be.

Two kinds. An *attribution* passes a statement on without vouching for it (reportedly, according to sources, is said
to, allegedly); it holds to the end of its sentence. A *possibility* weakens the clause in which it stands (may, might,
could, possibly, potentially, appears to, is likely to). The classes are those of Hyland (1998, *Hedging in Scientific
Research Articles*) and of Lauscher and others' reviews of them, cut to what reports of negotiations use.

The rule (``docs/sources.md``) reads the Admiralty digits by their definitions (NATO AJP-2.1: 1 confirmed by other
sources, 2 probably true, 3 possibly true, 4 doubtful). What a text itself calls possible, or passes on, is at best
possibly true by that text; two hedges that act on one clause leave it doubtful. Another independent origin takes
back one step, and only what is confirmed by one may be called confirmed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from offramp.sources.words import clauses, folded, sentences, stems

BEST_UNHEDGED, BEST_HEDGED, BEST_STACKED = 2, 3, 4
"""The best Admiralty digit of a statement of one origin with no hedge, one, and two or more."""

_PASSED_ON = r"said|reported|believed|thought|rumou?red|understood|alleged"

_ATTRIBUTIONS = (
    r"reportedly",
    r"allegedly",
    r"purportedly",
    r"supposedly",
    r"apparently",
    r"seemingly",
    r"ostensibly",
    r"according to (?:\w+ ){0,3}?(?:sources?|officials?|people|persons?|reports?|media|diplomats?|insiders?|accounts?)",
    r"(?:anonymous|unnamed|undisclosed|unidentified) (?:sources?|officials?|people|persons?)",
    r"(?:sources?|officials?|people) (?:familiar|close|briefed|with knowledge)\b[^,;.]{0,60}",
    r"(?:sources?|insiders?|diplomats?) (?:say|says|said|claim|claims|claimed|suggest|suggests|suggested)",
    rf"(?:is|are|was|were|has been|have been) (?:{_PASSED_ON}|expected) to",
    rf"it (?:is|was|has been) (?:{_PASSED_ON}|claimed) that",
    r"on condition of anonymity",
    r"unconfirmed|unverified|rumou?red|rumou?rs?",
    r"could not (?:be )?(?:independently )?(?:confirm|verif)\w*",
)

_POSSIBILITIES = (
    r"may",
    r"might",
    r"could",
    r"possibly",
    r"potentially",
    r"perhaps",
    r"maybe",
    r"probably",
    r"presumably",
    r"conceivably",
    r"(?:it is |is |are |was |were |seems? )?(?:likely|unlikely|possible)",
    r"(?:appears?|appeared|seems?|seemed) to",
    r"suggests? that",
    r"(?:is|are) (?:un)?certain whether|unclear whether|uncertain",
    r"no guarantee",
    r"risk (?:that|of)",
    r"possibility of",
    r"some (?:say|believe|think|fear|expect)",
)

Class = Literal["attribution", "possibility"]


def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b")


_BY_CLASS: dict[Class, re.Pattern[str]] = {
    "attribution": _compiled(_ATTRIBUTIONS),
    "possibility": _compiled(_POSSIBILITIES),
}

_NOT_HEDGES = re.compile(
    r"\b(?:may \d{1,2}|\d{1,2} may|may (?:19|20)\d\d|(?:in|of|since|until|by|last|this) may|as (?:well )?as possible)\b"
)
"""The month, and what is no possibility."""


@dataclass(frozen=True)
class Hedge:
    """A hedge: its words as they stand, folded, and its class."""

    words: str
    kind: Class


@dataclass(frozen=True)
class Statement:
    """The part of a passage that a basis rests on, and the hedges that act on it.

    Attributes
    ----------
    text : str
        The clause; a whole sentence where it has one clause, the whole passage where it cannot be told which is meant.
    sentence : str
        The sentence that it stands in.
    hedges : tuple of Hedge
    """

    text: str
    sentence: str
    hedges: tuple[Hedge, ...]

    @property
    def best(self) -> int:
        """The best Admiralty digit that it supports where it has one origin."""
        return (BEST_UNHEDGED, BEST_HEDGED, BEST_STACKED)[min(2, len(self.hedges))]


def hedges_in(text: str) -> tuple[Hedge, ...]:
    """The hedges of a text, in order, each as often as it stands there.

    Examples
    --------
    >>> [hedge.words for hedge in hedges_in("The offer is said to include exile, potentially in May 2025.")]
    ['is said to', 'potentially']
    """
    plain = _NOT_HEDGES.sub(lambda match: "#" * len(match[0]), folded(text))
    found = [
        (match.start(), Hedge(match[0].strip(), kind))
        for kind, pattern in _BY_CLASS.items()
        for match in pattern.finditer(plain)
    ]
    return tuple(hedge for _, hedge in sorted(found, key=lambda each: each[0]))


def statement(passage: str, says: str = "") -> Statement:
    """The clause of ``passage`` that shares most words with ``says``, with the hedges that act on it.

    Those are the possibilities of the clause itself, and the attributions of the sentence up to its end. Without
    ``says``, or where no clause shares a word with it, every hedge of the passage's most hedged clause counts.

    Examples
    --------
    >>> found = statement("It is said to include safe passage, potentially to a haven.", "a haven is part of it")
    >>> found.text, [hedge.words for hedge in found.hedges], found.best
    ('potentially to a haven.', ['is said to', 'potentially'], 4)
    """
    wanted = set(stems(says))
    every = [each for sentence in sentences(passage) for each in _statements(sentence, wanted)]
    if not every:
        return Statement(passage, passage, hedges_in(passage))
    likest, chosen = max(every, key=lambda each: each[0])
    return chosen if likest > 0 else max((each for _, each in every), key=lambda each: len(each.hedges))


def _statements(sentence: str, wanted: set[str]) -> list[tuple[float, Statement]]:
    """The clauses of a sentence, each with how many of the ``wanted`` words it has, and a little for its sentence's."""
    found = []
    attributed: tuple[Hedge, ...] = ()
    around = len(wanted & set(stems(sentence)))
    for clause in clauses(sentence):
        hedges = hedges_in(clause)
        attributed = attributed or tuple(each for each in hedges if each.kind == "attribution")[:1]
        possible = tuple(dict.fromkeys(each for each in hedges if each.kind == "possibility"))
        own = set(stems(clause))
        likeness = len(wanted & own) + 0.3 * around - 0.01 * len(own)
        found.append((likeness, Statement(clause, sentence, (*attributed, *possible))))
    return found


def best_digit(stated: Statement, origins: int) -> int:
    """The best Admiralty digit that a statement supports where so many independent origins say so.

    With two and more each hedged statement gains a step, and one without hedges may be called confirmed.
    """
    return max(1, stated.best - (origins > 1))
