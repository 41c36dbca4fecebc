"""What to find out next, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.phrases import party_label, percent, places, points, spaced

if TYPE_CHECKING:
    from offramp.explore.learning.result import Item, Learning, Stretch

TOLD = 3
"""Assumptions that get a sentence."""

KNOWN = {"well": "well known", "fairly": "fairly known", "poorly": "poorly known"}


def sentences(learning: Learning) -> list[str]:
    """What was found, the main words between asterisks."""
    return [*_now(learning), *_worth(learning), *_list(learning), *(f"Note: {note}." for note in learning.notes)]


def worth_places(learning: Learning) -> int:
    """Places behind the point for what knowing is worth: one more where only that shows standard errors."""
    behind = places([learning.everything.estimate, *(item.worth.estimate for item in learning.items)])
    largest = max((item.worth.error for item in learning.items), default=0.0)
    return behind + (0.1 <= largest * 10.0**behind < 1.0)


def turn_words(item: Item) -> str:
    """Where the choice turns: "below 45 points: as on the table; above: officers pensions"."""
    if not item.stretches:
        return ""
    behind = places(end for each in item.stretches for end in (each.low, each.high))
    return "; ".join(_stretch(item, index, each, behind) for index, each in enumerate(item.stretches))


def _stretch(item: Item, index: int, each: Stretch, behind: int) -> str:
    last = index == len(item.stretches) - 1
    low, high = points(each.low, behind), points(each.high, behind)
    where = f"below {high}" if index == 0 else f"above {low}" if last else f"{low} to {high}"
    return f"{where}: {each.offer}"


def _now(learning: Learning) -> Iterator[str]:
    who, behind = party_label(learning.setting.scenario, learning.chooser), worth_places(learning)
    yield (
        f"{who}: the offer worth most now is *{learning.best}*, {points(learning.value, behind)} points on average; in "
        f"{percent(learning.stays)} of draws no other would be worth more."
    )
    if not learning.everything.distinguishable:
        yield "*Nothing* that could be learnt would be worth anything for the choice, as far as can be told."
        return
    yield (
        f"Knowing everything before choosing would be worth *{points(learning.everything.estimate, behind)}* points "
        f"(standard error {points(learning.everything.error, behind)})."
    )


def _worth(learning: Learning) -> Iterator[str]:
    behind = worth_places(learning)
    shown = [item for item in learning.items if item.matters][:TOLD]
    for item in shown:
        turns = turn_words(item)
        yield (
            f"Knowing *{spaced(item.name)}* ({item.says}) alone would be worth *{points(item.worth.estimate, behind)}* "
            f"points ({percent(item.share)} of that); it is {KNOWN[item.grade.known]}: {item.grade.why}."
            + (f" The choice turns: {turns}." if turns else "")
        )
    if learning.everything.distinguishable and not shown:
        yield from _none(learning)


def _none(learning: Learning) -> Iterator[str]:
    """That nothing can be told is not that there is nothing: the estimates err downwards."""
    words = f"Over {learning.setting.draws:,} draws *no single assumption* can be told to be worth knowing alone"
    first = next(iter(learning.items), None)
    if first and first.worth.estimate >= learning.floor:
        behind = worth_places(learning)
        worth, error = points(first.worth.estimate, behind), points(first.worth.error, behind)
        words += f"; the first is {spaced(first.name)}, at {worth} points (standard error {error})"
    yield f"{words}. More draws may tell, or several are worth knowing only together."


def _list(learning: Learning) -> Iterator[str]:
    listed = learning.short_list
    if listed:
        yield f"Worth knowing, poorly known: *{', '.join(spaced(item.name) for item in listed)}*."
    elif any(item.matters for item in learning.items):
        yield "What is worth knowing is fairly or well known: *nothing* stands on the short list."
