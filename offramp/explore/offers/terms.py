"""What each term adds to an offer: alone, given the rest, and on average over all orders (Shapley 1953).

Let v(S) be the share of the draws in which the offer holds if the terms in S stand as in the offer and all others at
their least generous option. A term adds v({t}) − v(∅) alone and v(all) − v(all but t) given the rest; its Shapley value
is the mean of v(S ∪ {t}) − v(S) over all orders, and these add up to v(all) − v(∅).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

from offramp.explore.offers.rules import Offer, Space

MOST_TERMS = 8
"""With more terms than this above their least option the orders are too many to be looked at."""


@dataclass(frozen=True)
class Clause:
    """What one term adds to the share of draws in which an offer holds.

    Attributes
    ----------
    term, option : str
    alone : float
        With all other terms at their least generous option.
    given_rest : float
        With all other terms as in the offer.
    average : float or None
        Over all orders (the Shapley value); None with more than ``MOST_TERMS`` terms.
    """

    term: str
    option: str
    alone: float
    given_rest: float
    average: float | None


def clauses_of(space: Space, offer: Offer, share: Callable[[Offer], float]) -> tuple[Clause, ...]:
    """What each term of ``offer`` above its least generous option adds; the one that adds most given the rest first.

    Parameters
    ----------
    share : callable
        The share of the draws in which an offer holds.
    """
    raised = [index for index, option in enumerate(offer) if option > 0]

    def value(kept: frozenset[int]) -> float:
        return share(tuple(option if index in kept else 0 for index, option in enumerate(offer)))

    everything = frozenset(raised)
    names = space.named(offer)
    found = [
        Clause(
            term=space.terms[index],
            option=names[space.terms[index]],
            alone=value(frozenset([index])) - value(frozenset()),
            given_rest=value(everything) - value(everything - {index}),
            average=_shapley(index, everything, value) if len(raised) <= MOST_TERMS else None,
        )
        for index in raised
    ]
    return tuple(sorted(found, key=lambda each: (-each.given_rest, -each.alone)))


def _shapley(index: int, everything: frozenset[int], value: Callable[[frozenset[int]], float]) -> float:
    others, count = sorted(everything - {index}), len(everything)
    total = 0.0
    for size in range(count):
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        for chosen in combinations(others, size):
            before = frozenset(chosen)
            total += weight * (value(before | {index}) - value(before))
    return total
