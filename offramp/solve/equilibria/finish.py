"""Kernels: from the end of a bent curve to its limit.

As in :mod:`offramp.solve.polish`, with a rate for every information set: equal values for the actions of the support,
the logit equation at the s where the curve was left for all others, so that beliefs off the path stay those of the
curve. The result is kept only if the largest conditional regret falls.
"""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats
from offramp.solve.arrays import all_finite, copy
from offramp.solve.dense import factor_dense, solve_dense
from offramp.solve.equilibria.agents import Work, assess
from offramp.solve.equilibria.assess import differentiate
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan
from offramp.solve.regret import largest_regret

SUPPORT_LOG = -25.0
"""Actions whose log probability is above this at the end of the curve belong to the support."""

LIMIT = 8
LARGEST_CHANGE = 1e3
SMALLEST_CHANGE = 1e-15


@kernel
def regret_of(plan: Plan, work: Work) -> float:
    """Largest conditional regret of the assessment in ``work``; infinite if the assessment is not finite."""
    return float(largest_regret(plan.action_starts, work.probabilities, work.q, work.beliefs))


@kernel
def finish(plan: Plan, payoffs: Floats, chance: Floats, rates: Floats, work: Work) -> float:
    """Write the better of ``work.here`` and its limit to ``work.there`` and return its largest regret.

    ``rates`` is float64[I]. On return ``work`` holds the assessment of ``work.there``.
    """
    assess(plan, payoffs, chance, work.here, work)
    regret = regret_of(plan, work)
    copy(work.here, work.there)
    if _solve_limit(plan, payoffs, chance, rates, work):
        assess(plan, payoffs, chance, work.there, work)
        better = regret_of(plan, work)
        if better < regret:
            return better
    copy(work.here, work.there)
    assess(plan, payoffs, chance, work.there, work)
    return regret


@kernel
def _solve_limit(plan: Plan, payoffs: Floats, chance: Floats, rates: Floats, work: Work) -> bool:
    """Newton's method from ``work.there``, in place. False if it fails."""
    size = plan.num_variables
    _list_references(plan, work)
    previous = np.inf
    for _ in range(LIMIT):
        assess(plan, payoffs, chance, work.there, work)
        differentiate(plan, work.probabilities, work.steps, work.beliefs, work.values, work.q, work.slopes)
        _write_limit(plan, rates, work)
        if factor_dense(work.matrix, 0, size, work.pivots, work.scales) == 0:
            return False
        solve_dense(work.matrix, 0, size, work.pivots, work.vector)
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


@kernel
def _list_references(plan: Plan, work: Work) -> None:
    """Write to ``work.row``, for every unknown, the action that its own is compared with.

    ``work.turned`` is 0 where both belong to the support, else 1: the logit equation with action 0.
    """
    for infoset in range(len(plan.num_actions)):
        start, count = plan.action_starts[infoset], plan.num_actions[infoset]
        reference = 0
        if work.logs[start] <= SUPPORT_LOG:
            for a in range(1, count):
                if work.logs[start + a] > work.logs[start + reference]:
                    reference = a
        for a in range(1, count):
            mixed = a != reference and work.logs[start + a] > SUPPORT_LOG
            variable = plan.variable_starts[infoset] - 1 + a
            work.row[variable] = reference if mixed else 0
            work.turned[variable] = 0.0 if mixed else 1.0


@kernel
def _write_limit(plan: Plan, rates: Floats, work: Work) -> None:
    """Write the Jacobian of the limit's equations to ``work.matrix`` and minus their residuals to ``work.vector``."""
    size = plan.num_variables
    s = work.here[size]
    for infoset in range(len(plan.num_actions)):
        start, variable = plan.action_starts[infoset], plan.variable_starts[infoset] - 1
        scale = 1.0 / (s * rates[infoset])
        for a in range(1, plan.num_actions[infoset]):
            i = variable + a
            reference = start + int(work.row[i])
            for j in range(size):
                work.matrix[i, j] = work.slopes[reference, j] - work.slopes[start + a, j]
            work.vector[i] = work.q[start + a] - work.q[reference]
            if work.turned[i] == 1.0:
                work.matrix[i, i] += scale
                work.vector[i] -= scale * work.there[i]
