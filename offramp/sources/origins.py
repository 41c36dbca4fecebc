"""Which documents go back to one origin: reprints, excerpts and reports that copy one another count once.

Each document is the set of its shingles, all runs of ``SHINGLE`` words. The containment of two is the share of the
smaller one's shingles that the other has as well (Broder 1997, "On the resemblance and containment of documents"), so
that an excerpt is found as well as a reprint. From ``COPIED`` on two have one origin; from ``OVERLAP`` on they share
more than independent reports do, which is said but not counted.

That two reports differ in words does not show that they are independent: both may rest on one witness. What is counted
is at most how many origins there are, never how many there must be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from offramp.sources.document import Document
from offramp.sources.words import words

SHINGLE = 5
"""Words of a shingle."""

COPIED = 0.5
"""Containment from which on one document copies the other, or both a third."""

OVERLAP = 0.15
"""Containment from which on it is said that two share text."""

FEWEST = 8
"""A document with fewer shingles is too short to be judged but by its bytes."""


@dataclass(frozen=True)
class Shared:
    """Two documents, by the names of their sources, and the share of the smaller one that the other has."""

    first: str
    second: str
    containment: float


@dataclass(frozen=True)
class Origins:
    """Which sources go back to one origin.

    Attributes
    ----------
    groups : tuple of tuples of str
        Every source once, in the order in which they were given; those of one group have one origin.
    copies, overlaps : tuple of Shared
        Pairs that copy one another, and pairs that share some text and are counted apart.
    """

    groups: tuple[tuple[str, ...], ...]
    copies: tuple[Shared, ...] = ()
    overlaps: tuple[Shared, ...] = ()

    def of(self, name: str) -> tuple[str, ...]:
        """The group of a source; one that is not known stands alone."""
        return next((group for group in self.groups if name in group), (name,))

    def count(self, names: list[str] | tuple[str, ...]) -> int:
        """How many origins the sources called ``names`` have."""
        return len({self.of(name) for name in names})


def find_origins(documents: Mapping[str, Document | None]) -> Origins:
    """The origins of sources; one without a document (None) stands alone.

    Examples
    --------
    >>> story = " ".join(f"word{n}" for n in range(40))
    >>> first = Document("0" * 64, "text", (story,))
    >>> reprint = Document("1" * 64, "text", (f"{story} Our desk.",))
    >>> find_origins({"a": first, "b": None, "c": reprint}).groups
    (('a', 'c'), ('b',))
    """
    shingles = {name: _shingles(document) for name, document in documents.items() if document}
    pairs = [_shared(documents, shingles, *pair) for pair in combinations(shingles, 2)]
    copies = tuple(pair for pair in pairs if pair.containment >= COPIED)
    overlaps = tuple(pair for pair in pairs if OVERLAP <= pair.containment < COPIED)
    return Origins(_grouped(tuple(documents), copies), copies, overlaps)


def shared_with(name: str, documents: Mapping[str, Document]) -> tuple[Shared, ...]:
    """What the document called ``name`` shares with each of the others, from ``OVERLAP`` on; the most first."""
    shingles = {each: _shingles(document) for each, document in documents.items()}
    pairs = [_shared(documents, shingles, other, name) for other in documents if other != name]
    return tuple(sorted((pair for pair in pairs if pair.containment >= OVERLAP), key=lambda pair: -pair.containment))


def _shared(
    documents: Mapping[str, Document | None], shingles: Mapping[str, frozenset[int]], first: str, second: str
) -> Shared:
    same = _document(documents, first).sha256 == _document(documents, second).sha256
    return Shared(first, second, 1.0 if same else _containment(shingles[first], shingles[second]))


def _document(documents: Mapping[str, Document | None], name: str) -> Document:
    found = documents[name]
    assert found is not None
    return found


def _shingles(document: Document) -> frozenset[int]:
    every = [word for paragraph in document.paragraphs for word in words(paragraph)]
    return frozenset(hash(tuple(every[start : start + SHINGLE])) for start in range(len(every) - SHINGLE + 1))


def _containment(first: frozenset[int], second: frozenset[int]) -> float:
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= FEWEST else 0.0


def _grouped(names: tuple[str, ...], copies: tuple[Shared, ...]) -> tuple[tuple[str, ...], ...]:
    leaders = {name: name for name in names}
    for pair in copies:
        first, second = leaders[pair.first], leaders[pair.second]
        leaders = {name: first if leader == second else leader for name, leader in leaders.items()}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(leaders[name], []).append(name)
    return tuple(tuple(group) for group in groups.values())
