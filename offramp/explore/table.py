"""What happens in each draw: the probabilities of answers, outcomes, moves, choices and breaks, and the payoffs.

Let r(n) be the probability that node n is reached. A move is reached with the sum of r over its nodes, a choice lies on
the path with the sum of r over the nodes that it leads to, and the quotient is the probability of the choice given that
its move is reached. Where r underflows the quotient is 0/0. There the weights of the move's nodes come from their
history instead: each step's log probability is summed apart from the count of steps whose probability is exactly zero,
and only the nodes with the fewest such steps count, in proportion to exp of their sums. That is the limit for any
fully mixed play in which all zero steps tremble at one rate.

All sums run node by node in one fixed order, so that a draw has the same bits in any batch
(:mod:`offramp.explore.tally`).
"""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from offramp.arrays import Floats, Indices, Ints
from offramp.explore.paths import Paths
from offramp.explore.tally import Tally, tally_draws
from offramp.game.batch import Batch
from offramp.solve.result import Solutions

REMEMBERED_PATHS = 4
"""For so many structures is kept what the kernels read of them."""


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
    residual, status, precision, steps, jumps, method : float64[1, B]
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
    jumps: Floats
    method: Floats

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
    num_rows = sum(_row_counts(paths))
    return _table_of(paths, np.full((num_rows, num_draws), np.nan))


def tabulate(paths: Paths, solutions: Solutions) -> Table:
    """The table of a batch: B solved draws of ``paths.game``.

    A draw has the same bits in any batch. Other threads can run meanwhile.
    """
    table = tabulate_play(paths, solutions.batch, solutions.log_strategies)
    table.payoffs[:] = solutions.values.T
    table.max_regret[0] = solutions.max_regret
    table.residual[0] = solutions.residuals
    table.status[0] = solutions.status
    table.precision[0] = solutions.precisions
    table.steps[0] = solutions.steps
    table.jumps[0] = solutions.jumps
    table.method[0] = solutions.method
    return table


def tabulate_play(paths: Paths, batch: Batch, log_strategies: Floats) -> Table:
    """What happens where the parties play ``log_strategies`` float64[B, A] in the draws of ``batch``.

    Only probabilities are filled in, answers to breaks; payoffs and what the solver reports are NaN.
    """
    tally = _tally(paths, batch.chance_index.astype(np.int32).tobytes(), batch.chance_cells.shape[1])
    rows = np.full((sum(_row_counts(paths)), batch.num_draws), np.nan)
    tally_draws(tally, np.ascontiguousarray(batch.chance_cells), np.ascontiguousarray(log_strategies), rows)
    return _table_of(paths, rows)


def _row_counts(paths: Paths) -> list[int]:
    """How many rows each field of a table has."""
    counts = {
        "answers": len(paths.answers),
        "conditions": len(paths.answers),
        "outcomes": len(paths.outcomes),
        "reached": len(paths.moves),
        "choices": len(paths.choices),
        "breaks": len(paths.breaks),
        "payoffs": paths.game.num_players,
    }
    return [counts.get(field.name, 1) for field in fields(Table)]


def _table_of(paths: Paths, rows: Floats) -> Table:
    """The table whose fields are parts of ``rows``, one below the other."""
    return Table(*np.split(rows, np.cumsum(_row_counts(paths))[:-1]))


@lru_cache(REMEMBERED_PATHS)
def _tally(paths: Paths, chance_index: bytes, num_chances: int) -> Tally:
    """What the kernels read of a structure whose chance branches take the given columns of a batch."""
    game = paths.game
    drawn = game.chance_index >= 0
    factors = np.where(paths.step_columns >= 0, num_chances + paths.step_columns, 0)
    factors[drawn] = np.frombuffer(chance_index, dtype=np.int32)[game.chance_index[drawn]]
    rows, classes = np.unique(_node_rows(paths), axis=0, return_inverse=True)
    class_rows = [row[row >= 0].tolist() for row in rows]
    moves = [np.flatnonzero(paths.node_moves == move).tolist() for move in range(len(paths.moves))]
    return Tally(
        parents=_indices(np.maximum(game.parents, 0)),
        factors=_indices(factors),
        classes=_indices(classes.reshape(-1)),
        class_starts=_starts(class_rows),
        class_rows=_indices(list(chain.from_iterable(class_rows))),
        move_starts=_starts(moves),
        move_nodes=_indices(list(chain.from_iterable(moves))),
        child_starts=_indices(game.child_starts),
        children=_indices(game.children),
        step_choices=paths.step_choices,
        choice_starts=_indices(np.searchsorted(paths.choice_moves, np.arange(len(paths.moves) + 1))),
        inner=_indices(np.flatnonzero(game.num_children[1:] > 0) + 1),
        always=np.logical_and.reduce(paths.leaf_conditions, axis=1),
        num_outcomes=len(paths.outcomes),
        num_breaks=len(paths.breaks),
    )


def _node_rows(paths: Paths) -> Ints:
    """int32[N, 2 * Q + 4]: the rows of a table, answers to breaks, that each node's reach counts for; -1 for none."""
    num_answers, num_outcomes, game = len(paths.answers), len(paths.outcomes), paths.game
    first_move = 2 * num_answers + num_outcomes
    first_choice = first_move + len(paths.moves)
    first_break = first_choice + len(paths.choices)
    rows = np.full((game.num_nodes, 2 * num_answers + 4), -1, dtype=np.int32)
    answers = np.arange(num_answers, dtype=np.int32)
    leaves = game.leaves
    rows[leaves, :num_answers] = np.where((paths.leaf_answers & paths.leaf_conditions).T, answers, -1)
    rows[leaves, num_answers : 2 * num_answers] = np.where(paths.leaf_conditions.T, num_answers + answers, -1)
    rows[leaves, -4] = 2 * num_answers + paths.leaf_outcomes
    rows[leaves, -3] = _from(first_break, paths.leaf_breaks)
    rows[:, -2] = _from(first_move, paths.node_moves)
    rows[:, -1] = _from(first_choice, paths.step_choices)
    return rows


def _from(first: int, positions: Ints) -> Ints:
    """``positions`` counted on from ``first``; -1 stays."""
    shifted: Ints = np.where(positions >= 0, first + positions, -1)
    return shifted


def _indices(positions: npt.ArrayLike) -> Indices:
    return np.asarray(positions, dtype=np.uint32)


def _starts(parts: Collection[Sized]) -> Indices:
    """Where each of ``parts`` starts when they are laid end to end, and where the last one ends."""
    return _indices(np.cumsum([0, *(len(part) for part in parts)]))
