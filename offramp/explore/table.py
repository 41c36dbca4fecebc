"""What happens in each draw: the probabilities of answers, outcomes, moves, choices and breaks, and the payoffs.

Let r(n) be the probability that node n is reached. A move is reached with the sum of r over its nodes, a choice lies on
the path with the sum of r over the nodes that it leads to, and the quotient is the probability of the choice given that
its move is reached. Where r underflows the quotient is 0/0. There the weights of the move's nodes come from their
history instead: each step's log probability is summed apart from the count of steps whose probability is exactly zero,
and only the nodes with the fewest such steps count, in proportion to exp of their sums. That is the limit for any
fully mixed play in which all zero steps tremble at one rate.

All sums run node by node in one fixed order, so that a draw has the same bits in any batch.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from offramp.explore.paths import Paths
from offramp.game.compile import Flags
from offramp.game.game import Floats, Ints
from offramp.solve.result import Solutions

SMALLEST_REACH = 1e-250
"""Below this a move's reach has lost digits to underflow, and choices are weighted by log probabilities instead."""


@dataclass(frozen=True, eq=False)
class Table:
    """Per-draw results, one row a quantity and one column a draw; rows are in the order of :class:`Paths`.

    Attributes
    ----------
    answers : float64[Q, B]
        Probability that each answer is yes, given its condition if it has one; NaN in a draw that does not meet it.
    conditions : float64[Q, B]
        Probability that the condition of each answer is met; 1 for an answer without one.
    outcomes : float64[O, B]
    reached : float64[V, B]
        Probability that each of the V moves is reached.
    choices : float64[C, B]
        Probability of each choice given that its move is reached, also where that has probability zero.
    breaks : float64[K, B]
        Probability that the path of the headline answer breaks at each step of ``Paths.breaks``; like the answer given
        its condition.
    payoffs : float64[P, B]
        Expected payoff of each party, in its own points.
    max_regret : float64[1, B]
        In units of each party's payoff range.
    residual, status, precision, steps : float64[1, B]
        See :class:`~offramp.solve.result.Solutions`.
    """

    answers: Floats
    conditions: Floats
    outcomes: Floats
    reached: Floats
    choices: Floats
    breaks: Floats
    payoffs: Floats
    max_regret: Floats
    residual: Floats
    status: Floats
    precision: Floats
    steps: Floats

    @property
    def num_draws(self) -> int:
        return int(self.status.shape[1])

    def on_path(self, move: int, choice: int) -> Floats:
        """float64[B]: the probability that the path goes through a choice of ``move``, both by their row."""
        through: Floats = np.nan_to_num(self.reached[move] * self.choices[choice])
        return through

    def first(self, num_draws: int) -> Table:
        """The table of the first ``num_draws`` draws (views, no copies)."""
        return replace(self, **{field.name: getattr(self, field.name)[:, :num_draws] for field in fields(self)})

    def write(self, first: int, part: Table) -> None:
        """Copy ``part`` into the columns from ``first`` on; modifies this table in place."""
        for field in fields(self):
            getattr(self, field.name)[:, first : first + part.num_draws] = getattr(part, field.name)


def empty_table(paths: Paths, num_draws: int) -> Table:
    """A table of NaN with room for ``num_draws`` draws."""

    def rows(count: int) -> Floats:
        return np.full((count, num_draws), np.nan)

    return Table(
        answers=rows(len(paths.answers)),
        conditions=rows(len(paths.answers)),
        outcomes=rows(len(paths.outcomes)),
        reached=rows(len(paths.moves)),
        choices=rows(len(paths.choices)),
        breaks=rows(len(paths.breaks)),
        payoffs=rows(paths.game.num_players),
        max_regret=rows(1),
        residual=rows(1),
        status=rows(1),
        precision=rows(1),
        steps=rows(1),
    )


def tabulate(paths: Paths, solutions: Solutions, chance: Floats) -> Table:
    """The table of a batch.

    Parameters
    ----------
    paths : Paths
    solutions : Solutions
        B solved draws of ``paths.game``.
    chance : float64[B, E]
        The chance probabilities that they were solved with.
    """
    reach = np.ascontiguousarray(solutions.reach.T)
    leaf_reach = reach[paths.game.leaves]
    conditions = _conditions(leaf_reach, paths)
    on_path = _sum_rows(reach, paths.step_choices, len(paths.choices))
    reached = _sum_rows(reach, paths.node_moves, len(paths.moves))
    return Table(
        answers=_capped(_sum_where(leaf_reach, paths.leaf_answers & paths.leaf_conditions) / conditions),
        conditions=np.nan_to_num(conditions),
        outcomes=_capped(_sum_rows(leaf_reach, paths.leaf_outcomes, len(paths.outcomes))),
        reached=_capped(reached),
        choices=_capped(_conditional(paths, solutions, chance, on_path, reached)),
        breaks=_capped(_sum_rows(leaf_reach, paths.leaf_breaks, len(paths.breaks)) / conditions[:1]),
        payoffs=np.ascontiguousarray(solutions.values.T),
        max_regret=solutions.max_regret[None, :],
        residual=solutions.residuals[None, :],
        status=solutions.status[None, :].astype(np.float64),
        precision=solutions.precisions[None, :],
        steps=solutions.steps[None, :].astype(np.float64),
    )


