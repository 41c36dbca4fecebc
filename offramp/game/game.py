"""The extensive form as flat arrays: one structure for all draws.

Letters, fixed project-wide: B draws, N nodes, I information sets, L leaves (terminal nodes), E chance branches,
P players, M decision nodes, A the actions of all information sets laid end to end.

Nodes are numbered in preorder: the root is 0 and a parent comes before its children, siblings in the order of their
actions. Payoffs and chance probabilities do not belong to the structure; they come as ``payoffs[B, L, P]`` and
``chance[B, E]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from offramp.arrays import Floats, Ints
from offramp.errors import GameError

__all__ = ["CHANCE_NODE", "TERMINAL_NODE", "Floats", "Game", "Ints"]

CHANCE_NODE = -1
"""``node_players`` of a chance node."""

TERMINAL_NODE = -2
"""``node_players`` of a terminal node."""


@dataclass(frozen=True, eq=False)
class Game:
    """The structure of an extensive-form game with perfect recall.

    Attributes
    ----------
    players : tuple of str, length P
    parents : int32[N]
        Parent of each node, -1 for the root.
    arrivals : int32[N]
        Which action of the parent leads here, counted from 0; -1 for the root.
    node_players : int32[N]
        Who moves: a player's index, ``CHANCE_NODE`` or ``TERMINAL_NODE``.
    node_infosets : int32[N]
        Information set of a decision node, else -1.
    infoset_players : int32[I]
    infoset_labels : tuple of str, length I
    action_labels : tuple of I tuples of str
    chance_labels : tuple of tuples of str
        One per chance node, in node order.
    node_labels : tuple of str, length N
    outcome_labels : tuple of str, length L
        One per terminal node, in node order.
    """

    players: tuple[str, ...]
    parents: Ints
    arrivals: Ints
    node_players: Ints
    node_infosets: Ints
    infoset_players: Ints
    infoset_labels: tuple[str, ...]
    action_labels: tuple[tuple[str, ...], ...]
    chance_labels: tuple[tuple[str, ...], ...]
    node_labels: tuple[str, ...]
    outcome_labels: tuple[str, ...]
    title: str = ""

    @property
    def num_nodes(self) -> int:
        return len(self.parents)

    @property
    def num_players(self) -> int:
        return len(self.players)

    @property
    def num_infosets(self) -> int:
        return len(self.infoset_players)

    @cached_property
    def leaves(self) -> Ints:
        """int32[L]: the terminal nodes, in node order."""
        return np.flatnonzero(self.node_players == TERMINAL_NODE).astype(np.int32)

    @cached_property
    def leaf_index(self) -> Ints:
        """int32[N]: position of a terminal node in ``leaves``, else -1."""
        return _positions(self.leaves, self.num_nodes)

    @cached_property
    def num_actions(self) -> Ints:
        """int32[I]: how many actions each information set has."""
        return np.array([len(labels) for labels in self.action_labels], dtype=np.int32)

    @cached_property
    def action_starts(self) -> Ints:
        """int32[I + 1]: where each information set's actions start in an array over A."""
        return np.concatenate([[0], np.cumsum(self.num_actions)]).astype(np.int32)

    @cached_property
    def num_children(self) -> Ints:
        """int32[N]: how many children each node has."""
        return np.bincount(self.parents[1:], minlength=self.num_nodes).astype(np.int32)

    @cached_property
    def child_starts(self) -> Ints:
        """int32[N + 1]: where each node's children start in ``children``."""
        return np.concatenate([[0], np.cumsum(self.num_children)]).astype(np.int32)

    @cached_property
    def children(self) -> Ints:
        """int32[N - 1]: the children of node 0, then of node 1, and so on, each in the order of their actions."""
        order = np.lexsort((self.arrivals[1:], self.parents[1:]))
        return (order + 1).astype(np.int32)

    def children_of(self, node: int) -> Ints:
        """int32[num_children]: the children of one node, in the order of their actions."""
        return self.children[self.child_starts[node] : self.child_starts[node + 1]]

    @cached_property
    def depths(self) -> Ints:
        """int32[N]: how many steps each node lies below the root."""
        depths = [0] * self.num_nodes
        for node, parent in enumerate(self.parents[1:].tolist(), start=1):
            depths[node] = depths[parent] + 1
        return np.array(depths, dtype=np.int32)

    @cached_property
    def chance_index(self) -> Ints:
        """int32[N]: for a child of a chance node its column in ``chance[B, E]``, else -1.

        Columns run over the chance nodes in node order and over each one's branches in order.
        """
        by_chance = self.node_players[self.parents[self.children]] == CHANCE_NODE
        return _positions(self.children[by_chance], self.num_nodes)

    @property
    def num_chance_branches(self) -> int:
        return int(self.chance_index.max(initial=-1)) + 1

    @cached_property
    def members(self) -> tuple[Ints, ...]:
        """The nodes of each information set, in node order: a tuple of I int32 arrays."""
        order = np.argsort(self.node_infosets, kind="stable").astype(np.int32)
        first = np.searchsorted(self.node_infosets[order], np.arange(self.num_infosets + 1)).tolist()
        return tuple(order[start:end] for start, end in pairwise(first))

    def path(self, node: int) -> tuple[tuple[int, int], ...]:
        """The history of ``node``: (node, action) pairs from the root."""
        steps: list[tuple[int, int]] = []
        while self.parents[node] >= 0:
            steps.append((int(self.parents[node]), int(self.arrivals[node])))
            node = int(self.parents[node])
        return tuple(reversed(steps))

    def check(self) -> None:
        """Raise :class:`~offramp.errors.GameError` unless the arrays describe a game with perfect recall."""
        _check_tree(self)
        _check_infosets(self)
        _check_recall(self)


