"""What comes after an outcome: the frozen objects behind ``aftermath:`` in a scenario file.

The aftermath is a Markov chain over named states in yearly steps. Every number of it is an expression, so that terms
and moves act on it. Nothing here computes; see :mod:`offramp.aftermath`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from offramp.scenario.expressions import Expression
from offramp.scenario.frozen import FrozenMap

FOREVER = "forever"
"""The word in ``years:`` for an aftermath without an end."""

AFTER = "after"
"""The name in payoffs for the party's discounted value of the aftermath."""

MAX_YEARS = 200
"""Most years of an aftermath with an end."""

YEARS_SHOWN = 10
"""How many years of an aftermath without an end are shown."""

Path = tuple[str, ...]


@dataclass(frozen=True)
class State:
    """A state of the world in which the aftermath can stand."""

    name: str
    label: str = ""

    @property
    def called(self) -> str:
        """Its label, or its name in words."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True)
class Indicator:
    """A number that follows the aftermath, such as oil output.

    Attributes
    ----------
    start : Expression
        What it is when the aftermath begins.
    growth, change : mapping of str to Expression
        By state: the share by which it grows in a year, or what a year adds to it; one of the two is empty.
    shock : Expression or None
        The standard deviation of what chance does to it in a year: of its logarithm, or with ``change`` of itself.
    least, most : float or None
        Bounds that it does not leave.
    """

    name: str
    start: Expression
    growth: Mapping[str, Expression] = field(default_factory=FrozenMap)
    change: Mapping[str, Expression] = field(default_factory=FrozenMap)
    shock: Expression | None = None
    label: str = ""
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def called(self) -> str:
        """Its label, or its name in words."""
        return self.label or self.name.replace("_", " ")

    def expressions(self) -> Iterator[tuple[Path, Expression]]:
        """Its expressions, and where each stands below the indicator."""
        yield ("start",), self.start
        for key, by_state in (("growth", self.growth), ("change", self.change)):
            yield from (((key, state), each) for state, each in by_state.items())
        if self.shock is not None:
            yield ("shock",), self.shock


@dataclass(frozen=True)
class Aftermath:
    """What comes after the outcomes.

    Attributes
    ----------
    states : tuple of State
    years : int or None
        How many years count; None for all that come.
    discount : Expression, or mapping of str to Expression
        What a point a year later is worth now, for all parties or for each.
    rates : mapping of str to mapping of str to Expression
        By state, the yearly probability of going to each other one; what is left stays.
    flows : mapping of str to mapping of str to Expression
        By state, what a year in it is worth to each party, in points; 0 where nothing stands.
    indicators : tuple of Indicator
    """

    states: tuple[State, ...]
    years: int | None
    discount: Expression | Mapping[str, Expression]
    rates: Mapping[str, Mapping[str, Expression]] = field(default_factory=FrozenMap)
    flows: Mapping[str, Mapping[str, Expression]] = field(default_factory=FrozenMap)
    indicators: tuple[Indicator, ...] = ()

    @property
    def years_shown(self) -> int:
        """How many years pictures and tables show."""
        return YEARS_SHOWN if self.years is None else self.years

    def discount_of(self, party: str) -> Expression:
        """What a point a year later is worth to ``party`` now."""
        return self.discount[party] if isinstance(self.discount, Mapping) else self.discount

    def discounts(self) -> Iterator[tuple[Path, Expression]]:
        """The discounts, and where each stands."""
        if isinstance(self.discount, Mapping):
            yield from ((("discount", party), each) for party, each in self.discount.items())
        else:
            yield ("discount",), self.discount

    def steps(self) -> Iterator[tuple[Path, Expression]]:
        """The rates, and where each stands."""
        for state, targets in self.rates.items():
            yield from ((("rates", state, target), each) for target, each in targets.items())

    def gains(self) -> Iterator[tuple[Path, Expression]]:
        """The flows, and where each stands."""
        for state, parties in self.flows.items():
            yield from ((("flows", state, party), each) for party, each in parties.items())
