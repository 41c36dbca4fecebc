"""Whether the grids of the private assumptions are fine enough: the same draws again on doubled grids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from offramp.explore.batches import solve_draws
from offramp.explore.paths import Paths, paths_of
from offramp.explore.summary import RARELY, GridCheck, GridShift, answers_of
from offramp.explore.table import Table
from offramp.game.compile import compile_scenario
from offramp.scenario.draws import Draws
from offramp.scenario.model import Assumption, Scenario

CHECKED_DRAWS = 256
"""How many draws are solved again."""


def check_grids(
    scenario: Scenario,
    paths: Paths,
    table: Table,
    draws: Draws,
    *,
    workers: int | None = None,
) -> GridCheck | None:
    """How far each answer moves on the first ``CHECKED_DRAWS`` draws when every grid is doubled.

    None where no private assumption is on a grid, or where Ctrl-C (``KeyboardInterrupt``) came before the end.
    """
    grids = {each.name: _grids(each) for each in scenario.assumptions if each.private_to}
    grids = {name: sizes for name, sizes in grids.items() if sizes[0] < sizes[1]}
    if not grids:
        return None
    num_draws = min(CHECKED_DRAWS, table.num_draws)
    finer = compile_scenario(_refined(scenario))
    some = draws.part(0, num_draws)
    fine, kept = solve_draws(finer, paths_of(finer), some, workers=workers)
    return GridCheck(num_draws, grids, _shifts(paths, table.first(num_draws), fine)) if kept == num_draws else None


def _grids(assumption: Assumption) -> tuple[int, int]:
    """How many atoms stand for the assumption on its grid and on the doubled one."""
    sizes = (len(assumption.value.atoms(factor * assumption.grid)[0]) for factor in (1, 2))
    return next(sizes), next(sizes)


def _refined(scenario: Scenario) -> Scenario:
    finer = (replace(each, grid=2 * each.grid) if each.private_to else each for each in scenario.assumptions)
    return replace(scenario, assumptions=tuple(finer))


def _shifts(paths: Paths, coarse: Table, fine: Table) -> dict[str, GridShift]:
    """By answer, where both grids give it a number; by outcome where nothing is left of the answers."""
    before, after = answers_of(paths, coarse), answers_of(paths, fine)
    largest = _largest_in_a_draw(coarse, fine)
    shifts = {
        name: GridShift(then.mean - now.mean, worst)
        for (name, now), then, worst in zip(before.items(), after.values(), largest, strict=True)
        if now and then
    }
    if shifts:
        return shifts
    return {
        name: GridShift(float(np.mean(row)), float(np.abs(row).max()))
        for name, row in zip(paths.outcomes, fine.outcomes - coarse.outcomes, strict=True)
    }


def _largest_in_a_draw(coarse: Table, fine: Table) -> list[float]:
    """How far each answer moves at most in a draw that meets its condition on both grids."""
    met = np.minimum(coarse.conditions, fine.conditions) >= RARELY
    moves = np.abs(np.where(met, fine.answers - coarse.answers, 0.0))
    largest: list[float] = moves.max(axis=1).tolist()
    return largest
