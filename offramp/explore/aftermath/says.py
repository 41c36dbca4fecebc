"""What follows in sentences: where the aftermath is likely to stand, and what the indicators do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.aftermath.names import HOLDS, MADE, NOT_MADE
from offramp.explore.phrases import joined, percent

if TYPE_CHECKING:
    from offramp.explore.aftermath.result import Arm, Fan, Following
    from offramp.scenario.aftermath import Indicator

TOLD = 3
"""States that a sentence names, the likeliest first."""

RARE = 0.05
"""A state less likely than this is not named after the first."""


def sentences(following: Following) -> list[str]:
    """What was found, the main words between asterisks."""
    told = [_standing(following, arm) for arm in following.arms]
    for index, indicator in enumerate(following.after.indicators):
        told.append(_indicator(following, index, indicator))
    return [*told, *(f"Note: {note}." for note in following.notes)]


def years_words(years: int) -> str:
    """How long after: "a year", "10 years"."""
    return "a year" if years == 1 else f"{years} years"


def amount(value: float, unit: str = "") -> str:
    """A number with three digits that count, and its unit."""
    behind = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{behind}f}".replace("-", "−")
    return f"{text} {unit}" if unit else text


def _standing(following: Following, arm: Arm) -> str:
    """Which states are likeliest after the last year."""
    ranked = sorted(range(len(following.labels)), key=lambda state: -arm.share(state, following.years))
    named = [state for rank, state in enumerate(ranked[:TOLD]) if not rank or arm.share(state, following.years) >= RARE]
    clauses = [
        f"{following.labels[state]} {'*' if not rank else ''}{percent(arm.share(state, following.years))}"
        f"{'*' if not rank else ''}"
        for rank, state in enumerate(named)
    ]
    rare = ""
    if arm.name == HOLDS and arm.probability is not None:
        rare = f" (which has a probability of {percent(arm.probability.mean)})"
    return f"If {arm.says}{rare}, the likeliest after {years_words(following.years)}: {joined(clauses)}."


def _indicator(following: Following, index: int, indicator: Indicator) -> str:
    """The fans of an indicator after the last year, arm by arm."""
    made, other = following.arm(MADE), following.arm(NOT_MADE)
    name, when = indicator.called, years_words(following.years)
    if made is None or other is None:
        return f"After {when}, {name}: {_fan_words(following.arms[0].fans[index], indicator.unit)}."
    words = f"After {when}, {name}: *{_fan_words(made.fans[index], indicator.unit)}* with the offer, "
    words += f"{_fan_words(other.fans[index])} without"
    if following.higher is None:
        return f"{words}."
    return f"{words}; with the same luck it ends higher with the offer on {percent(following.higher[index])} of paths."


def _fan_words(fan: Fan, unit: str = "") -> str:
    low, middle, high = ends(fan)
    return f"{middle}{f' {unit}' if unit else ''} (90% {low} to {high})"


def ends(fan: Fan) -> tuple[str, str, str]:
    """Where 90% of the paths lie after the last year: from, the median, and to."""
    low, middle, high = (amount(float(fan.levels[level, -1])) for level in (0, 2, 4))
    return low, middle, high


def telling(following: Following) -> Iterator[tuple[str, Arm]]:
    """The arms with short names for columns of tables and legends."""
    short = {MADE: "with the offer", NOT_MADE: "without", HOLDS: "where it holds"}
    for arm in following.arms:
        yield short.get(arm.name, "as played"), arm
