"""What the first round comes to with one round left, with two, and so on: the entry point.

With h rounds left the value of a round is that of its game (:mod:`offramp.explore.horizon.stage`) in which going on is
worth the value with h - 1 left. One game is compiled; it is solved once for each number of rounds, over all draws, and
what it comes to is added up on the way: a path ends in this round, or goes on to what comes with one round less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from offramp.arrays import Floats
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.horizon.result import Horizon, Left
from offramp.explore.horizon.stage import Stage, stage_of
from offramp.explore.paths import Paths, paths_of
from offramp.explore.summary import Estimate, estimate_given, named
from offramp.explore.table import tabulate_play
from offramp.game.compile import Compiled, compile_scenario
from offramp.game.precision import drawn_precisions
from offramp.scenario.checks import validate
from offramp.scenario.draws import Draws, draw
from offramp.scenario.expressions import Expression
from offramp.scenario.load import load
from offramp.scenario.model import Scenario
from offramp.scenario.rounds import MAX_ROUNDS
from offramp.solve.api import solve_batch
from offramp.solve.result import Status

DEFAULT_DRAWS = 1024
"""Draws unless another number is asked for."""


class _Come(NamedTuple):
    """What a number of rounds comes to in B draws.

    ``values`` float64[B, P] in the points of its first round; ``outcomes`` float64[O, B]; ``yes`` and ``met``
    float64[Q, B] are how likely each answer is together with its condition, and the condition; ``unconverged`` counts
    solutions.
    """

    values: Floats
    outcomes: Floats
    yes: Floats
    met: Floats
    unconverged: int


def vary_horizon(
    scenario: Scenario | str | Path,
    *,
    rounds: int | Sequence[int] | None = None,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    progress: Progress | None = None,
) -> Horizon:
    """What the first round comes to with each number of rounds from 1 up.

    Parameters
    ----------
    scenario : Scenario or path
        With ``rounds:`` that each begin afresh: nothing is private, and what was done in earlier rounds plays no part.
    rounds : int or sequence of int, optional
        The largest number of rounds, or all that are asked for; by default the scenario's limit. At most
        ``MAX_ROUNDS``.
    draws, seed : int
    progress : callable, optional
        Called with the rounds solved and their total.

    Raises
    ------
    RunError
        If the scenario has no rounds, or they cannot begin afresh.
    ScenarioError, EvaluationError
        If the scenario is wrong, or a payoff has no value in some draw.
    """
    checked = scenario if isinstance(scenario, Scenario) else load(scenario)
    validate(checked)
    stage = stage_of(checked, 1)
    wanted = _wanted(checked, rounds)
    solver = _Solver(checked, stage, draw(checked, draws, seed))
    lefts = [_left(checked, number, come) for number, come in solver.horizons(wanted, progress)]
    return Horizon(
        setting=Setting(checked, checked.precision, draws, seed),
        lefts=tuple(lefts),
        counts_rounds=stage.counts_rounds,
        drawn=solver.draws,
        notes=tuple(_notes(lefts)),
    )


def _wanted(scenario: Scenario, rounds: int | Sequence[int] | None) -> list[int]:
    """The numbers of rounds to work, in rising order."""
    assert scenario.rounds is not None, "checked"
    most = scenario.rounds.limit if rounds is None else rounds
    wanted = sorted({*(range(1, most + 1) if isinstance(most, int) else most)})
    if not wanted or not 1 <= wanted[0] <= wanted[-1] <= MAX_ROUNDS:
        raise RunError(f"found {rounds} rounds; give numbers from 1 to {MAX_ROUNDS}")
    return wanted


class _Solver:
    """Solves rounds over the same draws."""

    def __init__(self, scenario: Scenario, stage: Stage, draws: Draws) -> None:
        self.scenario, self.stage, self.draws = scenario, stage, draws
        self._by_number: dict[tuple[int, bool], _Round] = {}
        self._rounds: dict[tuple[tuple[Expression | None, ...], bool], _Round] = {}

    def horizons(self, wanted: Sequence[int], progress: Progress | None) -> Iterator[tuple[int, _Come]]:
        """What so many rounds come to, for each number that is wanted.

        Where something depends on the number of the round, each horizon is worked anew: its last round is another one.
        """
        counts = self.stage.counts_rounds
        total, done = sum(wanted) if counts else wanted[-1], 0
        come: _Come | None = None
        for horizon in wanted if counts else range(1, wanted[-1] + 1):
            come = None if counts else come
            for number in range(horizon, 0, -1) if counts else (1,):
                come = self.come(number, come)
                done += 1
                if progress:
                    progress(done, total)
            if horizon in wanted and come is not None:
                yield horizon, come

    def round(self, number: int, *, last: bool) -> _Round:
        """A round as a game; rounds that differ only in their number are one game."""
        if (number, last) not in self._by_number:
            stage = stage_of(self.scenario, number, last=last)
            key = (tuple(choice.when for move in stage.scenario.moves for choice in move.choices), last)
            if key not in self._rounds:
                self._rounds[key] = _Round.of(stage, last=last)
            self._by_number[number, last] = self._rounds[key]
        return self._by_number[number, last]

    def come(self, number: int, after: _Come | None) -> _Come:
        """What a round of that number comes to, given what comes ``after`` it; None after the last."""
        game = self.round(number, last=after is None)
        worth = np.zeros((self.draws.num_draws, len(self.stage.nexts))) if after is None else after.values
        columns = np.column_stack([self.draws.values, np.full(self.draws.num_draws, float(number)), worth])
        names = (*self.draws.names, self.stage.number, *self.stage.nexts.values())
        batch = game.compiled.batch(Draws(names, np.asfortranarray(columns), self.draws.first))
        precision = drawn_precisions(game.compiled.scenario, self.draws)
        solutions = solve_batch(game.compiled.game, batch, precision=precision)
        table = tabulate_play(game.asked, batch, solutions.log_strategies)
        again, asked = table.outcomes[-1], len(table.answers) // 2
        come = _Come(
            values=np.ascontiguousarray(solutions.values),
            outcomes=table.outcomes[:-1].copy(),
            yes=table.answers[:asked].copy(),
            met=table.answers[asked:].copy(),
            unconverged=int(np.sum(solutions.status > Status.FORKED)),
        )
        if after is None:
            come.outcomes[self.stage.otherwise] += again
            return come
        return come._replace(
            outcomes=come.outcomes + again * after.outcomes,
            yes=come.yes + again * after.yes,
            met=come.met + again * after.met,
            unconverged=come.unconverged + after.unconverged,
        )


@dataclass(frozen=True, eq=False)
class _Round:
    """A round, compiled; ``asked`` asks for each answer together with its condition, and then for the conditions."""

    compiled: Compiled
    asked: Paths

    @classmethod
    def of(cls, stage: Stage, *, last: bool) -> _Round:
        compiled = compile_scenario(stage.scenario)
        paths = paths_of(compiled)
        ends = (paths.leaf_outcomes < len(paths.outcomes) - 1) | last  # a path that goes on is asked where it ends
        asked = np.concatenate([paths.leaf_answers & paths.leaf_conditions, paths.leaf_conditions]) & ends
        return cls(compiled, paths.asking(map(str, range(len(asked))), asked, np.ones_like(asked)))


def _left(scenario: Scenario, number: int, come: _Come) -> Left:
    parties = tuple(party.name for party in scenario.parties)
    answers: dict[str, Estimate | None] = {}
    for row, answer in enumerate(scenario.answers):
        met = come.met[row]
        share = np.divide(come.yes[row], met, out=np.zeros_like(met), where=met > 0.0)
        answers[answer.name] = estimate_given(np.minimum(share, 1.0), met)
    return Left(
        rounds=number,
        answers=answers,
        outcomes=named(tuple(outcome.name for outcome in scenario.outcomes), come.outcomes),
        payoffs=named(parties, np.ascontiguousarray(come.values.T)),
        values=come.values,
        unconverged=come.unconverged,
    )


def _notes(lefts: Sequence[Left]) -> Iterator[str]:
    yield "each round is taken to begin afresh: what was done in earlier rounds plays no part"
    if lefts[-1].unconverged:
        yield f"{lefts[-1].unconverged:,} solutions of rounds did not converge and are not to be relied on"
