"""The sequence form of a game between two movers, and the linear constraints that equilibria of it satisfy.

A *realisation plan* gives each action a of a mover the product x(a) of the mover's own probabilities on the way to it,
itself included (von Stengel 1996). Whether one mover's plan is optimal is linear in the other's plan: with v(h) the
value of set h times the other's and nature's weight of reaching it,

    ``v(h) = sum over leaves right after b of weight x payoff + sum over next sets g after b of v(g) + slack(b)``

and an action b that is played has ``slack(b) = 0``. So for given supports both plans solve linear systems of their own.

Off the path the same holds order by order (Kreps & Wilson 1982, appendix; Blume, Brandenburger & Dekel 1991): a
*tremble* takes an action of order 1, the order of a plan is the sum over its actions, a set's order is the least among
its nodes, and only what has that order counts there. Weights of trembles are free.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import CHANCE_NODE, Floats, Game, Ints
from offramp.solve.arrays import fill
from offramp.solve.jit import kernel

CHANCE_ORDER = 1000
"""Order of a chance branch of probability zero: nature trembles less readily than any player."""


class Sequences(NamedTuple):
    """Sizes: A actions, I sets, L leaves, N nodes. Sides 0 and 1 are the movers."""

    players: Ints  # [2]: the player that each side is
    sides: Ints  # [I]: the side that moves at each set
    places: Ints  # [I]: its number among the sets of its side
    columns: Ints  # [A]: its number among the actions of its side
    infosets: Ints  # [A]: the set of each action
    before: Ints  # [I]: the side's own last action before the set, or -1
    action_starts: Ints  # [I + 1]
    node_last: Ints  # [N, 2]: the last action of each side above the node, or -1
    leaf_nodes: Ints  # [L]
    member_starts: Ints  # [I + 1]
    members: Ints
    order: Ints  # [I]: sets from the top down
    parents: Ints  # [N]
    chance_index: Ints  # [N]
    num_sets: Ints  # [2]
    num_actions: Ints  # [2]


def build_sequences(game: Game) -> Sequences:
    """The sequence form of a game in which at most two players move."""
    movers = np.unique(game.infoset_players)
    players = np.concatenate([movers, movers, [0, 0]])[[0, -3 if len(movers) == 2 else -1]] if len(movers) else [0, 0]
    side_of = {int(player): side for side, player in enumerate(movers.tolist())}
    sides = np.array([side_of[int(player)] for player in game.infoset_players], dtype=np.int32)
    infosets = np.repeat(np.arange(game.num_infosets), game.num_actions).astype(np.int32)
    node_last = _last_actions(game, sides)
    heads = [nodes[0] for nodes in game.members]
    depth = [game.depths[nodes].min() for nodes in game.members]
    return Sequences(
        players=np.array(players, dtype=np.int32),
        sides=sides,
        places=_numbers(sides),
        columns=_numbers(sides[infosets]),
        infosets=infosets,
        before=np.array([node_last[node, side] for node, side in zip(heads, sides, strict=True)], dtype=np.int32),
        action_starts=game.action_starts,
        node_last=node_last,
        leaf_nodes=game.leaves,
        member_starts=np.concatenate([[0], np.cumsum([len(nodes) for nodes in game.members])]).astype(np.int32),
        members=np.concatenate(game.members).astype(np.int32),
        order=np.argsort(depth, kind="stable").astype(np.int32),
        parents=game.parents,
        chance_index=game.chance_index,
        num_sets=np.bincount(sides, minlength=2).astype(np.int32),
        num_actions=np.bincount(sides[infosets], minlength=2).astype(np.int32),
    )


def _numbers(sides: Ints) -> Ints:
    """Each entry's number among those of its side."""
    numbers = np.zeros(len(sides), dtype=np.int32)
    for side in (0, 1):
        own = sides == side
        numbers[own] = np.arange(own.sum())
    return numbers


def _last_actions(game: Game, sides: Ints) -> Ints:
    """int32[N, 2]: the last action of each side above each node."""
    last = np.full((game.num_nodes, 2), -1, dtype=np.int32)
    for node in range(1, game.num_nodes):
        parent = game.parents[node]
        last[node] = last[parent]
        if game.node_players[parent] != CHANCE_NODE:
            infoset = game.node_infosets[parent]
            last[node, sides[infoset]] = game.action_starts[infoset] + game.arrivals[node]
    return last


class Weights(NamedTuple):
    """What one draw adds: nature's weight of each node without zero branches, how many of those, and payoffs."""

    nature: Floats  # [N]
    zeros: Ints  # [N]
    payoffs: Floats  # [L, P], scaled to [0, 1]


