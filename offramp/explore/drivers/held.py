"""The run's first draws solved again with one assumption at other values, for many assumptions in one go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from offramp.arrays import Floats
from offramp.explore.batches import Progress
from offramp.explore.quantities import Quantity, quantity_of
from offramp.explore.variants import Variant, holding
from offramp.scenario.draws import Draws

NODES_AT_MOST = 40_000_000
"""Nodes of all trees that are solved for one question; in a large tree fewer draws are taken."""

FEWEST_DRAWS = 64
"""Never fewer draws than that, if the run has them."""

Change = tuple[str, Floats | float]
"""An assumption, and the values at which it is held."""


def solve_held(
    variant: Variant, draws: Draws, changes: Sequence[Change], name: str, progress: Progress | None = None
) -> list[Quantity]:
    """The quantity called ``name`` over ``draws``, once for each change."""
    if not changes:
        return []
    count = draws.num_draws
    values = np.concatenate([holding(draws, *change).values for change in changes])
    table = variant.solve(Draws(draws.names, np.asfortranarray(values)), progress=progress)
    if progress:
        progress(len(values), len(values))
    found = quantity_of(variant.scenario, variant.paths, table, name)
    cuts = [slice(start, start + count) for start in range(0, len(values), count)]
    return [
        Quantity(found.name, found.says, found.values[cut], found.weights[cut], found.is_probability) for cut in cuts
    ]


def affordable(variant: Variant, num_changes: int, most: int) -> int:
    """How many draws to take for so many changes: a power of two, ``most`` or fewer where the tree is large."""
    budget = NODES_AT_MOST // (max(num_changes, 1) * variant.compiled.game.num_nodes)
    return max(FEWEST_DRAWS, min(most, 1 << max(budget.bit_length() - 1, 0)))
