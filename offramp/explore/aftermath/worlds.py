"""The worlds that the paths of a scenario lead to: paths after which the aftermath is the same chain.

Rates, starts and indicators may depend on terms and moves. Leaves that agree on all that these ask for, and on the
outcome, lead to the same *world*; there are few of them. Each world's numbers are worked once for all draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from offramp.aftermath.chain import shares
from offramp.arrays import Flags, Floats
from offramp.errors import EvaluationError
from offramp.game.after import Chain, Row, Stated, chain_from, check_limits
from offramp.game.bindings import Position, References
from offramp.game.compile import Compiled
from offramp.game.evaluator import Evaluator
from offramp.game.grow import term_setting
from offramp.scenario.aftermath import Indicator
from offramp.scenario.draws import Draws
from offramp.scenario.model import Scenario

Fixed = tuple[tuple[str, float], ...]
"""The names that a path fixes, with their values."""


@dataclass(frozen=True)
class World:
    """An outcome, by position, with what its path fixes of the names in the aftermath."""

    outcome: int
    fixed: Fixed


@dataclass(frozen=True, eq=False)
class Growth:
    """What an indicator does in a world, in B draws.

    Attributes
    ----------
    start, shock : float64[B]
    steps : float64[S, B]
        By state, what a year in it adds: a share of the indicator, or units of it.
    by_shares : bool
    least, most : float
        Bounds that it does not leave.
    """

    start: Floats
    steps: Floats
    shock: Floats
    by_shares: bool
    least: float
    most: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """The chain of a world in B draws, over S states.

    Attributes
    ----------
    start : mapping of int to float64[B]
        By state, the probability of starting in it.
    rates : mapping of (int, int) to float64[B]
        By pair of states, the yearly probability of that step.
    growths : tuple of Growth
        One for each indicator.
    """

    start: Mapping[int, Floats]
    rates: Mapping[tuple[int, int], Floats]
    growths: tuple[Growth, ...]

    def shares(self, num_states: int, years: int) -> Floats:
        """float64[years + 1, S, B]: the probability of each state at the beginning of each year, and after the last."""
        start = {str(state): Row(row) for state, row in self.start.items()}
        rates = {(str(source), str(target)): Row(row) for (source, target), row in self.rates.items()}
        num_draws = len(next(iter(self.start.values())))
        found = np.zeros((years + 1, num_states, num_draws))
        for year, now in enumerate(shares(rates, start, years + 1)):
            for state, row in now.items():
                found[year, int(state)] = row.values
        return np.clip(found, 0.0, 1.0, out=found)


class Worlds:
    """The worlds of one compiled scenario.

    Attributes
    ----------
    worlds : tuple of World
    leaf_worlds : tuple of int
        For each leaf the position of its world.
    """

    def __init__(self, compiled: Compiled) -> None:
        self.compiled, self.scenario = compiled, compiled.scenario
        self._names = _path_names(compiled.scenario, compiled.references)
        found: dict[World, int] = {}
        self.leaf_worlds = tuple(found.setdefault(world, len(found)) for world in self._by_leaf())
        self.worlds = tuple(found)

    def _by_leaf(self) -> Iterator[World]:
        for leaf, outcome in zip(self.compiled.game.leaves.tolist(), self.compiled.leaf_outcomes.tolist(), strict=True):
            fixed = self.compiled.references.values_at(self._position(leaf), self._names)
            yield World(outcome, tuple(fixed.items()))

    def _position(self, leaf: int) -> Position:
        """What the path to a leaf fixes; private values are not among it."""
        scenario = self.scenario
        history = self.compiled.history(leaf)
        terms = [[option.name for option in term.options].index(scenario.offer[term.name]) for term in scenario.terms]
        for move, choice in history:
            setting = term_setting(scenario, scenario.moves[move])
            if setting is not None:
                terms[setting[0]] = setting[1][choice]
        return Position(history, tuple(terms), (), ())

    def flags(self) -> Flags:
        """bool[W, L]: which leaves lead to which world."""
        leaves = np.array(self.leaf_worlds, dtype=np.int32)
        return np.stack([leaves == index for index in range(len(self.worlds))])

    def numbers(self, index: int, draws: Draws) -> Numbers:
        """The chain of a world in every draw.

        Raises
        ------
        EvaluationError
            Where a number leaves its limits in some draw.
        """
        world = self.worlds[index]
        return _Working(self.compiled, dict(world.fixed), draws).numbers(world.outcome)


class _Working:
    """Works the expressions of one world."""

    def __init__(self, compiled: Compiled, fixed: dict[str, float], draws: Draws) -> None:
        self.scenario, self.references, self.fixed = compiled.scenario, compiled.references, fixed
        self.evaluator = Evaluator(compiled.references, draws)
        after = compiled.scenario.aftermath
        assert after is not None, "the caller asks for an aftermath first"
        self.after = after
        self.states = {state.name: number for number, state in enumerate(after.states)}

    def value(self, stated: Stated) -> Floats:
        bound = self.references.bound(stated.expression, self.fixed)
        return np.array(np.broadcast_to(self.evaluator.value(bound, stated.place), self.evaluator.num_draws))

    def names(self, stated: Stated, draw: int) -> Mapping[str, float]:
        return self.evaluator.names_at(self.references.bound(stated.expression, self.fixed), draw)

    def numbers(self, outcome: int) -> Numbers:
        chain: Chain = chain_from(self.scenario, self.scenario.outcomes[outcome], self.scenario.parties[0].name)
        check_limits(chain, self.value, self.names, self.evaluator.first_draw)
        return Numbers(
            start={self.states[name]: self.value(each) for name, each in chain.starts.items()},
            rates={(self.states[s], self.states[t]): self.value(each) for (s, t), each in chain.rates.items()},
            growths=tuple(self.growth(each) for each in self.after.indicators),
        )

    def growth(self, indicator: Indicator) -> Growth:
        place = f"aftermath.indicators.{indicator.name}"
        key, by_state = ("change", indicator.change) if indicator.change else ("growth", indicator.growth)
        steps = np.zeros((len(self.states), self.evaluator.num_draws))
        for state, expression in by_state.items():
            stated = Stated(expression, f"{place}.{key}.{state}")
            steps[self.states[state]] = self.value(stated)
            if key == "growth":
                self.check_least(stated, steps[self.states[state]], -1.0, "a loss of more than all there is")
        start = Stated(indicator.start, f"{place}.start")
        shock = np.zeros(self.evaluator.num_draws)
        if indicator.shock is not None:
            stated = Stated(indicator.shock, f"{place}.shock")
            shock = self.value(stated)
            self.check_least(stated, shock, 0.0, "a standard deviation below 0")
        if key == "growth":
            self.check_least(start, self.value(start), 0.0, "a number below 0, which cannot grow by shares")
        least = -math.inf if indicator.least is None else indicator.least
        most = math.inf if indicator.most is None else indicator.most
        return Growth(self.value(start), steps, shock, key == "growth", least, most)

    def check_least(self, stated: Stated, values: Floats, least: float, found: str) -> None:
        if (values < least).any():
            draw = int(np.argmax(values < least))
            raise EvaluationError(
                stated.expression.text,
                f"{found} ({values[draw]:.6g})",
                self.evaluator.first_draw + draw,
                self.names(stated, draw),
                stated.place,
                allowed=f"{least:g} or more in every draw",
                remedy="keep it in bounds, e.g. with max(…) or clip(…); what may fall below 0 has change: for growth:",
            )


def _path_names(scenario: Scenario, references: References) -> set[str]:
    """The names in the aftermath, formulas included, that a path fixes."""
    after = scenario.aftermath
    assert after is not None, "the caller asks for an aftermath first"
    stated = [each for _, each in after.steps()]
    stated += [each for outcome in scenario.outcomes for each in outcome.starts.values()]
    stated += [each for indicator in after.indicators for _, each in indicator.expressions()]
    return {name for each in stated for name in references.needs(each).path}
