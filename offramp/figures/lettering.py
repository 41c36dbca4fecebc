"""How much room text takes in a drawing of our own, and where its lines break.

No font is at hand when a drawing is made, and the reader's may be another: widths are estimates, a little too wide.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

NARROW, WIDE = frozenset("ijlftrI.,:;'|!()[] "), frozenset("mwMW%@—…")
SAFETY = 1.04


def text_width(text: str, size: float) -> float:
    """The width of one line in points, set at ``size`` points in a plain sans-serif."""
    return SAFETY * size * sum(map(_advance, text))


def _advance(letter: str) -> float:
    """The width of a letter as a share of the size."""
    if letter in NARROW:
        return 0.33
    if letter in WIDE:
        return 0.9
    if east_asian_width(letter) in "WF":
        return 1.0
    return 0.68 if letter.isupper() else 0.56


def wrapped(text: str, size: float, width: float) -> list[str]:
    """``text`` in lines of at most ``width`` points, broken between words, and inside those that are longer.

    Examples
    --------
    >>> wrapped("an offer of amnesty", 12, 70)
    ['an offer of', 'amnesty']
    """
    lines: list[str] = []
    line = ""
    for word in _parts(text, size, width):
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, size) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


def _parts(text: str, size: float, width: float) -> Iterator[str]:
    """The words of ``text``, those that are too long for a line in pieces."""
    for word in text.split():
        start = 0
        for stop in range(1, len(word) + 1):
            if text_width(word[start:stop], size) > width and stop - start > 1:
                yield word[start : stop - 1]
                start = stop - 1
        yield word[start:]