def _sum_rows(rows: Floats, groups: Ints, num_groups: int) -> Floats:
    """float64[num_groups, B]: the sum of the rows of each group; group -1 belongs to none."""
    sums = np.zeros((num_groups, rows.shape[1]))
    for row in np.flatnonzero(groups >= 0):
        sums[groups[row]] += rows[row]
    return sums


def _capped(probabilities: Floats) -> Floats:
    """Without what rounding adds beyond 1."""
    return np.minimum(probabilities, 1.0)


def _sum_where(leaf_reach: Floats, leaves: Flags) -> Floats:
    """float64[Q, B]: for each answer the probability of the leaves that its row of ``leaves`` marks."""
    sums = np.zeros((len(leaves), leaf_reach.shape[1]))
    for answer, leaf in zip(*np.nonzero(leaves), strict=True):
        sums[answer] += leaf_reach[leaf]
    return sums


def _conditions(leaf_reach: Floats, paths: Paths) -> Floats:
    """float64[Q, B]: the probability that each answer's condition is met, NaN where it is not or next to not.

    Exactly 1 for an answer whose condition every path meets.
    """
    sums = _capped(_sum_where(leaf_reach, paths.leaf_conditions))
    sums[paths.leaf_conditions.all(axis=1)] = 1.0
    return np.where(sums < SMALLEST_REACH, np.nan, sums)


def _conditional(paths: Paths, solutions: Solutions, chance: Floats, on_path: Floats, reached: Floats) -> Floats:
    """float64[C, B]: choices given that their move is reached, by log weights where reach has underflowed."""
    rare = reached < SMALLEST_REACH
    choices = on_path / np.where(rare, 1.0, reached)[paths.choice_moves]
    draws = np.flatnonzero(rare.any(axis=0)).astype(np.int32)
    if len(draws):
        steps = _step_probabilities(paths, solutions, chance, draws)
        zeros, logs = _histories(paths, solutions, steps, draws)
        for move in np.flatnonzero(rare.any(axis=1)).tolist():
            mine = rare[move, draws]
            own = np.flatnonzero(paths.choice_moves == move).astype(np.int32)
            by_logs = _choices_by_logs(paths, move, own, steps[:, mine], zeros[:, mine], logs[:, mine])
            choices[np.ix_(own, draws[mine])] = by_logs
    return choices


def _step_probabilities(paths: Paths, solutions: Solutions, chance: Floats, draws: Ints) -> Floats:
    """float64[N, D]: the probability of the step to each node, given its parent; 1 at the root."""
    steps = np.ones((paths.game.num_nodes, len(draws)))
    decided = paths.step_columns >= 0
    drawn = paths.game.chance_index >= 0
    steps[decided] = solutions.strategies[draws].T[paths.step_columns[decided]]
    steps[drawn] = chance[draws].T[paths.game.chance_index[drawn]]
    return steps


def _histories(paths: Paths, solutions: Solutions, steps: Floats, draws: Ints) -> tuple[Floats, Floats]:
    """For each node the steps of probability zero on its path, and the sum of the other steps' logs: [N, D] both."""
    with np.errstate(divide="ignore"):
        factors = np.log(steps)
    decided = paths.step_columns >= 0
    factors[decided] = solutions.log_strategies[draws].T[paths.step_columns[decided]]
    impossible = ~np.isfinite(factors)
    zeros = impossible.astype(np.float64)
    logs = np.where(impossible, 0.0, factors)
    for node in range(1, paths.game.num_nodes):
        zeros[node] += zeros[paths.game.parents[node]]
        logs[node] += logs[paths.game.parents[node]]
    return zeros, logs


def _choices_by_logs(paths: Paths, move: int, own: Ints, steps: Floats, zeros: Floats, logs: Floats) -> Floats:
    """float64[len(own), D]: the choices of ``move``, its nodes weighted by their histories; NaN if it has no node."""
    nodes = np.flatnonzero(paths.node_moves == move)
    if not len(nodes):
        return np.full((len(own), steps.shape[1]), np.nan)
    likeliest = zeros[nodes] == zeros[nodes].min(axis=0)
    relative = np.where(likeliest, logs[nodes], -np.inf)
    weights = np.exp(relative - relative.max(axis=0))
    children = np.flatnonzero(np.isin(paths.step_choices, own))
    parents = np.searchsorted(nodes, paths.game.parents[children])
    made = _sum_rows(weights[parents] * steps[children], paths.step_choices[children] - own[0], len(own))
    return made / _sum_rows(weights, np.zeros(len(nodes), dtype=np.int32), 1)