def _positions(nodes: Ints, num_nodes: int) -> Ints:
    index = np.full(num_nodes, -1, dtype=np.int32)
    index[nodes] = np.arange(len(nodes), dtype=np.int32)
    return index


def _check_tree(game: Game) -> None:
    if game.num_nodes == 0:
        raise GameError("a game needs at least one node")
    later = game.parents[1:]
    if game.parents[0] != -1 or (later >= np.arange(1, game.num_nodes)).any() or (later < 0).any():
        raise GameError("nodes must come in preorder: parent before child, the root first")
    expected = np.zeros(game.num_nodes, dtype=np.int32)
    decisions = game.node_infosets >= 0
    expected[decisions] = game.num_actions[game.node_infosets[decisions]]
    chance = np.flatnonzero(game.node_players == CHANCE_NODE)
    if len(chance) != len(game.chance_labels):
        raise GameError(f"{len(chance)} chance nodes but labels for {len(game.chance_labels)}")
    expected[chance] = [len(labels) for labels in game.chance_labels]
    wrong = np.flatnonzero(expected != game.num_children)
    if len(wrong):
        node = int(wrong[0])
        found = f"has {game.num_children[node]} children, not {expected[node]}"
        raise GameError(f"node {node} ({game.node_labels[node]!r}) {found}")


def _check_infosets(game: Game) -> None:
    decisions = game.node_players >= 0
    if (decisions != (game.node_infosets >= 0)).any():
        raise GameError("every decision node, and no other, belongs to an information set")
    if (game.infoset_players[game.node_infosets[decisions]] != game.node_players[decisions]).any():
        raise GameError("all nodes of an information set belong to the same player")
    for index, nodes in enumerate(game.members):
        if not len(nodes):
            raise GameError(f"information set {index} ({game.infoset_labels[index]!r}) has no nodes")


def forgetful_node(game: Game) -> int:
    """The first decision node where the mover's own past is not that of its set; -1 with perfect recall.

    A player's own past is the sequence of its information sets and actions on the way; each is numbered as it first
    appears, so that the check takes time proportional to the nodes and not to the depth.
    """
    parents, arrivals = game.parents.tolist(), game.arrivals.tolist()
    movers, infosets = game.node_players.tolist(), game.node_infosets.tolist()
    numbers: dict[tuple[int, int, int], int] = {}
    first: dict[int, int] = {}
    pasts: list[tuple[int, ...]] = []
    for node, parent in enumerate(parents):
        past = pasts[parent] if parent >= 0 else (0,) * game.num_players
        if parent >= 0 and (mover := movers[parent]) >= 0:
            step = (past[mover], infosets[parent], arrivals[node])
            past = (*past[:mover], numbers.setdefault(step, len(numbers) + 1), *past[mover + 1 :])
        pasts.append(past)
        if movers[node] >= 0 and first.setdefault(infosets[node], past[movers[node]]) != past[movers[node]]:
            return node
    return -1


def _check_recall(game: Game) -> None:
    node = forgetful_node(game)
    if node >= 0:
        index = int(game.node_infosets[node])
        raise GameError(
            f"information set {index} ({game.infoset_labels[index]!r}) breaks perfect recall: "
            f"{game.players[game.infoset_players[index]]!r} reaches it after different moves of its own"
        )
