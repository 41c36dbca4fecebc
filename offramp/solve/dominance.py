"""Kernels: games that iterated conditional dominance solves.

An action is given up where, at every node of its information set that can carry belief, another action is worth more
whatever is still possible below (intervals; Fudenberg & Tirole 1991, section 4.6; Shimoji & Watson 1998). A node
carries no belief once a step to it is given up while all steps of others to another node are certain. What is given up
has probability zero in *every* sequential equilibrium, so where one action is left at each set the sequential
equilibrium is unique, and limits of logit equilibria, being sequential (McKelvey & Palfrey 1998), are that one: the
branch need not be traced. Its log odds at s follow from the logit equations, beliefs first where they come first.

Where play never comes, dominance alone seldom says what is believed. Logit does: the log probability of an action that
is given up falls like s times its player's rate times what it loses, so in the limit a node carries no belief once the
steps to it lose more, in sum, than those to another node of its set. What is given up then has probability zero in
every limit of logit equilibria.

Draws are worked side by side (:mod:`offramp.solve.lanes`). A draw is done with at its own first round that finds
nothing, whatever the others need.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats
from offramp.solve.jit import inlined, lean
from offramp.solve.lanes import Number, Truth, anywhere, at, get, magnitude, maximum, negate, put, rows, spread, where
from offramp.solve.tape import Tape
from offramp.solve.values import State, evaluate_profile

MARGIN = 1e-9
"""Differences of values below this, in units of the payoff range, count as none."""

LOSS_MARGIN = 1e-4
"""Sums of losses that differ by less than this, in units of the payoff range, say nothing about beliefs."""

CERTAIN_LOG = -45.0
"""An action that is given up must be less likely than this at s; its probability is then zero in float64."""

SETTLED = 1e-12
"""Largest relative change of log odds at which they count as solved."""

ROUNDS = 20


class Bounds(NamedTuple):
    """Scratch: what is still possible, a row for each of what stands beside it."""

    low: Floats  # Z + M
    high: Floats  # Z + M
    possible: Floats  # A: 1 or 0
    left: Floats  # I: how many actions are possible
    standing: Floats  # members of families: 0 dead, 1 possible, 2 sure
    least_loss: Floats  # members of families: of the steps to them, times rates
    most_loss: Floats  # members of families
    counted: Floats  # classes: 1 where a class can carry belief, else 0


def allocate_bounds(tape: Tape) -> Bounds:
    """Scratch of one thread."""
    slots = len(tape.leaf_cells) + len(tape.slot_infosets)
    return Bounds(
        low=rows(slots, True),
        high=rows(slots, True),
        possible=rows(int(tape.action_starts[-1]), True),
        left=rows(len(tape.num_actions), True),
        standing=rows(int(tape.family_starts[-1]), True),
        least_loss=rows(int(tape.family_starts[-1]), True),
        most_loss=rows(int(tape.family_starts[-1]), True),
        counted=rows(int(tape.class_starts[-1]), True),
    )


@lean
def solve_by_dominance(tape: Tape, rates: Floats, s: Number, state: State, bounds: Bounds) -> Truth:
    """Leave the log probabilities of the unique sequential equilibrium in ``state.logs``, as the branch has them at s.

    ``state`` holds the draws. Returns where this succeeds: not where dominance leaves a choice, or a loss is too small
    to tell.
    """
    for action in range(len(bounds.possible)):
        put(bounds.possible, action, 1.0)
    for infoset in range(len(tape.num_actions)):
        put(bounds.left, infoset, float(at(tape.num_actions, infoset)))
    for k in range(len(bounds.counted)):
        put(bounds.counted, k, 1.0)
    for slot in range(len(bounds.low)):
        put(bounds.low, slot, 0.0)
        put(bounds.high, slot, 1.0)
        if slot < len(tape.leaf_cells):
            put(bounds.low, slot, get(state.values, slot))
            put(bounds.high, slot, get(state.values, slot))
    live = spread(bounds.left, 1.0) > 0.0
    while True:
        given_up = _sweep(tape, rates, live, state, bounds)
        most = spread(bounds.left, 1.0)
        for infoset in range(len(tape.num_actions)):
            most = maximum(most, get(bounds.left, infoset))
        live = live & (given_up > 0.0) & (most > 1.0)
        if not anywhere(live):
            break
    if not anywhere(most == 1.0):
        return most == 1.0
    return _solve_odds(tape, rates, s, most == 1.0, state, bounds)


@inlined
def _sweep(tape: Tape, rates: Floats, live: Truth, state: State, bounds: Bounds) -> Number:
    """Bound all values from the leaves up, testing each set as soon as its values are bounded: actions given up.

    Nothing is given up in draws that are not ``live``.
    """
    leaves = len(tape.leaf_cells)
    given_up = spread(bounds.low, 0.0)
    ready = 0
    for slot in range(-1, len(tape.slot_infosets)):
        if slot >= 0:
            _bound(tape, slot, state, bounds)
        while ready < len(tape.ready_slots) and at(tape.ready_slots, ready) <= leaves + max(slot, -1):
            infoset = at(tape.ready_infosets, ready)
            asked = live & (get(bounds.left, infoset) > 1.0)
            if anywhere(asked):
                given_up = given_up + _test(tape, rates, infoset, asked, state, bounds)
            ready += 1
    return given_up


@inlined
def _bound(tape: Tape, slot: int, state: State, bounds: Bounds) -> None:
    leaves = len(tape.leaf_cells)
    first, last = at(tape.term_starts, slot), at(tape.term_starts, slot + 1)
    if at(tape.slot_infosets, slot) < 0:
        low, high = spread(bounds.low, 0.0), spread(bounds.low, 0.0)
        for t in range(first, last):
            weight, below = get(state.probabilities, at(tape.term_steps, t)), at(tape.term_slots, t)
            low = low + weight * get(bounds.low, below)
            high = high + weight * get(bounds.high, below)
    else:
        low, high = spread(bounds.low, np.inf), spread(bounds.low, -np.inf)
        for t in range(first, last):
            possible, below = get(bounds.possible, at(tape.term_steps, t)) > 0.0, at(tape.term_slots, t)
            under, over = get(bounds.low, below), get(bounds.high, below)
            low = where(possible & (under < low), under, low)
            high = where(possible & (over > high), over, high)
    put(bounds.low, leaves + slot, low)
    put(bounds.high, leaves + slot, high)


@inlined
def _test(tape: Tape, rates: Floats, infoset: int, asked: Truth, state: State, bounds: Bounds) -> Number:
    """Give up the dominated actions of a set in the draws ``asked``; returns how many."""
    start, count = at(tape.action_starts, infoset), at(tape.num_actions, infoset)
    if at(tape.families, infoset) >= 0:
        _count_classes(tape, rates, infoset, asked, state, bounds)
    given_up = spread(bounds.low, 0.0)
    for a in range(count):
        for b in range(count):
            if a == b:
                continue
            worse = asked & (get(bounds.possible, start + a) > 0.0) & (get(bounds.possible, start + b) > 0.0)
            worse = _dominated(tape, infoset, b, a, worse, bounds)
            if anywhere(worse):
                put(bounds.possible, start + a, where(worse, 0.0, get(bounds.possible, start + a)))
                given_up = given_up + where(worse, 1.0, 0.0)
    put(bounds.left, infoset, get(bounds.left, infoset) - given_up)
    return given_up


@inlined
def _dominated(tape: Tape, infoset: int, better: int, worse: int, asked: Truth, bounds: Bounds) -> Truth:
    """Where, of ``asked``, one action is worth more than another whatever is still possible."""
    found = asked
    for k in range(at(tape.class_starts, infoset), at(tape.class_starts, infoset + 1)):
        if anywhere(found):
            offset = at(tape.class_offsets, k)
            high = get(bounds.high, at(tape.class_slots, offset + worse))
            low = get(bounds.low, at(tape.class_slots, offset + better))
            found = found & ((get(bounds.counted, k) == 0.0) | (high < low - MARGIN))
    return found


@inlined
def _count_classes(tape: Tape, rates: Floats, infoset: int, asked: Truth, state: State, bounds: Bounds) -> None:
    """Mark the classes of a set that can carry belief in the draws ``asked``; in others the marks stay."""
    family = at(tape.families, infoset)
    members, last = at(tape.family_starts, family), at(tape.family_starts, family + 1)
    surest, least_of_most = spread(bounds.low, 0.0), spread(bounds.low, np.inf)
    for member in range(members, last):
        _judge_member(tape, rates, member, state, bounds)
        surest = maximum(surest, get(bounds.standing, member))
        most = get(bounds.most_loss, member)
        least_of_most = where(most < least_of_most, most, least_of_most)
    for k in range(at(tape.class_starts, infoset), at(tape.class_starts, infoset + 1)):
        put(bounds.counted, k, where(asked, 0.0, get(bounds.counted, k)))
    first, chosen = at(tape.class_starts, infoset), at(tape.class_map_starts, infoset)
    for m in range(last - members):
        member = members + m
        carries = get(bounds.standing, member) > 0.0
        near = get(bounds.least_loss, member) <= least_of_most + LOSS_MARGIN
        carries = carries | ((surest < 2.0) & near & (get(state.active, member) > 0.0))
        k = first + at(tape.member_classes, chosen + m)
        put(bounds.counted, k, where(asked & carries, 1.0, get(bounds.counted, k)))


@inlined
def _judge_member(tape: Tape, rates: Floats, member: int, state: State, bounds: Bounds) -> None:
    """Note whether a member is dead, possible or sure, and between what bounds the steps to it lose."""
    active = get(state.active, member) > 0.0
    standing = where(active, 2.0, 0.0)
    least, most = where(active, 0.0, np.inf), where(active, 0.0, np.inf)
    for e in range(at(tape.entry_starts, member), at(tape.entry_starts, member + 1)):
        step = at(tape.entries, e)
        if step >= len(bounds.possible):
            continue
        owner = at(tape.action_owners, step)
        undecided, possible = get(bounds.left, owner) > 1.0, get(bounds.possible, step) > 0.0
        standing = where(undecided & (standing > 1.0), 1.0, standing)
        standing = where(possible, standing, 0.0)
        most = where(undecided, np.inf, most)
        if anywhere(negate(possible)):
            low, high = _loss(tape, owner, step, bounds)
            rate = get(rates, at(tape.infoset_players, owner))
            least = where(possible | undecided, least, least + rate * low)
            most = where(possible, most, most + rate * high)
    put(bounds.standing, member, standing)
    put(bounds.least_loss, member, least)
    put(bounds.most_loss, member, most)


@inlined
def _loss(tape: Tape, infoset: int, action: int, bounds: Bounds) -> tuple[Number, Number]:
    """Bounds of how much less an action is worth than the one that is left at its set."""
    start, number = at(tape.action_starts, infoset), action - at(tape.action_starts, infoset)
    least, most = spread(bounds.low, np.inf), spread(bounds.low, 0.0)
    for k in range(at(tape.class_starts, infoset), at(tape.class_starts, infoset + 1)):
        offset = at(tape.class_offsets, k)
        own = at(tape.class_slots, offset + number)
        for a in range(at(tape.num_actions, infoset)):
            other = at(tape.class_slots, offset + a)
            asked = (get(bounds.counted, k) > 0.0) & (get(bounds.possible, start + a) > 0.0)
            low, high = get(bounds.low, other) - get(bounds.high, own), get(bounds.high, other) - get(bounds.low, own)
            least = where(asked & (low < least), low, least)
            most = where(asked & (high > most), high, most)
    return where(least > 0.0, least, 0.0), most


@lean
def _solve_odds(tape: Tape, rates: Floats, s: Number, asked: Truth, state: State, bounds: Bounds) -> Truth:
    """Solve the logit equations at s for log probabilities in the draws ``asked``, in which every choice is certain.

    Returns where they settle.
    """
    for action in range(len(bounds.possible)):
        possible = get(bounds.possible, action)
        put(state.probabilities, action, possible)
        put(state.logs, action, where(possible > 0.0, 0.0, 2.0 * CERTAIN_LOG))
    pending, settled = asked, negate(asked) & asked
    for _ in range(ROUNDS):
        evaluate_profile(tape, state)
        change, likeliest = _update_odds(tape, rates, s, pending, state, bounds)
        settled = settled | (pending & (change <= SETTLED) & (likeliest <= CERTAIN_LOG))
        pending = pending & (change > SETTLED)
        if not anywhere(pending):
            break
    return settled


@inlined
def _update_odds(
    tape: Tape, rates: Floats, s: Number, pending: Truth, state: State, bounds: Bounds
) -> tuple[Number, Number]:
    """Work the log odds of the draws ``pending`` anew: their largest relative change, the likeliest action given up."""
    change, likeliest = spread(state.q, 0.0), spread(state.q, -np.inf)
    for infoset in range(len(tape.num_actions)):
        rate = s * get(rates, at(tape.infoset_players, infoset))
        start, last = at(tape.action_starts, infoset), at(tape.action_starts, infoset + 1)
        best = get(state.q, start)
        for action in range(start + 1, last):
            best = where(get(bounds.possible, action) > 0.0, get(state.q, action), best)
        for action in range(start, last):
            possible, old = get(bounds.possible, action) > 0.0, get(state.logs, action)
            log = where(possible, 0.0, rate * (get(state.q, action) - best))
            likeliest = where(possible | (log < likeliest), likeliest, log)
            change = maximum(change, magnitude(log - old) / (1.0 + magnitude(log)))
            put(state.logs, action, where(pending, log, old))
    return change, likeliest
