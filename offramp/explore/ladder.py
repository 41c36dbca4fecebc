"""A ladder of grids: how the answers move as what is private gets more types, and where that leads.

Let a(N) be an answer on a grid of N types, and m(N) = a(2N) - a(N) its move when the grid is doubled. If the error
falls like N**-p, then m(N) / m(2N) = 2**p, which gives the observed order p, and all the moves still to come after the
last one, m, add up to m / (2**p - 1) (Richardson 1911; Roache 1998). Grids of cut-off types are not that smooth: which
type is the last to accept changes by whole types, so that moves come in jumps of about 1/N. Therefore

- the order is kept within ``ORDERS``, and taken for 1, that of such jumps, where the moves do not show any;
- nothing is extrapolated where the moves change sign or do not fall;
- the margin is the largest of the last move, of what was extrapolated and of the move's standard error over the draws,
  plus one type of the finest grid. For the mean over the draws the types of independent draws add up by their squares.
  Draws that move alike count as one for that, since they are rounded alike; draws that no grid moves do not count.

No error estimate from a few grids is a bound. This one is meant to be too wide rather than too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

GRID_TOLERANCE = 0.02
"""An answer has settled on a grid if finer ones would move it by no more than this, margin included."""

MISLEADING = 0.1
"""Two or three types mislead if their answer differs by more than this, and by more than the error of the grid."""

ORDERS = (0.5, 2.0)
"""Least and greatest order of convergence that is extrapolated with; 2 is that of midpoints on a smooth answer."""

NOTHING = 1e-9
"""A smaller move than this is none."""

USUAL_ORDER = 1.0
"""The order where the moves show none: cut-offs move by whole types."""


@dataclass(frozen=True)
class GridShift:
    """How far one answer moved when the grids were doubled: in the mean over the draws, and at most in any draw."""

    mean: float
    largest: float


@dataclass(frozen=True)
class Rung:
    """One set of grids.

    Attributes
    ----------
    grids : mapping of str to int
        Types of each private assumption.
    nodes : int
        Of the game.
    draws : int
        The first so many draws were solved on it.
    unconverged : int
        Of these draws.
    answers : mapping of str to float or None
        Each answer over these draws (by outcome where the scenario asks nothing); None where its condition is not met.
    """

    grids: Mapping[str, int]
    nodes: int
    draws: int
    unconverged: int
    answers: Mapping[str, float | None]

    @property
    def label(self) -> str:
        """The grids in words: "resolve 40"."""
        return grid_label(self.grids)


@dataclass(frozen=True)
class Trend:
    """Where an answer leads as the grids are doubled.

    Attributes
    ----------
    levels : tuple of float
        On the scenario's own grids, over the first draws; then with each move added, over the draws of both its grids.
    limit : float
        Extrapolated from there.
    margin : float
        How far the limit may be off.
    order : float or None
        The order of convergence that the last two moves show, not clipped; None if they show none.
    falls : bool
        Whether the last move is smaller than the one before it; true where there is one move only.
    noise : float
        What the last move may owe to accident: its standard error over the draws, or one type if that is more.
    """

    levels: tuple[float, ...]
    limit: float
    margin: float
    order: float | None
    falls: bool
    noise: float

    @property
    def error(self) -> float:
        """How far the answer on the scenario's own grids may be from the limit."""
        return self.error_at(self.levels[0])

    def error_at(self, value: float) -> float:
        """How far ``value`` may be from the limit."""
        return abs(self.limit - value) + self.margin

    def verdict(self, tolerance: float) -> str:
        """``"settled"``, ``"moving"``, or ``"not settling"``: moves grow, and by more than their noise."""
        if self.error <= tolerance:
            return "settled"
        last = abs(self.levels[-1] - self.levels[-2])
        return "not settling" if not self.falls and last > tolerance + self.noise else "moving"


@dataclass(frozen=True)
class Misled:
    """An answer that a model of a few types would have got wrong; ``few`` is None where it would not come to that."""

    answer: str
    grids: Mapping[str, int]
    few: float | None
    as_run: float


