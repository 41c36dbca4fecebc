"""Lines that clash only since they are neighbours.

The comparison of three texts calls it a clash where two sides changed lines next to each other, or put something in at
the same place. What is written here joins them where no line was changed by both. It is a proposal only: whether it is
what both meant is for the values to say (:mod:`offramp.workspace.files.merging.values`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from offramp.workspace.files.merging.lines import Lines, Piece


@dataclass(frozen=True, order=True)
class _Step:
    """Lines ``start`` to ``end`` of the base have others in their place."""

    start: int
    end: int
    lines: Lines


def joined(piece: Piece) -> Lines | None:
    """The lines of a clash with the changes of both sides; None where both changed the same line."""
    steps = sorted({*_steps(piece.base, piece.first), *_steps(piece.base, piece.second)})
    if any(after.start < before.end for before, after in pairwise(steps)):
        return None
    lines: list[str] = []
    at = 0
    for step in steps:
        lines += [*piece.base[at : step.start], *step.lines]
        at = step.end
    return ended((*lines, *piece.base[at:]))


def ended(lines: Lines) -> Lines:
    """Lines of which all but the last end, as those of a text do."""
    return tuple(line if line.endswith("\n") else f"{line}\n" for line in lines[:-1]) + lines[-1:]


def _steps(base: Lines, side: Lines) -> Iterator[_Step]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    for tag, low, high, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield _Step(low, high, side[first:last])
