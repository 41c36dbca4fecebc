"""What drives an answer, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.phrases import percent, places, points, spaced

if TYPE_CHECKING:
    from offramp.explore.drivers.result import Driver, Drivers

WORTH_SAYING = 3
"""Drivers that are named in sentences."""


def sentences(found: Drivers) -> list[str]:
    """What was found, the main words between asterisks."""
    return [
        *_strongest(found),
        *_next(found),
        *_unfounded(found),
        *(f"{each}." for each in unclear_words(found)),
        *(f"Note: {note}." for note in found.notes),
    ]


def subject(found: Drivers) -> str:
    """What is driven, as the subject of a sentence."""
    given = f", if {found.given.rstrip('.')}" if found.given else ""
    return f"how likely it is that {found.says.rstrip('.')}{given}" if found.is_probability else f"the {found.says}"


def answer_words(found: Drivers, number: float | None) -> str:
    """A mean answer: a percentage, or points."""
    if number is None:
        return "never asked"
    return percent(number) if found.is_probability else points(number, answer_places(found))


def answer_places(found: Drivers) -> int:
    """Places behind the point for answers in points."""
    swings = [each.swing for each in found.drivers if each.swing]
    ends = [end for swing in swings for end in (swing.low, swing.high) if end is not None]
    return places([found.estimate.mean, *ends])


def held_words(driver: Driver, number: float) -> str:
    """A value at which an assumption is held, with its unit."""
    swing = driver.swing
    assert swing is not None
    behind = places([swing.at_low, swing.at_high])
    return points(number, behind) + (f" {driver.unit}" if driver.unit else "")


def _strongest(found: Drivers) -> Iterator[str]:
    if found.constant:
        if found.drivers:
            yield f"*Nothing* drives {subject(found)}: it is {answer_words(found, found.estimate.mean)} in every draw."
        return
    if not found.leading():
        yield f"*Nothing* that drives {subject(found)} can be told from noise over {found.setting.draws:,} draws."
        return
    driver = found.leading()[0]
    meaning = f", {driver.label}" if driver.meaning else ""
    way = {
        "raises": "; when it rises, the answer *rises*",
        "lowers": "; when it rises, the answer *falls*",
        "mixed": "; higher values move the answer both ways, or only together with other assumptions",
    }[driver.direction]
    share = driver.influence
    between = f"{percent(share.value)}, interval {percent(share.low)} to {percent(share.high)}"
    yield f"What drives it most is *{spaced(driver.name)}*{meaning} (influence {between}){way}{_swing(found, driver)}."


def _swing(found: Drivers, driver: Driver) -> str:
    swing = driver.swing
    if swing is None:
        return ""
    ends = [f"{answer_words(found, end)} at {held_words(driver, held)}" for held, end in _ends(driver)]
    return f": {' and '.join(ends)}" if driver.direction != "mixed" else f" ({' and '.join(ends)})"


def _ends(driver: Driver) -> list[tuple[float, float | None]]:
    assert driver.swing is not None
    return [(driver.swing.at_low, driver.swing.low), (driver.swing.at_high, driver.swing.high)]


def _next(found: Drivers) -> Iterator[str]:
    leading = found.leading(WORTH_SAYING)
    if len(leading) > 1:
        named = " and ".join(f"*{spaced(each.name)}* ({_way(each)})" for each in leading[1:])
        yield f"Next {'come' if len(leading) > 2 else 'comes'} {named}.{_order(leading)}"


def _way(driver: Driver) -> str:
    return {"raises": "raises it", "lowers": "lowers it", "mixed": "no one direction"}[driver.direction]


def _order(leading: tuple[Driver, ...]) -> str:
    """Whether the order of the leading ones is certain."""
    sure = all(each.ranks == (rank, rank) for rank, each in enumerate(leading, start=1))
    return "" if sure else " Their order is not certain: the intervals overlap."


def _unfounded(found: Drivers) -> Iterator[str]:
    weak = [spaced(each.name) for each in found.leading(WORTH_SAYING) if set(each.rests_on) <= {"judgement"}]
    if weak:
        rest = "rests" if len(weak) == 1 else "rest"
        yield f"Of these, *{' and '.join(weak)}* {rest} on judgement alone or on nothing."


def unclear_words(found: Drivers) -> Iterator[str]:
    """Which assumptions cannot be told from noise, if some can; without a full stop."""
    if found.leading() and found.unclear:
        yield f"Not to be told from noise: {', '.join(spaced(each.name) for each in found.unclear)}"
