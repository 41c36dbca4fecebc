"""The merge of two texts of a scenario that both come from a third."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from offramp.workspace.files.merging.lines import Kind, Lines, Piece, pieces, split

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
        Whether a text is a scenario. What merges line by line is a clash all the same where the two are scenarios and
        what comes of them is none.
    """
    found = pieces(split(base), split(theirs), split(yours))
    hunks = tuple(
        Hunk(piece.start + 1, piece.base, piece.first, piece.second) for piece in found if piece.kind is Kind.CLASH
    )
    marked = "".join(_marked(found))
    text = None if hunks else "".join(line for piece in found for line in piece.merged)
    if text is not None and text not in (theirs, yours) and not valid(text) and valid(theirs) and valid(yours):
        return Merge(None, (), marked)
    return Merge(text, hunks, marked)


def _marked(found: Iterable[Piece]) -> list[str]:
    lines: list[str] = []
    for piece in found:
        if piece.kind is not Kind.CLASH:
            lines += piece.merged
            continue
        sides = (piece.first, piece.base, piece.second, ())
        for mark, side in zip(MARKS, sides, strict=True):
            lines += [f"{mark}\n", *_ended(side)]
    return lines


def _ended(lines: Lines) -> Lines:
    """The lines, the last of which ends, as the mark after it needs."""
    return lines if not lines or lines[-1].endswith("\n") else (*lines[:-1], f"{lines[-1]}\n")
