"""Kernels: games that iterated conditional dominance solves.

An action is given up where, at every node of its information set that can carry belief, another action is worth more
whatever is still possible below (intervals; Fudenberg & Tirole 1991, section 4.6; Shimoji & Watson 1998). A node
carries no belief once a step to it is given up while all steps of others to another node are certain. What is given up
has probability zero in *every* sequential equilibrium, so where one action is left at each set the sequential
equilibrium is unique, and limits of logit equilibria, being sequential (McKelvey & Palfrey 1998), are that one: the
branch need not be traced. Its log odds at s follow from the logit equations, beliefs first where they come first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.jit import inlined, lean
from offramp.solve.tape import Tape
from offramp.solve.values import State, evaluate_profile

MARGIN = 1e-9
"""Differences of values below this, in units of the payoff range, count as none."""

CERTAIN_LOG = -45.0
"""An action that is given up must be less likely than this at s; its probability is then zero in float64."""

SETTLED = 1e-12
"""Largest relative change of log odds at which they count as solved."""

ROUNDS = 20


class Bounds(NamedTuple):
    """Scratch: what is still possible."""

    low: Floats  # [Z + M]
    high: Floats  # [Z + M]
    possible: Ints  # [A]
    left: Ints  # [I]: how many actions are possible
    standing: Ints  # [members of families]: 0 dead, 1 possible, 2 sure
    counted: Ints  # [classes]: whether a class can carry belief


def allocate_bounds(tape: Tape) -> Bounds:
    """Scratch of one thread."""
    slots = len(tape.leaf_cells) + len(tape.slot_infosets)
    return Bounds(
        low=np.zeros(slots),
        high=np.zeros(slots),
        possible=np.ones(int(tape.action_starts[-1]), dtype=np.int32),
        left=np.zeros(len(tape.num_actions), dtype=np.int32),
        standing=np.zeros(int(tape.family_starts[-1]), dtype=np.int32),
        counted=np.ones(int(tape.class_starts[-1]), dtype=np.int32),
    )


@lean
def solve_by_dominance(tape: Tape, rates: Floats, s: float, state: State, bounds: Bounds) -> bool:
    """Leave the log probabilities of the unique sequential equilibrium in ``state.logs``, as the branch has them at s.

    ``state`` holds the draw. Returns False where dominance leaves a choice, or a loss is too small to tell.
    """
    for action in range(len(bounds.possible)):
        bounds.possible[action] = 1
    open_sets = 0
    for infoset in range(len(tape.num_actions)):
        bounds.left[infoset] = tape.num_actions[infoset]
        open_sets += 1 if tape.num_actions[infoset] > 1 else 0
    for leaf in range(len(tape.leaf_cells)):
        bounds.low[leaf] = bounds.high[leaf] = state.values[leaf]
    given_up = 1
    while given_up > 0 and open_sets > 0:
        given_up = _sweep(tape, state, bounds)
        open_sets = 0
        for infoset in range(len(tape.num_actions)):
            open_sets += 1 if bounds.left[infoset] > 1 else 0
    return open_sets == 0 and _solve_odds(tape, rates, s, state, bounds)


@inlined
def _sweep(tape: Tape, state: State, bounds: Bounds) -> int:
    """Bound all values from the leaves up, testing each set as soon as its values are bounded: actions given up."""
    leaves = len(tape.leaf_cells)
    given_up = 0
    ready = 0
    for slot in range(-1, len(tape.slot_infosets)):
        if slot >= 0:
            _bound(tape, slot, state, bounds)
        while ready < len(tape.ready_slots) and tape.ready_slots[ready] <= leaves + max(slot, -1):
            infoset = tape.ready_infosets[ready]
            if bounds.left[infoset] > 1:
                given_up += _test(tape, infoset, state, bounds)
            ready += 1
    return given_up


@inlined
def _bound(tape: Tape, slot: int, state: State, bounds: Bounds) -> None:
    leaves = len(tape.leaf_cells)
    first, last = tape.term_starts[slot], tape.term_starts[slot + 1]
    if tape.slot_infosets[slot] < 0:
        low, high = 0.0, 0.0
        for t in range(first, last):
            weight, below = state.probabilities[tape.term_steps[t]], tape.term_slots[t]
            low += weight * bounds.low[below]
            high += weight * bounds.high[below]
    else:
        low, high = np.inf, -np.inf
        for t in range(first, last):
            if bounds.possible[tape.term_steps[t]] == 1:
                low = min(low, bounds.low[tape.term_slots[t]])
                high = max(high, bounds.high[tape.term_slots[t]])
    bounds.low[leaves + slot] = low
    bounds.high[leaves + slot] = high


@inlined
def _test(tape: Tape, infoset: int, state: State, bounds: Bounds) -> int:
    """Give up the dominated actions of a set; returns how many."""
    start, count = tape.action_starts[infoset], tape.num_actions[infoset]
    if tape.families[infoset] >= 0:
        _count_classes(tape, infoset, state, bounds)
    given_up = 0
    for a in range(count):
        for b in range(count):
            if a == b or bounds.possible[start + a] == 0 or bounds.possible[start + b] == 0:
                continue
            if _dominates(tape, infoset, b, a, bounds):
                bounds.possible[start + a] = 0
                bounds.left[infoset] -= 1
                given_up += 1
    return given_up


@inlined
def _dominates(tape: Tape, infoset: int, better: int, worse: int, bounds: Bounds) -> bool:
    for k in range(tape.class_starts[infoset], tape.class_starts[infoset + 1]):
        offset = tape.class_offsets[k]
        high = bounds.high[tape.class_slots[offset + worse]]
        if bounds.counted[k] == 1 and not high < bounds.low[tape.class_slots[offset + better]] - MARGIN:
            return False
    return True


@inlined
def _count_classes(tape: Tape, infoset: int, state: State, bounds: Bounds) -> None:
    """Mark the classes of a set that can carry belief."""
    family = tape.families[infoset]
    members, last = tape.family_starts[family], tape.family_starts[family + 1]
    anyone_sure = False
    for member in range(members, last):
        standing = 2 if state.active[member] == 1 else 0
        for e in range(tape.entry_starts[member], tape.entry_starts[member + 1]):
            step = tape.entries[e]
            if step < len(bounds.possible):
                if bounds.possible[step] == 0:
                    standing = 0
                elif bounds.left[tape.action_owners[step]] > 1:
                    standing = min(standing, 1)
        bounds.standing[member] = standing
        anyone_sure = anyone_sure or standing == 2
    for k in range(tape.class_starts[infoset], tape.class_starts[infoset + 1]):
        bounds.counted[k] = 0
    first, chosen = tape.class_starts[infoset], tape.class_map_starts[infoset]
    for m in range(last - members):
        member = members + m
        carries = bounds.standing[member] > 0 or (not anyone_sure and state.active[member] == 1)
        if carries:
            bounds.counted[first + tape.member_classes[chosen + m]] = 1


@lean
def _solve_odds(tape: Tape, rates: Floats, s: float, state: State, bounds: Bounds) -> bool:
    """Solve the logit equations at s for log probabilities.

    Every choice is certain. Returns False where they do not settle.
    """
    for action in range(len(bounds.possible)):
        state.probabilities[action] = bounds.possible[action]
        state.logs[action] = 0.0 if bounds.possible[action] == 1 else 2.0 * CERTAIN_LOG
    for _ in range(ROUNDS):
        evaluate_profile(tape, state)
        largest = 0.0
        for infoset in range(len(tape.num_actions)):
            rate = s * rates[tape.infoset_players[infoset]]
            start, last = tape.action_starts[infoset], tape.action_starts[infoset + 1]
            best = start
            for action in range(start, last):
                best = action if bounds.possible[action] == 1 else best
            for action in range(start, last):
                log = rate * (state.q[action] - state.q[best])
                if action != best and not log <= CERTAIN_LOG:
                    return False
                largest = max(largest, abs(log - state.logs[action]) / (1.0 + abs(log)))
                state.logs[action] = log
        if largest <= SETTLED:
            return True
    return False
