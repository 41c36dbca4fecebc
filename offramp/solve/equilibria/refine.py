"""Kernels: whether a sequential equilibrium plays in a given way on the path.

Given both plans on the path, every way to choose supports at the sets that are not reached is tried: every action
outside a support is a tremble of order 1. For each the beliefs, the mixing off the path and the optimality at every
information set are two linear systems, one a side (:mod:`offramp.solve.equilibria.sequences`); a set off the path has
weight at least 1 to keep its beliefs defined, which costs nothing, since weights of trembles have no scale.

All trembles having the same order is no restriction where every set off the path lies one tremble away and no two of
them share it, as in signalling games: a belief of zero stands for a rarer tremble. Elsewhere a failure proves nothing,
and the answer is ``OPEN_QUESTION``.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import fill
from offramp.solve.equilibria.dominance import next_mask
from offramp.solve.equilibria.sequences import (
    CHANCE_ORDER,
    Sequences,
    Weights,
    ban_slack,
    order_actions,
    order_of,
    order_sets,
    write_constraints,
)
from offramp.solve.equilibria.simplex import make_feasible, value_of
from offramp.solve.equilibria.supports import POSITIVE
from offramp.solve.jit import kernel

OPEN_QUESTION = -1
EXCLUDED = 0
FOUND = 1

TREMBLE_LOG = -1000.0
"""Log probability of a tremble of order 1; what has no weight at that order gets half as much again."""


@kernel
def find_free_sets(seq: Sequences, weights: Weights, plans: Floats, free: Ints) -> int:
    """Write the sets that play with ``plans[A]`` does not reach to ``free[I]``. Returns how many."""
    count = 0
    for infoset in range(len(seq.sides)):
        before, other = seq.before[infoset], 1 - seq.sides[infoset]
        reach = 0.0
        for m in range(seq.member_starts[infoset], seq.member_starts[infoset + 1]):
            last = seq.node_last[seq.members[m], other]
            if weights.zeros[seq.members[m]] == 0:
                reach = max(reach, plans[last] if last >= 0 else 1.0)
        if reach <= POSITIVE or (before >= 0 and plans[before] <= POSITIVE):
            free[count] = infoset
            count += 1
    return count


@kernel
def refine(
    seq: Sequences, weights: Weights, plans: Floats, allowed: Ints, max_tries: int, solution: Floats, labels: Ints
) -> int:
    """Look for a sequential equilibrium that plays ``plans[A]`` on the path.

    Supports keep within ``allowed[I]``, masks of actions. Where one is found, writes ``labels[A]`` (0 in the support, 1
    a tremble) and ``solution[A]``, the weights of plans at their own order. Returns ``FOUND``, ``EXCLUDED`` or
    ``OPEN_QUESTION``.
    """
    num_sets, num_actions = len(seq.sides), len(plans)
    free = np.empty(num_sets, dtype=np.int32)
    num_free = find_free_sets(seq, weights, plans, free)
    fixed = np.empty(num_actions)
    for a in range(num_actions):
        labels[a] = 0 if plans[a] > POSITIVE else 1
        fixed[a] = plans[a]
    for k in range(num_free):
        for a in range(seq.action_starts[free[k]], seq.action_starts[free[k] + 1]):
            fixed[a] = 0.0
    masks = np.zeros(num_sets, dtype=np.int32)
    for k in range(num_free):
        masks[k] = next_mask(0, allowed[free[k]])
    orders, levels = np.zeros(num_actions, dtype=np.int32), np.zeros(num_sets, dtype=np.int32)
    tables = (_table(seq, 0), _table(seq, 1))
    proof = True
    for _ in range(max_tries):
        for k in range(num_free):
            first = seq.action_starts[free[k]]
            for a in range(first, seq.action_starts[free[k] + 1]):
                labels[a] = 0 if (masks[k] >> (a - first)) & 1 else 1
        order_actions(seq, labels, orders)
        order_sets(seq, weights, orders, levels)
        if _solve_side(seq, weights, 0, fixed, labels, orders, levels, tables[0], solution) and _solve_side(
            seq, weights, 1, fixed, labels, orders, levels, tables[1], solution
        ):
            return FOUND
        proof = proof and _orders_are_general(seq, weights, labels, orders, levels)
        if not _next_masks(allowed, free, num_free, masks):
            return EXCLUDED if proof else OPEN_QUESTION
    return OPEN_QUESTION


@kernel
def _next_masks(allowed: Ints, free: Ints, num_free: int, masks: Ints) -> bool:
    """Move to the next combination of supports at the free sets. Returns whether there is one."""
    for k in range(num_free):
        masks[k] = next_mask(masks[k], allowed[free[k]])
        if masks[k] != 0:
            return True
        masks[k] = next_mask(0, allowed[free[k]])
    return False


@kernel
def _table(seq: Sequences, side: int) -> Floats:
    """Scratch for one side's system.

    It is that of ``write_constraints`` with a row and a surplus for each of the other's sets, and a row for each of the
    side's actions on the path.
    """
    other = 1 - side
    rows = seq.num_sets[side] + seq.num_actions[other] + seq.num_sets[other] + seq.num_actions[side]
    return np.zeros((rows, seq.num_actions[side] + 2 * seq.num_sets[other] + seq.num_actions[other] + 1))


@kernel
def _solve_side(
    seq: Sequences,
    weights: Weights,
    side: int,
    fixed: Floats,
    labels: Ints,
    orders: Ints,
    levels: Ints,
    table: Floats,
    solution: Floats,
) -> bool:
    """Solve for the plan of ``side``, given on the path as ``fixed[A]``, and write its entries of ``solution[A]``.

    Returns whether there is one.
    """
    other = 1 - side
    write_constraints(seq, weights, side, labels, orders, levels, table)
    columns = table.shape[1] - 1
    first_surplus = columns - seq.num_sets[other]
    row = seq.num_sets[side] + seq.num_actions[other]
    for infoset in range(len(levels)):
        if seq.sides[infoset] == other:
            if levels[infoset] > 0:
                _write_weight(seq, weights, side, infoset, orders, levels, table[row])
                table[row, first_surplus + seq.places[infoset]] = -1.0
            row += 1
    for a in range(len(fixed)):
        if seq.sides[seq.infosets[a]] == side:
            if fixed[a] > POSITIVE:
                table[row, seq.columns[a]] = 1.0
                table[row, columns] = fixed[a]
            row += 1
    basis = np.empty(len(table), dtype=np.int32)
    banned = np.zeros(columns, dtype=np.int32)
    ban_slack(seq, side, labels, banned)
    if not make_feasible(table, basis, banned):
        return False
    for a in range(len(fixed)):
        if seq.sides[seq.infosets[a]] == side:
            solution[a] = value_of(table, basis, seq.columns[a])
    return True


@kernel
def _write_weight(
    seq: Sequences, weights: Weights, side: int, infoset: int, orders: Ints, levels: Ints, row: Floats
) -> None:
    """Write that the set's nodes of least order weigh at least 1 to ``row``, or nothing where nature alone decides."""
    last = len(row) - 1
    row[last] = 1.0
    for m in range(seq.member_starts[infoset], seq.member_starts[infoset + 1]):
        node = seq.members[m]
        if order_of(seq, weights, orders, side, node) != levels[infoset]:
            continue
        own = seq.node_last[node, side]
        if own >= 0:
            row[seq.columns[own]] += weights.nature[node]
        else:
            row[last] = 0.0


