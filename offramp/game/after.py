"""The value of the aftermath as a name in payoffs.

What ``after`` is worth depends on the outcome and the party. A payoff that uses it is therefore rewritten once:
``after`` becomes ``after.outcome_for_party``, a name of its own, which rests on all that the chain from that outcome's
starts rests on. A program works it piece by piece with everything else (:class:`Translator`), an evaluator step by step
with every check (:class:`Evaluator`); both go through :func:`worth`, so that they agree to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from offramp.aftermath.chain import Number, endless_value, finite_value, reachable
from offramp.arrays import Floats
from offramp.errors import EvaluationError
from offramp.scenario.aftermath import AFTER, FOREVER
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Outcome, Scenario
from offramp.scenario.program import ProgramBuilder, Value

TOLERANCE = 1e-9
"""How far rates and probabilities may leave [0, 1], and probabilities miss a sum of 1, before it is an error."""

BELOW_ONE = float(np.nextafter(1.0, 0.0))
"""The largest discount of an aftermath without an end."""

N = TypeVar("N", bound=Number)

NamesAt: TypeAlias = Callable[["Stated", int], Mapping[str, float]]


class Stated(NamedTuple):
    """An expression, and where in the scenario it stands."""

    expression: Expression
    place: str


class Limit(NamedTuple):
    """The sum of some expressions lies from ``low`` to ``high``; ``what`` it is, and what to do where it does not."""

    what: str
    stated: tuple[Stated, ...]
    low: float
    high: float
    allowed: str
    remedy: str


@dataclass(frozen=True, eq=False)
class Chain:
    """The part of the aftermath that an outcome's starts reach.

    Attributes
    ----------
    starts, rates, flows : mappings
        By state, by pair of states, and by state.
    discount : Stated
    years : int or None
    """

    starts: Mapping[str, Stated]
    rates: Mapping[tuple[str, str], Stated]
    flows: Mapping[str, Stated]
    discount: Stated
    years: int | None

    @property
    def names(self) -> frozenset[str]:
        """The names that its expressions use."""
        stated = (*self.starts.values(), *self.rates.values(), *self.flows.values(), self.discount)
        return frozenset[str]().union(*(each.expression.names for each in stated))

    def limits(self) -> Iterator[Limit]:
        """What must hold of its numbers in every draw."""
        clip = "keep it in bounds in every draw, e.g. with clip(…)"
        for each in self.rates.values():
            yield Limit("the yearly rate", (each,), -TOLERANCE, 1.0 + TOLERANCE, "0 to 1", clip)
        for source in dict.fromkeys(source for source, _ in self.rates):
            out = tuple(each for (here, _), each in self.rates.items() if here == source)
            what = f"the sum of the rates out of {source!r}"
            yield Limit(what, out, -math.inf, 1.0 + TOLERANCE, "at most 1 in every draw", "make the rates smaller")
        for each in self.starts.values():
            yield Limit("the probability", (each,), -TOLERANCE, 1.0 + TOLERANCE, "0 to 1", clip)
        every = tuple(self.starts.values())
        what = "the sum of the probabilities of the states it starts in"
        yield Limit(what, every, 1.0 - TOLERANCE, 1.0 + TOLERANCE, "1 in every draw", "make them sum to 1")
        if self.years is None:
            yield Limit("the discount", (self.discount,), 0.0, BELOW_ONE, f"0 to below 1 with years: {FOREVER}", clip)
        else:
            yield Limit("the discount", (self.discount,), 0.0, 1.0, "0 to 1", clip)


def is_after(name: str) -> bool:
    """Whether a name stands for the value of the aftermath after some outcome to some party."""
    return name.startswith(f"{AFTER}.")


def after_names(scenario: Scenario) -> dict[tuple[str, str], str]:
    """The name for what the aftermath is worth after each outcome to each party."""
    names: dict[tuple[str, str], str] = {}
    for outcome in scenario.outcomes:
        for party in outcome.payoffs:
            name = f"{AFTER}.{outcome.name}_for_{party}"
            while name in names.values():
                name += "_"
            names[outcome.name, party] = name
    return names


def chain_from(scenario: Scenario, outcome: Outcome, party: str) -> Chain:
    """The chain from an outcome's starts, with the flows of a party."""
    after = scenario.aftermath
    assert after is not None, "checked: starts stand only beside an aftermath"
    every = {(path[1], path[2]): Stated(each, _place(path)) for path, each in after.steps()}
    states = reachable(dict.fromkeys(every, 0.0), list(outcome.starts))
    gains = {path[1]: Stated(each, _place(path)) for path, each in after.gains() if path[2] == party}
    return Chain(
        starts={name: Stated(each, f"outcomes.{outcome.name}.starts.{name}") for name, each in outcome.starts.items()},
        rates={pair: each for pair, each in every.items() if pair[0] in states},
        flows={state: gains[state] for state in states if state in gains},
        discount=next(Stated(each, _place(path)) for path, each in after.discounts() if path[-1] in (party, path[0])),
        years=after.years,
    )


