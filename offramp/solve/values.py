"""Kernels: from log odds to beliefs, values and action values of one draw, and their derivatives.

With ``l[h, a]`` the log probability of action a at information set h, the belief at node x of h is ``mu(x) = exp(L(x))
/ sum over h of exp(L)`` where L adds the logs of the steps that tell the nodes of h apart: it stays exact however
improbable h is. Nodes that are worth the same form a class k with ``m(k)``, the sum of their beliefs, and
``Q(h, a) = sum over k of m(k) V(k a)``.

Derivatives, for an unknown z of action c at set g (``dl[g, b]/dz = [b = c] - pi[g, c]``):

- beliefs: a node x of class k of h whose path takes b at g adds ``mu(x) (V(k a) - Q(h, a)) ([b = c] - pi[g, c])``;
- what follows: with ``w`` the weight of a slot in Q(h, a), gathered from h downwards, a slot y of g adds
  ``w pi[g, c] (V(y c) - V(y))``.

A chance branch of probability zero counts as an infinitesimal of its own order: beliefs at a set are spread over the
nodes with fewest such branches above them ("active" members), so they are defined even where nature alone rules the
set out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import fill
from offramp.solve.jit import inlined, lean
from offramp.solve.tape import Tape


class State(NamedTuple):
    """What log odds imply, and scratch; overwritten by every evaluation."""

    logs: Floats  # [A + D]: log probability of each step
    probabilities: Floats  # [A + D]
    values: Floats  # [Z + M]
    active: Ints  # [members of families]
    beliefs: Floats  # [members of families]
    masses: Floats  # [classes]
    q: Floats  # [A]
    slopes: Floats  # of each action, derivatives with respect to its set's columns
    weights: Floats  # [Z + M]: zero between uses, but at the leaves, where nobody reads them


def allocate_state(tape: Tape) -> State:
    """Scratch of one thread."""
    steps = int(tape.action_starts[-1]) + tape.num_chance
    members = int(tape.family_starts[-1])
    return State(
        logs=np.zeros(steps),
        probabilities=np.zeros(steps),
        values=np.zeros(len(tape.leaf_cells) + len(tape.slot_infosets)),
        active=np.zeros(members, dtype=np.int32),
        beliefs=np.zeros(members),
        masses=np.ones(int(tape.class_starts[-1])),
        q=np.zeros(int(tape.action_starts[-1])),
        slopes=np.zeros(tape.num_slopes),
        weights=np.zeros(len(tape.leaf_cells) + len(tape.slot_infosets)),
    )


@lean
def load_draw(tape: Tape, leaves: Floats, chance: Floats, state: State) -> None:
    """Write the numbers of one draw to ``state``: ``leaves[Z]`` in [0, 1] and ``chance[D]``."""
    for leaf in range(len(leaves)):
        state.values[leaf] = leaves[leaf]
    first = len(state.q)
    for branch in range(len(chance)):
        state.probabilities[first + branch] = chance[branch]
        state.logs[first + branch] = np.log(chance[branch]) if chance[branch] > 0.0 else 0.0
    for family in range(len(tape.family_starts) - 1):
        _mark_active(tape, family, state)


@inlined
def _mark_active(tape: Tape, family: int, state: State) -> None:
    fewest = 1 << 30
    for member in range(tape.family_starts[family], tape.family_starts[family + 1]):
        zeros = 0
        for e in range(tape.entry_starts[member], tape.entry_starts[member + 1]):
            step = tape.entries[e]
            if step >= len(state.q) and state.probabilities[step] == 0.0:
                zeros += 1
        state.active[member] = zeros
        fewest = min(fewest, zeros)
    for member in range(tape.family_starts[family], tape.family_starts[family + 1]):
        state.active[member] = 1 if state.active[member] == fewest else 0


@lean
def evaluate(tape: Tape, z: Floats, state: State) -> None:
    """Fill ``state`` with what the log odds ``z[V]`` imply, slopes left out."""
    log_odds_to_probabilities(tape, z, state.logs, state.probabilities)
    evaluate_profile(tape, state)


@inlined
def evaluate_profile(tape: Tape, state: State) -> None:
    """Fill ``state`` with what its log probabilities and probabilities of actions imply, slopes left out."""
    _sum_values(tape, state)
    for family in range(len(tape.family_starts) - 1):
        _update_beliefs(tape, family, state)
    for infoset in range(len(tape.num_actions)):
        _action_values(tape, infoset, state)


@inlined
def log_odds_to_probabilities(tape: Tape, z: Floats, logs: Floats, probabilities: Floats) -> None:
    """Write log probabilities and probabilities of the A actions from the log odds ``z[V]``."""
    for infoset in range(len(tape.num_actions)):
        start, count = tape.action_starts[infoset], tape.num_actions[infoset]
        variable = tape.variable_starts[infoset] - 1
        if count == 2:
            odds = z[variable + 1]
            small = np.exp(-abs(odds))
            shift = np.log1p(small)
            share = 1.0 / (1.0 + small)
            up = odds > 0.0
            logs[start] = (-odds if up else 0.0) - shift
            logs[start + 1] = (0.0 if up else odds) - shift
            probabilities[start] = small * share if up else share
            probabilities[start + 1] = share if up else small * share
            continue
        largest = 0.0
        for a in range(1, count):
            largest = max(largest, z[variable + a])
        total = 0.0
        for a in range(count):
            logs[start + a] = (z[variable + a] if a > 0 else 0.0) - largest
            probabilities[start + a] = np.exp(logs[start + a])
            total += probabilities[start + a]
        shift, share = np.log(total), 1.0 / total
        for a in range(count):
            logs[start + a] -= shift
            probabilities[start + a] *= share


@inlined
def _sum_values(tape: Tape, state: State) -> None:
    first = len(tape.leaf_cells)
    for slot in range(len(tape.slot_infosets)):
        total = 0.0
        for t in range(tape.term_starts[slot], tape.term_starts[slot + 1]):
            total += state.probabilities[tape.term_steps[t]] * state.values[tape.term_slots[t]]
        state.values[first + slot] = total


@inlined
def _update_beliefs(tape: Tape, family: int, state: State) -> None:
    first, last = tape.family_starts[family], tape.family_starts[family + 1]
    largest = -np.inf
    for member in range(first, last):
        if state.active[member] == 0:
            continue
        total = 0.0
        for e in range(tape.entry_starts[member], tape.entry_starts[member + 1]):
            total += state.logs[tape.entries[e]]
        state.beliefs[member] = total
        largest = max(largest, total)
    total = 0.0
    for member in range(first, last):
        state.beliefs[member] = np.exp(state.beliefs[member] - largest) if state.active[member] == 1 else 0.0
        total += state.beliefs[member]
    share = 1.0 / total
    for member in range(first, last):
        state.beliefs[member] *= share


@inlined
def _action_values(tape: Tape, infoset: int, state: State) -> None:
    start, count = tape.action_starts[infoset], tape.num_actions[infoset]
    first, last = tape.class_starts[infoset], tape.class_starts[infoset + 1]
    family = tape.families[infoset]
    if family < 0:
        offset = tape.class_offsets[first]
        for a in range(count):
            state.q[start + a] = state.values[tape.class_slots[offset + a]]
        return
    for k in range(first, last):
        state.masses[k] = 0.0
    members = tape.family_starts[family]
    chosen = tape.class_map_starts[infoset]
    for m in range(tape.family_starts[family + 1] - members):
        state.masses[first + tape.member_classes[chosen + m]] += state.beliefs[members + m]
    for a in range(count):
        total = 0.0
        for k in range(first, last):
            if state.masses[k] > 0.0:
                total += state.masses[k] * state.values[tape.class_slots[tape.class_offsets[k] + a]]
        state.q[start + a] = total


@inlined
def differentiate(tape: Tape, state: State) -> None:
    """Write the derivatives of all action values to ``state.slopes``; ``state`` holds an evaluation."""
    fill(state.slopes, 0.0)
    for infoset in range(len(tape.num_actions)):
        length = tape.column_starts[infoset + 1] - tape.column_starts[infoset]
        if length == 0:
            continue
        for a in range(tape.num_actions[infoset]):
            row = tape.slope_starts[infoset] + a * length
            _add_what_follows(tape, infoset, a, row, state)
        if tape.families[infoset] >= 0:
            _add_beliefs(tape, infoset, length, state)


@inlined
def _add_what_follows(tape: Tape, infoset: int, a: int, row: int, state: State) -> None:
    """Add the effect of all odds below action ``a`` on its value to ``slopes[row:]``."""
    leaves = len(tape.leaf_cells)
    action = tape.action_starts[infoset] + a
    first_visit, last_visit = tape.visit_starts[action], tape.visit_starts[action + 1]
    if first_visit == last_visit:
        return
    for k in range(tape.class_starts[infoset], tape.class_starts[infoset + 1]):
        state.weights[tape.class_slots[tape.class_offsets[k] + a]] += state.masses[k]
    for v in range(first_visit, last_visit):
        visit = tape.visits[v]
        slot = leaves + visit
        weight = state.weights[slot]
        state.weights[slot] = 0.0
        first, last = tape.term_starts[visit], tape.term_starts[visit + 1]
        place = row + tape.visit_columns[v]
        if place < row:
            for t in range(first, last):
                state.weights[tape.term_slots[t]] += weight * state.probabilities[tape.term_steps[t]]
            continue
        below = tape.term_slots[first]
        state.weights[below] += weight * state.probabilities[tape.term_steps[first]]
        mean = state.values[slot]
        for t in range(first + 1, last):
            below = tape.term_slots[t]
            share = weight * state.probabilities[tape.term_steps[t]]
            state.weights[below] += share
            state.slopes[place + t - first - 1] += share * (state.values[below] - mean)


@inlined
def _add_beliefs(tape: Tape, infoset: int, length: int, state: State) -> None:
    """Add the effect on the action values at ``infoset`` of the odds above it, through beliefs."""
    family = tape.families[infoset]
    first_class = tape.class_starts[infoset]
    start, rows = tape.action_starts[infoset], tape.slope_starts[infoset]
    members = tape.family_starts[family]
    pull_at = tape.pull_starts[infoset]
    for m in range(tape.family_starts[family + 1] - members):
        member = members + m
        first, last = tape.entry_starts[member], tape.entry_starts[member + 1]
        belief = state.beliefs[member]
        if belief > 0.0:
            k = first_class + tape.member_classes[tape.class_map_starts[infoset] + m]
            offset = tape.class_offsets[k]
            for a in range(tape.num_actions[infoset]):
                pull = belief * (state.values[tape.class_slots[offset + a]] - state.q[start + a])
                _pull(tape, first, last, pull_at, pull, rows + a * length, state)
        pull_at += last - first


@inlined
def _pull(tape: Tape, first: int, last: int, pull_at: int, pull: float, row: int, state: State) -> None:
    """Add ``pull``, of the member with entries ``first`` to ``last``, to ``slopes[row:]``."""
    for e in range(first, last):
        place = tape.pull_columns[pull_at + e - first]
        if place < 0:
            continue
        action = tape.entries[e]
        upper = tape.action_owners[action]
        above = tape.action_starts[upper]
        if action > above:
            state.slopes[row + place + action - above - 1] += pull
        if tape.pull_whole[pull_at + e - first] == 0:
            for c in range(1, tape.num_actions[upper]):
                state.slopes[row + place + c - 1] -= pull * state.probabilities[above + c]