@kernel
def _orders_are_general(seq: Sequences, weights: Weights, labels: Ints, orders: Ints, levels: Ints) -> bool:
    """Whether trembles of other orders would allow no more than those of order 1 and zero weights do.

    They do not where every node of a set off the path lies exactly one tremble of the other side away, and no such
    tremble leads to two sets. Nodes behind more branches of probability zero than others of their set never count.
    """
    owner = np.full(len(labels), -1, dtype=np.int32)
    for infoset in seq.order:
        zeros = levels[infoset] // CHANCE_ORDER
        if levels[infoset] == zeros * CHANCE_ORDER:
            continue
        other = 1 - seq.sides[infoset]
        for m in range(seq.member_starts[infoset], seq.member_starts[infoset + 1]):
            node = seq.members[m]
            if weights.zeros[node] > zeros:
                continue
            if order_of(seq, weights, orders, other, node) != zeros * CHANCE_ORDER + 1:
                return False
            action = seq.node_last[node, other]
            while labels[action] == 0:
                action = seq.before[seq.infosets[action]]
            if owner[action] >= 0 and owner[action] != infoset:
                return False
            owner[action] = infoset
    return True


@kernel
def write_logs(seq: Sequences, solution: Floats, labels: Ints, logs: Floats) -> None:
    """Write log probabilities ``logs[A]`` of a profile with the weights and orders of ``refine``."""
    fill(logs, 0.0)
    for infoset in range(len(seq.sides)):
        start, stop = seq.action_starts[infoset], seq.action_starts[infoset + 1]
        before = seq.before[infoset]
        base = solution[before] if before >= 0 else 1.0
        total, count = 0.0, 0
        for a in range(start, stop):
            if labels[a] == 0:
                total += solution[a]
                count += 1
        for a in range(start, stop):
            if labels[a] == 0 and total > 0.0 and solution[a] > 0.0:
                logs[a] = np.log(solution[a] / total)
            elif labels[a] == 0:
                logs[a] = -np.log(count) if total <= 0.0 else 1.5 * TREMBLE_LOG
            elif solution[a] > 0.0 and base > 0.0:
                logs[a] = TREMBLE_LOG + np.log(solution[a] / base)
            else:
                logs[a] = 1.5 * TREMBLE_LOG