def _place(path: tuple[str, ...]) -> str:
    return ".".join(("aftermath", *path))


def worth(chain: Chain, number: Callable[[Stated], N], one: N) -> N | None:
    """The discounted value of a chain whose expressions are worth what ``number`` says; None where no flow can come."""
    start = {state: number(each) for state, each in chain.starts.items()}
    rates = {pair: number(each) for pair, each in chain.rates.items()}
    flows = {state: number(each) for state, each in chain.flows.items()}
    discount = number(chain.discount)
    if chain.years is None:
        return endless_value(rates, flows, start, discount, one)
    return finite_value(rates, flows, start, discount, chain.years)


@dataclass(frozen=True)
class Row:
    """Numbers of the draws, float64[B], that add, multiply and divide as one."""

    values: Floats

    def __add__(self, other: Row) -> Row:
        return Row(self.values + other.values)

    def __sub__(self, other: Row) -> Row:
        return Row(self.values - other.values)

    def __mul__(self, other: Row) -> Row:
        return Row(self.values * other.values)

    def __truediv__(self, other: Row) -> Row:
        return Row(self.values / other.values)


@dataclass(frozen=True)
class _Piece:
    """A piece of a program that adds, multiplies and divides like a number."""

    builder: ProgramBuilder
    value: Value

    def __add__(self, other: _Piece) -> _Piece:
        return self._made("+", other)

    def __sub__(self, other: _Piece) -> _Piece:
        return self._made("-", other)

    def __mul__(self, other: _Piece) -> _Piece:
        return self._made("*", other)

    def __truediv__(self, other: _Piece) -> _Piece:
        return self._made("/", other)

    def _made(self, operation: str, other: _Piece) -> _Piece:
        return _Piece(self.builder, self.builder.apply(operation, self.value, other.value))


def after_piece(builder: ProgramBuilder, chain: Chain, value: Callable[[Expression], Value]) -> Value:
    """The piece that is worth what a chain is; where its numbers leave their limits the draw is in doubt."""
    result = worth(chain, lambda each: _Piece(builder, value(each.expression)), _Piece(builder, builder.number(1.0)))
    total = builder.number(0.0) if result is None else result.value
    hazards = set(total.hazards)
    for limit in chain.limits():
        pieces = [value(each.expression) for each in limit.stated]
        inner = reduce(lambda left, right: builder.apply("+", left, right), pieces)
        for low, high in ((builder.number(limit.low), inner), (inner, builder.number(limit.high))):
            hazards |= builder.ordered(low, high).hazards
    return total._replace(hazards=frozenset(hazards))


def check_limits(chain: Chain, values: Callable[[Stated], Floats], names: NamesAt, first_draw: int) -> None:
    """Raise EvaluationError at the first draw in which a number of the chain leaves its limits.

    ``names`` gives the names in an expression with their values in a draw of the batch.
    """
    for limit in chain.limits():
        total = reduce(np.add, [values(each) for each in limit.stated])
        wrong = (total < limit.low) | (total > limit.high)
        if wrong.any():
            draw = int(np.argmax(wrong))
            there = {name: value for each in limit.stated for name, value in names(each, draw).items()}
            text = " + ".join(each.expression.text for each in limit.stated)
            side = "below" if total[draw] < limit.low else "above"
            bound = limit.low if total[draw] < limit.low else limit.high
            trouble = f"{limit.what} is {total[draw]:.9g}, {side} {bound:.6g},"
            where, wanted = limit.stated[0].place, {"allowed": limit.allowed, "remedy": limit.remedy}
            raise EvaluationError(text, trouble, first_draw + draw, there, where, **wanted)
