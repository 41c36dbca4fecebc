"""Three texts laid side by side: what stayed, what one side changed, what both did.

This is the three-way comparison of lines of Khanna, Kunal and Pierce 2007, "A formal investigation of diff3": lines of
the base that both sides keep are where the three agree; between them stand the pieces that a side, or both, changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

MOST_PAIRS = 200_000
"""Pairs of equal lines that are tried; texts with more are taken as changed from the first difference to the last."""

Lines = tuple[str, ...]


class Kind(Enum):
    """Who changed a piece."""

    SAME = "same"
    FIRST = "first"
    SECOND = "second"
    BOTH = "both alike"
    CLASH = "clash"


@dataclass(frozen=True)
class Piece:
    """A run of lines in all three texts; ``start`` is its first line in the base, counted from 0."""

    kind: Kind
    start: int
    base: Lines
    first: Lines
    second: Lines

    @property
    def merged(self) -> Lines:
        """The lines that are kept; of a clash those of neither side."""
        return self.second if self.kind is Kind.SECOND else self.first


def split(text: str) -> Lines:
    r"""The lines of a text, each with its end.

    Examples
    --------
    >>> split("a\nb")
    ('a\n', 'b')
    """
    found = text.split("\n")
    return tuple(f"{line}\n" for line in found[:-1]) + ((found[-1],) if found[-1] else ())


def pieces(base: Lines, first: Lines, second: Lines) -> tuple[Piece, ...]:
    """The three texts in pieces; put together again, each side's lines are its text."""
    found: list[Piece] = []
    at = (0, 0, 0)
    for low, high, one, two in _kept_by_both(base, first, second):
        found += _changed(at, (low, one, two), base, first, second)
        kept = base[low:high]
        found.append(Piece(Kind.SAME, low, kept, kept, kept))
        at = (high, one + high - low, two + high - low)
    found += _changed(at, (len(base), len(first), len(second)), base, first, second)
    return tuple(found)


Spot = tuple[int, int, int]


def _changed(start: Spot, end: Spot, base: Lines, first: Lines, second: Lines) -> Iterator[Piece]:
    """The piece between two spots, if there is anything."""
    old, one, two = (text[low:high] for text, low, high in zip((base, first, second), start, end, strict=True))
    if old or one or two:
        yield Piece(_kind(old, one, two), start[0], old, one, two)


def _kind(base: Lines, first: Lines, second: Lines) -> Kind:
    if first == second:
        return Kind.SAME if first == base else Kind.BOTH
    if first == base:
        return Kind.SECOND
    return Kind.FIRST if second == base else Kind.CLASH


def _kept_by_both(base: Lines, first: Lines, second: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Runs of the base that both sides keep: where each starts and ends, and where it starts in the sides."""
    one, two = _kept(base, first), _kept(base, second)
    here = there = 0
    while here < len(one) and there < len(two):
        (a, in_first, length), (b, in_second, other) = one[here], two[there]
        low, high = max(a, b), min(a + length, b + other)
        if low < high:
            yield low, high, in_first + low - a, in_second + low - b
        here, there = (here + 1, there) if a + length < b + other else (here, there + 1)


def _kept(base: Lines, side: Lines) -> list[tuple[int, int, int]]:
    """Runs of lines that a side keeps: where each starts in the base and in the side, and how long it is."""
    head = _same_from_the_start(base, side)
    tail = _same_from_the_start(base[head:][::-1], side[head:][::-1])
    old, new = base[head : len(base) - tail], side[head : len(side) - tail]
    runs = [(0, 0, head)]
    if _pairs(old, new) <= MOST_PAIRS:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        runs += [(head + a, head + b, length) for a, b, length in matcher.get_matching_blocks()]
    runs.append((len(base) - tail, len(side) - tail, tail))
    return [run for run in runs if run[2]]


def _same_from_the_start(one: Sequence[str], two: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, two, strict=False):
        if left != right:
            break
        count += 1
    return count


def _pairs(one: Lines, two: Lines) -> int:
    """How many pairs of equal lines there are, of which the comparison looks at each."""
    counts = Counter(two)
    return sum(count * counts[line] for line, count in Counter(one).items())
