"""Kernels: every way to play on the path that is a Nash equilibrium of a game between two movers.

Depth first over the actions from the top down, each is *out* (never played) or *in* (optimal, and so its slack is
zero), as in the enumeration of extreme equilibria by Audet, Hansen, Jaumard & Savard (2001) on the sequence form. Each
choice holds one more variable of a linear system at zero; branches without a feasible point are cut. Information sets
that are not reached are left open. Where no two payoffs tie by accident every leaf of the search has one point;
elsewhere the ends of what is feasible are listed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import copy
from offramp.solve.equilibria.probe import find_play
from offramp.solve.equilibria.sequences import Sequences, Weights, write_constraints, write_play
from offramp.solve.equilibria.simplex import hold_at_zero, make_feasible, push, value_of
from offramp.solve.jit import kernel

POSITIVE = 1e-9
"""Plans above this are played."""

SAME_POINT = 1e-7
"""Ends of a range that are closer than this are one point."""

MAX_ENDS = 64
"""Ends of one continuum that are kept."""

OPEN, OUT, IN = -1, 0, 1


class Tableau(NamedTuple):
    """One side's linear system at each depth D of the search; see :mod:`offramp.solve.equilibria.simplex`."""

    tables: Floats  # [D, R, C + 1]
    bases: Ints  # [D, R]
    banned: Ints  # [D, C]


def allocate_tableau(seq: Sequences, side: int, depth: int) -> Tableau:
    """Scratch for one side."""
    rows = int(seq.num_sets[side] + seq.num_actions[1 - side])
    columns = int(seq.num_actions[side] + seq.num_sets[1 - side] + seq.num_actions[1 - side])
    return Tableau(
        np.zeros((depth, rows, columns + 1)),
        np.zeros((depth, rows), dtype=np.int32),
        np.zeros((depth, columns), dtype=np.int32),
    )


@kernel
def copy_level(tableau: Tableau, source: int, target: int) -> None:
    """Copy one depth of a tableau over another."""
    table, copied = tableau.tables[source], tableau.tables[target]
    for r in range(table.shape[0]):
        copy(table[r], copied[r])
    for r in range(table.shape[0]):
        tableau.bases[target, r] = tableau.bases[source, r]
    for c in range(tableau.banned.shape[1]):
        tableau.banned[target, c] = tableau.banned[source, c]


@kernel
def _hold(tableau: Tableau, depth: int, column: int) -> bool:
    return hold_at_zero(tableau.tables[depth], tableau.bases[depth], tableau.banned[depth], column)


@kernel
def _ruled_out(seq: Sequences, states: Ints, action: int) -> bool:
    """Whether ``action`` or one of its side's actions before it is out."""
    while action >= 0:
        if states[action] == OUT:
            return True
        action = seq.before[seq.infosets[action]]
    return False


@kernel
def _other_reaches(seq: Sequences, weights: Weights, states: Ints, infoset: int) -> bool:
    """Whether nature and the other side may reach the set."""
    other = 1 - seq.sides[infoset]
    for m in range(seq.member_starts[infoset], seq.member_starts[infoset + 1]):
        node = seq.members[m]
        if weights.zeros[node] == 0 and not _ruled_out(seq, states, seq.node_last[node, other]):
            return True
    return False


@kernel
def _decide(
    seq: Sequences, weights: Weights, states: Ints, action: int, choice: int, sides: tuple[Tableau, Tableau], depth: int
) -> bool:
    """Put ``action`` out or in at ``depth``. Returns whether both sides' systems stay feasible.

    At a set that is not reached nothing is decided, except that it is worth nothing to a side that would get there
    alone.
    """
    infoset = seq.infosets[action]
    side = seq.sides[infoset]
    first = seq.action_starts[infoset]
    if action == first:
        reached = seq.before[infoset] < 0 or states[seq.before[infoset]] == IN
        if not reached or not _other_reaches(seq, weights, states, infoset):
            states[action] = OPEN
            if choice == IN or not reached:
                return choice == OUT
            value = seq.num_actions[1 - side] + seq.places[infoset]
            return _hold(sides[1 - side], depth, value)
    elif states[first] == OPEN:
        states[action] = OPEN
        return choice == OUT
    states[action] = choice
    if choice == OUT:
        if action == seq.action_starts[infoset + 1] - 1 and not _any_in(states, first, action):
            return False
        return _hold(sides[side], depth, seq.columns[action])
    slack = seq.num_actions[1 - side] + seq.num_sets[side] + seq.columns[action]
    return _hold(sides[1 - side], depth, slack)


@kernel
def _any_in(states: Ints, start: int, stop: int) -> bool:
    found = False
    for a in range(start, stop):
        found = found or states[a] == IN
    return found


@kernel
def _read_plan(seq: Sequences, side: int, tableau: Tableau, depth: int, plan: Floats) -> None:
    """Write the side's entries of ``plan[A]``."""
    for a in range(len(plan)):
        if seq.sides[seq.infosets[a]] == side:
            plan[a] = value_of(tableau.tables[depth], tableau.bases[depth], seq.columns[a])


