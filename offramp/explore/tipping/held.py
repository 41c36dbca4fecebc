"""One assumption held at chosen numbers while all others are as drawn: what is varied, over which range, in which game.

An assumption that is drawn is held in the draws. One that is a fixed number, or private to a party, is put into a
variant of the scenario in which it is a number that is drawn and that every party knows; the draws get a column for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from offramp.arrays import Flags, Floats, Positions
from offramp.errors import EvaluationError, RunError
from offramp.explore.batches import Progress
from offramp.explore.quantities import Quantity, known_words, quantity_of
from offramp.explore.variants import Variant
from offramp.scenario.correlations import correlatable
from offramp.scenario.distributions import LISTS, Distribution
from offramp.scenario.draws import Draws
from offramp.scenario.model import DEFAULT_GRID, Assumption, Scenario

if TYPE_CHECKING:
    from offramp.explore.run import Run

Kind = Literal["drawn", "fixed", "private"]
"""What an assumption is in the scenario."""

EVEN = 0.5
"""The level of a probability unless another is asked for; that of a payoff is 0."""

TAIL = 0.001
"""The quantile at which a range without an end stops."""

NUM_VALUES = 25
"""Values at which an assumption with a range is held for the curve."""

STATED_LEVELS = 1000
"""Equally likely values that stand for a stated distribution where a share of it is asked for."""


@dataclass(frozen=True, eq=False)
class Held:
    """An assumption that can be held at any number.

    Attributes
    ----------
    assumption : Assumption
        As the scenario has it.
    kind : "drawn", "fixed" or "private"
    variant : Variant
        The game in which it is among the draws.
    draws : Draws
        Of the variant; the column of the assumption stands for nothing.
    values : float64[G]
        Where it is held for the curve, in rising order.
    is_listed : bool
        Whether these are all the values that it can have.
    stated : (float, float)
        The lowest and the highest value that the scenario gives it; ends that are infinite at the quantile ``TAIL``.
    """

    assumption: Assumption
    kind: Kind
    variant: Variant
    draws: Draws
    values: Floats
    is_listed: bool
    stated: tuple[float, float]

    @classmethod
    def of(cls, run: Run, what: str, num_draws: int, low: float | None, high: float | None) -> Held:
        """The assumption ``what`` over the first ``num_draws`` draws of a run.

        Raises
        ------
        RunError
            If there is no such assumption, or no range from ``low`` to ``high`` in which to hold it.
        """
        assumption = _named(run.scenario, what)
        fixed = assumption.value.is_fixed
        kind: Kind = "private" if assumption.private_to else "fixed" if fixed else "drawn"
        is_listed = assumption.value.kind in LISTS and not fixed and low is None and high is None
        ends = _range(assumption, low, high)
        values = np.unique(assumption.value.parameters) if is_listed else np.linspace(*ends, NUM_VALUES)
        variant, draws = run.variant, run.draws.part(0, num_draws)
        if kind != "drawn":
            variant = Variant(_shared(run.solved, what, ends))
            draws = _with_column(draws, variant.scenario, what)
        return cls(assumption, kind, variant, draws, values, is_listed, _stated(assumption.value))

    @property
    def num_draws(self) -> int:
        return self.draws.num_draws

    def at(
        self, values: Floats, answer: str | None, chosen: Positions | None = None, progress: Progress | None = None
    ) -> Quantity:
        """The quantity ``answer`` with the assumption held at ``values[J, B]`` in the draws ``chosen``, flat.

        Parameters
        ----------
        values : float64[J * B]
            First all draws with their first value, then all with their second and so on.
        chosen : intp[B], optional
            All draws by default.

        Raises
        ------
        RunError
            If the scenario makes no sense at some of the values.
        """
        base = self.draws.values if chosen is None else self.draws.values[chosen]
        points = np.asfortranarray(np.tile(base, (len(values) // len(base), 1)))
        points[:, self.draws.names.index(self.assumption.name)] = values
        try:
            table = self.variant.solve(Draws(self.draws.names, points), progress=progress)
        except EvaluationError as error:
            name, (low, high) = self.assumption.name, (self.values[0], self.values[-1])
            raise RunError(
                f"{name} cannot be held at every number from {low:g} to {high:g}; give other ends (low, high). {error}"
            ) from None
        return quantity_of(self.variant.scenario, self.variant.paths, table, answer)

    def share_below(self, value: float) -> float | None:
        """The share of the stated distribution below ``value``; None where a single number is stated."""
        if self.assumption.value.is_fixed:
            return None
        values, weights = self.assumption.value.atoms(STATED_LEVELS)
        return min(1.0, float(weights[values < value].sum()))


def _named(scenario: Scenario, what: str) -> Assumption:
    """The assumption of that name.

    Raises
    ------
    RunError
        Saying what the name stands for instead, or what was meant.
    """
    names = [each.name for each in scenario.assumptions]
    if what in names:
        return scenario.assumptions[names.index(what)]
    if not names:
        raise RunError("the scenario has no assumptions, so none can be varied; give it assumptions:")
    if what in [term.name for term in scenario.terms]:
        remedy = "it is a term of the offer: what its options do is for offramp breaks and offramp offers to say"
    elif what in scenario.formulas:
        remedy = f"it is the formula {scenario.formulas[what].text!r}: ask for an assumption that it names"
    else:
        remedy = known_words(what, names)
    raise RunError(f"there is no assumption {what!r}; {remedy}")


def _stated(value: Distribution) -> tuple[float, float]:
    low, high = value.support
    tails = value.quantile([TAIL, 1.0 - TAIL]).tolist()
    return low if math.isfinite(low) else tails[0], high if math.isfinite(high) else tails[1]


def _range(assumption: Assumption, low: float | None, high: float | None) -> tuple[float, float]:
    """From where to where it is held.

    Raises
    ------
    RunError
        If that is no range.
    """
    first, last = _stated(assumption.value)
    if assumption.value.is_fixed:
        first, last = sorted((0.0, 2.0 * first))
    ends = (first if low is None else low, last if high is None else high)
    if not (math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]):
        hint = " (the scenario fixes it at 0)" if assumption.value.is_fixed and first == last else ""
        raise RunError(
            f"found the range from {ends[0]:g} to {ends[1]:g} for {assumption.name}{hint}; give ends that are finite, "
            "the low one below the high one"
        )
    return ends


def _shared(scenario: Scenario, what: str, ends: tuple[float, float]) -> Scenario:
    """The scenario in which the assumption is drawn and known to all."""
    value = Distribution("uniform", ends)
    changed = tuple(
        replace(each, value=value, private_to="", grid=DEFAULT_GRID) if each.name == what else each
        for each in scenario.assumptions
    )
    return replace(scenario, assumptions=changed)


def _with_column(draws: Draws, scenario: Scenario, what: str) -> Draws:
    """The draws with a column for ``what``, in the order in which ``scenario`` has its shared assumptions."""
    names = tuple(each.name for each in scenario.assumptions if not each.private_to)
    values = np.zeros((draws.num_draws, len(names)), order="F")
    for index, name in enumerate(names):
        if name != what:
            values[:, index] = draws.column(name)
    return Draws(names, values, draws.first)


def correlated_partners(scenario: Scenario, name: str) -> list[str]:
    """The assumptions that are correlated with ``name``."""
    shared = [each.name for each in correlatable(scenario)]
    pairs = [(each.first, each.second) for each in scenario.correlations if each.rank != 0.0]
    return [each for each in shared if each != name and ((name, each) in pairs or (each, name) in pairs)]


def yes(found: Quantity, level: float) -> Flags:
    """bool[...]: whether the quantity is at ``level`` or above; without a meaning where it is not counted."""
    return np.where(found.counted, found.values, -np.inf) >= level