@dataclass(frozen=True)
class Refinement:
    """The answers on a ladder of grids.

    Attributes
    ----------
    tolerance : float
    rungs : tuple of Rung
        From coarse to fine; ``own`` is the index of the scenario's grids. Those below it have two or three types.
    own : int
    trends : mapping of str to Trend
        By answer, where every grid from ``own`` on gives it a number.
    shifts : mapping of str to GridShift
        What doubling the scenario's grids changes, on the draws of both.
    alone : mapping of str to mapping
        With several private assumptions on grids: how far each answer moves if the grid of this one alone is doubled.
    misled : tuple of Misled
        Answers that two or three types would have got wrong.
    left_out : mapping of str to str
        Grids that were not solved, and why.
    """

    tolerance: float
    rungs: tuple[Rung, ...]
    own: int
    trends: Mapping[str, Trend]
    shifts: Mapping[str, GridShift]
    alone: Mapping[str, Mapping[str, float]]
    misled: tuple[Misled, ...]
    left_out: Mapping[str, str]

    @property
    def finer(self) -> tuple[Rung, ...]:
        """The rungs above the scenario's own."""
        return self.rungs[self.own + 1 :]

    @property
    def draws(self) -> int:
        """Draws that were solved on doubled grids; 0 where that was left out."""
        return self.finer[0].draws if self.finer else 0

    @property
    def grids(self) -> dict[str, tuple[int, int]]:
        """Types of each private assumption on the scenario's grids and on the doubled ones; empty if left out."""
        doubled = self.finer[0].grids if self.finer else {}
        return {name: (self.rungs[self.own].grids[name], size) for name, size in doubled.items()}

    @property
    def settled(self) -> bool:
        """Whether finer grids were solved and would move no answer by more than the tolerance."""
        return bool(self.trends) and all(each.error <= self.tolerance for each in self.trends.values())

    @property
    def enough(self) -> Rung | None:
        """The coarsest rung from the scenario's own on whose answers are all within the tolerance of the limit."""
        for above, rung in enumerate(self.rungs[self.own :]):
            errors = [each.error_at(each.levels[above]) for each in self.trends.values()]
            if errors and max(errors) <= self.tolerance:
                return rung
        return None

    def frame(self) -> pd.DataFrame:
        """One row a rung (``grids``): its nodes, draws, draws that did not converge, and each answer."""
        import pandas as pd

        rows = [
            {"nodes": each.nodes, "draws": each.draws, "unconverged": each.unconverged, **each.answers}
            for each in self.rungs
        ]
        return pd.DataFrame(rows, index=pd.Index([each.label for each in self.rungs], name="grids"))

    def trends_frame(self) -> pd.DataFrame:
        """One row an answer: its values from the scenario's grids on, limit, margin, error, order and verdict."""
        import pandas as pd

        rows = {name: trend_record(each, self.tolerance) for name, each in self.trends.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("answer")

    def record(self) -> dict[str, Any]:
        """As ``run.json`` has it (``docs/json.md``)."""
        return {
            "draws": self.draws,
            "grids": {name: list(sizes) for name, sizes in self.grids.items()},
            "shifts": {name: {"mean": each.mean, "largest": each.largest} for name, each in self.shifts.items()},
            "tolerance": self.tolerance,
            "settled": self.settled,
            "rungs": [_rung_record(each) for each in self.rungs],
            "own": self.own,
            "trends": {name: trend_record(each, self.tolerance) for name, each in self.trends.items()},
            "alone": {name: dict(shifts) for name, shifts in self.alone.items()},
            "misled": [_misled_record(each) for each in self.misled],
            "left_out": dict(self.left_out),
        }


def grid_label(grids: Mapping[str, int]) -> str:
    """Grids in words: "resolve 40, patience 20"."""
    return ", ".join(f"{name} {size}" for name, size in grids.items())


def trend(as_run: float, moves: list[float], before_last: float | None, noise: float, step: float) -> Trend:
    """Where an answer leads after ``moves``, one a doubling.

    Parameters
    ----------
    as_run : float
        On the scenario's grids.
    moves : list of float
        At least one.
    before_last : float or None
        The last move but one, over the same draws as the last; None where there is one move only.
    noise : float
        Standard error of the last move over the draws; 0 for one draw.
    step : float
        What one type of the finest grid may come to in the mean over the draws.
    """
    last = moves[-1]
    order = None if before_last is None else _order(before_last, last)
    falls = before_last is None or abs(last) <= max(abs(before_last), NOTHING)
    power = min(max(USUAL_ORDER if order is None else order, ORDERS[0]), ORDERS[1])
    rest = last / (2.0**power - 1.0) if before_last is None or order is not None else 0.0
    levels, margin = tuple(accumulate(moves, initial=as_run)), max(abs(last), abs(rest), noise) + step
    return Trend(levels, levels[-1] + rest, margin, order, falls, max(noise, step))


def _order(earlier: float, later: float) -> float | None:
    """The order that two moves show; None where they change sign or do not fall, or one of them is nothing."""
    if min(abs(earlier), abs(later)) < NOTHING or not 0.0 < later / earlier < 1.0:
        return None
    return math.log2(earlier / later)


def trend_record(each: Trend, tolerance: float) -> dict[str, Any]:
    """A trend as JSON has it."""
    return {
        "levels": list(each.levels),
        "limit": each.limit,
        "margin": each.margin,
        "error": each.error,
        "order": each.order,
        "verdict": each.verdict(tolerance),
    }


def _rung_record(each: Rung) -> dict[str, Any]:
    return {
        "grids": dict(each.grids),
        "nodes": each.nodes,
        "draws": each.draws,
        "unconverged": each.unconverged,
        "answers": dict(each.answers),
    }


def _misled_record(each: Misled) -> dict[str, Any]:
    return {"answer": each.answer, "grids": dict(each.grids), "few": each.few, "as_run": each.as_run}
