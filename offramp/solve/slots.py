"""Which numbers of a game's tree are distinct, found once for all draws.

The value of a node to a player is a *slot*. Slots are made from the leaves up, and only for players who decide
somewhere above the node: two nodes whose values are the same sum of the same products share a slot, and a node all of
whose children are worth the same shares theirs. In a game where one party's type is its own affair, everybody else's
values are then computed once and not once a type.

Likewise the nodes of an information set fall into *classes* that are worth the same after every action, so that only
the belief in a class matters; and information sets whose nodes differ by the same moves share one *family* of beliefs.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from offramp.game.game import Game, Ints

Term = tuple[int, int]
"""A step and the slot that it leads to."""


class Slots(NamedTuple):
    """Slots 0 to Z - 1 are leaves, the others sums over their terms, children before parents.

    A *step* is an action (0 to A - 1) or a distinct chance probability (from A on).
    """

    leaves: list[tuple[int, int]]  # [Z]: payoff cell and player
    terms: list[tuple[Term, ...]]  # of the slots from Z on
    infosets: list[int]  # of the slots from Z on: who chooses, -1 for chance
    nodes: npt.NDArray[np.int64]  # [N, P]: slot of each node for each player, -1 where nobody asks


class Family(NamedTuple):
    """The members of an information set and the steps of others and of chance that tell them apart."""

    members: tuple[tuple[int, ...], ...]


class Sets(NamedTuple):
    """What each information set needs: its classes and, where it has several, its family of beliefs."""

    classes: list[list[tuple[int, ...]]]  # [I]: slots after each action, by class
    member_classes: list[list[int]]  # [I]: class of each member
    families: list[Family]
    family_of: list[int]  # [I]: -1 where there is but one class


def node_steps(game: Game, chance_index: Ints) -> npt.NDArray[np.int64]:
    """int64[N]: the step that leads to each node, -1 at the root."""
    steps = np.full(game.num_nodes, -1, dtype=np.int64)
    num_actions = int(game.action_starts[-1])
    for node in range(1, game.num_nodes):
        branch = game.chance_index[node]
        if branch >= 0:
            steps[node] = num_actions + chance_index[branch]
        else:
            steps[node] = game.action_starts[game.node_infosets[game.parents[node]]] + game.arrivals[node]
    return steps


def find_slots(game: Game, payoff_index: Ints, steps: npt.NDArray[np.int64]) -> Slots:
    """The distinct values of ``game``; ``payoff_index`` int32[L, P] says which payoffs are one number."""
    needed = _needed(game)
    slots = Slots([], [], [], np.full((game.num_nodes, game.num_players), -1, dtype=np.int64))
    leaves: dict[tuple[int, int], int] = {}
    for leaf, node in enumerate(game.leaves):
        for player in np.flatnonzero(needed[node]).tolist():
            key = (int(payoff_index[leaf, player]), player)
            slots.nodes[node, player] = leaves.setdefault(key, len(leaves))
    slots.leaves.extend(leaves)
    known: dict[tuple[Term, ...], int] = {}
    for node in range(game.num_nodes - 1, -1, -1):
        if game.leaf_index[node] >= 0:
            continue
        children = game.children_of(node).tolist()
        for player in np.flatnonzero(needed[node]).tolist():
            terms = tuple((int(steps[child]), int(slots.nodes[child, player])) for child in children)
            slots.nodes[node, player] = _slot(slots, known, terms, int(game.node_infosets[node]))
    return slots


def _slot(slots: Slots, known: dict[tuple[Term, ...], int], terms: tuple[Term, ...], infoset: int) -> int:
    if all(slot == terms[0][1] for _, slot in terms):
        return terms[0][1]
    if terms not in known:
        known[terms] = len(slots.leaves) + len(slots.terms)
        slots.terms.append(terms)
        slots.infosets.append(infoset)
    return known[terms]


def _needed(game: Game) -> npt.NDArray[np.bool_]:
    """bool[N, P]: whether the player decides above the node."""
    needed = np.zeros((game.num_nodes, game.num_players), dtype=np.bool_)
    for node in range(1, game.num_nodes):
        parent = game.parents[node]
        needed[node] = needed[parent]
        if game.node_infosets[parent] >= 0:
            needed[node, game.node_players[parent]] = True
    return needed


def find_sets(game: Game, slots: Slots, steps: npt.NDArray[np.int64]) -> Sets:
    """Classes and families of beliefs of every information set."""
    sets = Sets([], [], [], [])
    families: dict[Family, int] = {}
    for infoset, nodes in enumerate(game.members):
        player = int(game.infoset_players[infoset])
        found: dict[tuple[int, ...], int] = {}
        member_classes = []
        for node in nodes:
            after = tuple(slots.nodes[game.children_of(node), player].tolist())
            member_classes.append(found.setdefault(after, len(found)))
        sets.classes.append(list(found))
        sets.member_classes.append(member_classes)
        if len(found) == 1:
            sets.family_of.append(-1)
        else:
            family = _family(game, steps, infoset)
            sets.family_of.append(families.setdefault(family, len(families)))
    sets.families.extend(families)
    return sets


def _family(game: Game, steps: npt.NDArray[np.int64], infoset: int) -> Family:
    """The steps of others above each member, less those that all members share."""
    player = game.infoset_players[infoset]
    paths = []
    for member in game.members[infoset]:
        path = []
        node = int(member)
        while node > 0:
            parent = int(game.parents[node])
            if game.node_infosets[parent] < 0 or game.node_players[parent] != player:
                path.append(int(steps[node]))
            node = parent
        paths.append(Counter(path))
    common = paths[0].copy()
    for path_counts in paths[1:]:
        common &= path_counts
    return Family(tuple(tuple(sorted((path_counts - common).elements())) for path_counts in paths))
