"""Kernels: backward induction where information is perfect, exact for all draws.

At a given precision the choice is the logit of the values below, so the result is the AQRE itself; without one it is
the best action, and actions that tie within ``TIE`` (in units of the payoff range) share the probability equally, as
they do in the limit.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import copy, fill
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan

TIE = 1e-12
"""Values closer than this, in units of the player's payoff range, are the same."""

GIVEN_UP = -800.0
"""Log probability of an action that is just worse than the best: its exponential is exactly zero."""

STEEPNESS = 1e6
"""How fast the log probability falls from there with the loss; moderate, so that beliefs below keep their digits."""


@kernel
def induce_backward(
    plan: Plan, solved: Ints, payoffs: Floats, chance: Floats, precisions: Floats, logs: Floats
) -> None:
    """Fill ``logs[B, A]`` at the sets that ``solved[I]`` marks 0; those marked 1 are read, not changed.

    ``payoffs[B, L, P]`` lie in [0, 1]. ``precisions[B, P]`` are infinite for best actions.
    """
    num_nodes, num_players = len(plan.parents), payoffs.shape[2]
    values = np.empty((num_nodes, num_players))
    for draw in range(len(payoffs)):
        for node in range(num_nodes - 1, -1, -1):
            infoset = plan.infosets[node]
            if infoset >= 0 and solved[infoset] == 0:
                start = plan.action_starts[infoset]
                precision = precisions[draw, plan.players[node]]
                _choose(plan, node, precision, values, logs[draw, start : start + plan.num_actions[infoset]])
            _value(plan, node, payoffs[draw], chance[draw], logs[draw], values)


@kernel
def _choose(plan: Plan, node: int, precision: float, values: Floats, logs: Floats) -> None:
    """Write the log probabilities of the actions at ``node`` to ``logs``."""
    player = plan.players[node]
    first = plan.child_starts[node]
    best = -np.inf
    for a in range(len(logs)):
        best = max(best, values[plan.children[first + a], player])
    total = 0.0
    for a in range(len(logs)):
        gap = values[plan.children[first + a], player] - best
        if precision == np.inf:
            logs[a] = 0.0 if gap >= -TIE else GIVEN_UP + STEEPNESS * gap
        else:
            logs[a] = precision * gap
        total += np.exp(logs[a])
    for a in range(len(logs)):
        logs[a] -= np.log(total)


@kernel
def _value(plan: Plan, node: int, payoffs: Floats, chance: Floats, logs: Floats, values: Floats) -> None:
    """Write ``values[node]`` from its children, or from ``payoffs[L, P]`` at a leaf."""
    leaf = plan.leaf_index[node]
    if leaf >= 0:
        copy(payoffs[leaf], values[node])
        return
    fill(values[node], 0.0)
    for k in range(plan.child_starts[node], plan.child_starts[node + 1]):
        child = plan.children[k]
        if plan.chance_index[child] >= 0:
            step = chance[plan.chance_index[child]]
        else:
            step = np.exp(logs[plan.action_starts[plan.infosets[node]] + plan.arrivals[child]])
        for p in range(values.shape[1]):
            values[node, p] += step * values[child, p]