@kernel
def _list_ends(seq: Sequences, side: int, tableau: Tableau, depth: int, states: Ints, ends: Floats) -> int:
    """Write the point, or the ends of the range of every action played, to ``ends[:, A]`` (the side's entries).

    ``depth + 1`` is scratch. Returns how many; 0 where an action that counts as played cannot be: what is feasible then
    belongs to a smaller support.
    """
    _read_plan(seq, side, tableau, depth, ends[0])
    count = 1
    copy_level(tableau, depth, depth + 1)
    table, basis, banned = tableau.tables[depth + 1], tableau.bases[depth + 1], tableau.banned[depth + 1]
    for a in range(len(states)):
        if seq.sides[seq.infosets[a]] != side or states[a] != IN:
            continue
        low = push(table, basis, banned, seq.columns[a], False)
        if count < len(ends) - 1:
            _read_plan(seq, side, tableau, depth + 1, ends[count])
        high = push(table, basis, banned, seq.columns[a], True)
        if high <= POSITIVE:
            return 0
        if high - low > SAME_POINT and count < len(ends) - 1:
            _read_plan(seq, side, tableau, depth + 1, ends[count + 1])
            count += 2
    return count


@kernel
def list_play(
    seq: Sequences,
    weights: Weights,
    sides: tuple[Tableau, Tableau],
    allowed: Ints,
    max_nodes: int,
    plans: Floats,
    plays: Floats,
    kinds: Ints,
) -> tuple[int, bool]:
    """Write both realisation plans of every Nash equilibrium, one for each way to play on the path.

    ``allowed[I]`` has bit a set for action a of a set if it may be played. Writes ``plans[K, A]``, ``plays[K, A]``
    (the probability with which each action is played) and ``kinds[K]`` (1 for ends of a continuum). Returns how many
    and whether all were listed.
    """
    num_actions = len(seq.infosets)
    states = np.full(num_actions, OPEN, dtype=np.int32)
    tried = np.zeros(num_actions + 1, dtype=np.int32)
    actions = np.empty(num_actions, dtype=np.int32)
    position = 0
    for infoset in seq.order:
        for a in range(seq.action_starts[infoset], seq.action_starts[infoset + 1]):
            actions[position] = a
            position += 1
    ends = (np.zeros((MAX_ENDS, num_actions)), np.zeros((MAX_ENDS, num_actions)))
    if not _start(seq, weights, sides, allowed):
        return 0, False
    count, depth, visited, whole = 0, 0, 0, True
    while depth >= 0:
        if depth == num_actions:
            count, fits = _record(seq, weights, sides, depth, states, ends, count, plans, plays, kinds)
            whole = whole and fits
            depth -= 1
            continue
        action = actions[depth]
        if tried[depth] == 2:
            tried[depth] = 0
            states[action] = OPEN
            depth -= 1
            continue
        choice = IN if tried[depth] == 0 else OUT
        tried[depth] += 1
        visited += 1
        if visited > max_nodes:
            return count, False
        copy_level(sides[0], depth, depth + 1)
        copy_level(sides[1], depth, depth + 1)
        if _decide(seq, weights, states, action, choice, sides, depth + 1):
            depth += 1
    return count, whole


@kernel
def _start(seq: Sequences, weights: Weights, sides: tuple[Tableau, Tableau], allowed: Ints) -> bool:
    """Set both systems up at depth 0, with actions that may not be played held at zero."""
    labels = np.zeros(len(seq.infosets), dtype=np.int32)
    levels = np.zeros(len(seq.sides), dtype=np.int32)
    write_constraints(seq, weights, 0, labels, labels, levels, sides[0].tables[0])
    write_constraints(seq, weights, 1, labels, labels, levels, sides[1].tables[0])
    sides[0].banned[0, :] = 0
    sides[1].banned[0, :] = 0
    for a in range(len(labels)):
        infoset = seq.infosets[a]
        if (allowed[infoset] >> (a - seq.action_starts[infoset])) & 1 == 0:
            sides[seq.sides[infoset]].banned[0, seq.columns[a]] = 1
    return make_feasible(sides[0].tables[0], sides[0].bases[0], sides[0].banned[0]) and make_feasible(
        sides[1].tables[0], sides[1].bases[0], sides[1].banned[0]
    )


@kernel
def _record(
    seq: Sequences,
    weights: Weights,
    sides: tuple[Tableau, Tableau],
    depth: int,
    states: Ints,
    ends: tuple[Floats, Floats],
    count: int,
    plans: Floats,
    plays: Floats,
    kinds: Ints,
) -> tuple[int, bool]:
    """Add what a leaf of the search holds, unless it is known. Returns the new count and whether there was room."""
    first = _list_ends(seq, 0, sides[0], depth, states, ends[0])
    second = _list_ends(seq, 1, sides[1], depth, states, ends[1])
    fits = first < MAX_ENDS - 1 and second < MAX_ENDS - 1
    play, one = np.empty(len(states)), np.empty((1, len(states)))
    kind = 0
    for pair in range(first * second):
        _write_pair(seq, weights, ends, pair // second, pair % second, play)
        if pair == 0:
            copy(play, one[0])
        elif find_play(play, one, 1, SAME_POINT) < 0:
            kind = 1
    for pair in range(first * second):
        _write_pair(seq, weights, ends, pair // second, pair % second, play)
        known = find_play(play, plays, count, SAME_POINT)
        if known >= 0:
            kinds[known] = max(kinds[known], kind)
        elif count == len(plans):
            return count, False
        else:
            copy(play, plays[count])
            kinds[count] = kind
            for a in range(len(states)):
                side = seq.sides[seq.infosets[a]]
                plans[count, a] = ends[side][pair // second if side == 0 else pair % second, a]
            count += 1
    return count, fits


@kernel
def _write_pair(seq: Sequences, weights: Weights, ends: tuple[Floats, Floats], i: int, j: int, play: Floats) -> None:
    """Write to ``play[A]`` how one end of either side's range plays."""
    plan = np.empty(len(play))
    for a in range(len(play)):
        plan[a] = ends[0][i, a] if seq.sides[seq.infosets[a]] == 0 else ends[1][j, a]
    write_play(seq, weights, plan, play)
