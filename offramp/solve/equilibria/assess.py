"""Kernels: from log odds to reach, beliefs, values and action values of one draw, and their derivatives.

With ``l[h, a]`` the log probability of action a at information set h, the log reach of a node is the sum of the logs
on its path, and the belief at node x of h is ``mu(x) = exp(L(x)) / sum over h of exp(L)``, computed from differences
of logs: it stays exact however improbable h is. With V(y) the value of node y to h's player, ``Q(h, a) = sum over x
of mu(x) V(x a)``.

Derivatives, for an unknown z of action c at set g (``dl[g, b]/dz = [b = c] - pi[g, c]``):

- beliefs: a node x of h whose path takes b at g adds ``mu(x) (V(x a) - Q(h, a)) ([b = c] - pi[g, c])``;
- what follows: a node y of g below x a adds ``mu(x) Pr(x a -> y) pi[g, c] (V(y c) - V(y))``.

A chance branch of probability zero counts as an infinitesimal of its own order: beliefs at a set are spread over the
nodes with fewest such branches above them ("active" nodes), so they are defined even where nature alone rules the set
out.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import fill
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan

_NONE = -1


@kernel
def mark_active(plan: Plan, chance: Floats, active: Ints, orders: Ints) -> None:
    """Write ``active[N]``: 1 for decision nodes that carry belief.

    ``orders[N]`` is scratch: how many zero branches lie above each node.
    """
    orders[0] = 0
    for node in range(1, len(plan.parents)):
        orders[node] = orders[plan.parents[node]]
        branch = plan.chance_index[node]
        if branch >= 0 and chance[branch] == 0.0:
            orders[node] += 1
    for node in range(len(plan.parents)):
        active[node] = 0
    for infoset in range(len(plan.num_actions)):
        start, stop = plan.member_starts[infoset], plan.member_starts[infoset + 1]
        fewest = orders[plan.members[start]]
        for m in range(start, stop):
            fewest = min(fewest, orders[plan.members[m]])
        for m in range(start, stop):
            active[plan.members[m]] = 1 if orders[plan.members[m]] == fewest else 0


@kernel
def log_odds_to_probabilities(plan: Plan, z: Floats, logs: Floats, probabilities: Floats) -> None:
    """Write ``logs[A]`` and ``probabilities[A]`` from the log odds ``z[V]``."""
    for infoset in range(len(plan.num_actions)):
        start, count = plan.action_starts[infoset], plan.num_actions[infoset]
        variable = plan.variable_starts[infoset] - 1
        largest = 0.0
        for a in range(1, count):
            largest = max(largest, z[variable + a])
        total = np.exp(-largest)
        for a in range(1, count):
            total += np.exp(z[variable + a] - largest)
        shift = largest + np.log(total)
        for a in range(count):
            logs[start + a] = (z[variable + a] if a > 0 else 0.0) - shift
            probabilities[start + a] = np.exp(logs[start + a])


@kernel
def walk_down(
    plan: Plan, chance: Floats, logs: Floats, probabilities: Floats, steps: Floats, log_reach: Floats
) -> None:
    """Write ``steps[N]``, each node's probability given its parent, and ``log_reach[N]`` (zero branches left out)."""
    steps[0] = 1.0
    log_reach[0] = 0.0
    for node in range(1, len(plan.parents)):
        parent = plan.parents[node]
        branch = plan.chance_index[node]
        if branch >= 0:
            steps[node] = chance[branch]
            log_reach[node] = log_reach[parent] + (np.log(chance[branch]) if chance[branch] > 0.0 else 0.0)
        else:
            action = plan.action_starts[plan.infosets[parent]] + plan.arrivals[node]
            steps[node] = probabilities[action]
            log_reach[node] = log_reach[parent] + logs[action]


@kernel
def update_beliefs(plan: Plan, active: Ints, log_reach: Floats, beliefs: Floats) -> None:
    """Write ``beliefs[N]`` at decision nodes from the log reach of the active ones."""
    for infoset in range(len(plan.num_actions)):
        start, stop = plan.member_starts[infoset], plan.member_starts[infoset + 1]
        largest = -np.inf
        for m in range(start, stop):
            node = plan.members[m]
            if active[node]:
                largest = max(largest, log_reach[node])
        total = 0.0
        for m in range(start, stop):
            node = plan.members[m]
            beliefs[node] = np.exp(log_reach[node] - largest) if active[node] else 0.0
            total += beliefs[node]
        for m in range(start, stop):
            beliefs[plan.members[m]] /= total


