"""The expected payoffs of a game as sums of products, each distinct one once: what the certificate computes.

A node's value to a player is the sum over its branches of the branch's probability times the value below it. Two nodes
whose branches take the same probabilities (the same actions of the same information sets, the same numbers of the
batch) to the same values have one value between them, whatever their place in the tree: a private type's 20 copies of
a subtree are one where the payoffs below it do not ask for the type. So the values are a directed acyclic graph, much
smaller than the tree, in which every row is ``sum over k of factors[k] * arguments[k]``.

The belief at a node of an information set goes with the product of the probabilities on its path. Probabilities that
stand on the paths to all nodes of the set cancel, the mover's own among them, and are left out here; what is left are
sums of logarithms, of which again each distinct one is formed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sized
from functools import lru_cache, reduce
from itertools import chain
from operator import and_
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from offramp.arrays import Indices, Ints
from offramp.game.batch import Batch
from offramp.game.game import Game

Row = tuple[tuple[int, int], ...]
"""A sum of products: pairs of a factor and a value."""

REMEMBERED_GAMES = 8
"""For so many games and ways to number their payoffs are the sums kept."""


class Sums(NamedTuple):
    """The sums of one game and one assignment of numbers to its leaves and chance branches.

    *Numbers* are counted through: the D distinct chance probabilities, the A actions' probabilities, then the beliefs.
    *Values* are counted through: the C distinct payoffs, then the S sums of products.
    *Logs* are counted through: 0 for the empty sum, then the W sums of logarithms.

    Attributes
    ----------
    befores : uint32[W]
        The log that each sum of logarithms adds to.
    terms : uint32[W]
        The chance probability or action whose logarithm it adds.
    group_starts : uint32[G + 1]
        Cuts ``group_logs`` by information sets that share their beliefs.
    group_logs : uint32
        For each belief its log, up to what cancels.
    starts : uint32[S + 1]
        Cuts ``factors`` and ``arguments`` by sum of products.
    factors, arguments : uint32
        A number, and the value that it multiplies; the arguments of a sum come before it.
    roots : uint32[P]
        The value of the game to each player.
    actions : uint32[A]
        The value of each action to its player, given that its information set is reached.
    action_starts : uint32[I + 1]
    infoset_players : uint32[I]
    cell_starts : uint32[P + 1]
        Cuts ``cells`` by player.
    cells : uint32
        The distinct payoffs of each player.
    """

    befores: Indices
    terms: Indices
    group_starts: Indices
    group_logs: Indices
    starts: Indices
    factors: Indices
    arguments: Indices
    roots: Indices
    actions: Indices
    action_starts: Indices
    infoset_players: Indices
    cell_starts: Indices
    cells: Indices


def sums_of(game: Game, batch: Batch) -> Sums:
    """The sums of ``game`` for batches that give its leaves and branches the same columns as ``batch``."""
    num_payoffs, num_chances = batch.payoff_cells.shape[1], batch.chance_cells.shape[1]
    payoff_index = batch.payoff_index.astype(np.int32).tobytes()
    return _sums(game, payoff_index, batch.chance_index.astype(np.int32).tobytes(), num_payoffs, num_chances)


@lru_cache(REMEMBERED_GAMES)
def _sums(game: Game, payoff_index: bytes, chance_index: bytes, num_payoffs: int, num_chances: int) -> Sums:
    payoffs = np.frombuffer(payoff_index, dtype=np.int32).reshape(len(game.leaves), game.num_players)
    factors = _step_factors(game, np.frombuffer(chance_index, dtype=np.int32), num_chances)
    logs, groups, beliefs = _beliefs(game, factors, num_chances + int(game.action_starts[-1]))
    rows, values = _values(game, payoffs, factors, num_payoffs)
    actions = _action_values(game, beliefs, rows, values, num_payoffs)
    cells = [np.unique(column) for column in payoffs.T]
    return Sums(
        befores=_indices([before for before, _ in logs]),
        terms=_indices([term for _, term in logs]),
        group_starts=_starts(groups),
        group_logs=_indices(list(chain.from_iterable(groups))),
        starts=_starts(rows),
        factors=_indices([factor for row in rows for factor, _ in row]),
        arguments=_indices([argument for row in rows for _, argument in row]),
        roots=_indices(values[0]),
        actions=_indices(actions),
        action_starts=_indices(game.action_starts),
        infoset_players=_indices(game.infoset_players),
        cell_starts=_starts(cells),
        cells=_indices(np.concatenate(cells)),
    )


def _step_factors(game: Game, chance_index: Ints, num_chances: int) -> list[int]:
    """For each node the number that is the probability of the step to it; -1 at the root."""
    factors = np.full(game.num_nodes, -1, dtype=np.int64)
    drawn = game.chance_index >= 0
    factors[drawn] = chance_index[game.chance_index[drawn]]
    decided = np.flatnonzero(game.node_infosets[game.parents[1:]] >= 0) + 1
    infosets = game.node_infosets[game.parents[decided]]
    factors[decided] = num_chances + game.action_starts[infosets] + game.arrivals[decided]
    whole: list[int] = factors.tolist()
    return whole


def _beliefs(
    game: Game, factors: list[int], first: int
) -> tuple[list[tuple[int, int]], list[tuple[int, ...]], dict[int, int]]:
    """The sums of logarithms, the groups of beliefs, and the number of the first belief of each set of several nodes.

    Numbers of beliefs begin at ``first``.
    """
    parents: list[int] = game.parents.tolist()
    sums: dict[tuple[int, int], int] = {}
    groups: dict[tuple[int, ...], int] = {}
    beliefs: dict[int, int] = {}
    for infoset, nodes in enumerate(game.members):
        if len(nodes) == 1:
            continue
        paths = [_path(parents, factors, node) for node in nodes.tolist()]
        common = reduce(and_, map(Counter, paths))
        group = tuple(_log(path, common, sums) for path in paths)
        if group not in groups:
            groups[group] = first
            first += len(group)
        beliefs[infoset] = groups[group]
    return list(sums), list(groups), beliefs


def _path(parents: list[int], factors: list[int], node: int) -> list[int]:
    """The numbers on the path from the root to ``node``."""
    path = []
    while node > 0:
        path.append(factors[node])
        node = parents[node]
    return path[::-1]


def _log(path: list[int], common: Counter[int], sums: dict[tuple[int, int], int]) -> int:
    """The sum of the logarithms of ``path`` without what is ``common``; adds to ``sums`` what is new."""
    cancelled, log = Counter(common), 0
    for term in path:
        if cancelled[term] > 0:
            cancelled[term] -= 1
        else:
            log = sums.setdefault((log, term), len(sums) + 1)
    return log


def _values(game: Game, payoffs: Ints, factors: list[int], num_payoffs: int) -> tuple[dict[Row, int], list[list[int]]]:
    """The sums of products by what they add up, and for each node and player the value that it has."""
    rows: dict[Row, int] = {}
    values: list[list[int]] = [[] for _ in range(game.num_nodes)]
    for node in range(game.num_nodes - 1, -1, -1):
        if game.leaf_index[node] >= 0:
            values[node] = payoffs[game.leaf_index[node]].tolist()
            continue
        children = game.children_of(node).tolist()
        for player in range(game.num_players):
            row = tuple((factors[child], values[child][player]) for child in children)
            values[node].append(rows.setdefault(row, num_payoffs + len(rows)))
    return rows, values


def _action_values(
    game: Game, beliefs: dict[int, int], rows: dict[Row, int], values: list[list[int]], num_payoffs: int
) -> list[int]:
    """For each action the value that it has to its player; adds to ``rows`` what is new."""
    actions = []
    for infoset, nodes in enumerate(game.members):
        player = int(game.infoset_players[infoset])
        below = [[values[child][player] for child in game.children_of(node).tolist()] for node in nodes.tolist()]
        if len(nodes) == 1:
            actions += below[0]
            continue
        for column in zip(*below, strict=True):
            row = tuple((beliefs[infoset] + member, value) for member, value in enumerate(column))
            actions.append(rows.setdefault(row, num_payoffs + len(rows)))
    return actions


def _indices(positions: npt.ArrayLike) -> Indices:
    return np.asarray(positions, dtype=np.uint32)


def _starts(parts: Collection[Sized]) -> Indices:
    """Where each of ``parts`` starts when they are laid end to end, and where the last one ends."""
    return _indices(np.cumsum([0, *(len(part) for part in parts)]))
