"""Reach, values and margins of many draws at once, level by level of the tree.

Arrays are laid out with the draws last: float64[N, B] for what each node has in each draw. A level is all nodes of one
depth; its sums run over the children of one parent, or over the nodes of one information set, in one fixed order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from offramp.arrays import Flags, Floats, Ints, Positions
from offramp.explore.paths import Paths
from offramp.game.batch import Batch
from offramp.game.game import Game

Row = TypeVar("Row", np.float64, np.bool_)


class Groups(NamedTuple):
    """Rows in groups, to be brought together member by member.

    Attributes
    ----------
    firsts : intp[G]
        The first row of each group.
    others : tuple of (intp, intp)
        For the second member, the third and so on: the groups that have one, and its row in each.
    """

    firsts: Positions
    others: tuple[tuple[Positions, Positions], ...]

    @classmethod
    def of(cls, cuts: Positions, num_rows: int) -> Groups:
        """Groups of adjacent rows, each from one of ``cuts`` to the next."""
        sizes = np.diff(np.append(cuts, num_rows))
        places = (np.flatnonzero(sizes > member) for member in range(1, int(sizes.max(initial=0))))
        return cls(cuts, tuple((place, cuts[place] + member) for member, place in enumerate(places, start=1)))

    def together(self, rows: npt.NDArray[Row], kind: np.ufunc = np.add) -> npt.NDArray[Row]:
        """Array[G, ...]: the ``rows`` of each group by ``kind``, in their order."""
        brought = rows[self.firsts]
        for places, members in self.others:
            brought[places] = kind(brought[places], rows[members])
        return brought


class Level(NamedTuple):
    """The children at one depth: themselves, their parents, each parent once, and the children of each."""

    children: Positions
    above: Positions
    parents: Positions
    groups: Groups


@dataclass(frozen=True, eq=False)
class Tree:
    """A structure, ready for sums over its levels and information sets.

    Attributes
    ----------
    game : Game
    levels : tuple of Level
        From the root down.
    columns : intp[N]
        For the child of a decision node its action's column in A, else -1.
    owners : intp[A]
        The information set of each action.
    set_nodes, sets : intp[M], Groups
        The decision nodes by information set.
    step_nodes, actions : intp[K], Groups
        The children of decision nodes by action.
    choices : Groups
        The actions by information set.
    """

    game: Game
    levels: tuple[Level, ...]
    columns: Positions
    owners: Positions
    set_nodes: Positions
    sets: Groups
    step_nodes: Positions
    actions: Groups
    choices: Groups

    @classmethod
    def of(cls, paths: Paths) -> Tree:
        """The tree of ``paths.game``; pure, once per structure."""
        game, columns = paths.game, paths.step_columns.astype(np.intp)
        decided = np.flatnonzero(columns >= 0)
        step_nodes = decided[np.argsort(columns[decided], kind="stable")]
        deciding = np.flatnonzero(game.node_infosets >= 0)
        set_nodes = deciding[np.argsort(game.node_infosets[deciding], kind="stable")]
        return cls(
            game=game,
            levels=tuple(_level(game, depth) for depth in range(1, int(game.depths.max()) + 1)),
            columns=columns,
            owners=np.repeat(np.arange(game.num_infosets), game.num_actions),
            set_nodes=set_nodes,
            sets=_grouped(game.node_infosets[set_nodes], game.num_infosets),
            step_nodes=step_nodes,
            actions=_grouped(columns[step_nodes], int(game.action_starts[-1])),
            choices=Groups.of(game.action_starts[:-1].astype(np.intp), int(game.action_starts[-1])),
        )

    def steps(self, batch: Batch, strategies: Floats) -> Floats:
        """float64[N, B]: the probability of the step to each node where the parties play ``strategies[A, B]``."""
        game = self.game
        steps = np.ones((game.num_nodes, batch.num_draws))
        drawn = np.flatnonzero(game.chance_index >= 0)
        steps[drawn] = batch.chance_cells.T[batch.chance_index[game.chance_index[drawn]]]
        decided = np.flatnonzero(self.columns >= 0)
        steps[decided] = strategies[self.columns[decided]]
        return steps

    def reach(self, steps: Floats) -> Floats:
        """float64[N, B]: the probability that each node is reached."""
        reach = np.ones_like(steps)
        for level in self.levels:
            reach[level.children] = reach[level.above] * steps[level.children]
        return reach

    def values(self, steps: Floats, leaves: Floats) -> Floats:
        """float64[N, C, B]: what each node is worth where each leaf is worth ``leaves[L, C, B]``."""
        values = np.zeros((self.game.num_nodes, *leaves.shape[1:]))
        values[self.game.leaves] = leaves
        for level in reversed(self.levels):
            shares = steps[level.children, np.newaxis] * values[level.children]
            values[level.parents] = level.groups.together(shares)
        return values

    def set_sums(self, nodes: Floats) -> Floats:
        """float64[I, B]: the sum of ``nodes[N, B]`` over each information set."""
        return self.sets.together(nodes[self.set_nodes])

    def action_values(self, reach: Floats, values: Floats) -> Floats:
        """float64[A, B]: what each action is worth to its mover, times the reach of the information set.

        ``values[N, C, B]`` has the players' payoffs in its first columns.
        """
        above = self.game.parents[self.step_nodes]
        worth = values[self.step_nodes, self.game.node_players[above]]
        return self.actions.together(reach[above] * worth)

    def restricted(self, logs: Floats, allowed: Flags) -> Floats:
        """float64[A, B]: the play ``logs[A, B]`` given that at every set which allows some action one of them is taken.

        ``allowed`` is bool[A]. Where the play takes none of them the weights are those of its logarithms, which are the
        limit of play with ever fewer mistakes.
        """
        bound = self.choices.together(allowed, np.logical_or)[self.owners]
        masked = np.where((allowed | ~bound)[:, np.newaxis], logs, -np.inf)
        highest = self.choices.together(masked, np.maximum)[self.owners]
        level = np.where(np.isneginf(highest), np.where(allowed[:, np.newaxis], 0.0, -np.inf), masked - highest)
        weights = np.exp(level)
        totals = self.choices.together(weights)[self.owners]
        return np.where(bound[:, np.newaxis], weights / totals, np.exp(logs))


def _level(game: Game, depth: int) -> Level:
    children = game.children[game.depths[game.children] == depth].astype(np.intp)
    above = game.parents[children].astype(np.intp)
    parents, cuts = np.unique(above, return_index=True)
    return Level(children, above, parents, Groups.of(cuts, len(children)))


def _grouped(keys: Ints | Positions, num_groups: int) -> Groups:
    """Groups of rows by their ``keys``, which are sorted and name every group."""
    return Groups.of(np.searchsorted(keys, np.arange(num_groups)), len(keys))
