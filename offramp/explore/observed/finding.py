"""How likely each draw and each combination of types makes what was seen, and what they say of the answers.

What the results of the run say is read there: the choice at a single move, with the offer as it is, where nothing is
private. For the rest the same draws are solved again, which gives the same bits, once for each offer that was on the
table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.batches import Progress, solve_in_batches
from offramp.explore.observed.seen import Reach, Reading, Types
from offramp.explore.paths import Paths
from offramp.explore.summary import RARELY, AnyTable
from offramp.explore.variants import Variant
from offramp.scenario.draws import Draws
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.model import Observation, Scenario
from offramp.solve.result import Status

if TYPE_CHECKING:
    from offramp.explore.run import Run

Chances = tuple[Floats, Floats]
"""float64[Q, B] twice, for the Q answers and then the outcomes: how likely each is yes and its condition met; and how
likely that is met, 1 for an outcome."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was found for B draws and T combinations of types.

    Attributes
    ----------
    log_seen : float64[T, B]
        Log probability of all that was seen.
    before, after : Chances
        Over the types as they were, and as they are in each draw after what was seen.
    unconverged : bool[B]
        Draws of which a solution that counts did not converge.
    solved_again : bool
    """

    log_seen: Floats
    before: Chances
    after: Chances
    unconverged: Flags
    solved_again: bool


def find(
    run: Run,
    variant: Variant,
    seen: tuple[Observation, ...],
    draws: Draws,
    *,
    if_reached: bool = False,
    progress: Progress | None = None,
) -> Found:
    """What the draws say; ``variant`` is the run's own game, and ``draws`` are the first of the run's.

    Raises
    ------
    RunError
        If no path of the game makes all choices of an observation.
    """
    types, count = Types.of(variant.compiled), draws.num_draws
    seen = tuple(_where_otherwise(variant.scenario, each) for each in seen)
    readable = [each for each in seen if not variant.compiled.atoms and len(each.saw) == 1 and not each.offer]
    rest = [each for each in seen if each not in readable]
    log_seen = np.zeros((types.count, count))
    for each in readable:
        log_seen += _kept(variant.scenario, _from_table(variant.paths, run.results, each, if_reached=if_reached)[:count])
    before = _of_table(variant.paths, run.results, count)
    after = before if types.count == 1 else (np.zeros_like(before[0]), np.zeros_like(before[1]))
    unconverged = run.results.status[0][:count] > Status.FORKED
    offers = _offers(rest, types)
    for number, offer in enumerate(offers):
        solved = variant.offering(offer) if offer else variant
        reading = Reading(solved.compiled, solved.paths, types)
        events = [_Event.of(reading, each, if_reached=if_reached) for each in rest if each.offer == offer]
        report = _report(progress, number, len(offers), count)
        for first, solutions in solve_in_batches(solved.compiled, draws, progress=report):
            here = slice(first, first + solutions.num_draws)
            unconverged[here] |= solutions.status > Status.FORKED
            reach = reading.reach(solutions.batch, solutions.log_strategies)
            for event in events:
                log_seen[:, here] += _kept(variant.scenario, event.log_chance(reading, reach))
            if not offer and types.count > 1:
                after[0][:, here], after[1][:, here] = _of_types(reading, reach, types.given(log_seen[:, here]))
    return Found(log_seen, before, after, unconverged, solved_again=bool(offers))


def _where_otherwise(scenario: Scenario, seen: Observation) -> Observation:
    """The observation with only those terms of its offer that stood otherwise."""
    offer = {term: option for term, option in seen.offer.items() if scenario.offer.get(term) != option}
    return replace(seen, offer=FrozenMap(offer))


def _offers(seen: list[Observation], types: Types) -> list[Mapping[str, str]]:
    """The offers to be solved; that of the scenario, which is empty, is the last and is there if anyone has types."""
    offers = list(dict.fromkeys(FrozenMap(each.offer) for each in seen))
    own: Mapping[str, str] = FrozenMap()
    return [*(each for each in offers if each), *([own] if own in offers or types.count > 1 else [])]


def _report(progress: Progress | None, number: int, rounds: int, draws: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(number * draws + done, rounds * draws)


def _kept(scenario: Scenario, logs: Floats) -> Floats:
    """Where nobody errs, probabilities below ``RARELY`` are what the solver leaves of zero."""
    return logs if scenario.precision is not None else np.where(logs < np.log(RARELY), -np.inf, logs)


@dataclass(frozen=True, eq=False)
class _Event:
    """The nodes at which something has been seen, and those given which it counts, or None; bool[N]."""

    nodes: Flags
    given: Flags | None

    @classmethod
    def of(cls, reading: Reading, seen: Observation, *, if_reached: bool) -> _Event:
        nodes = reading.made(seen.saw)
        _check_possible(seen, possible=bool(nodes.any()))
        return cls(nodes, reading.entered(seen.saw) if if_reached else None)

    def log_chance(self, reading: Reading, reach: Reach) -> Floats:
        """float64[T, b]"""
        if self.given is None:
            return reading.log_chance(self.nodes, reach)
        return reading.log_chance_given(self.nodes, self.given, reach)


def _check_possible(seen: Observation, *, possible: bool) -> None:
    if not possible:
        choices = ", ".join(f"{move}={choice}" for move, choice in seen.saw.items())
        found = "no path of the game makes this choice" if len(seen.saw) == 1 else "no one path makes all these choices"
        raise RunError(f"{choices} was observed, but {found}; give what was seen in other plays as observations apart")


def _from_table(paths: Paths, table: AnyTable, seen: Observation, *, if_reached: bool) -> Floats:
    """float64[B]: log probability of the choice at a single move."""
    ((move_name, choice_name),) = seen.saw.items()
    move = paths.moves.index(move_name)
    choice = paths.choices.index((move, choice_name))
    _check_possible(seen, possible=bool(np.any(paths.step_choices == choice)))
    with np.errstate(divide="ignore"):
        return np.log(table.choices[choice] if if_reached else table.on_path(move, choice))


def _of_table(paths: Paths, table: AnyTable, count: int) -> Chances:
    met = [table.conditions[row][:count] for row in range(len(paths.answers))]
    yes = [np.nan_to_num(table.answers[row][:count]) * met[row] for row in range(len(paths.answers))]
    outcomes = [table.outcomes[row][:count] for row in range(len(paths.outcomes))]
    return np.stack([*yes, *outcomes]), np.stack([*met, *[np.ones(count)] * len(outcomes)])


def _of_types(reading: Reading, reach: Reach, given: Floats) -> Chances:
    """The chances of b draws where the types have the weights float64[T, b]."""
    paths, leaves = reading.paths, reading.compiled.game.leaves
    reached = np.exp(reach.log[leaves])
    fits = reading.node_types[:, leaves]
    mixed = np.zeros_like(reached)
    for row, weight in zip(fits, given, strict=True):
        mixed[row] += reached[row] * weight
    yes = [mixed[yes & met].sum(axis=0) for yes, met in zip(paths.leaf_answers, paths.leaf_conditions, strict=True)]
    met = [mixed[met].sum(axis=0) for met in paths.leaf_conditions]
    outcomes = [mixed[paths.leaf_outcomes == row].sum(axis=0) for row in range(len(paths.outcomes))]
    return np.stack([*yes, *outcomes]), np.stack([*met, *[np.ones(mixed.shape[1])] * len(outcomes)])
