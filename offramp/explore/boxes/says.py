"""Boxes in sentences: each is said exactly as it was scored."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.boxes.limits import Limit, Limits
from offramp.explore.phrases import joined
from offramp.scenario.model import Assumption

if TYPE_CHECKING:
    from offramp.explore.boxes.discover import Found, Score
    from offramp.explore.boxes.result import Boxes

SHORT = 72
"""Longest meaning of an assumption that stands in a sentence; instead of a longer one its name does."""

_ASIDE = re.compile(r"\s*\([^()]*\)")


def sentences(boxes: Boxes) -> list[str]:
    """What was found, the main words between asterisks."""
    told = [_box(boxes, index) for index in range(len(boxes.boxes))] or [_nothing(boxes)]
    return [*told, *_together(boxes), *(f"Note: {note}." for note in boxes.notes)]


def conditions(boxes: Boxes, limits: Limits) -> list[str]:
    """The limits of a box, each as a clause: "chance that the talks leak is above 0.45"."""
    clauses = []
    for column in dict.fromkeys(limit.column for limit in limits):
        assumption = boxes.assumptions[column]
        here = [limit for limit in limits if limit.column == column]
        clauses.append(f"{called(assumption)} is {limit_words(assumption, here)}")
    return clauses


def called(assumption: Assumption) -> str:
    """What an assumption is called: its meaning without asides where that is short, else its name."""
    meaning = _ASIDE.sub("", assumption.meaning).strip().rstrip(".")
    return meaning if meaning and len(meaning) <= SHORT else assumption.name.replace("_", " ")


def limit_words(assumption: Assumption, limits: list[Limit]) -> str:
    """The limits on one assumption: "above 0.45", "between 3 and 7 points", "1 or 4"."""
    unit = f" {assumption.unit}" if assumption.unit else ""
    bounds = {limit.side: limit for limit in limits}
    if "among" in bounds:
        return listed_words(assumption, bounds["among"].listed) + unit
    if len(bounds) == 2:
        return f"between {number_words(bounds['above'].number)} and {number_words(bounds['below'].number)}{unit}"
    ((side, limit),) = bounds.items()
    return f"{side} {number_words(limit.number)}{unit}"


def listed_words(assumption: Assumption, kept: tuple[float, ...]) -> str:
    """The values that are kept: as a threshold where they are all up to one or all from one on."""
    values = sorted(assumption.value.parameters)
    if len(kept) > 1 and kept == tuple(values[: len(kept)]):
        return f"{number_words(kept[-1])} or less"
    if len(kept) > 1 and kept == tuple(values[-len(kept) :]):
        return f"{number_words(kept[0])} or more"
    return " or ".join(number_words(value) for value in kept)


def number_words(number: float) -> str:
    """A number with as many digits as it has, and at most eight."""
    return f"{number:.8g}".replace("-", "−")


def frequency(share: float) -> str:
    """A share as so many of ten draws, or of a hundred near the ends: "8 of 10", "97 of 100"."""
    if share in (0.0, 1.0):
        return "all" if share else "none"
    if 0.095 <= share < 0.955:
        return f"{_rounded(10 * share)} of 10"
    if share < 0.005 or share >= 0.995:
        return "fewer than 1 of 100" if share < 0.5 else "more than 99 of 100"
    return f"{_rounded(100 * share)} of 100"


def percent(share: float) -> str:
    """A share as a whole percentage; what is neither nothing nor all is neither 0% nor 100%."""
    if 0.0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1.0:
        return ">99%"
    return f"{_rounded(100 * share)}%"


def scored(score: Score) -> str:
    """The numbers of a box: how sure its density is, and the share of hits elsewhere."""
    low, high = score.interval
    return f"{percent(score.density)}, interval {percent(low)} to {percent(high)}"


def _rounded(number: float) -> int:
    return math.floor(number + 0.5)


def _subject(boxes: Boxes) -> str:
    """What is asked, as a heading of the first sentence."""
    says = boxes.target.says
    return f"{says[:1].upper()}{says[1:]}"


def _box(boxes: Boxes, index: int) -> str:
    found: Found = boxes.boxes[index]
    score = found.held_out
    where = joined([f"*{clause}*" for clause in conditions(boxes, found.limits)])
    whole = f"{boxes.target.verb} in *{frequency(score.density)}* draws where {where}"
    others = f"against {percent(score.rate)} of {'all draws' if index == 0 else 'those draws'}"
    covers = f"it covers {percent(score.coverage)} of all draws in which {boxes.target.verb}"
    numbers = f"({scored(score)}, {others}; {covers})"
    start = f"{_subject(boxes)}: {whole}" if index == 0 else f"Of the other draws, {whole}"
    return f"{start} {numbers}."


def _nothing(boxes: Boxes) -> str:
    verb, rate = boxes.target.verb, boxes.rate
    if rate in (0.0, 1.0):
        every = "every draw" if rate else "no draw"
        return f"{_subject(boxes)}: {verb} in *{every}*, so no condition makes a difference."
    return (
        f"{_subject(boxes)}: *no simple condition* was found under which {verb} clearly more often than in the "
        f"{percent(rate)} of all draws."
    )


def _together(boxes: Boxes) -> Iterator[str]:
    if len(boxes.boxes) > 1:
        coverage = sum(found.held_out.coverage for found in boxes.boxes)
        mass = sum(found.held_out.mass for found in boxes.boxes)
        yield (
            f"Together these {len(boxes.boxes)} boxes hold {percent(mass)} of all draws and *{percent(coverage)}* of "
            f"those in which {boxes.target.verb}."
        )
