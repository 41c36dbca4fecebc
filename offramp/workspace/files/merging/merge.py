"""The merge of two texts of a scenario that both come from a third.

Lines that one side changed are merged as they are. Where both changed lines that are the same or neighbours, their
values decide: what changes different values is joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from offramp.workspace.files.merging.joining import ended, joined
from offramp.workspace.files.merging.lines import Kind, Lines, Piece, pieces, split
from offramp.workspace.files.merging.values import Sides

Valid = Callable[[str], bool]

MARKS = ("<<<<<<< saved meanwhile", "||||||| before both", "=======", ">>>>>>> yours")
"""Lines around what clashes: before the first side, the base, the second side, and after it."""


@dataclass(frozen=True)
class Hunk:
    """Where two sides clash; ``first`` is the line of the base, counted from 1, at which it begins."""

    first: int
    base: Lines
    theirs: Lines
    yours: Lines


@dataclass(frozen=True)
class Merge:
    """What comes of two texts.

    Attributes
    ----------
    text : str or None
        The merged text; None where the two clash.
    hunks : tuple of Hunk
        Where they do; empty where each piece could be merged, but what came of it is no scenario any more.
    marked : str
        The merged text with marks around all that clashes.
    """

    text: str | None
    hunks: tuple[Hunk, ...]
    marked: str


def merge(base: str, theirs: str, yours: str, valid: Valid) -> Merge:
    """Both sides' changes in one text, where they do not clash.

    Parameters
    ----------
    base : str
        The text that both began with.
    theirs, yours : str
        It makes no difference for the merged text which of the two is which.
    valid : callable
        Whether a text is a scenario. What can be merged is a clash all the same where the two are scenarios and what
        comes of them is none.
    """
    found = pieces(split(base), split(theirs), split(yours))
    hunks = tuple(
        Hunk(piece.start + 1, piece.base, piece.first, piece.second) for piece in found if piece.kind is Kind.CLASH
    )
    text = _by_values(found) if hunks else _text(found, "merged")
    if text is not None and text not in (theirs, yours) and not valid(text) and valid(theirs) and valid(yours):
        text = None
    return Merge(text, hunks if text is None else (), "".join(ended(tuple(_marked(found)))))


def _by_values(found: Sequence[Piece]) -> str | None:
    """The text with all clashes joined as their values allow; None where they do not."""
    sides = Sides.of(*(_text(found, side) for side in ("base", "first", "second")))
    if sides is None:
        return None
    proposals = [_text(tuple(_joined(piece) for piece in found), "merged"), *sides.proposals()]
    agreeing = [text for text in proposals if sides.agree_with(text)]
    return agreeing[0] if agreeing[:1] == proposals[:1] else min(agreeing, default=None)


def _joined(piece: Piece) -> Piece:
    """A clash as a piece that is changed by one side, where its lines can be joined."""
    lines = joined(piece) if piece.kind is Kind.CLASH else None
    return piece if lines is None else replace(piece, kind=Kind.FIRST, first=lines)


def _text(found: Sequence[Piece], side: str) -> str:
    """The text in which clashes have the lines of one side, and all else is merged."""
    lines = (getattr(piece, side if piece.kind is Kind.CLASH else "merged") for piece in found)
    return "".join(ended(tuple(line for each in lines for line in each)))


def _marked(found: Iterable[Piece]) -> list[str]:
    lines: list[str] = []
    for piece in found:
        if piece.kind is not Kind.CLASH:
            lines += piece.merged
            continue
        sides = (piece.first, piece.base, piece.second, ())
        for mark, side in zip(MARKS, sides, strict=True):
            lines += [f"{mark}\n", *side]
    return lines
