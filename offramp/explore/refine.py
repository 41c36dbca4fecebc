"""The answers on finer and on coarser grids of what is private, and what they say of the scenario's own grids.

All grids are refined together, on the same draws; :mod:`offramp.explore.ladder` says how the limit is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from offramp.arrays import Flags, Floats
from offramp.errors import OfframpError, RunError
from offramp.explore.batches import solve_draws
from offramp.explore.ladder import (
    GRID_TOLERANCE,
    MISLEADING,
    NOTHING,
    GridShift,
    Misled,
    Refinement,
    Rung,
    Trend,
    grid_label,
    trend,
)
from offramp.explore.paths import Paths, paths_of
from offramp.explore.precision import Precision, with_precision
from offramp.explore.summary import RARELY
from offramp.explore.table import Table
from offramp.game.compile import compile_scenario
from offramp.scenario.draws import Draws, draw
from offramp.scenario.load import load
from offramp.scenario.model import Scenario
from offramp.solve.result import Status

FEW_TYPES = (2, 3)
"""The coarse models that the scenario's own is held against."""

REFINE_COST = 2**24
"""Nodes of the game times draws, on the finest grid of :func:`refine_grid`, unless the caller says otherwise."""


@dataclass(frozen=True, eq=False)
class Solved:
    """One rung with what it gives in every draw.

    Attributes
    ----------
    values, weights : float64[Q, B]
        Each answer and its condition by draw; outcomes, of weight 1, where the scenario asks nothing.
    """

    rung: Rung
    values: Floats
    weights: Floats

    @property
    def draws(self) -> int:
        return self.rung.draws

    def mean(self, answer: int, draws: int) -> float | None:
        """The answer over the first ``draws`` draws, which count by how likely they meet its condition."""
        return _mean(self.values[answer, :draws], self.weights[answer, :draws])


def own_grids(scenario: Scenario) -> dict[str, int]:
    """Types of each private assumption whose distribution is put on a grid; not those on their own exact values."""
    private = [each for each in scenario.assumptions if each.private_to]
    sizes = {each.name: [len(each.value.atoms(factor * each.grid)[0]) for factor in (1, 2)] for each in private}
    return {name: own for name, (own, doubled) in sizes.items() if own < doubled}


def with_grids(scenario: Scenario, grids: Mapping[str, int]) -> Scenario:
    """The scenario on other grids."""
    changed = (replace(each, grid=grids.get(each.name, each.grid)) for each in scenario.assumptions)
    return replace(scenario, assumptions=tuple(changed))


def times(grids: Mapping[str, int], factor: int) -> dict[str, int]:
    """All grids, each with ``factor`` times the types."""
    return {name: factor * size for name, size in grids.items()}


def size_on(nodes: int, own: Mapping[str, int], grids: Mapping[str, int]) -> int:
    """About how many nodes a game of ``nodes`` nodes has on other grids: each type multiplies all that follows."""
    return int(np.ceil(nodes * np.prod([grids[name] / size for name, size in own.items()])))


def solve_rung(scenario: Scenario, grids: Mapping[str, int], draws: Draws, *, workers: int | None) -> Solved:
    """The scenario on other grids, solved for all ``draws``.

    Raises
    ------
    OfframpError
        If the game is too large, or has no finite payoffs on these grids.
    KeyboardInterrupt
        If Ctrl-C came before the end.
    """
    compiled = compile_scenario(with_grids(scenario, grids))
    paths = paths_of(compiled)
    table, kept = solve_draws(compiled, paths, draws, workers=workers)
    if kept < draws.num_draws:
        raise KeyboardInterrupt
    return tabulated(paths, table, grids)


def tabulated(paths: Paths, table: Table, grids: Mapping[str, int]) -> Solved:
    """A rung from the table of its draws."""
    asked = bool(paths.answers)
    values = table.answers if asked else table.outcomes
    weights = table.conditions if asked else np.ones_like(values)
    means = (_mean(*rows) for rows in zip(values, weights, strict=True))
    rung = Rung(
        grids=dict(grids),
        nodes=paths.game.num_nodes,
        draws=table.num_draws,
        unconverged=int(np.sum(table.status[0] > Status.FORKED)),
        answers=dict(zip(paths.answers if asked else paths.outcomes, means, strict=True)),
    )
    return Solved(rung, values, weights)


