"""Kernels: finish a traced draw by solving for its limit.

Along the branch, actions that are mixed in the limit differ in value by O(1/s). The limit is
found by Newton's method on

- ``Q[h, a] = Q[h, r]`` for the actions of the support (r is the first of them if it is action 0, else the likeliest),
- ``z[h, a] = s (Q[h, a] - Q[h, 0])`` for the rest, the logit equation at the s where the branch was left: it keeps
  vanishing odds, and so the beliefs off the path that rest on their relative size, where the branch has them.

The result is kept only if the largest conditional regret falls.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats
from offramp.solve.arrays import all_finite, copy, fill
from offramp.solve.jit import lean
from offramp.solve.path import EVALUATIONS, FACTORS, Work, hold
from offramp.solve.regret import largest_regret
from offramp.solve.system import factor, keep_also, keep_core, solve_factored
from offramp.solve.tape import Tape
from offramp.solve.values import State, differentiate, evaluate

SUPPORT_LOG = -25.0
"""Actions whose log probability is above this at the end of the branch belong to the support."""

POLISH_LIMIT = 8
LARGEST_CHANGE = 1e3
"""Log odds that change by more than this have left the branch: from s on they change by O(1) at most."""

SMALLEST_CHANGE = 1e-15
NO_REGRET = 1e-15
"""A point on the branch with no more regret than this is its own limit, to working precision."""

_LOGIT = -1


@lean
def polish(tape: Tape, rates: Floats, work: Work) -> float:
    """Write the better of ``work.here`` and its limit to ``work.there`` and return its largest regret.

    ``work.here``, the point on the branch, is not changed. On return ``work.state`` belongs to ``work.there``.
    """
    evaluate(tape, work.here, work.state)
    work.counts[EVALUATIONS] += 1
    regret = _regret(tape, work.state)
    copy(work.here, work.there)
    if regret <= NO_REGRET:
        return regret
    found = _list_references(tape, work) and _solve_limit(tape, rates, work)
    keep_core(tape.num_eliminated, work.system)
    fill(work.system.diagonal, 1.0)
    if found:
        evaluate(tape, work.there, work.state)
        polished = _regret(tape, work.state)
        if polished < regret:
            return polished
    copy(work.here, work.there)
    evaluate(tape, work.there, work.state)
    return regret


@lean
def _regret(tape: Tape, state: State) -> float:
    return float(largest_regret(tape.action_starts, state.probabilities, state.q, state.beliefs))


@lean
def _solve_limit(tape: Tape, rates: Floats, work: Work) -> bool:
    """Newton's method from ``work.there``, in place. False if it fails."""
    size = tape.num_variables
    hold(work.here[size], work)
    fill(work.system.speeds, 1.0)
    previous = np.inf
    for _ in range(POLISH_LIMIT):
        evaluate(tape, work.there, work.state)
        differentiate(tape, work.system.speeds, work.state, work.system.rows)
        _write_limit(tape, rates, work)
        work.counts[EVALUATIONS] += 1
        work.counts[FACTORS] += 1
        if factor(tape, work.system) == 0:
            return False
        solve_factored(tape, work.system, work.vector)
        largest = 0.0
        for i in range(size):
            largest = max(largest, abs(work.vector[i]))
        if not (all_finite(work.vector) and largest <= LARGEST_CHANGE):
            return False
        for i in range(size):
            work.there[i] += work.vector[i]
        if largest <= SMALLEST_CHANGE or largest >= 0.5 * previous:
            return True
        previous = largest
    return True


@lean
def _list_references(tape: Tape, work: Work) -> bool:
    """Write to ``work.turned``, for every unknown, the action that its own is compared with, or ``_LOGIT``.

    Mixed unknowns are kept in ``work.system``; False where there is no room for them all. The others are kept as far as
    there is room: with s in their rows, pivoting saves digits that elimination would lose.
    """
    logs = work.state.logs
    for infoset in range(len(tape.num_actions)):
        start, count = tape.action_starts[infoset], tape.num_actions[infoset]
        reference = 0
        if logs[start] <= SUPPORT_LOG:
            for a in range(1, count):
                if logs[start + a] > logs[start + reference]:
                    reference = a
        for a in range(1, count):
            mixed = a != reference and logs[start + a] > SUPPORT_LOG
            unknown = tape.variable_starts[infoset] - 1 + a
            work.turned[unknown] = reference if mixed else _LOGIT
            work.system.diagonal[unknown] = 0.0 if mixed else 1.0
            if mixed and unknown < tape.num_eliminated and not keep_also(unknown, work.system):
                return False
    for unknown in range(tape.num_eliminated):
        if work.system.places[unknown] < 0 and not keep_also(unknown, work.system):
            break
    return True


@lean
def _write_limit(tape: Tape, rates: Floats, work: Work) -> None:
    """Write the Jacobian of the limit's equations to ``work.system`` and minus their residuals to ``work.vector``."""
    size = tape.num_variables
    state, system = work.state, work.system
    s = work.here[size]
    fill(system.ends, 0.0)
    work.vector[size] = 0.0
    for infoset in range(len(tape.num_actions)):
        start, variable = tape.action_starts[infoset], tape.variable_starts[infoset] - 1
        length, row = tape.column_starts[infoset + 1] - tape.column_starts[infoset], tape.slope_starts[infoset]
        last = tape.num_actions[infoset] - 1
        for a in range(1, last + 1):  # the reference's own row is used before it is scaled
            i = variable + a
            logit = work.turned[i] < 0.0
            reference = 0 if logit else int(work.turned[i])
            if reference > 0:
                for c in range(length):
                    system.rows[row + (a - 1) * length + c] -= system.rows[row + (reference - 1) * length + c]
            work.vector[i] = state.q[start + a] - state.q[start + reference]
        speed = s * rates[tape.infoset_players[infoset]]
        for a in range(1, last + 1):
            i = variable + a
            if work.turned[i] < 0.0:
                for c in range(length):
                    system.rows[row + (a - 1) * length + c] *= speed
                work.vector[i] = speed * work.vector[i] - work.there[i]
