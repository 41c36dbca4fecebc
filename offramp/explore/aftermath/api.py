"""What follows, with the offer and without: the entry point.

The parties play as solved. With the offer made for certain, or ruled out, the paths of the game lead to worlds with
some probability in each draw; in each world the chain of the aftermath gives the share of every state exactly, year by
year. Indicators are followed along sampled paths, which take the same luck in every arm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import RunError
from offramp.explore.aftermath.names import HOLDS, LEVELS, MADE, NOT_MADE, PLAYED
from offramp.explore.aftermath.paths import Luck, sampled_indicator, sampled_states, sampled_worlds
from offramp.explore.aftermath.result import Arm, Fan, Following
from offramp.explore.aftermath.worlds import Numbers, Worlds
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress, solve_in_batches
from offramp.explore.offers.rules import roles_of
from offramp.explore.paths import Paths
from offramp.explore.plays import with_choice, without_choice
from offramp.explore.summary import RARELY, estimate_by_weight
from offramp.explore.table import tabulate_play
from offramp.explore.variants import Variant
from offramp.scenario.aftermath import MAX_YEARS, Aftermath
from offramp.scenario.draws import Draws
from offramp.scenario.model import Scenario
from offramp.solve.result import Solutions

if TYPE_CHECKING:
    from offramp.explore.run import Run


class _Weights(NamedTuple):
    """How an arm leads to the worlds.

    ``worlds`` float64[W, B] sum to 1 in each draw that counts; ``draws`` float64[B] says how much each counts.
    """

    worlds: Floats
    draws: Floats


def what_follows(run: Run, *, years: int | None = None, progress: Progress | None = None) -> Following:
    """Where the aftermath stands year by year and what the indicators do, with the offer and without.

    Parameters
    ----------
    years : int, optional
        How many years to follow; by default those of the aftermath, or the first ten of one without an end.
    progress : callable, optional
        Called with the draws solved and their total.

    Raises
    ------
    RunError
        If the scenario has no aftermath, or ``years`` is out of bounds.
    EvaluationError
        If a number of the aftermath leaves its limits in some draw.
    """
    after = run.scenario.aftermath
    if after is None:
        raise RunError("the scenario says nothing of what comes after; add aftermath: and, to its outcomes, starts:")
    followed = after.years_shown if years is None else years
    if not 1 <= followed <= MAX_YEARS:
        raise RunError(f"found {followed} years; give a number from 1 to {MAX_YEARS}")
    variant = run.variant
    worlds = Worlds(variant.compiled)
    numbers = [worlds.numbers(index, run.draws) for index in range(len(worlds.worlds))]
    weights = _Playing(variant, worlds.flags()).weights(run.draws, progress)
    luck = Luck.of(run.num_draws, followed, len(after.indicators), run.seed)
    followings = {name: _Arms(after, numbers, luck, each) for name, each in weights.items()}
    return Following(
        setting=Setting.of(run),
        after=after,
        years=followed,
        arms=tuple(each.arm(name, _said(run.scenario, name)) for name, each in followings.items()),
        higher=_higher(followings) if MADE in followings else None,
        num_paths=len(luck.draws),
        notes=tuple(_notes(run, list(weights))),
    )


class _Playing:
    """Solves draws and counts how each arm leads to the worlds."""

    def __init__(self, variant: Variant, flags: Flags) -> None:
        self.variant = variant
        paths = variant.paths
        made = roles_of(variant.scenario, variant.scenario.offers, None).made
        self.made = None if made is None else paths.choice_row(made)
        self.asked = _asking(paths, flags, holding=False)
        self.holding = _asking(paths, flags, holding=True) if paths.answers else None

    def weights(self, draws: Draws, progress: Progress | None) -> dict[str, _Weights]:
        """How each arm leads to the worlds, over all draws; arms that no draw comes to are left out."""
        parts: dict[str, list[_Weights]] = {}
        for _, solutions in solve_in_batches(self.variant.compiled, draws, progress=progress):
            for name, part in self._part(solutions):
                parts.setdefault(name, []).append(part)
        joined = {
            name: _Weights(*(np.concatenate(rows, axis=-1) for rows in zip(*each, strict=True)))
            for name, each in parts.items()
        }
        return {name: each for name, each in joined.items() if each.draws.any()}

    def _part(self, solutions: Solutions) -> Iterator[tuple[str, _Weights]]:
        paths, logs = self.variant.paths, solutions.log_strategies
        plays = {PLAYED: logs}
        if self.made is not None:
            plays = {MADE: with_choice(paths, logs, self.made), NOT_MADE: without_choice(paths, logs, self.made)}
        for name, play in plays.items():
            rows = tabulate_play(self.asked, solutions.batch, play).answers
            yield name, _Weights(rows, np.ones(solutions.num_draws))
        if self.holding is not None:
            table = tabulate_play(self.holding, solutions.batch, next(iter(plays.values())))
            met = np.where(table.conditions[0] > RARELY, table.conditions[0], 0.0)
            yield HOLDS, _Weights(np.where(met > 0.0, table.answers, 0.0), met)


def _asking(paths: Paths, flags: Flags, *, holding: bool) -> Paths:
    """The paths that ask for each world; with ``holding`` given that the headline is yes."""
    met = paths.leaf_answers[0] & paths.leaf_conditions[0] if holding else np.ones(flags.shape[1], dtype=np.bool_)
    return paths.asking(map(str, range(len(flags))), flags & met, np.repeat(met[np.newaxis], len(flags), axis=0))


class _Arms:
    """Follows one arm."""

    def __init__(self, after: Aftermath, numbers: list[Numbers], luck: Luck, weights: _Weights) -> None:
        self.after, self.numbers, self.luck, self.weights = after, numbers, luck, weights
        self.counted = weights.draws > 0.0
        worlds = sampled_worlds(luck, weights.worlds)
        states = sampled_states(luck, worlds, numbers, len(after.states))
        self.paths = [sampled_indicator(luck, worlds, states, numbers, which) for which in range(len(after.indicators))]

    def arm(self, name: str, says: str) -> Arm:
        """The arm as it is shown."""
        num_states = len(self.after.states)
        shares = np.zeros((self.luck.years + 1, num_states, len(self.counted)))
        for weight, each in zip(self.weights.worlds, self.numbers, strict=True):
            if weight.any():
                shares += weight * each.shares(num_states, self.luck.years)
        weights = self.weights.draws[self.counted]
        return Arm(
            name=name,
            says=says,
            probability=estimate_by_weight(self.weights.draws, np.ones(len(self.counted))) if name == HOLDS else None,
            shares=tuple(
                tuple(estimate_by_weight(row[self.counted], weights) for row in shares[:, state])
                for state in range(num_states)
            ),
            fans=tuple(self._fan(values) for values in self.paths),
        )

    def _fan(self, values: Floats) -> Fan:
        weights = self.weights.draws[self.luck.draws]
        chosen = weights > 0.0
        counted, weights = values[:, chosen], weights[chosen]
        levels = [np.quantile(row, LEVELS, method="inverted_cdf", weights=weights) for row in counted]
        return Fan(np.stack(levels, axis=1), np.asarray(counted @ weights / weights.sum()))


def _higher(arms: dict[str, _Arms]) -> tuple[float, ...]:
    """The share of the paths on which each indicator ends higher with the offer, half of those that end alike."""
    pairs = zip(arms[MADE].paths, arms[NOT_MADE].paths, strict=True)
    return tuple(float(np.mean((one[-1] > two[-1]) + 0.5 * (one[-1] == two[-1]))) for one, two in pairs)


def _said(scenario: Scenario, name: str) -> str:
    """An arm in words, to complete "if …"."""
    headline = scenario.answers[0] if scenario.answers else None
    made = headline.given_says if headline and headline.given else "the offer is made"
    if name == HOLDS and headline:
        return f"{made} and {headline.says}" if headline.given else headline.says
    return {MADE: made, NOT_MADE: "no offer is made"}.get(name, "the parties play as solved")


def _notes(run: Run, arms: list[str]) -> Iterator[str]:
    if PLAYED in arms:
        yield "nothing says by which choice an offer is made, so there is nothing to compare; name it in offers: made:"
    if HOLDS not in arms and run.scenario.answers:
        yield f"in no draw does it come to this: {run.scenario.answers[0].says}"
