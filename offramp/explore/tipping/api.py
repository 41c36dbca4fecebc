"""The value of one assumption at which an answer flips: the entry point.

Let A(x, d) be the answer in draw d with the assumption held at x, and w(x, d) how likely it is asked there. The curve
is the mean Σ w A / Σ w over the draws, at values of x that are evenly spread over the range. The assumption tips the
answer where the curve crosses the level. Draw by draw, A(x, d) crosses the level at a value of its own: the spread of
these values says how far the tipping point depends on all other assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from offramp.arrays import Flags, Floats, Positions
from offramp.errors import RunError
from offramp.explore.analysis import Setting
from offramp.explore.batches import Progress
from offramp.explore.quantities import Quantity, quantity
from offramp.explore.summary import estimate_by_weight
from offramp.explore.tipping.flips import Brackets, brackets, first_of_each, narrowed, part
from offramp.explore.tipping.held import EVEN, Held, correlated_partners, yes
from offramp.explore.tipping.result import Asked, Crossing, Flips, Point, Tipping

if TYPE_CHECKING:
    from offramp.explore.run import Run

MOST_DRAWS = 512
"""Draws of a run that are looked at: the first so many."""


class _Curve(NamedTuple):
    """The answer at every value of the grid in every draw.

    ``answers`` and ``weights`` are float64[G, B], with weight 0 where it is not asked; ``states`` and ``asked`` bool.
    """

    answers: Floats
    weights: Floats
    states: Flags
    asked: Flags

    @classmethod
    def of(cls, found: Quantity, num_draws: int, level: float) -> _Curve:
        rows = (np.where(found.counted, each, 0.0) for each in (found.values, found.weights))
        grids = [each.reshape(-1, num_draws) for each in (*rows, yes(found, level), found.counted)]
        return cls(*grids)

    @property
    def draw_weights(self) -> Floats:
        """float64[B]: how likely each draw is asked, on average over the values."""
        return np.asarray(self.weights.mean(axis=0))

    def share(self, chosen: Flags | Positions) -> float:
        """The share of the draws ``chosen``, by weight."""
        weights = self.draw_weights
        return min(1.0, float(weights[chosen].sum()) / float(weights.sum()))


def find_tipping(
    run: Run,
    what: str,
    *,
    answer: str | None = None,
    level: float | None = None,
    low: float | None = None,
    high: float | None = None,
    progress: Progress | None = None,
) -> Tipping:
    """The value of an assumption at which an answer flips, with an interval over the other assumptions.

    The game is solved again with the assumption held at values of its range, in ``MOST_DRAWS`` draws at most.

    Parameters
    ----------
    what : str
        An assumption: drawn, fixed or private.
    answer : str, optional
        A quantity of the run; its headline by default.
    level : float, optional
        Where it flips: by default at a probability of a half, and at a payoff of 0.
    low, high : float, optional
        Ends of the range; by default those of its distribution, for a fixed number from 0 to its double.
    progress : callable, optional
        Called with the draws solved on the grid and their total.

    Raises
    ------
    RunError
        If there is no such assumption, quantity or range, or if the question is asked in no draw at any value.
    """
    as_drawn = quantity(run, answer)
    asked = Asked(as_drawn.name, as_drawn.says, as_drawn.is_probability, _level(as_drawn, level))
    held = Held.of(run, what, min(run.num_draws, MOST_DRAWS), low, high)
    grid = np.repeat(held.values, held.num_draws)
    curve = _Curve.of(held.at(grid, asked.name, progress=progress), held.num_draws, asked.level)
    if not curve.asked.any():
        raise RunError(
            f"{asked.name!r} is asked in no draw, whatever {what} ({asked.says}); ask about an answer without a "
            "condition, or about the condition itself"
        )
    found = brackets(held.values, curve.states, curve.asked)
    turns = np.bincount(found.rows, minlength=held.num_draws)
    return Tipping(
        setting=Setting.of(run, held.num_draws),
        asked=asked,
        assumption=held.assumption,
        kind=held.kind,
        is_listed=held.is_listed,
        stated=held.stated,
        now=quantity(run.first(held.num_draws), answer).estimate,
        points=tuple(_points(held, curve)),
        crossings=tuple(_crossings(held, curve, asked)),
        flips=tuple(_flips(held, curve, asked, found)),
        always=curve.share((turns == 0) & (curve.states & curve.asked).any(axis=0)),
        never=curve.share((turns == 0) & (~curve.states & curve.asked).any(axis=0)),
        several=curve.share(turns > 1),
        notes=tuple(_notes(run, held, curve)),
    )


def _level(found: Quantity, level: float | None) -> float:
    """Where the quantity flips.

    Raises
    ------
    RunError
        If it cannot.
    """
    if level is None:
        return EVEN if found.is_probability else 0.0
    if not math.isfinite(level):
        raise RunError(f"found the level {level:g}; give a finite number")
    if found.is_probability and not 0.0 < level < 1.0:
        raise RunError(f"found the level {level:g} for the probability {found.name!r}; give a number between 0 and 1")
    return level


def _points(held: Held, curve: _Curve) -> Iterator[Point]:
    for index, value in enumerate(held.values.tolist()):
        asked = curve.asked[index]
        answers, weights = curve.answers[index, asked], curve.weights[index, asked]
        estimate = estimate_by_weight(answers, weights) if asked.any() else None
        yield Point(value, estimate, float(curve.weights[index].mean()))


def _means(answers: Floats, weights: Floats) -> tuple[Floats, Flags]:
    """float64[G], bool[G]: the mean of each row by weight, and whether it has one."""
    totals = weights.sum(axis=1)
    means = np.divide((answers * weights).sum(axis=1), totals, out=np.zeros_like(totals), where=totals > 0.0)
    return means, totals > 0.0


def _crossings(held: Held, curve: _Curve, asked: Asked) -> Iterator[Crossing]:
    """Where the mean crosses the level."""
    means, counted = _means(curve.answers, curve.weights)
    found = brackets(held.values, (means >= asked.level)[:, np.newaxis], counted[:, np.newaxis])

    def states(_: Positions, values: Floats) -> tuple[Flags, Flags]:
        grid = np.repeat(values, held.num_draws)
        middle = _Curve.of(held.at(grid, asked.name), held.num_draws, asked.level)
        means, counted = _means(middle.answers, middle.weights)
        return means >= asked.level, counted

    found = found if held.is_listed else narrowed(found, states)
    for value, low, high, rises in zip(
        found.values.tolist(), found.low.tolist(), found.high.tolist(), found.rises.tolist(), strict=True
    ):
        yield Crossing(value, low, high, rises, held.share_below(value))


def _flips(held: Held, curve: _Curve, asked: Asked, found: Brackets) -> list[Flips]:
    """Where the single draws cross the level, the direction of most draws first."""

    def states(rows: Positions, values: Floats) -> tuple[Flags, Flags]:
        middle = held.at(values, asked.name, chosen=rows)
        return yes(middle, asked.level), middle.counted

    firsts = first_of_each(found)
    firsts = firsts if held.is_listed else narrowed(firsts, states)
    directions = []
    for rises in (True, False):
        some = part(firsts, firsts.rises == rises)
        if len(some.rows):
            values = some.high if held.is_listed else some.values
            directions.append(Flips(rises, curve.share(some.rows), values, curve.draw_weights[some.rows]))
    return sorted(directions, key=lambda flips: -flips.share)


def _notes(run: Run, held: Held, curve: _Curve) -> Iterator[str]:
    assumption, (low, high) = held.assumption, (held.values[0], held.values[-1])
    if run.num_draws > held.num_draws:
        yield f"the first {held.num_draws:,} of {run.num_draws:,} draws were looked at"
    if held.kind == "fixed":
        yield f"the scenario fixes {assumption.name} at {assumption.value.describe()}; here it is varied all the same"
    if held.kind == "private":
        yield (
            f"{assumption.name} is private to {assumption.private_to} in the scenario; here it is held at one number "
            "that every party knows"
        )
    if held.kind != "fixed" and (low < held.stated[0] or high > held.stated[1]):
        yield f"the range goes beyond what the scenario states, {held.stated[0]:g} to {held.stated[1]:g}"
    partners = correlated_partners(run.scenario, assumption.name)
    if partners:
        yield (
            f"{assumption.name} is correlated with {', '.join(partners)}, which stay as they are drawn: this is what "
            "the number itself does, not what goes with it"
        )
    silent = int((~curve.asked).all(axis=1).sum())
    if silent:
        yield f"at {silent} of {len(held.values)} values the question is asked in no draw: the curve has a gap there"
