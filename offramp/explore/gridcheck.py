"""Whether a run's grids are fine enough: some of its draws again on finer and on coarser ones, at bounded cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from offramp.explore.ladder import GRID_TOLERANCE, Refinement, grid_label
from offramp.explore.paths import Paths
from offramp.explore.refine import Solved, attempt, few_types, own_grids, refinement, size_on, tabulated, times
from offramp.explore.table import Table
from offramp.scenario.draws import Draws
from offramp.scenario.model import Scenario

CHECKED_DRAWS = 256
"""How many draws are solved again on doubled grids, and on those of two and three types."""

FEWEST_DRAWS = 16
"""With fewer draws than this a grid says too little of a run that has more."""

NODES = {2: 2**19, 4: 2**19}
"""Nodes times draws that may be solved on doubled and on fourfold grids; on two and three types like doubled."""

ALONE_NODES = 2**17
"""Nodes times draws for each private assumption whose grid is doubled alone."""


def check_grids(
    scenario: Scenario,
    paths: Paths,
    table: Table,
    draws: Draws,
    *,
    tolerance: float = GRID_TOLERANCE,
    workers: int | None = None,
) -> Refinement | None:
    """How the answers move on the first ``CHECKED_DRAWS`` draws when every grid is doubled, and doubled again.

    Half of these draws are solved on fourfold grids, and all on two and three types. Games that would take more
    nodes times draws than ``NODES`` get fewer draws, or the grid is left out.

    Parameters
    ----------
    paths, table, draws
        Of the run: at least the first ``CHECKED_DRAWS`` draws, or all if it has fewer.
    tolerance : float
        How far finer grids may move an answer that counts as settled.
    workers : int, optional
        Threads.

    Returns
    -------
    Refinement or None
        None where no private assumption is on a grid, or where Ctrl-C (``KeyboardInterrupt``) came before the end.
    """
    own = own_grids(scenario)
    if not own:
        return None
    count = min(CHECKED_DRAWS, table.num_draws)
    check = _Check(scenario, own, paths.game.num_nodes, draws.part(0, count), workers)
    try:
        return check.refinement(tabulated(paths, table.first(count), own), tolerance)
    except KeyboardInterrupt:
        return None


@dataclass(frozen=True, eq=False)
class _Check:
    """What a check solves, and what it leaves out for its cost."""

    scenario: Scenario
    own: Mapping[str, int]
    nodes: int
    draws: Draws
    workers: int | None
    left_out: dict[str, str] = field(default_factory=dict)

    def refinement(self, own: Solved, tolerance: float) -> Refinement:
        few = [self.solved(grids, self.draws.num_draws, NODES[2]) for grids in few_types(self.own)]
        finer = [own, *self.finer()]
        return refinement(finer, [each for each in few if each], self.alone(), self.left_out, tolerance)

    def finer(self) -> Iterator[Solved]:
        """The rungs above the scenario's own, up to the first that has to be left out."""
        wanted = self.draws.num_draws
        for factor, nodes in NODES.items():
            rung = self.solved(times(self.own, factor), wanted, nodes)
            if rung is None:
                return
            yield rung
            wanted = max(min(rung.draws, FEWEST_DRAWS), rung.draws // 2)

    def alone(self) -> dict[str, Solved]:
        """Each grid doubled alone, where there are several."""
        names = self.own if len(self.own) > 1 else ()
        rungs = {
            name: self.solved({**self.own, name: 2 * self.own[name]}, self.draws.num_draws, ALONE_NODES)
            for name in names
        }
        return {name: rung for name, rung in rungs.items() if rung}

    def solved(self, grids: Mapping[str, int], wanted: int, nodes: int) -> Solved | None:
        """The grids, for as many of the ``wanted`` draws as ``nodes`` nodes times draws allow; None if for too few."""
        size = size_on(self.nodes, self.own, grids)
        count = min(wanted, nodes // size)
        if count < min(wanted, FEWEST_DRAWS):
            self.left_out[grid_label(grids)] = f"about {size:,} nodes: too large for a check"
            return None
        return attempt(self.scenario, grids, self.draws.part(0, count), self.left_out, workers=self.workers)
