"""The chain of the aftermath: what a stream of yearly flows is worth, and where the chain stands each year.

In year 0 the chain stands where it starts. Each year that it stands in state s is worth f(s); at the year's end it
moves to t with probability r(s, t), or stays with what is left. A flow t years away counts d**t. With T years

    V = sum over t < T of d**t * sum over s of x(t, s) * f(s),      x(t + 1) = x(t) P,

and without an end V solves V = f + d P V. That system is solved by eliminating one state after the other in the manner
of Grassmann, Taksar and Heyman (1985, "Regenerative analysis and steady state distributions for Markov chains"): each
state's leak, the 1 - d that discounting takes, is carried along in place of the diagonal, so that nothing is ever
subtracted and every value has full relative precision (where flows have one sign), however near d is to 1.

Numbers may be anything that adds, multiplies and divides: floats, arrays with one entry for each draw, or pieces of a
program that works many draws later (:mod:`offramp.game.after`). The operations and their order are the same for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, Self, TypeVar


class Number(Protocol):
    """What the chain is worked with."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...
    def __truediv__(self, other: Self, /) -> Self: ...


N = TypeVar("N", bound=Number)

Rates = Mapping[tuple[str, str], N]
"""The yearly probability of going from one state to another; a pair that is left out never happens."""


def reachable(rates: Rates[N], starts: Sequence[str]) -> tuple[str, ...]:
    """The states that the chain can come to from ``starts``, these first."""
    found = dict.fromkeys(starts)
    waiting = list(found)
    while waiting:
        here = waiting.pop(0)
        for source, target in rates:
            if source == here and target not in found:
                found[target] = None
                waiting.append(target)
    return tuple(found)


def shares(rates: Rates[N], start: Mapping[str, N], years: int) -> Iterator[dict[str, N]]:
    """Where the chain stands at the beginning of each of ``years`` years: the probability of each state it can be in.

    Parameters
    ----------
    rates : mapping
    start : mapping of str to number
        The probability of each state in which it may start.
    years : int
        How many years to give, the first included.

    Examples
    --------
    >>> list(shares({("war", "peace"): 0.5}, {"war": 1.0}, 3))
    [{'war': 1.0}, {'war': 0.5, 'peace': 0.5}, {'war': 0.25, 'peace': 0.75}]
    """
    now = dict(start)
    for year in range(years):
        yield now
        if year < years - 1:
            now = _next(rates, now)


def _next(rates: Rates[N], now: Mapping[str, N]) -> dict[str, N]:
    moved = {pair: now[pair[0]] * rate for pair, rate in rates.items() if pair[0] in now}
    later = dict(now)
    for (source, _), amount in moved.items():
        later[source] = later[source] - amount
    for (_, target), amount in moved.items():
        later[target] = later[target] + amount if target in later else amount
    return later


def finite_value(rates: Rates[N], flows: Mapping[str, N], start: Mapping[str, N], discount: N, years: int) -> N | None:
    """The discounted value of ``years`` years; None where no flow can come.

    Examples
    --------
    >>> finite_value({("war", "peace"): 0.5}, {"peace": 8.0}, {"war": 1.0}, 0.5, 3)
    3.5
    """
    weight: N | None = None
    stood: dict[str, N] = {}
    for now in shares(rates, start, years):
        for state, share in now.items():
            if state in flows:
                counted = share if weight is None else share * weight
                stood[state] = stood[state] + counted if state in stood else counted
        weight = discount if weight is None else weight * discount
    return _total([stood[state] * flows[state] for state in stood])


def endless_value(rates: Rates[N], flows: Mapping[str, N], start: Mapping[str, N], discount: N, one: N) -> N | None:
    """The discounted value of a stream without an end; None where no flow can come.

    Parameters
    ----------
    rates, flows, start : mappings
    discount : number
        Below 1.
    one : number
        The number 1.

    Examples
    --------
    >>> round(endless_value({("war", "peace"): 0.5}, {"peace": 8.0}, {"war": 1.0}, 0.5, 1.0), 12)
    5.333333333333
    """
    states = reachable(rates, list(start))
    leak = dict.fromkeys(states, one - discount)
    worth = {state: flows[state] for state in states if state in flows}
    steps = {pair: discount * rate for pair, rate in rates.items() if pair[0] in leak and pair[1] in leak}
    pivots: list[tuple[str, dict[str, N], N]] = []
    for state in reversed(states):
        out = {target: step for (source, target), step in steps.items() if source == state}
        pivots.append((state, out, _eliminate(state, out, leak, worth, steps)))
    values: dict[str, N] = {}
    for state, out, pivot in reversed(pivots):
        later = [step * values[target] for target, step in out.items() if target in values]
        total = _total([*([worth[state]] if state in worth else []), *later])
        if total is not None:
            values[state] = total / pivot
    return _total([share * values[state] for state, share in start.items() if state in values])


def _eliminate(
    state: str, out: Mapping[str, N], leak: dict[str, N], worth: dict[str, N], steps: dict[tuple[str, str], N]
) -> N:
    """Take ``state`` out of the chain, its part going to those that lead to it; gives its pivot.

    ``leak``, ``worth`` and ``steps`` are modified in place.
    """
    pivot = leak[state]
    for step in out.values():
        pivot = pivot + step
    for source in [source for source, target in steps if target == state]:
        through = steps.pop((source, state)) / pivot
        leak[source] = leak[source] + through * leak[state]
        if state in worth:
            gained = through * worth[state]
            worth[source] = worth[source] + gained if source in worth else gained
        for target, step in out.items():
            if target != source:
                moved = through * step
                steps[source, target] = steps[source, target] + moved if (source, target) in steps else moved
    for target in out:
        del steps[state, target]
    return pivot


def _total(numbers: Sequence[N]) -> N | None:
    """The sum from the left; None of nothing."""
    total: N | None = None
    for number in numbers:
        total = number if total is None else total + number
    return total
