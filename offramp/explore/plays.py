"""Play with one choice made for certain, or ruled out, and what it is worth to each party.

Everyone else plays as solved: this asks what happens once the choice stands, not what play it would be part of.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from offramp.arrays import Floats
from offramp.explore.expect import expect
from offramp.explore.paths import Paths
from offramp.game.batch import Batch

REMEMBERED_CHOICES = 8
"""For so many choices is kept at which information sets they can be made."""


def with_choice(paths: Paths, log_strategies: Floats, choice: int) -> Floats:
    """float64[B, A]: the strategies, with a choice (its row in ``paths.choices``) made wherever it can be."""
    forced = log_strategies.copy()
    for columns, chosen in _infosets(paths, choice):
        forced[:, columns] = -np.inf
        forced[:, chosen] = 0.0
    return forced


def without_choice(paths: Paths, log_strategies: Floats, choice: int) -> Floats:
    """float64[B, A]: the strategies, with a choice ruled out wherever there is another.

    The others keep their proportions; where none of them is ever made they are equally likely.
    """
    forced = log_strategies.copy()
    for columns, chosen in _infosets(paths, choice):
        others = [column for column in range(columns.start, columns.stop) if column != chosen]
        if not others:
            continue
        forced[:, chosen] = -np.inf
        if len(others) == 1:
            forced[:, others] = 0.0
            continue
        logs = log_strategies[:, others]
        best = logs.max(axis=1, keepdims=True)
        logs = np.where(np.isneginf(best), 0.0, logs - np.where(np.isneginf(best), 0.0, best))
        forced[:, others] = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return forced


@lru_cache(REMEMBERED_CHOICES)
def _infosets(paths: Paths, choice: int) -> tuple[tuple[slice, int], ...]:
    """For each information set at which a choice can be made: its columns in A, and that of the choice."""
    starts = paths.game.action_starts
    columns = np.unique(paths.step_columns[paths.step_choices == choice])
    found = []
    for column in columns[columns >= 0].tolist():
        infoset = int(np.searchsorted(starts, column, side="right")) - 1
        found.append((slice(int(starts[infoset]), int(starts[infoset + 1])), column))
    return tuple(found)


def expected_payoffs(paths: Paths, batch: Batch, log_strategies: Floats) -> Floats:
    """float64[P, B]: what each party expects where the parties play ``log_strategies`` float64[B, A]."""
    game = paths.game
    drawn = game.chance_index >= 0
    factors = batch.chance_cells.shape[1] + paths.step_columns
    factors[drawn] = batch.chance_index[game.chance_index[drawn]]
    payoffs = np.empty((game.num_players, batch.num_draws))
    expect(
        np.maximum(game.parents, 0).astype(np.int32),
        factors.astype(np.int32),
        game.leaves.astype(np.int32),
        np.ascontiguousarray(batch.payoff_index, dtype=np.int32),
        np.ascontiguousarray(batch.chance_cells),
        np.ascontiguousarray(log_strategies),
        np.ascontiguousarray(batch.payoff_cells),
        payoffs,
    )
    return payoffs