def attempt(
    scenario: Scenario, grids: Mapping[str, int], draws: Draws, left_out: dict[str, str], *, workers: int | None
) -> Solved | None:
    """The rung, or None where it cannot be solved: the reason is then added to ``left_out``."""
    try:
        return solve_rung(scenario, grids, draws, workers=workers)
    except OfframpError as error:
        left_out[grid_label(grids)] = str(error).splitlines()[0]
        return None


def refinement(
    finer: list[Solved],
    few: list[Solved],
    alone: Mapping[str, Solved],
    left_out: Mapping[str, str],
    tolerance: float,
) -> Refinement:
    """What a ladder says; ``finer`` starts with the scenario's own grids, ``few`` has those of two or three types."""
    own, names = finer[0], tuple(finer[0].rung.answers)
    trends = {name: _trend(finer, few, index) for index, name in enumerate(names)}
    known = {name: each for name, each in trends.items() if each is not None}
    return Refinement(
        tolerance=tolerance,
        rungs=tuple(each.rung for each in (*few, *finer)),
        own=len(few),
        trends=known,
        shifts=_shifts(own, finer[1]) if len(finer) > 1 else {},
        alone={name: _means(own, each) for name, each in alone.items()},
        misled=tuple(_misled(own, few, known)),
        left_out=dict(left_out),
    )


def refine_grid(
    scenario: Scenario | str | Path,
    *,
    draws: int = 256,
    seed: int = 1,
    precision: Precision = None,
    tolerance: float = GRID_TOLERANCE,
    cost: int = REFINE_COST,
    workers: int | None = None,
) -> Refinement:
    """Double the grids of what is private until no answer is expected to move by more than a tolerance.

    Parameters
    ----------
    scenario : Scenario or path
    draws : int
        Scrambled Sobol draws, the same on every grid.
    seed : int
    precision : float, str, P floats or mapping, optional
        As :func:`offramp.run` takes it.
    tolerance : float
        The largest error that an answer may still have on the finest grids, as a probability.
    cost : int
        Grids with more nodes times draws than this are not solved.
    workers : int, optional
        Threads.

    Returns
    -------
    Refinement
        From two and three types to the finest grids; its ``enough`` are the first grids that suffice, None if the cost
        was reached before.

    Raises
    ------
    RunError
        If nothing is private on a grid, or an option cannot be used.
    OfframpError
        If the scenario cannot be solved on its own grids.

    Examples
    --------
    >>> ladder = refine_grid("examples/venezuela-2024.yaml", draws=64)  # doctest: +SKIP
    >>> ladder.enough.label  # doctest: +SKIP
    """
    if not tolerance > 0:
        raise RunError(f"found the tolerance {tolerance}; give a number above 0")
    checked = with_precision(scenario if isinstance(scenario, Scenario) else load(scenario), precision)
    own = own_grids(checked)
    if not own:
        raise RunError("found no private assumption on a grid; name one with private_to, or ask for no refinement")
    drawn, left_out = draw(checked, draws, seed), dict[str, str]()
    coarse = (attempt(checked, grids, drawn, left_out, workers=workers) for grids in few_types(own))
    few = [each for each in coarse if each]
    finer = [solve_rung(checked, own, drawn, workers=workers)]
    while True:
        found = refinement(finer, few, {}, left_out, tolerance)
        if len(finer) > 2 and found.enough:
            return found
        grids = times(own, 2 ** len(finer))
        if size_on(finer[0].rung.nodes, own, grids) * draws > cost:
            left_out[grid_label(grids)] = (
                f"about {size_on(finer[0].rung.nodes, own, grids):,} nodes, at {draws:,} draws"
            )
        above = None if grid_label(grids) in left_out else attempt(checked, grids, drawn, left_out, workers=workers)
        if above is None:
            return replace(found, left_out=left_out)
        finer.append(above)


def few_types(own: Mapping[str, int]) -> list[dict[str, int]]:
    """The grids of two and of three types, as far as they are coarser than the scenario's own."""
    coarse = ({name: min(few, size) for name, size in own.items()} for few in FEW_TYPES)
    return [grids for grids in coarse if grids != dict(own)]