@kernel
def walk_up(plan: Plan, payoffs: Floats, steps: Floats, values: Floats) -> None:
    """Write ``values[N, P]``, the expected payoffs of each node, from ``payoffs[L, P]``."""
    num_players = payoffs.shape[1]
    for node in range(len(plan.parents) - 1, -1, -1):
        leaf = plan.leaf_index[node]
        if leaf >= 0:
            for p in range(num_players):
                values[node, p] = payoffs[leaf, p]
            continue
        for p in range(num_players):
            values[node, p] = 0.0
        for k in range(plan.child_starts[node], plan.child_starts[node + 1]):
            child = plan.children[k]
            for p in range(num_players):
                values[node, p] += steps[child] * values[child, p]


@kernel
def action_values(plan: Plan, beliefs: Floats, values: Floats, q: Floats) -> None:
    """Write ``q[A]``: the value of each action to its player, given that its information set is reached."""
    for infoset in range(len(plan.num_actions)):
        player = plan.infoset_players[infoset]
        start = plan.action_starts[infoset]
        for a in range(plan.num_actions[infoset]):
            total = 0.0
            for m in range(plan.member_starts[infoset], plan.member_starts[infoset + 1]):
                node = plan.members[m]
                if beliefs[node] > 0.0:
                    total += beliefs[node] * values[plan.children[plan.child_starts[node] + a], player]
            q[start + a] = total


@kernel
def differentiate(
    plan: Plan, probabilities: Floats, steps: Floats, beliefs: Floats, values: Floats, q: Floats, slopes: Floats
) -> None:
    """Write ``slopes[A, V]``: the derivative of each action value with respect to each log odds."""
    for action in range(slopes.shape[0]):
        fill(slopes[action], 0.0)
    for node in range(len(plan.parents)):
        if plan.infosets[node] >= 0:
            _add_what_follows(plan, node, probabilities, steps, beliefs, values, slopes)
            if plan.belief_steps[node] == 1 and beliefs[node] > 0.0:
                _add_beliefs(plan, node, probabilities, beliefs, values, q, slopes)


@kernel
def _add_what_follows(
    plan: Plan, node: int, probabilities: Floats, steps: Floats, beliefs: Floats, values: Floats, slopes: Floats
) -> None:
    """Add the effect of the odds at ``node`` on the action values of every set above it."""
    infoset = plan.infosets[node]
    start = plan.action_starts[infoset]
    variable = plan.variable_starts[infoset] - 1
    child = plan.child_starts[node]
    weight = 1.0
    below = node
    above = plan.parents[node]
    while above >= 0:
        upper = plan.infosets[above]
        if upper >= 0 and beliefs[above] > 0.0:
            player = plan.infoset_players[upper]
            row = plan.action_starts[upper] + plan.arrivals[below]
            scale = beliefs[above] * weight
            for c in range(1, plan.num_actions[infoset]):
                gain = values[plan.children[child + c], player] - values[node, player]
                slopes[row, variable + c] += scale * probabilities[start + c] * gain
        weight *= steps[below]
        if weight == 0.0:
            break
        below = above
        above = plan.parents[above]


@kernel
def _add_beliefs(
    plan: Plan, node: int, probabilities: Floats, beliefs: Floats, values: Floats, q: Floats, slopes: Floats
) -> None:
    """Add the effect on the action values at ``node``'s set of the odds above ``node``, through its belief."""
    infoset = plan.infosets[node]
    player = plan.infoset_players[infoset]
    start = plan.action_starts[infoset]
    below = node
    above = plan.parents[node]
    while above >= 0:
        upper = plan.infosets[above]
        if upper >= 0 and plan.infoset_players[upper] != player:
            taken = plan.arrivals[below]
            variable = plan.variable_starts[upper] - 1
            first = plan.action_starts[upper]
            for a in range(plan.num_actions[infoset]):
                value = values[plan.children[plan.child_starts[node] + a], player]
                pull = beliefs[node] * (value - q[start + a])
                for c in range(1, plan.num_actions[upper]):
                    slopes[start + a, variable + c] += pull * ((1.0 if c == taken else 0.0) - probabilities[first + c])
        below = above
        above = plan.parents[above]
