"""Whether the grids of the private assumptions are fine enough: the same draws again on doubled grids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from offramp.explore.batches import Precision, solve_draws
from offramp.explore.paths import Paths, paths_of
from offramp.explore.summary import GridCheck, GridShift
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
    precision: Precision = None,
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
    some = Draws(draws.names, draws.values[:num_draws], draws.first)
    fine, kept = solve_draws(finer, paths_of(finer), some, precision=precision, workers=workers)
    return GridCheck(num_draws, grids, _shifts(paths, table.first(num_draws), fine)) if kept == num_draws else None


def _grids(assumption: Assumption) -> tuple[int, int]:
    """How many atoms stand for the assumption on its grid and on the doubled one."""
    sizes = (len(assumption.value.atoms(factor * assumption.grid)[0]) for factor in (1, 2))
    return next(sizes), next(sizes)


def _refined(scenario: Scenario) -> Scenario:
    finer = (replace(each, grid=2 * each.grid) if each.private_to else each for each in scenario.assumptions)
    return replace(scenario, assumptions=tuple(finer))


def _shifts(paths: Paths, coarse: Table, fine: Table) -> dict[str, GridShift]:
    if paths.answers:
        names, differences = paths.answers, fine.answers - coarse.answers
    else:
        names, differences = paths.outcomes, fine.outcomes - coarse.outcomes
    return {
        name: GridShift(float(np.mean(row)), float(np.abs(row).max()))
        for name, row in zip(names, differences, strict=True)
    }
