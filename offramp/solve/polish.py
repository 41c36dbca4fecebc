"""Kernels: finish a traced draw by solving the indifference conditions of its support.

Along the branch, actions that are mixed in the limit differ in value by O(1/s). Holding the odds of every action outside the
support where the branch left them, Newton's method on "all actions of the support are worth the same" removes that gap.
Where the conditions are singular (off the path, mixtures may be carried by the relative size of vanishing odds) or the result
is no better, the traced point stays.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats
from offramp.solve.assess import differentiate
from offramp.solve.jit import kernel
from offramp.solve.linear import factor_dense, solve_dense
from offramp.solve.plan import Plan
from offramp.solve.trace import Work, assess

SUPPORT_LOG = -25.0
"""Actions whose log probability is above this at the end of the branch belong to the support."""

POLISH_LIMIT = 8
INDIFFERENCE_TOLERANCE = 1e-15
LARGEST_CHANGE = 0.5


@kernel
def largest_regret(plan: Plan, work: Work) -> float:
    """Largest conditional regret of the assessment in ``work``, over all information sets."""
    largest = 0.0
    for infoset in range(len(plan.num_actions)):
        start = plan.action_starts[infoset]
        best, mean = -np.inf, 0.0
        for a in range(start, start + plan.num_actions[infoset]):
            best = max(best, work.q[a])
            mean += work.probabilities[a] * work.q[a]
        largest = max(largest, best - mean)
    return largest


@kernel
def polish(plan: Plan, payoffs: Floats, chance: Floats, work: Work) -> float:
    """Improve the log odds in ``work.here``; they change only if the largest regret falls. Returns that regret.

    ``work.there`` is scratch. On return ``work`` holds the assessment of ``work.here``.
    """
    assess(plan, payoffs, chance, work.here, work)
    regret = largest_regret(plan, work)
    work.there[:] = work.here
    if _solve_indifference(plan, payoffs, chance, work):
        assess(plan, payoffs, chance, work.there, work)
        polished = largest_regret(plan, work)
        if polished < regret:
            work.here[:] = work.there
            regret = polished
    assess(plan, payoffs, chance, work.here, work)
    return regret


@kernel
def _solve_indifference(plan: Plan, payoffs: Floats, chance: Floats, work: Work) -> bool:
    """Newton's method on the support's indifference conditions from ``work.there``, in place. True if it converged."""
    size = _list_support(plan, work)
    if size == 0:
        return False
    matrix = work.matrix[:size, :size]
    for _ in range(POLISH_LIMIT):
        assess(plan, payoffs, chance, work.there, work)
        if _write_indifference(plan, size, work) <= INDIFFERENCE_TOLERANCE:
            return True
        differentiate(plan, work.probabilities, work.steps, work.beliefs, work.values, work.q, work.slopes)
        for i in range(size):
            action, reference = int(work.row[i]), int(work.turned[i])
            for j in range(size):
                variable = int(work.weights[j])
                matrix[i, j] = work.slopes[action, variable] - work.slopes[reference, variable]
        if factor_dense(matrix, 0, work.pivots, work.scales) == 0:
            return False
        solve_dense(matrix, 0, work.pivots, work.vector)
        largest = 0.0
        for i in range(size):
            largest = max(largest, abs(work.vector[i]))
        if not largest <= LARGEST_CHANGE:
            return False
        for i in range(size):
            work.there[int(work.weights[i])] += work.vector[i]
    return True


@kernel
def _list_support(plan: Plan, work: Work) -> int:
    """Count the free odds; write each one's action to ``work.row``, reference to ``work.turned``, unknown to ``work.weights``."""
    size = 0
    for infoset in range(len(plan.num_actions)):
        start = plan.action_starts[infoset]
        reference = 0
        if work.logs[start] <= SUPPORT_LOG:
            for a in range(1, plan.num_actions[infoset]):
                if work.logs[start + a] > work.logs[start + reference]:
                    reference = a
        for a in range(1, plan.num_actions[infoset]):
            if a != reference and work.logs[start + a] > SUPPORT_LOG:
                work.row[size] = start + a
                work.turned[size] = start + reference
                work.weights[size] = plan.variable_starts[infoset] - 1 + a
                size += 1
    return size


@kernel
def _write_indifference(plan: Plan, size: int, work: Work) -> float:
    """Write minus the value differences within the support to ``work.vector``; returns the largest."""
    largest = 0.0
    for i in range(size):
        work.vector[i] = work.q[int(work.turned[i])] - work.q[int(work.row[i])]
        largest = max(largest, abs(work.vector[i]))
    return largest
