"""How likely what was seen is, in each draw and for each combination of private types.

An observation is made at the nodes at which, for the first time on a path, every choice that it names has been made.
No such node lies below another, so its chance is the sum of r(n) over them, r(n) the probability that node n is
reached given the types that its path draws. If only the choices are to count, and not that it came to them, this is
divided by the chance that every move it names is entered.

Everything is summed in logarithms, as paths off an equilibrium's way vanish quickly. Where moves are entered with
probability zero the quotient is 0/0; there only the nodes with the fewest steps of probability zero count, which is the
limit for any fully mixed play in which all zero steps tremble at one rate (as in :mod:`offramp.explore.table`).

Several observations are of the same people, each time in a play of its own: their chances multiply for each
combination of types, and only then is the mean over the types taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from offramp.arrays import Flags, Floats, Ints, Positions
from offramp.explore.paths import Paths
from offramp.game.batch import Batch
from offramp.game.compile import Compiled


@dataclass(frozen=True, eq=False)
class Types:
    """All combinations of the private assumptions' atoms; T of them, one where nothing is private.

    Attributes
    ----------
    combinations : int64[T, number of private assumptions]
        The atom of each.
    log_weights : float64[T]
    """

    combinations: Positions
    log_weights: Floats

    @classmethod
    def of(cls, compiled: Compiled) -> Types:
        """The types of a compiled scenario."""
        atoms = compiled.atoms
        combinations = list(product(*(range(len(each.values)) for each in atoms)))
        rows = np.array(combinations, dtype=np.int64).reshape(len(combinations), len(atoms))
        logs = np.zeros(len(rows))
        for column, each in enumerate(atoms):
            logs += np.log(each.weights)[rows[:, column]]
        return cls(rows, logs)

    @property
    def count(self) -> int:
        return len(self.log_weights)

    def log_chance(self, log_seen: Floats) -> Floats:
        """float64[B]: log probability of what was seen over the types, from that of each, float64[T, B]."""
        return log_sum(log_seen + self.log_weights[:, np.newaxis])

    def given(self, log_seen: Floats) -> Floats:
        """float64[T, B]: the weights of the types after what was seen; 0 in a draw in which it does not happen."""
        log_chance = self.log_chance(log_seen)
        joint = log_seen + self.log_weights[:, np.newaxis]
        weights: Floats = np.exp(joint - np.where(np.isneginf(log_chance), 0.0, log_chance))
        return weights


@dataclass(frozen=True, eq=False)
class Reach:
    """How likely b draws reach each node, given the types that its path draws.

    Attributes
    ----------
    zeros : int32[N, b]
        Steps of probability zero on the path.
    logs : float64[N, b]
        Log probability of its other steps together.
    """

    zeros: Ints
    logs: Floats

    @cached_property
    def log(self) -> Floats:
        """float64[N, b]: log probability of the whole path."""
        return np.where(self.zeros > 0, -np.inf, self.logs)


@dataclass(frozen=True, eq=False)
class Reading:
    """What is read of one structure.

    Attributes
    ----------
    compiled : Compiled
    paths : Paths
    types : Types
    """

    compiled: Compiled
    paths: Paths
    types: Types

    @cached_property
    def node_types(self) -> Flags:
        """bool[T, N]: whether the path to each node can be that of each combination of types."""
        game = self.compiled.game
        atoms = np.full((game.num_nodes, len(self.compiled.atoms)), -1, dtype=np.int64)
        for node in range(1, game.num_nodes):
            parent = game.parents[node]
            atoms[node] = atoms[parent]
            drawn = self.compiled.node_draws[parent]
            if drawn >= 0:
                atoms[node, drawn] = self.compiled.node_choices[parent][game.arrivals[node]]
        fits = np.ones((self.types.count, game.num_nodes), dtype=np.bool_)
        for column in range(atoms.shape[1]):
            wanted = self.types.combinations[:, column, np.newaxis]
            fits &= (atoms[:, column] < 0) | (atoms[:, column] == wanted)
        return fits

    def made(self, saw: Mapping[str, str]) -> Flags:
        """bool[N]: the nodes at which every choice that was seen has been made, for the first time on their path."""
        rows = [self.paths.choices.index((self.paths.moves.index(move), choice)) for move, choice in saw.items()]
        return self._first(np.stack([self.paths.step_choices == row for row in rows]))

    def entered(self, saw: Mapping[str, str]) -> Flags:
        """bool[N]: the nodes at which every move that was seen has been entered, for the first time on their path."""
        rows = [self.paths.moves.index(move) for move in saw]
        return self._first(np.stack([self.paths.node_moves == row for row in rows]))

    def _first(self, here: Flags) -> Flags:
        """bool[N]: where on its path every row of bool[K, N] has been true, for the first time."""
        parents = self.compiled.game.parents
        passed = here.T.copy()
        for node in range(1, len(passed)):
            passed[node] |= passed[parents[node]]
        every = passed.all(axis=1)
        first = every.copy()
        first[1:] &= ~every[parents[1:]]
        return np.asarray(first)

    def reach(self, batch: Batch, log_strategies: Floats) -> Reach:
        """How likely the draws of a batch reach each node."""
        game = self.compiled.game
        with np.errstate(divide="ignore"):
            chances = np.log(batch.chance_cells).T
        actions = np.ascontiguousarray(log_strategies.T)
        logs = np.zeros((game.num_nodes, batch.num_draws))
        zeros = np.zeros(logs.shape, dtype=np.int32)
        for node in range(1, game.num_nodes):
            parent, column = game.parents[node], self.paths.step_columns[node]
            if self.compiled.node_draws[parent] >= 0:
                logs[node], zeros[node] = logs[parent], zeros[parent]
                continue
            step = actions[column] if column >= 0 else chances[batch.chance_index[game.chance_index[node]]]
            never = np.isneginf(step)
            logs[node] = logs[parent] + np.where(never, 0.0, step)
            zeros[node] = zeros[parent] + never
        return Reach(zeros, logs)

    def log_chance(self, nodes: Flags, reach: Reach) -> Floats:
        """float64[T, b]: log probability that one of ``nodes`` is reached, for each combination of types."""
        return np.stack([log_sum(reach.log[nodes & fits]) for fits in self.node_types])

    def log_chance_given(self, nodes: Flags, given: Flags, reach: Reach) -> Floats:
        """float64[T, b]: the same given that one of the nodes ``given`` is reached, none of which lies below another.

        Zero steps on the way to them do not count; -inf where no path of a type leads to them.
        """
        result = np.full((self.types.count, reach.logs.shape[1]), -np.inf)
        for row, fits in enumerate(self.node_types):
            starts, ends = given & fits, nodes & fits
            if starts.any() and ends.any():
                fewest = reach.zeros[starts].min(axis=0)
                entered = log_sum(_only(reach, starts, fewest))
                result[row] = log_sum(_only(reach, ends, fewest)) - entered
        return result


def _only(reach: Reach, nodes: Flags, zeros: Ints) -> Floats:
    """Log probabilities of the paths to ``nodes`` that have just so many zero steps; -inf for the others."""
    return np.where(reach.zeros[nodes] == zeros, reach.logs[nodes], -np.inf)


def log_sum(logs: Floats) -> Floats:
    """The logarithm of the sum of exponentials along the first axis; -inf where there is nothing to sum."""
    if len(logs) == 0:
        return np.full(logs.shape[1:], -np.inf)
    top = logs.max(axis=0)
    shifted = np.where(np.isneginf(top), 0.0, top)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(logs - shifted).sum(axis=0)) + shifted
    return total
