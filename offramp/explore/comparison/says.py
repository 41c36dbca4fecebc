"""Two scenarios compared, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.comparison.edits import plain_words
from offramp.explore.phrases import percent, points

if TYPE_CHECKING:
    from offramp.explore.comparison.result import Change, Comparison, Line, Part

TOLD = 3
"""Edits that get a sentence."""

CLOSE, FAR = 0.25, 1.0
"""Two distributions nearer than so many standard deviations differ little; those farther apart differ much."""


def sentences(comparison: Comparison) -> list[str]:
    """What was found, the main words between asterisks."""
    return [
        *_answer(comparison),
        *_parts(comparison),
        *_documentary(comparison),
        *(f"Note: {note}." for note in comparison.notes),
    ]


def is_probability(line: Line) -> bool:
    """Whether a quantity lies in [0, 1]; else it is in points."""
    return not line.name.startswith("payoff.")


def change_words(line: Line, change: Change) -> str:
    """A change: "+8.2 percentage points", "−3.1 points"."""
    if is_probability(line):
        return f"{points(100.0 * change.mean, 1, sign=True)} percentage points"
    return f"{points(change.mean, 1, sign=True)} points"


def value_words(line: Line, value: float) -> str:
    """A value as a percentage, or in points."""
    return percent(value) if is_probability(line) else points(value, 1)


def _answer(comparison: Comparison) -> Iterator[str]:
    line = comparison.headline
    if line.first is None or line.second is None or line.change is None:
        yield f"Whether {line.says} cannot be compared: in one of the two no draw meets its condition."
        return
    one, two = (value_words(line, each.mean) for each in (line.first, line.second))
    what = f"{line.says[:1].upper()}{line.says[1:]}"
    if not comparison.parts:
        yield f"{what}: *{one}* in both; the two differ in nothing that matters for it."
        return
    error = points((100.0 if is_probability(line) else 1.0) * line.change.error, 1)
    noise = "more than sampling noise" if line.change.beyond_noise else "*no more than sampling noise*"
    yield (
        f"{what}: *{one}* in the first, *{two}* in the second, {change_words(line, line.change)} (standard error "
        f"{error}): {noise}."
    )


def _parts(comparison: Comparison) -> Iterator[str]:
    line = comparison.headline
    for part in comparison.parts[:TOLD]:
        if part.change is None:
            continue
        edit = part.edits[0]
        what = f": {plain_words(edit.before)}, then {plain_words(edit.after)}" if len(part.edits) == 1 else ""
        beyond = "" if part.change.beyond_noise else ", within noise"
        lead = "They disagree about" if comparison.analysts else "The edit of"
        explains = f"that explains *{change_words(line, part.change)}*{beyond}{_distance(part)}"
        yield f"{lead} *{part.label}*{what}; {explains}."
    still = [part for part in comparison.parts if part.change and not part.change.beyond_noise]
    idle = [part.label for part in still if part.apart is not None and part.apart > FAR]
    if comparison.analysts and idle:
        yield f"They disagree much about {', '.join(idle)}, but it *matters little*."


def _distance(part: Part) -> str:
    if part.apart is None:
        return ""
    word = "little" if part.apart < CLOSE else "much" if part.apart > FAR else "somewhat"
    return f" (the two differ {word}, by {part.apart:.1f} standard deviations)"


def _documentary(comparison: Comparison) -> Iterator[str]:
    labels = [edit.label for edit in comparison.documentary]
    if labels:
        yield f"Changed in words, or not used by both: {', '.join(labels)}."
