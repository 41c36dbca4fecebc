"""Kernels: from log odds to beliefs, values and action values of one draw, and their derivatives.

With ``l[h, a]`` the log probability of action a at information set h, the belief at node x of h is ``mu(x) = exp(L(x))
/ sum over h of exp(L)`` where L adds the logs of the steps that tell the nodes of h apart: it stays exact however
improbable h is. Nodes that are worth the same form a class k with ``m(k)``, the sum of their beliefs, and
``Q(h, a) = sum over k of m(k) V(k a)``.

Derivatives, for an unknown z of action c at set g (``dl[g, b]/dz = [b = c] - pi[g, c]``):

- beliefs: a node x of class k of h whose path takes b at g adds ``mu(x) (V(k a) - Q(h, a)) ([b = c] - pi[g, c])``;
- what follows: with ``w`` the weight of a slot in Q(h, a), gathered from h downwards, a slot y of g adds
  ``w pi[g, c] (V(y c) - V(y))``.

What is wanted are the differences Q(h, 0) - Q(h, a); where there are two actions, one gathering with weights of either
sign gives theirs.

A chance branch of probability zero counts as an infinitesimal of its own order: beliefs at a set are spread over the
nodes with fewest such branches above them ("active" members), so they are defined even where nature alone rules the
set out.

The kernels work on one draw or on draws side by side, whichever a :class:`State` has room for
(:mod:`offramp.solve.lanes`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats
from offramp.solve.jit import inlined, lean
from offramp.solve.lanes import (
    Number,
    anywhere,
    at,
    exp,
    get,
    log,
    log1p,
    magnitude,
    maximum,
    put,
    rows,
    spread,
    where,
)
from offramp.solve.tape import Tape


class State(NamedTuple):
    """What log odds imply, and scratch; overwritten by every evaluation.

    Every array has a row, of one number or of one for each lane, for each of what stands beside it.
    """

    logs: Floats  # A + D: log probability of each step
    probabilities: Floats  # A + D
    values: Floats  # Z + M
    active: Floats  # members of families: 1 or 0
    beliefs: Floats  # members of families
    masses: Floats  # classes
    q: Floats  # A
    weights: Floats  # Z + M: zero between uses


def allocate_state(tape: Tape, side_by_side: bool = False) -> State:
    """Scratch of one thread, for one draw or for draws side by side."""
    steps = int(tape.action_starts[-1]) + tape.num_chance
    members = int(tape.family_starts[-1])
    slots = len(tape.leaf_cells) + len(tape.slot_infosets)
    state = State(
        logs=rows(steps, side_by_side),
        probabilities=rows(steps, side_by_side),
        values=rows(slots, side_by_side),
        active=rows(members, side_by_side),
        beliefs=rows(members, side_by_side),
        masses=rows(int(tape.class_starts[-1]), side_by_side),
        q=rows(int(tape.action_starts[-1]), side_by_side),
        weights=rows(slots, side_by_side),
    )
    state.masses[:] = 1.0
    return state


@lean
def load_draw(tape: Tape, leaves: Floats, chance: Floats, state: State) -> None:
    """Write the numbers of one draw to the ``state`` of one: ``leaves[Z]`` in [0, 1] and ``chance[D]``."""
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
    for member in range(at(tape.family_starts, family), at(tape.family_starts, family + 1)):
        zeros = 0
        for e in range(at(tape.entry_starts, member), at(tape.entry_starts, member + 1)):
            step = at(tape.entries, e)
            if step >= len(state.q) and state.probabilities[step] == 0.0:
                zeros += 1
        state.active[member] = zeros
        fewest = min(fewest, zeros)
    for member in range(at(tape.family_starts, family), at(tape.family_starts, family + 1)):
        state.active[member] = 1.0 if state.active[member] == fewest else 0.0


@lean
def load_lane(tape: Tape, state: State, lane: int, lanes: State) -> None:
    """Write the draw in ``state`` to a lane of ``lanes``."""
    for leaf in range(len(tape.leaf_cells)):
        lanes.values[leaf, lane] = state.values[leaf]
    for step in range(len(state.q), len(state.logs)):
        lanes.probabilities[step, lane] = state.probabilities[step]
        lanes.logs[step, lane] = state.logs[step]
    for member in range(len(state.active)):
        lanes.active[member, lane] = state.active[member]


@lean
def evaluate(tape: Tape, z: Floats, state: State) -> None:
    """Fill ``state`` with what the log odds in the V rows of ``z`` imply."""
    log_odds_to_probabilities(tape, z, state.logs, state.probabilities)
    evaluate_profile(tape, state)


@inlined
def evaluate_profile(tape: Tape, state: State) -> None:
    """Fill ``state`` with what its log probabilities and probabilities of actions imply."""
    _sum_values(tape, state)
    for family in range(len(tape.family_starts) - 1):
        _update_beliefs(tape, family, state)
    for infoset in range(len(tape.num_actions)):
        _action_values(tape, infoset, state)


@inlined
def log_odds_to_probabilities(tape: Tape, z: Floats, logs: Floats, probabilities: Floats) -> None:
    """Write log probabilities and probabilities of the A actions from the log odds in the V rows of ``z``."""
    for infoset in range(len(tape.num_actions)):
        start, count = at(tape.action_starts, infoset), at(tape.num_actions, infoset)
        variable = at(tape.variable_starts, infoset) - 1
        if count == 2:
            odds = get(z, variable + 1)
            small = exp(-magnitude(odds))
            shift = log1p(small)
            share = 1.0 / (1.0 + small)
            rest = small * share
            up = odds > 0.0
            put(logs, start, where(up, -odds, 0.0) - shift)
            put(logs, start + 1, where(up, 0.0, odds) - shift)
            put(probabilities, start, where(up, rest, share))
            put(probabilities, start + 1, where(up, share, rest))
        else:
            _many_log_odds(z, variable, start, count, logs, probabilities)


@inlined
def _many_log_odds(z: Floats, variable: int, start: int, count: int, logs: Floats, probabilities: Floats) -> None:
    largest = spread(z, 0.0)
    for a in range(1, count):
        largest = maximum(largest, get(z, variable + a))
    total = spread(z, 0.0)
    for a in range(count):
        put(logs, start + a, -largest)
        if a > 0:
            put(logs, start + a, get(z, variable + a) - largest)
        probability = exp(get(logs, start + a))
        put(probabilities, start + a, probability)
        total = total + probability
    shift, share = log(total), 1.0 / total
    for a in range(count):
        put(logs, start + a, get(logs, start + a) - shift)
        put(probabilities, start + a, get(probabilities, start + a) * share)


@inlined
def _sum_values(tape: Tape, state: State) -> None:
    first = len(tape.leaf_cells)
    for slot in range(len(tape.slot_infosets)):
        t = at(tape.term_starts, slot)
        total = get(state.probabilities, at(tape.term_steps, t)) * get(state.values, at(tape.term_slots, t))
        for t in range(at(tape.term_starts, slot) + 1, at(tape.term_starts, slot + 1)):
            total = total + get(state.probabilities, at(tape.term_steps, t)) * get(state.values, at(tape.term_slots, t))
        put(state.values, first + slot, total)


@inlined
def _update_beliefs(tape: Tape, family: int, state: State) -> None:
    first, last = at(tape.family_starts, family), at(tape.family_starts, family + 1)
    largest = spread(state.beliefs, -np.inf)
    for member in range(first, last):
        total = spread(state.beliefs, 0.0)
        for e in range(at(tape.entry_starts, member), at(tape.entry_starts, member + 1)):
            total = total + get(state.logs, at(tape.entries, e))
        total = where(get(state.active, member) > 0.0, total, -np.inf)
        put(state.beliefs, member, total)
        largest = maximum(largest, total)
    total = spread(state.beliefs, 0.0)
    for member in range(first, last):
        belief = exp(get(state.beliefs, member) - largest)
        put(state.beliefs, member, belief)
        total = total + belief
    share = 1.0 / total
    for member in range(first, last):
        put(state.beliefs, member, get(state.beliefs, member) * share)


@inlined
def _action_values(tape: Tape, infoset: int, state: State) -> None:
    start, count = at(tape.action_starts, infoset), at(tape.num_actions, infoset)
    first, last = at(tape.class_starts, infoset), at(tape.class_starts, infoset + 1)
    family = at(tape.families, infoset)
    if family < 0:
        offset = at(tape.class_offsets, first)
        for a in range(count):
            put(state.q, start + a, get(state.values, at(tape.class_slots, offset + a)))
        return
    for k in range(first, last):
        put(state.masses, k, 0.0)
    members = at(tape.family_starts, family)
    chosen = at(tape.class_map_starts, infoset)
    for m in range(at(tape.family_starts, family + 1) - members):
        k = first + at(tape.member_classes, chosen + m)
        put(state.masses, k, get(state.masses, k) + get(state.beliefs, members + m))
    for a in range(count):
        total = spread(state.q, 0.0)
        for k in range(first, last):
            total = total + get(state.masses, k) * get(
                state.values, at(tape.class_slots, at(tape.class_offsets, k) + a)
            )
        put(state.q, start + a, total)


@inlined
def differentiate(tape: Tape, speeds: Floats, state: State, slopes: Floats) -> None:
    """Write the slopes of how much less every action is worth than action 0, times its player's of ``speeds`` (P rows).

    They go to ``slopes``, in the order of the tape's; ``state`` holds an evaluation.
    """
    for slope in range(tape.num_slopes):
        put(slopes, slope, 0.0)
    for infoset in range(len(tape.num_actions)):
        length = at(tape.column_starts, infoset + 1) - at(tape.column_starts, infoset)
        count = at(tape.num_actions, infoset)
        if length == 0 or count == 1:
            continue
        speed = get(speeds, at(tape.infoset_players, infoset))
        row = at(tape.slope_starts, infoset)
        _seed(tape, infoset, 0, speed, state)
        if count > 2:  # else the two actions are swept together
            _sweep(tape, infoset, 0, row, state, slopes)
            for slope in range(row + length, row + (count - 1) * length):
                put(slopes, slope, get(slopes, slope - length))
        for a in range(1, count):
            _seed(tape, infoset, a, -speed, state)
            _sweep(tape, infoset, a, row + (a - 1) * length, state, slopes)
        if at(tape.families, infoset) >= 0:
            _add_beliefs(tape, infoset, length, speed, state, slopes)


@inlined
def _add(array: Floats, i: int, value: Number) -> None:
    put(array, i, get(array, i) + value)


@inlined
def _seed(tape: Tape, infoset: int, a: int, speed: Number, state: State) -> None:
    """Put ``speed`` times the masses of the classes on what action ``a`` leads to."""
    for k in range(at(tape.class_starts, infoset), at(tape.class_starts, infoset + 1)):
        slot = at(tape.class_slots, at(tape.class_offsets, k) + a)
        if slot >= len(tape.leaf_cells):
            _add(state.weights, slot, speed * get(state.masses, k))


@inlined
def _sweep(tape: Tape, infoset: int, a: int, row: int, state: State, slopes: Floats) -> None:
    """Add the effect of all odds below action ``a``, by the weights seeded, to ``slopes[row:]``."""
    leaves = len(tape.leaf_cells)
    action = at(tape.action_starts, infoset) + a
    for v in range(at(tape.visit_starts, action), at(tape.visit_starts, action + 1)):
        visit = at(tape.visits, v)
        slot = leaves + visit
        weight = get(state.weights, slot)
        put(state.weights, slot, 0.0)
        first, last = at(tape.term_starts, visit), at(tape.term_starts, visit + 1)
        place = row + at(tape.visit_columns, v)
        if place < row:
            for t in range(first, last):
                below = at(tape.term_slots, t)
                if below >= leaves:
                    _add(state.weights, below, weight * get(state.probabilities, at(tape.term_steps, t)))
            continue
        mean = get(state.values, slot)
        for t in range(first, last):
            below = at(tape.term_slots, t)
            share = weight * get(state.probabilities, at(tape.term_steps, t))
            if below >= leaves:
                _add(state.weights, below, share)
            if t > first:
                _add(slopes, place + t - first - 1, share * (get(state.values, below) - mean))


@inlined
def _add_beliefs(tape: Tape, infoset: int, length: int, speed: Number, state: State, slopes: Floats) -> None:
    """Add the effect at ``infoset`` of the odds above it, through beliefs."""
    family = at(tape.families, infoset)
    first_class = at(tape.class_starts, infoset)
    start, row = at(tape.action_starts, infoset), at(tape.slope_starts, infoset)
    members = at(tape.family_starts, family)
    pull_at = at(tape.pull_starts, infoset)
    for m in range(at(tape.family_starts, family + 1) - members):
        member = members + m
        first, last = at(tape.entry_starts, member), at(tape.entry_starts, member + 1)
        belief = get(state.beliefs, member)
        if anywhere(belief > 0.0):
            k = first_class + at(tape.member_classes, at(tape.class_map_starts, infoset) + m)
            offset = at(tape.class_offsets, k)
            lead = get(state.values, at(tape.class_slots, offset)) - get(state.q, start)
            for a in range(1, at(tape.num_actions, infoset)):
                other = get(state.values, at(tape.class_slots, offset + a)) - get(state.q, start + a)
                pull = speed * belief * (lead - other)
                _pull(tape, first, last, pull_at, pull, row + (a - 1) * length, state, slopes)
        pull_at += last - first


@inlined
def _pull(
    tape: Tape, first: int, last: int, pull_at: int, pull: Number, row: int, state: State, slopes: Floats
) -> None:
    """Add ``pull``, of the member with entries ``first`` to ``last``, to ``slopes[row:]``."""
    for e in range(first, last):
        place = at(tape.pull_columns, pull_at + e - first)
        if place < 0:
            continue
        action = at(tape.entries, e)
        upper = at(tape.action_owners, action)
        above = at(tape.action_starts, upper)
        if action > above:
            _add(slopes, row + place + action - above - 1, pull)
        if at(tape.pull_whole, pull_at + e - first) == 0:
            for c in range(1, at(tape.num_actions, upper)):
                _add(slopes, row + place + c - 1, -(pull * get(state.probabilities, above + c)))
