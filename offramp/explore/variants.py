"""A scenario with something changed: another offer on the table, an assumption held at a number.

A variant is compiled anew, so that a term or an assumption may change what can happen and not only payoffs. Variants
of one scenario take the same draws, number by number: what differs between their results is what was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError
from offramp.explore.batches import Progress, solve_draws
from offramp.explore.paths import Paths, paths_of
from offramp.explore.table import Table
from offramp.game.compile import Compiled, compile_scenario
from offramp.game.offering import compile_offer
from offramp.scenario.draws import Draws
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.model import Scenario


@dataclass(frozen=True, eq=False)
class Variant:
    """A scenario that can be solved over any draws of its assumptions.

    ``base`` differs from it in its offer and in the values of assumptions that are not private, and in nothing else.
    """

    scenario: Scenario
    base: Variant | None = field(default=None, repr=False)

    @cached_property
    def compiled(self) -> Compiled:
        """The game.

        Raises
        ------
        ScenarioError
            If the change makes the scenario wrong.
        """
        return compile_offer(self.base.compiled, self.scenario) if self.base else compile_scenario(self.scenario)

    @cached_property
    def paths(self) -> Paths:
        """Which row of a table is which."""
        if self.base and self.base.compiled.game is self.compiled.game:
            return self.base.paths
        return paths_of(self.compiled)

    def offering(self, offer: Mapping[str, str]) -> Variant:
        """The same with some options of the offer replaced; quicker to compile than a variant from nothing.

        Raises
        ------
        RunError
            If a term or an option is not one of the scenario's.
        """
        return Variant(with_offer(self.scenario, offer), self.base or self)

    def solve(self, draws: Draws, *, workers: int | None = None, progress: Progress | None = None) -> Table:
        """What happens in each of ``draws``.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C; nothing is kept.
        EvaluationError
            If a draw has no finite payoffs.
        """
        table, kept = solve_draws(self.compiled, self.paths, draws, workers=workers, progress=progress)
        if kept < draws.num_draws:
            raise KeyboardInterrupt
        return table


def with_offer(scenario: Scenario, offer: Mapping[str, str]) -> Scenario:
    """The scenario with some options of the offer on the table replaced.

    Raises
    ------
    RunError
        If a term or an option is not one of the scenario's.
    """
    options = {term.name: [option.name for option in term.options] for term in scenario.terms}
    for term, option in offer.items():
        if term not in options:
            raise RunError(f"there is no term {term!r}; the terms are {', '.join(options) or 'none'}")
        if option not in options[term]:
            raise RunError(f"term {term!r} has no option {option!r}; its options are {', '.join(options[term])}")
    return replace(scenario, offer=FrozenMap({**scenario.offer, **offer}))


def holding(draws: Draws, name: str, values: Floats | float) -> Draws:
    """The draws with one assumption held at ``values`` (one number, or float64[B]), all others as drawn.

    Others that are correlated with it stay where they were: this asks what the number itself does, not what its
    neighbours say about it.

    Raises
    ------
    RunError
        If no shared assumption has that name.
    """
    if name not in draws.names:
        raise RunError(f"there is no shared assumption {name!r}; there are {', '.join(draws.names) or 'none'}")
    changed = draws.values.copy(order="F")
    changed[:, draws.names.index(name)] = np.asarray(values)
    return Draws(draws.names, changed, draws.first)
