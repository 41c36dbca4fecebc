"""A plain twin of the table of a batch: the same quantities row by row, in NumPy."""

from __future__ import annotations

import numpy as np

from offramp.explore.paths import Paths
from offramp.game.game import Floats
from offramp.solve.result import Solutions

SMALLEST_REACH = 1e-250


def tabulated(paths: Paths, solutions: Solutions) -> dict[str, Floats]:
    """The first fields of a :class:`~offramp.explore.table.Table`, by name."""
    steps, logs = step_probabilities(paths, solutions), step_logs(paths, solutions)
    reach = np.ones_like(steps)
    for node in range(1, paths.game.num_nodes):
        reach[node] = reach[paths.game.parents[node]] * steps[node]
    leaves = reach[paths.game.leaves]
    met = np.minimum(marked_sums(leaves, paths.leaf_conditions), 1.0)
    met[paths.leaf_conditions.all(axis=1)] = 1.0
    met[met < SMALLEST_REACH] = np.nan
    rows = {
        "answers": marked_sums(leaves, paths.leaf_answers & paths.leaf_conditions) / met,
        "conditions": np.nan_to_num(met),
        "outcomes": grouped(leaves, paths.leaf_outcomes, len(paths.outcomes)),
        "reached": grouped(reach, paths.node_moves, len(paths.moves)),
        "choices": grouped(reach, paths.step_choices, len(paths.choices)),
        "breaks": grouped(leaves, paths.leaf_breaks, len(paths.breaks)) / met[:1],
    }
    for choice, move in enumerate(paths.choice_moves):
        rare = rows["reached"][move] < SMALLEST_REACH
        given = rows["choices"][choice] / np.where(rare, 1.0, rows["reached"][move])
        rows["choices"][choice] = np.where(rare, by_histories(paths, choice, steps, logs), given)
    return {name: np.minimum(values, 1.0) for name, values in rows.items()}


def marked_sums(rows: Floats, marks: np.ndarray) -> Floats:
    """float64[len(marks), B]: for each row of ``marks`` the sum of the rows that it marks."""
    sums: Floats = np.array([rows[marked].sum(axis=0) for marked in marks]).reshape(len(marks), rows.shape[1])
    return sums


def grouped(rows: Floats, groups: np.ndarray, num_groups: int) -> Floats:
    """float64[num_groups, B]: the sum of the rows of each group."""
    sums = np.array([rows[groups == group].sum(axis=0) for group in range(num_groups)])
    return sums.reshape(num_groups, rows.shape[1])


def step_probabilities(paths: Paths, solutions: Solutions) -> Floats:
    """float64[N, B]: the probability of the step to each node, given its parent; 1 at the root."""
    steps = np.ones((paths.game.num_nodes, solutions.num_draws))
    decided, drawn = paths.step_columns >= 0, paths.game.chance_index >= 0
    steps[decided] = np.exp(solutions.log_strategies.T[paths.step_columns[decided]])
    steps[drawn] = solutions.batch.chance().T[paths.game.chance_index[drawn]]
    return steps


def step_logs(paths: Paths, solutions: Solutions) -> Floats:
    with np.errstate(divide="ignore"):
        logs = np.log(step_probabilities(paths, solutions))
    decided = paths.step_columns >= 0
    logs[decided] = solutions.log_strategies.T[paths.step_columns[decided]]
    return logs


def by_histories(paths: Paths, choice: int, steps: Floats, logs: Floats) -> Floats:
    """float64[B]: a choice where its move's nodes weigh what their histories do; NaN if the move has no node."""
    nodes = np.flatnonzero(paths.node_moves == paths.choice_moves[choice])
    zeros, sums = np.zeros((len(nodes), steps.shape[1])), np.zeros((len(nodes), steps.shape[1]))
    made = np.zeros_like(sums)
    if not len(nodes):
        return np.full(steps.shape[1], np.nan)
    for row, node in enumerate(nodes.tolist()):
        for child in paths.game.children_of(node):
            if paths.step_choices[child] == choice:
                made[row] += steps[child]
        below = node
        while below > 0:
            impossible = np.isneginf(logs[below])
            zeros[row] += impossible
            sums[row] += np.where(impossible, 0.0, logs[below])
            below = int(paths.game.parents[below])
    sums[zeros > zeros.min(axis=0)] = -np.inf
    weights = np.exp(sums - sums.max(axis=0))
    share: Floats = (weights * made).sum(axis=0) / weights.sum(axis=0)
    return share
