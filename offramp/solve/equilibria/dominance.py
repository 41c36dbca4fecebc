"""Kernels: actions that no sequential equilibrium plays, by iterated conditional dominance.

An action is *conditionally dominated* at an information set where another is better at every node of the set, whatever
anybody does afterwards (Shimoji & Watson 1998); values of nodes are bounded from the leaves up. No belief and no later
play makes such an action optimal, on the path or off it. It may still be a tremble.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan

MARGIN = 1e-11
"""By how much, in units of the payoff range, a dominated action is worse."""


class Bounds(NamedTuple):
    """What is allowed and what it can be worth. ``masks`` has bit a set where action a of a set may be played."""

    masks: Ints  # [I]
    possible: Ints  # [N]: nodes that play within the masks may reach
    low: Floats  # [N, P]
    high: Floats  # [N, P]


def allocate_bounds(num_nodes: int, num_sets: int, num_players: int) -> Bounds:
    """Scratch for one draw at a time."""
    return Bounds(
        masks=np.zeros(num_sets, dtype=np.int32),
        possible=np.zeros(num_nodes, dtype=np.int32),
        low=np.zeros((num_nodes, num_players)),
        high=np.zeros((num_nodes, num_players)),
    )


@kernel
def bound_values(plan: Plan, payoffs: Floats, chance: Floats, bounds: Bounds) -> None:
    """Fill ``low`` and ``high``: what a node can be worth while all stay within their masks."""
    low, high = bounds.low, bounds.high
    for node in range(len(plan.parents) - 1, -1, -1):
        leaf, infoset = plan.leaf_index[node], plan.infosets[node]
        for p in range(payoffs.shape[1]):
            if leaf >= 0:
                low[node, p] = high[node, p] = payoffs[leaf, p]
                continue
            lowest, highest = np.inf, -np.inf
            if infoset < 0:
                lowest, highest = 0.0, 0.0
            for k in range(plan.child_starts[node], plan.child_starts[node + 1]):
                child = plan.children[k]
                if infoset < 0:
                    lowest += chance[plan.chance_index[child]] * low[child, p]
                    highest += chance[plan.chance_index[child]] * high[child, p]
                elif (bounds.masks[infoset] >> plan.arrivals[child]) & 1:
                    lowest = min(lowest, low[child, p])
                    highest = max(highest, high[child, p])
            low[node, p], high[node, p] = lowest, highest


@kernel
def is_dominated(plan: Plan, bounds: Bounds, infoset: int, action: int, everywhere: bool) -> bool:
    """Whether another action beats ``action`` at every node of the set that may be reached (or ``everywhere``)."""
    player = plan.infoset_players[infoset]
    for other in range(plan.num_actions[infoset]):
        if other == action:
            continue
        beaten, seen = True, False
        for m in range(plan.member_starts[infoset], plan.member_starts[infoset + 1]):
            node = plan.members[m]
            if everywhere or bounds.possible[node] == 1:
                first = plan.child_starts[node]
                mine, best = plan.children[first + action], plan.children[first + other]
                beaten = beaten and bounds.high[mine, player] < bounds.low[best, player] - MARGIN
                seen = True
        if seen and beaten:
            return True
    return False


@kernel
def remove_dominated(plan: Plan, payoffs: Floats, chance: Floats, bounds: Bounds, allowed: Ints) -> None:
    """Write to ``allowed[I]`` the masks that iterated conditional dominance leaves, at sets reached or not."""
    for infoset in range(len(allowed)):
        bounds.masks[infoset] = (1 << plan.num_actions[infoset]) - 1
    changed = True
    while changed:
        changed = False
        bound_values(plan, payoffs, chance, bounds)
        for infoset in range(len(allowed)):
            for a in range(plan.num_actions[infoset]):
                if (bounds.masks[infoset] >> a) & 1 and is_dominated(plan, bounds, infoset, a, True):
                    bounds.masks[infoset] &= ~(1 << a)
                    changed = True
    for infoset in range(len(allowed)):
        allowed[infoset] = bounds.masks[infoset]


@kernel
def next_mask(mask: int, allowed: int) -> int:
    """The next nonempty subset of ``allowed`` after ``mask``; 0 after the last."""
    return (mask - allowed) & allowed


@kernel
def mark_possible(plan: Plan, chance: Floats, bounds: Bounds) -> None:
    """Fill ``possible``: nodes that play within the masks may reach."""
    possible = bounds.possible
    possible[0] = 1
    for node in range(1, len(plan.parents)):
        parent, branch = plan.parents[node], plan.chance_index[node]
        if branch >= 0:
            allowed = chance[branch] > 0.0
        else:
            allowed = (bounds.masks[plan.infosets[parent]] >> plan.arrivals[node]) & 1 == 1
        possible[node] = 1 if allowed and possible[parent] == 1 else 0


@kernel
def is_settled(plan: Plan, chance: Floats, bounds: Bounds) -> bool:
    """Whether the masks leave one action at every set that play within them may reach."""
    mark_possible(plan, chance, bounds)
    settled = True
    for infoset in range(len(plan.num_actions)):
        mask = bounds.masks[infoset]
        if mask & (mask - 1) == 0:
            continue
        for m in range(plan.member_starts[infoset], plan.member_starts[infoset + 1]):
            settled = settled and bounds.possible[plan.members[m]] == 0
    return settled
