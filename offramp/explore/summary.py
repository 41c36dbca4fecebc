"""From per-draw results to estimates: means over the draws and the interval that holds 90 % of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from offramp.explore.columns import Rows, StoredTable
from offramp.explore.ladder import Refinement
from offramp.explore.paths import Paths
from offramp.explore.table import Table
from offramp.game.game import Floats
from offramp.scenario.model import Scenario
from offramp.scenario.rounds import written_out
from offramp.solve.result import REGRET_TOLERANCE, Status

AnyTable: TypeAlias = Table | StoredTable
"""Results in memory, or read row by row."""

INTERVAL = (0.05, 0.95)
"""The percentiles over the draws that an interval spans."""

RARELY = 1e-6
"""A move that the draws reach with a smaller probability than this is summarised as if all reached it alike; a draw
that meets a condition with a smaller one counts as not meeting it."""


MOST_FLAGGED = 5
"""How many of the draws that did not converge are named."""


@dataclass(frozen=True)
class Estimate:
    """The mean of a quantity over the draws, and its 5th and 95th percentile."""

    mean: float
    low: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        return (self.low, self.high)


@dataclass(frozen=True)
class ChoiceSummary:
    """How likely a choice is.

    Attributes
    ----------
    given_reached : Estimate or None
        Given that its move is reached: draws count by how likely they reach it, so that this times the move's
        ``reached`` is the mean of ``on_path``. Where hardly any draw reaches the move (``RARELY``) all draws count
        alike. None where no path of the tree enters the move.
    over_all_draws : Estimate or None
        What the mover does wherever the move is or were reached: all draws count alike.
    on_path : Estimate
        That the move is reached and the choice is made.
    """

    given_reached: Estimate | None
    over_all_draws: Estimate | None
    on_path: Estimate


@dataclass(frozen=True)
class MoveSummary:
    """How likely a move is reached and what is done there; ``by`` is a party or ``"chance"``."""

    by: str
    reached: Estimate
    choices: Mapping[str, ChoiceSummary]


@dataclass(frozen=True)
class Condition:
    """How likely the condition of an answer is met, and the share of the draws that meet it at all (``RARELY``)."""

    probability: Estimate
    share_of_draws: float


@dataclass(frozen=True)
class Break:
    """A step at which the headline answer is lost, and how likely it is lost there, given its condition if any."""

    move: str
    choice: str
    probability: Estimate


@dataclass(frozen=True)
class FlaggedDraw:
    """A draw that did not converge: its number, counted from 0, its status in lower case, and how far off it is."""

    draw: int
    status: str
    regret: float
    residual: float


@dataclass(frozen=True)
class Certificate:
    """Whether the answers may be believed.

    Attributes
    ----------
    max_regret : float
        The largest conditional regret over all draws and all information sets, reached or not, in units of the payoff
        range.
    share_within_tolerance : float
        Share of the draws with at most ``tolerance`` of it.
    tolerance : float
    max_residual : float
        The largest residual that a draw was judged by: its regret, or at a given precision the largest violation of the
        logit equations in log odds.
    unconverged : int
        Draws whose solution is not to be believed; they are part of every number all the same.
    statuses : mapping of str to int
        Draws by :class:`~offramp.solve.result.Status`, in lower case.
    equilibria : str
        ``"principal branch"``: the sequential equilibrium that the principal branch of the logit AQRE leads to, and no
        other was looked for. ``"logit at precision"``: the AQRE itself, at the precision asked for.
    grid_check : Refinement or None
        None where nothing is private, or every private value is on its own exact atoms.
    worst : tuple of FlaggedDraw
        The draws that did not converge, those with the largest residuals first; at most ``MOST_FLAGGED``.
    jumps : int
        Steps along the branch, over all draws, that were refused because they seemed to lead to another branch.
    """

    max_regret: float
    share_within_tolerance: float
    tolerance: float
    max_residual: float
    unconverged: int
    statuses: Mapping[str, int]
    equilibria: str
    grid_check: Refinement | None = None
    worst: tuple[FlaggedDraw, ...] = ()
    jumps: int = 0


def named(names: tuple[str, ...], rows: Floats | Rows) -> dict[str, Estimate]:
    """Estimates by name, for rows without NaN."""
    return {name: _certain(row) for name, row in zip(names, rows, strict=True)}


def answers_of(paths: Paths, table: AnyTable) -> dict[str, Estimate | None]:
    """Probability of each answer; None where no draw meets its condition.

    Given a condition, draws count by how likely they meet it: the mean is the probability of answer and condition
    together over that of the condition, both over all draws.
    """
    return {
        name: estimate_given(row, met)
        for name, row, met in zip(paths.answers, table.answers, table.conditions, strict=True)
    }


def conditions_of(scenario: Scenario, table: AnyTable) -> dict[str, Condition]:
    """How likely the condition is met, for each answer that has one."""
    return {
        answer.name: Condition(_certain(row), float(np.mean(row >= RARELY)))
        for answer, row in zip(scenario.answers, table.conditions, strict=True)
        if answer.given is not None
    }


def moves_of(scenario: Scenario, paths: Paths, table: AnyTable) -> dict[str, MoveSummary]:
    """What is done at each move, in file order."""
    choices: dict[str, dict[str, ChoiceSummary]] = {name: {} for name in paths.moves}
    for row, (move, choice) in enumerate(paths.choices):
        given = _weighted(table.choices[row], table.reached[move])
        summary = ChoiceSummary(given, _estimate(table.choices[row]), _certain(table.on_path(move, row)))
        choices[paths.moves[move]][choice] = summary
    reached = named(paths.moves, table.reached)
    moves = written_out(scenario).moves
    return {move.name: MoveSummary(move.by, reached[move.name], choices[move.name]) for move in moves}


def breaks_of(paths: Paths, table: AnyTable) -> tuple[Break, ...]:
    """Where the path of the headline answer breaks, in file order; nothing where no draw meets its condition."""
    estimates = (estimate_given(row, table.conditions[0]) for row in table.breaks)
    return tuple(
        Break(paths.moves[paths.choices[choice][0]], paths.choices[choice][1], estimate)
        for choice, estimate in zip(paths.breaks, estimates, strict=True)
        if estimate is not None
    )


def certify(table: AnyTable, *, at_precision: bool, grid_check: Refinement | None) -> Certificate:
    """The certificate of all draws of ``table``."""
    regret, status = table.max_regret[0], table.status[0].astype(np.int64)
    counts = np.bincount(status, minlength=len(Status))
    return Certificate(
        max_regret=float(regret.max()),
        share_within_tolerance=float(np.mean(regret <= REGRET_TOLERANCE)),
        tolerance=REGRET_TOLERANCE,
        max_residual=float(table.residual[0].max()),
        unconverged=int(np.sum(status > Status.FORKED)),
        statuses={entry.name.lower(): int(counts[entry]) for entry in Status},
        equilibria="logit at precision" if at_precision else "principal branch",
        grid_check=grid_check,
        worst=_worst(status, regret, table.residual[0]),
        jumps=int(table.jumps[0].sum()),
    )


def _worst(status: npt.NDArray[np.int64], regret: Floats, residual: Floats) -> tuple[FlaggedDraw, ...]:
    """The draws to look at first."""
    flagged = np.flatnonzero(status > Status.FORKED)
    order = flagged[np.argsort(-residual[flagged], kind="stable")][:MOST_FLAGGED]
    return tuple(
        FlaggedDraw(draw, Status(status[draw]).name.lower(), float(regret[draw]), float(residual[draw]))
        for draw in order.tolist()
    )


def _estimate(row: Floats) -> Estimate | None:
    return None if np.isnan(row).all() else _certain(row)


def _weighted(row: Floats, weights: Floats) -> Estimate | None:
    """The estimate over draws that count by ``weights``; all alike where these are next to nothing."""
    if np.isnan(row).all():
        return None
    return estimate_by_weight(row, weights if np.mean(weights) >= RARELY else np.ones_like(row))


def estimate_given(row: Floats, met: Floats) -> Estimate | None:
    """The estimate of ``row`` over draws that count by how likely they meet its condition; None if none does."""
    if (met < RARELY).all():
        return None
    counts = met > 0.0
    return estimate_by_weight(row[counts], met[counts])


def estimate_by_weight(row: Floats, weights: Floats) -> Estimate:
    """The estimate over draws that count by ``weights``; with equal ones to the bit that of draws that count alike."""
    if np.ptp(weights) == 0.0:
        return _certain(row)
    low, high = np.quantile(row, INTERVAL, method="inverted_cdf", weights=weights)
    return Estimate(float(np.sum(weights * row) / np.sum(weights)), float(low), float(high))


def _certain(row: Floats) -> Estimate:
    low, high = np.quantile(row, INTERVAL)
    return Estimate(float(np.mean(row)), float(low), float(high))