@kernel
def weigh(seq: Sequences, chance: Floats, weights: Weights) -> None:
    """Fill ``weights.nature`` and ``weights.zeros`` from ``chance[E]``."""
    weights.nature[0] = 1.0
    weights.zeros[0] = 0
    for node in range(1, len(seq.parents)):
        parent, branch = seq.parents[node], seq.chance_index[node]
        weights.nature[node] = weights.nature[parent]
        weights.zeros[node] = weights.zeros[parent]
        if branch >= 0 and chance[branch] > 0.0:
            weights.nature[node] *= chance[branch]
        elif branch >= 0:
            weights.zeros[node] += 1


@kernel
def order_actions(seq: Sequences, labels: Ints, orders: Ints) -> None:
    """Write ``orders[A]``, how many trembles each plan up to an action takes, from ``labels[A]`` (0 or 1)."""
    for infoset in seq.order:
        before = seq.before[infoset]
        base = orders[before] if before >= 0 else 0
        for a in range(seq.action_starts[infoset], seq.action_starts[infoset + 1]):
            orders[a] = base + labels[a]


@kernel
def order_of(seq: Sequences, weights: Weights, orders: Ints, side: int, node: int) -> int:
    """Order of a node as far as ``side`` and nature are concerned."""
    last = seq.node_last[node, side]
    return int((orders[last] if last >= 0 else 0) + CHANCE_ORDER * weights.zeros[node])


@kernel
def order_sets(seq: Sequences, weights: Weights, orders: Ints, levels: Ints) -> None:
    """Write ``levels[I]``: the least order, as far as the other side and nature are concerned, among a set's nodes."""
    for infoset in range(len(seq.sides)):
        other = 1 - seq.sides[infoset]
        least = -1
        for m in range(seq.member_starts[infoset], seq.member_starts[infoset + 1]):
            order = order_of(seq, weights, orders, other, seq.members[m])
            least = order if least < 0 else min(least, order)
        levels[infoset] = least


@kernel
def write_constraints(
    seq: Sequences, weights: Weights, side: int, labels: Ints, orders: Ints, levels: Ints, table: Floats
) -> None:
    """Write what the plan x of ``side`` must satisfy for the other side's optimality to ``table``.

    Columns: x of the side's actions, v of the other's sets, slack of the other's actions, the right side last.
    Rows: ``x`` adds up at each set of the side, then one for each action of the other side.
    """
    for row in range(table.shape[0]):
        fill(table[row], 0.0)
    other = 1 - side
    last = table.shape[1] - 1
    first_value = seq.num_actions[side]
    first_slack = first_value + seq.num_sets[other]
    for infoset in range(len(seq.sides)):
        before = seq.before[infoset]
        if seq.sides[infoset] == side:
            row = seq.places[infoset]
            for a in range(seq.action_starts[infoset], seq.action_starts[infoset + 1]):
                if labels[a] == 0:
                    table[row, seq.columns[a]] = 1.0
            if before >= 0:
                table[row, seq.columns[before]] -= 1.0
            else:
                table[row, last] = 1.0
            continue
        value = first_value + seq.places[infoset]
        for a in range(seq.action_starts[infoset], seq.action_starts[infoset + 1]):
            row = seq.num_sets[side] + seq.columns[a]
            table[row, value] = 1.0
            table[row, first_slack + seq.columns[a]] = -1.0
        if before >= 0 and levels[infoset] == levels[seq.infosets[before]]:
            table[seq.num_sets[side] + seq.columns[before], value] = -1.0
    for leaf in range(len(seq.leaf_nodes)):
        node = seq.leaf_nodes[leaf]
        action = seq.node_last[node, other]
        if action < 0 or order_of(seq, weights, orders, side, node) != levels[seq.infosets[action]]:
            continue
        row = seq.num_sets[side] + seq.columns[action]
        worth = weights.nature[node] * weights.payoffs[leaf, seq.players[other]]
        own = seq.node_last[node, side]
        if own >= 0:
            table[row, seq.columns[own]] -= worth
        else:
            table[row, last] += worth


@kernel
def ban_slack(seq: Sequences, side: int, labels: Ints, banned: Ints) -> None:
    """Hold at zero the slack of the other side's actions with label 0."""
    other = 1 - side
    first_slack = seq.num_actions[side] + seq.num_sets[other]
    for a in range(len(labels)):
        if seq.sides[seq.infosets[a]] == other and labels[a] == 0:
            banned[first_slack + seq.columns[a]] = 1


@kernel
def write_play(seq: Sequences, weights: Weights, plans: Floats, play: Floats) -> None:
    """Write ``play[A]``, the probability with which each action is played, from both plans ``plans[A]``."""
    for infoset in range(len(seq.sides)):
        other = 1 - seq.sides[infoset]
        reach = 0.0
        for m in range(seq.member_starts[infoset], seq.member_starts[infoset + 1]):
            node = seq.members[m]
            last = seq.node_last[node, other]
            if weights.zeros[node] == 0:
                reach += weights.nature[node] * (plans[last] if last >= 0 else 1.0)
        for a in range(seq.action_starts[infoset], seq.action_starts[infoset + 1]):
            play[a] = reach * plans[a]