def _trend(finer: list[Solved], few: list[Solved], answer: int) -> Trend | None:
    """Where the answer leads; None where there is one grid only, or some grid gives it no number."""
    if len(finer) < 2:
        return None
    last = finer[-1].draws
    start = finer[0].mean(answer, finer[1].draws)
    moves = [_move(coarse, fine, answer, fine.draws) for coarse, fine in pairwise(finer)]
    before = _move(finer[-3], finer[-2], answer, last) if len(finer) > 2 else 0.0
    if start is None or before is None or any(each is None for each in moves):
        return None
    known = [each for each in moves if each is not None]
    noise, step = _noise(finer[-2], finer[-1], answer), _step(finer, few, answer)
    return trend(start, known, before if len(finer) > 2 else None, noise, step)


def _move(coarse: Solved, fine: Solved, answer: int, draws: int) -> float | None:
    """How far the answer moves from one grid to another over the first ``draws`` draws."""
    before, after = coarse.mean(answer, draws), fine.mean(answer, draws)
    return None if before is None or after is None else after - before


def _noise(coarse: Solved, fine: Solved, answer: int) -> float:
    """Standard error of the move over the draws of ``fine``; of a quotient of means by linearisation."""
    count = fine.draws
    if count < 2:
        return 0.0
    moves = _influence(fine, answer, count) - _influence(coarse, answer, count)
    return float(np.std(moves, ddof=1) / np.sqrt(count))


def _influence(solved: Solved, answer: int, count: int) -> Floats:
    """float64[count]: how much each draw adds to the answer, to first order."""
    values, weights = solved.values[answer, :count], solved.weights[answer, :count]
    mean = _mean(values, weights) or 0.0
    shares: Floats = np.where(weights > 0.0, weights * (np.nan_to_num(values) - mean), 0.0) / np.mean(weights)
    return shares


def _step(finer: list[Solved], few: list[Solved], answer: int) -> float:
    """What one type of the finest grid comes to in the mean, if draws that move alike are rounded alike."""
    count = finer[1].draws
    seen = [each for each in (*few, *finer) if each.draws >= count]
    rows = np.array([np.nan_to_num(each.values[answer, :count]) for each in seen])
    moved = np.ptp(rows, axis=0) > NOTHING
    shares = finer[0].weights[answer, :count] / np.sum(finer[0].weights[answer, :count])
    if not moved.any():
        return 0.0
    alike = np.unique(np.round(rows[:, moved] / NOTHING), axis=1, return_inverse=True)[1].reshape(-1)
    together = np.bincount(alike, weights=shares[moved])
    return float(np.sqrt(np.sum(together**2))) / min(finer[-1].rung.grids.values())


def _shifts(own: Solved, doubled: Solved) -> dict[str, GridShift]:
    """How far each answer moves, in the mean and at most in a draw that meets its condition on both grids."""
    count = doubled.draws
    shifts: dict[str, GridShift] = {}
    for index, name in enumerate(own.rung.answers):
        move = _move(own, doubled, index, count)
        if move is not None:
            met = _met(own, index, count) & _met(doubled, index, count)
            moves = np.where(met, doubled.values[index] - own.values[index, :count], 0.0)
            shifts[name] = GridShift(move, float(np.abs(moves).max()))
    return shifts


def _means(own: Solved, other: Solved) -> dict[str, float]:
    """How far each answer moves, where both grids give it a number."""
    moves = {name: _move(own, other, index, other.draws) for index, name in enumerate(own.rung.answers)}
    return {name: move for name, move in moves.items() if move is not None}


def _misled(own: Solved, few: list[Solved], trends: Mapping[str, Trend]) -> Iterable[Misled]:
    """Each answer on each coarse grid that differs from the scenario's by more than its error and ``MISLEADING``."""
    for index, name in enumerate(own.rung.answers):
        for each in few:
            here, there = own.mean(index, each.draws), each.mean(index, each.draws)
            if here is None or name not in trends:
                continue
            if there is None or abs(there - here) > max(MISLEADING, trends[name].error):
                yield Misled(name, each.rung.grids, there, here)


def _met(solved: Solved, answer: int, count: int) -> Flags:
    met: Flags = solved.weights[answer, :count] >= RARELY
    return met


def _mean(values: Floats, weights: Floats) -> float | None:
    """The mean over draws that count by ``weights``; None where none meets the condition."""
    if (weights < RARELY).all():
        return None
    counts = weights > 0.0
    return float(np.sum(weights[counts] * values[counts]) / np.sum(weights[counts]))
