"""Decomposition: which parts of a game are solved alone.

A subgame below which every information set stays is solved alone when everything above it has perfect information.
The branch of the whole game then restricts to the branch of each such subgame, and what is above follows by backward
induction, so nothing changes but the cost. A subgame below moves with imperfect information is *not* cut out: its
values along the branch differ from its values in the limit, and using the limit from the start can lead what is above
to another equilibrium (docs/solving.md gives how often).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offramp.game.game import CHANCE_NODE, Game, Ints


@dataclass(frozen=True, eq=False)
class Block:
    """A subgame that is traced as one: its own game and where its parts stand in the whole.

    ``actions`` int32[A of the block], ``leaves`` int32[L of the block] and ``branches`` int32[E of the block] index the
    whole game's actions, leaves and chance columns; ``infosets`` int32[I of the block] its information sets.
    """

    game: Game
    infosets: Ints
    actions: Ints
    leaves: Ints
    branches: Ints


def find_blocks(game: Game) -> list[Block]:
    """The subgames with imperfect information that are traced alone; all other sets have perfect information."""
    ends = subtree_ends(game)
    closed = _closed_subtrees(game, ends)
    shared = np.array([len(nodes) > 1 for nodes in game.members], dtype=np.bool_)
    imperfect = (game.node_infosets >= 0) & (shared[game.node_infosets] if len(shared) else False)
    blocks = []
    pending = [0]
    while pending:
        node = pending.pop()
        if not imperfect[node : ends[node]].any():
            continue
        children = game.children_of(node)
        if not imperfect[node] and closed[children].all():
            pending.extend(int(child) for child in reversed(children))
        else:
            blocks.append(_cut(game, node, int(ends[node])))
    return blocks


def subtree_ends(game: Game) -> Ints:
    """int32[N]: the subtree of node i is the nodes i, i + 1, ..., ``ends[i]`` - 1 (preorder)."""
    sizes = np.ones(game.num_nodes, dtype=np.int32)
    for node in range(game.num_nodes - 1, 0, -1):
        sizes[game.parents[node]] += sizes[node]
    return (np.arange(game.num_nodes) + sizes).astype(np.int32)


def _closed_subtrees(game: Game, ends: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool[N]: no information set has nodes both inside and outside the subtree."""
    first = np.arange(game.num_nodes, dtype=np.int64)
    last = first.copy()
    for nodes in game.members:
        first[nodes], last[nodes] = nodes[0], nodes[-1]
    for node in range(game.num_nodes - 1, 0, -1):
        parent = game.parents[node]
        first[parent] = min(first[parent], first[node])
        last[parent] = max(last[parent], last[node])
    numbers = np.arange(game.num_nodes)
    return np.asarray((first >= numbers) & (last < ends))


def _cut(game: Game, start: int, stop: int) -> Block:
    """The subtree of the nodes ``start`` to ``stop`` - 1 as a game of its own."""
    nodes = slice(start, stop)
    infosets = np.unique(game.node_infosets[nodes])
    infosets = infosets[infosets >= 0].astype(np.int32)
    chance = np.flatnonzero(game.node_players == CHANCE_NODE)
    inside = (chance >= start) & (chance < stop)
    leaves = game.leaves[(game.leaves >= start) & (game.leaves < stop)]
    parents = (game.parents[nodes] - start).astype(np.int32)
    arrivals = game.arrivals[nodes].copy()
    parents[0] = arrivals[0] = -1
    local = np.full(game.num_infosets + 1, -1, dtype=np.int32)
    local[infosets] = np.arange(len(infosets), dtype=np.int32)
    block = Game(
        players=game.players,
        parents=parents,
        arrivals=arrivals,
        node_players=game.node_players[nodes],
        node_infosets=local[game.node_infosets[nodes]],
        infoset_players=game.infoset_players[infosets],
        infoset_labels=tuple(game.infoset_labels[i] for i in infosets),
        action_labels=tuple(game.action_labels[i] for i in infosets),
        chance_labels=tuple(labels for labels, kept in zip(game.chance_labels, inside, strict=True) if kept),
        node_labels=game.node_labels[nodes],
        outcome_labels=tuple(game.outcome_labels[game.leaf_index[leaf]] for leaf in leaves),
        title=game.title,
    )
    spans = [np.arange(game.action_starts[i], game.action_starts[i + 1]) for i in infosets]
    branches = game.chance_index[start + 1 : stop]
    return Block(
        game=block,
        infosets=infosets,
        actions=np.concatenate(spans).astype(np.int32),
        leaves=game.leaf_index[leaves],
        branches=np.sort(branches[branches >= 0]).astype(np.int32),
    )
