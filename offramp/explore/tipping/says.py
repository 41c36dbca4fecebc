"""A tipping point in sentences: where the answer flips, how that compares to the scenario, and how far draws differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from offramp.explore.boxes.says import called, number_words
from offramp.explore.phrases import joined, percent, spaced
from offramp.explore.tipping.held import EVEN

if TYPE_CHECKING:
    from offramp.explore.tipping.result import Flips, Tipping

DIGITS = 2
"""Digits of a value behind the first one of its range."""

WORTH_SAYING = 0.005
"""A share of the draws below this is not worth a clause."""


def sentences(tipping: Tipping) -> list[str]:
    """What was found, the main words between asterisks."""
    return [
        _where(tipping),
        _as_stated(tipping),
        *_draws(tipping),
        *(f"Note: {note}." for note in tipping.notes),
    ]


def value_words(tipping: Tipping, value: float) -> str:
    """A value of the assumption with as many digits as its range asks for; a listed one as it is."""
    if tipping.is_listed:
        return number_words(value)
    low, high = tipping.range
    behind = max(0, DIGITS - math.floor(math.log10(high - low)))
    return (f"{value:.{behind}f}" if behind else f"{value:,.0f}").replace("-", "−")


def with_unit(tipping: Tipping, words: str) -> str:
    """Words for a value with the unit of the assumption, where it has one."""
    return f"{words} {tipping.assumption.unit}" if tipping.assumption.unit else words


def answer_words(tipping: Tipping, number: float) -> str:
    """A value of the answer: a percentage, or points."""
    return percent(number) if tipping.asked.is_probability else f"{number:.3g} points".replace("-", "−")


def yes_words(tipping: Tipping) -> str:
    """What is so at the level or above, as a clause."""
    asked = tipping.asked
    says = asked.says.rstrip(".")
    if not asked.is_probability:
        return f"the mean {says.removesuffix(', in points')} is {number_words(asked.level)} points or more"
    if asked.level == EVEN:
        return f"it is at least as likely as not that {says}"
    return f"the probability is {100 * asked.level:.3g}% or more that {says}"


def ranges(tipping: Tipping) -> list[str]:
    """Where the mean is at the level or above: "below 5", "between 5 and 7", "above 9"; of listed values these."""
    if tipping.is_listed:
        above = [point.value for point in tipping.points if point.answer and point.answer.mean >= tipping.asked.level]
        return [value_words(tipping, value) for value in above]
    found, start, is_yes = [], "", not tipping.crossings[0].rises
    for crossing in tipping.crossings:
        at = value_words(tipping, crossing.value)
        if is_yes:
            found.append(f"between {start} and {at}" if start else f"below {at}")
        start, is_yes = at, crossing.rises
    return [*found, f"above {start}"] if is_yes else found


def _where(tipping: Tipping) -> str:
    name, where = called(tipping.assumption), yes_words(tipping)
    if tipping.crossings:
        options = " or ".join(f"*{each}*" for each in ranges(tipping))
        other = "at its other values" if tipping.is_listed else "elsewhere in the range"
        return f"Where {name} is {with_unit(tipping, options)}, {where}; {other} it is not."
    asked = [point for point in tipping.points if point.answer]
    means = [point.answer.mean for point in asked if point.answer]
    lowest, highest = (answer_words(tipping, number) for number in (min(means), max(means)))
    low, high = (value_words(tipping, value) for value in tipping.range)
    span = f"of {name}, from {low} to {with_unit(tipping, high)},"
    spread = lowest if lowest == highest else f"{lowest.removesuffix(' points')} to {highest}"
    if means[0] >= tipping.asked.level:
        return f"*At every value* {span} {where} (the mean is {spread})."
    return f"*At no value* {span} is it so that {where} (the mean is {spread})."


def _as_stated(tipping: Tipping) -> str:
    """What the scenario says of the assumption, and how much of that lies where the answer is yes."""
    value = tipping.assumption.value
    text = f"The scenario has {tipping.assumption.name} at {with_unit(tipping, value.describe())}"
    below = tipping.crossings[0].stated_below if len(tipping.crossings) == 1 and not tipping.is_listed else None
    if below is not None:
        text += f", of which *{percent(1.0 - below if tipping.crossings[0].rises else below)}* lies there"
    if tipping.now is None:
        return f"{text}; as it is, the question is asked in no draw."
    return f"{text}; as it is, the mean is {answer_words(tipping, tipping.now.mean)}."


def _draws(tipping: Tipping) -> Iterator[str]:
    """How many draws flip and where, and how many do not."""
    rest = [
        f"in *{percent(share)}* the answer is {words}"
        for share, words in ((tipping.always, "yes at every value"), (tipping.never, "no at every value"))
        if share >= WORTH_SAYING
    ]
    if not tipping.flips:
        yield f"The answer flips in *no draw*: {joined(rest)}."
        return
    told = [_flipping(tipping, flips) for flips in tipping.flips if flips.share >= WORTH_SAYING]
    if tipping.several >= WORTH_SAYING:
        rest.append(f"in {percent(tipping.several)} it flips more than once")
    yield f"Draw by draw, as {spaced(tipping.assumption.name)} grows{_yes(tipping)}: {'; '.join([*told, *rest])}."


def _yes(tipping: Tipping) -> str:
    """What a yes is, where that is not plain."""
    asked = tipping.asked
    if asked.is_probability and asked.level == EVEN:
        return ""
    level = f"{100 * asked.level:.3g}%" if asked.is_probability else f"{number_words(asked.level)} points"
    return f" (yes: {level} or more)"


def _flipping(tipping: Tipping, flips: Flips) -> str:
    way = "from no to *yes*" if flips.rises else "from yes to *no*"
    low, high = (value_words(tipping, value) for value in flips.interval)
    median = value_words(tipping, flips.median)
    same = low == high
    where = (
        f"at {with_unit(tipping, low)}" if same else f"at {with_unit(tipping, median)} (median; 90% {low} to {high})"
    )
    return f"in *{percent(flips.share)}* it flips {way}, {where}"
