"""How likely what was seen is, in each draw and for each combination of private types.

The chance of an observation is that of all paths on which every choice that was seen is made. With log r(n) the log
probability that node n is reached, given the types that the path draws, it is the sum of r over the leaves of those
paths; everything is summed in logarithms, as paths off an equilibrium's way vanish quickly.

Several observations are of the same people, each time in a play of its own: their chances multiply for each
combination of types, and only then is the mean over the types taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from offramp.arrays import Flags, Floats, Positions
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


@dataclass(frozen=True, eq=False)
class Reading:
    """What is read of one structure: which types each leaf's path is for.

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
    def leaf_atoms(self) -> Positions:
        """int64[L, number of private assumptions]: the atom that the path to a leaf draws, -1 where it draws none."""
        game = self.compiled.game
        atoms = np.full((game.num_nodes, len(self.compiled.atoms)), -1, dtype=np.int64)
        for node in range(1, game.num_nodes):
            parent = game.parents[node]
            atoms[node] = atoms[parent]
            drawn = self.compiled.node_draws[parent]
            if drawn >= 0:
                atoms[node, drawn] = self.compiled.node_choices[parent][game.arrivals[node]]
        found: Positions = atoms[game.leaves]
        return found

    @cached_property
    def leaf_types(self) -> Flags:
        """bool[T, L]: whether a path to each leaf can be that of each combination of types."""
        wanted = self.leaf_atoms[np.newaxis]
        fits = (wanted < 0) | (wanted == self.types.combinations[:, np.newaxis])
        return np.asarray(fits.all(axis=2))

    def consistent(self, saw: Mapping[str, str]) -> Flags:
        """bool[L]: whether the path to each leaf makes every choice that was seen."""
        result = np.ones(len(self.compiled.game.leaves), dtype=np.bool_)
        for move, choice in saw.items():
            result &= self.paths.passing(self.paths.choice_row(f"{move}.{choice}"))
        return result

    def log_reach(self, batch: Batch, log_strategies: Floats) -> Floats:
        """float64[L, B]: log probability of the path to each leaf, given the types that it draws."""
        game = self.compiled.game
        with np.errstate(divide="ignore"):
            chances = np.log(batch.chance_cells).T
        actions = np.ascontiguousarray(log_strategies.T)
        logs = np.zeros((game.num_nodes, batch.num_draws))
        for node in range(1, game.num_nodes):
            parent, column = game.parents[node], self.paths.step_columns[node]
            if self.compiled.node_draws[parent] >= 0:
                logs[node] = logs[parent]
            elif column >= 0:
                logs[node] = logs[parent] + actions[column]
            else:
                logs[node] = logs[parent] + chances[batch.chance_index[game.chance_index[node]]]
        return logs[game.leaves]

    def log_chance(self, leaves: Flags, log_reach: Floats) -> Floats:
        """float64[T, B]: log probability of the paths to ``leaves``, for each combination of types."""
        rows = [log_sum(log_reach[leaves & fits], axis=0) for fits in self.leaf_types]
        return np.stack(rows)


def log_sum(logs: Floats, axis: int) -> Floats:
    """The logarithm of the sum of exponentials along an axis; -inf where there is nothing to sum."""
    if logs.shape[axis] == 0:
        return np.full(np.delete(logs.shape, axis), -np.inf)
    top = logs.max(axis=axis, keepdims=True)
    shifted = np.where(np.isneginf(top), 0.0, top)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(logs - shifted).sum(axis=axis)) + shifted.squeeze(axis)
    return total


def kish(weights: Floats | Sequence[float]) -> float:
    """How many equally weighted draws tell as much as weighted ones that sum to 1 (Kish 1965)."""
    return float(1.0 / np.sum(np.square(weights)))


def systematic(weights: Floats, seed: int) -> Positions:
    """int64[B]: draws picked by one random start and even steps, each about as often as its weight says.

    Systematic resampling (Kitagawa 1996): a draw of weight w comes floor(B w) or ceil(B w) times.
    """
    count = len(weights)
    start = np.random.default_rng(seed).uniform()
    picked = np.searchsorted(np.cumsum(weights), (np.arange(count) + start) / count)
    return np.asarray(np.minimum(picked, count - 1), dtype=np.int64)
