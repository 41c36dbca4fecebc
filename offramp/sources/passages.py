"""Find the passage that a basis points to: a paragraph by its number, or a piece of text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from offramp.scenario.model import Basis
from offramp.sources.document import Document, shortened
from offramp.sources.words import folded, stems

SHOWN = 90
"""Letters of a passage that a message shows."""

_GAP = re.compile(r"\s*(?:\[\.\.\.\]|\.\.\.)\s*")


@dataclass(frozen=True)
class Passage:
    """A passage that is there.

    Attributes
    ----------
    paragraph : int
        Its paragraph, from 1; of a piece of text the first that it stands in.
    text : str
        The whole paragraph.
    also : tuple of int
        Other paragraphs in which a piece of text stands.
    """

    paragraph: int
    text: str
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A passage that is not there: what was ``found`` instead, and what to do."""

    found: str
    remedy: str


def find_passage(document: Document, basis: Basis) -> Passage | Missing:
    """The passage that ``basis`` points to; it has a ``paragraph`` or a ``passage``.

    A piece of text matches whatever its case, white space, quotes and dashes; "…" in it stands for anything that the
    paragraph has between its parts.

    Examples
    --------
    >>> report = Document("0" * 64, "text", ("A headline", "He “may” refuse the offer, they say."))
    >>> find_passage(report, Basis(source="r", passage="he 'may' refuse")).paragraph
    2
    >>> find_passage(report, Basis(source="r", paragraph=7)).found
    'the document has 2 paragraphs, no paragraph 7'
    """
    if basis.paragraph is not None:
        return _numbered(document, basis.paragraph)
    parts = [part.strip(" '") for part in _GAP.split(folded(basis.passage))]
    parts = [part for part in parts if part]
    if not parts:
        return Missing(f"the passage {basis.passage!r} has no words", "quote some words of the document")
    found = [number for number, text in enumerate(document.plain, 1) if _holds(text, parts)]
    if found:
        return Passage(found[0], document.paragraphs[found[0] - 1], tuple(found[1:]))
    return _spanning(document, parts) or _nearest(document, basis.passage)


def _numbered(document: Document, number: int) -> Passage | Missing:
    count = len(document.paragraphs)
    if number <= count:
        return Passage(number, document.paragraphs[number - 1])
    noun = "paragraph" if count == 1 else "paragraphs"
    found = f"the document has {count} {noun}, no paragraph {number}"
    return Missing(found, "count its blocks of text from 1, or quote some words with passage:")


def _holds(text: str, parts: list[str]) -> bool:
    """Whether the parts stand in the text, one after the other."""
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def _spanning(document: Document, parts: list[str]) -> Passage | None:
    """A passage that runs from one paragraph into the next."""
    for number, (first, second) in enumerate(pairwise(document.plain), 1):
        if _holds(f"{first} {second}", parts):
            return Passage(number, " ".join(document.paragraphs[number - 1 : number + 1]))
    return None


def _nearest(document: Document, passage: str) -> Missing:
    """What is most like a passage that is not there, by the words that they share."""
    wanted = set(stems(passage))
    shared = [len(wanted & set(stems(text))) / max(1, len(wanted)) for text in document.paragraphs]
    best = max(range(len(shared)), key=shared.__getitem__)
    found = f"the words {shortened(passage, SHOWN)!r} do not stand in the document"
    if shared[best] < 0.5:
        return Missing(found, "quote words as they stand there, or give the number of the paragraph")
    near = shortened(document.paragraphs[best], SHOWN)
    return Missing(found, f"nearest is paragraph {best + 1}, {near!r}; quote its words as they stand, or its number")
