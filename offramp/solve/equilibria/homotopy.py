"""Kernels: other branches of the logit agent quantal response equilibrium.

The principal branch is one curve of ``z = s rate (Q[a] - Q[0])`` among several. Others are reached by bending the
equations:

    ``F[h, a] = z[h, a] - exp(-s / fade) bias[h, a] - s rate[h] (Q[h, a] - Q[h, 0])``

For every ``bias`` there is exactly one solution at s = 0, ``z = bias``, a prior about everybody's play as in the
tracing procedure of Harsanyi & Selten (1988); as s grows it fades and the curve joins a branch of the unbent equations.
``rate`` may differ between information sets: which mistakes are rare, and so what is believed off the path, depends on
it, but every limit is a sequential equilibrium. Curves from s = 0 end in equilibria of index +1 only; those of index -1
are reached from Newton's method started anywhere at a moderate s.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats
from offramp.solve.arrays import all_finite, copy, fill
from offramp.solve.equilibria.agents import Work, assess
from offramp.solve.equilibria.assess import differentiate
from offramp.solve.equilibria.linear import factor, solve_factored
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan

FIRST_STEP = 0.2
LARGEST_STEP = 6.0
SMALLEST_STEP = 1e-7
NEWTON_TOLERANCE = 1e-4
FINAL_TOLERANCE = 1e-9
NEWTON_LIMIT = 6
CONTRACTION_LIMIT = 0.5
CONTRACTION_AIM = 0.1
CORRECTION_LIMIT = 0.25
CORRECTION_AIM = 0.1
SMALLEST_COSINE = 0.7
GROWTH_LIMIT = 3.0
LARGEST_MOVE = 4.0
"""Log odds by which one damped Newton step may move, with a tenth of s on top: odds grow in proportion to s."""

SEARCH_LIMIT = 40
SEARCH_TOLERANCE = 1e-9
ROUNDING = 1e-7
"""Rounding noise in the log odds per unit of s: corrections below it are none."""


class Bend(NamedTuple):
    """How the equations are bent: ``rates[I]`` per unit of s, ``bias[V]`` in log odds, and how slowly it fades."""

    rates: Floats
    bias: Floats
    fade: float


@kernel
def linearise(plan: Plan, payoffs: Floats, chance: Floats, bend: Bend, x: Floats, work: Work) -> None:
    """Write the Jacobian at ``x[V + 1]``, bordered by ``work.row``, and minus the residual to ``work.vector``."""
    size = plan.num_variables + 1
    assess(plan, payoffs, chance, x, work)
    differentiate(plan, work.probabilities, work.steps, work.beliefs, work.values, work.q, work.slopes)
    s = x[size - 1]
    weight = np.exp(-s / bend.fade)
    for infoset in range(len(plan.num_actions)):
        start, variable = plan.action_starts[infoset], plan.variable_starts[infoset] - 1
        rate = bend.rates[infoset]
        for a in range(1, plan.num_actions[infoset]):
            i = variable + a
            for j in range(size - 1):
                work.matrix[i, j] = s * rate * (work.slopes[start, j] - work.slopes[start + a, j])
            work.matrix[i, i] += 1.0
            difference = rate * (work.q[start + a] - work.q[start])
            pull = weight * bend.bias[i]
            work.matrix[i, size - 1] = pull / bend.fade - difference
            work.vector[i] = s * difference + pull - x[i]
    for j in range(size):
        work.matrix[size - 1, j] = work.row[j]
    work.vector[size - 1] = 0.0


@kernel
def search(plan: Plan, payoffs: Floats, chance: Floats, bend: Bend, work: Work) -> bool:
    """Damped Newton's method from ``work.here`` at its own s, in place. Returns whether it converged."""
    last = plan.num_variables
    fill(work.row, 0.0)
    work.row[last] = 1.0
    for _ in range(SEARCH_LIMIT):
        linearise(plan, payoffs, chance, bend, work.here, work)
        if factor(plan, work.matrix, work.pivots, work.scales) == 0:
            return False
        solve_factored(plan, work.matrix, work.pivots, work.vector)
        if not all_finite(work.vector):
            return False
        largest = 0.0
        for j in range(last):
            largest = max(largest, abs(work.vector[j]))
        share = min(1.0, (LARGEST_MOVE + 0.1 * work.here[last]) / (largest + 1e-300))
        for j in range(last):
            work.here[j] += share * work.vector[j]
        if largest <= SEARCH_TOLERANCE:
            return True
    return False


