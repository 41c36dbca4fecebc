"""Pieces of sentences that several analyses share: names, shares and points as a reader wants them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from offramp.explore.likelihood import NEGLIGIBLE
from offramp.scenario.model import Scenario

DIGITS = 2
"""Digits that are shown of the largest number of a table; the others get as many places behind the point."""


def party_label(scenario: Scenario, name: str) -> str:
    """How a party, or chance, is called."""
    labels = {party.name: party.label or party.name for party in scenario.parties}
    return labels.get(name, name)


def spaced(names: str | Iterable[str]) -> str:
    """Names from the file as words."""
    return (names if isinstance(names, str) else " or ".join(names)).replace("_", " ")


def percent(share: float) -> str:
    """A share as a whole percentage: 0% and 100% only where nothing is left, else "<1%" and ">99%".

    Examples
    --------
    >>> percent(0.314), percent(0.002), percent(0.998), percent(1.0)
    ('31%', '<1%', '>99%', '100%')
    """
    return f"{percentage(share)}%"


def percentage(share: float) -> str:
    """The same without its sign."""
    if share < NEGLIGIBLE:
        return "0"
    if share > 1.0 - NEGLIGIBLE:
        return "100"
    if share < 0.01:
        return "<1"
    if share > 0.99:
        return ">99"
    return f"{100.0 * share:.0f}"


def joined(clauses: Sequence[str]) -> str:
    """Clauses in a row: "a, b and c"."""
    return " and ".join([", ".join(clauses[:-1]), clauses[-1]] if len(clauses) > 1 else clauses)


def places(numbers: Iterable[float]) -> int:
    """Places behind the point, so that the largest of ``numbers`` shows ``DIGITS`` digits."""
    largest = max((abs(number) for number in numbers), default=0.0)
    return min(6, max(0, DIGITS - 1 - math.floor(math.log10(largest)))) if largest > 0.0 else 0


def points(number: float, behind: int, *, sign: bool = False) -> str:
    """A number of points with ``behind`` places."""
    text = f"{abs(number):.{behind}f}"
    if float(text) == 0.0:
        return text
    return ("−" if number < 0.0 else "+" if sign else "") + text