@kernel
def _correct(
    plan: Plan, payoffs: Floats, chance: Floats, bend: Bend, tolerance: float, work: Work
) -> tuple[int, float]:
    """Newton's method from ``work.there`` on the hyperplane with normal ``work.row``, in place.

    Returns the sign of the bordered determinant, 0 on failure, and the worst ratio of successive corrections.
    """
    size = plan.num_variables + 1
    previous, contraction = np.inf, 0.0
    for iteration in range(NEWTON_LIMIT):
        linearise(plan, payoffs, chance, bend, work.there, work)
        if iteration == 0:
            copy(work.probabilities, work.guessed_probabilities)
            copy(work.beliefs, work.guessed_beliefs)
        sign = factor(plan, work.matrix, work.pivots, work.scales)
        if sign == 0:
            return 0, contraction
        solve_factored(plan, work.matrix, work.pivots, work.vector)
        if not all_finite(work.vector):
            return 0, contraction
        length = abs(work.vector[size - 1]) / (1.0 + abs(work.there[size - 1]))
        for j in range(size - 1):
            length = max(length, abs(work.vector[j]))
        for j in range(size):
            work.there[j] += work.vector[j]
        if length <= max(tolerance, ROUNDING * work.there[size - 1]):
            return sign, contraction
        if iteration > 0:
            contraction = max(contraction, length / previous)
            if contraction > CONTRACTION_LIMIT:
                return 0, contraction
        previous = length
    return 0, contraction


@kernel
def _surprise(size: int, step: float, work: Work) -> float:
    """How far the corrector moved the prediction: in weighted log odds, probabilities or beliefs, whichever is most."""
    largest = 0.0
    for j in range(size):
        moved = abs(work.there[j] - work.here[j] - step * work.tangent[j])
        largest = max(largest, moved * work.weights[j])
    for a in range(len(work.probabilities)):
        largest = max(largest, abs(work.probabilities[a] - work.guessed_probabilities[a]))
    for node in range(len(work.beliefs)):
        largest = max(largest, abs(work.beliefs[node] - work.guessed_beliefs[node]))
    return largest


@kernel
def _turn(size: int, plan: Plan, work: Work) -> float:
    """Write the tangent where ``work.matrix`` was factored to ``work.turned``. Returns its cosine with the old one."""
    fill(work.turned, 0.0)
    work.turned[size - 1] = 1.0
    solve_factored(plan, work.matrix, work.pivots, work.turned)
    dot, before, after = 0.0, 0.0, 0.0
    for j in range(size):
        weight = work.weights[j] * work.weights[j]
        dot += weight * work.turned[j] * work.tangent[j]
        before += weight * work.tangent[j] * work.tangent[j]
        after += weight * work.turned[j] * work.turned[j]
    return float(dot / np.sqrt(before * after))


@kernel
def _accept(size: int, point: Floats, work: Work) -> None:
    """Move to ``point`` with the tangent in ``work.turned``, scaled to a largest weighted entry of 1."""
    copy(point, work.here)
    copy(work.turned, work.tangent)
    largest = 0.0
    for j in range(size):
        work.weights[j] = 1.0 / (1.0 + abs(point[j]))
        largest = max(largest, abs(work.tangent[j]) * work.weights[j])
    for j in range(size):
        work.tangent[j] /= largest


@kernel
def _predict(size: int, step: float, target: float, work: Work) -> tuple[bool, float]:
    """Write the predicted point to ``work.there`` and the corrector's hyperplane to ``work.row``.

    Returns whether the step ends at s = ``target``, and its length.
    """
    last = size - 1
    arrives = bool(work.here[last] + step * work.tangent[last] >= target)
    if arrives:
        step = (target - work.here[last]) / work.tangent[last]
    for j in range(size):
        work.there[j] = work.here[j] + step * work.tangent[j]
        work.row[j] = 0.0 if arrives else work.weights[j] * work.weights[j] * work.tangent[j]
    if arrives:
        work.row[last] = 1.0
        work.there[last] = target
    return arrives, step


@kernel
def follow(plan: Plan, payoffs: Floats, chance: Floats, bend: Bend, target: float, max_steps: int, work: Work) -> bool:
    """Follow the curve through ``work.here``, upwards in s at first, until s = ``target``; ``work.here`` moves along.

    ``payoffs[L, P]`` lie in [0, 1]. Returns whether the target was reached.
    """
    size = plan.num_variables + 1
    fill(work.row, 0.0)
    work.row[size - 1] = 1.0
    copy(work.row, work.tangent)
    fill(work.weights, 1.0)
    linearise(plan, payoffs, chance, bend, work.here, work)
    orientation = factor(plan, work.matrix, work.pivots, work.scales)
    if orientation == 0:
        return False
    _turn(size, plan, work)
    _accept(size, work.here, work)
    step = FIRST_STEP
    for _ in range(max_steps):
        if work.stop[0] != 0 or not work.here[size - 1] >= 0.0:
            return False
        arrives, step = _predict(size, step, target, work)
        sign, contraction = _correct(
            plan, payoffs, chance, bend, FINAL_TOLERANCE if arrives else NEWTON_TOLERANCE, work
        )
        moved = _surprise(size, step, work)
        fine = sign != 0 and moved <= CORRECTION_LIMIT
        cosine = _turn(size, plan, work) if fine else 0.0
        if not cosine >= SMALLEST_COSINE or (sign != orientation and not arrives):
            step *= 0.5 if fine else 0.25
            if step < SMALLEST_STEP:
                return False
            continue
        _accept(size, work.there, work)
        if arrives:
            return True
        growth = min(np.sqrt(CORRECTION_AIM / (moved + 1e-12)), np.sqrt(CONTRACTION_AIM / (contraction + 1e-12)))
        step = min(LARGEST_STEP, step * min(GROWTH_LIMIT, max(0.5, growth)))
    return False
