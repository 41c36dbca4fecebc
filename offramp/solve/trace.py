"""Kernels: follow the principal branch of the logit agent quantal response equilibrium of one draw.

The branch is the curve ``F(z, s) = 0`` with ``F[h, a] = z[h, a] - s rate[p(h)] (Q[h, a] - Q[h, 0])`` that starts at
``z = 0, s = 0`` (McKelvey & Palfrey 1998; Turocy 2010, "Computing sequential equilibria using agent quantal response
equilibria"). ``rate[p]`` is the precision of player p per unit of s, payoffs are scaled to the unit interval, and s
runs from 0 to a target.

Predictor and corrector (Allgower & Georg 1990): step along the tangent, come back by Newton's method on a hyperplane.
Lengths are measured relative to ``1 + |x|`` in every coordinate: on the long way out, odds of actions that are given
up grow in proportion to s, so the branch becomes straight and steps grow with it, while odds that stay finite are
still watched at their own scale. A step is refused, and tried again at a fraction, when Newton does not contract,
when the corrector moves far, when the branch turns sharply, or when the determinant of the bordered Jacobian changes
sign (a jump to another branch).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import all_finite, copy, fill
from offramp.solve.assess import (
    action_values,
    differentiate,
    log_odds_to_probabilities,
    update_beliefs,
    walk_down,
    walk_up,
)
from offramp.solve.jit import kernel
from offramp.solve.linear import factor, solve_factored
from offramp.solve.plan import Plan

REACHED = 0
STALLED = 1
OUT_OF_STEPS = 2

FIRST_STEP = 0.1
LARGEST_STEP = 6.0
SMALLEST_STEP = 1e-9
NEWTON_TOLERANCE = 1e-4
FINAL_TOLERANCE = 1e-12
ROUNDING = 1e-7
"""Rounding noise in the log odds per unit of s: corrections below it are none."""

NEWTON_LIMIT = 6
FINAL_LIMIT = 12
CORRECTION_LIMIT = 0.25
CORRECTION_AIM = 0.1
CONTRACTION_LIMIT = 0.5
CONTRACTION_AIM = 0.1
SMALLEST_COSINE = 0.8
GROWTH_LIMIT = 3.0


class Work(NamedTuple):
    """Scratch of one thread; overwritten by every draw."""

    logs: Floats  # [A]
    probabilities: Floats  # [A]
    steps: Floats  # [N]
    log_reach: Floats  # [N]
    beliefs: Floats  # [N]
    values: Floats  # [N, P]
    q: Floats  # [A]
    slopes: Floats  # [A, V]
    matrix: Floats  # [V + 1, V + 1]
    pivots: Ints  # [V + 1]
    scales: Floats  # [V + 1]
    vector: Floats  # [V + 1]
    active: Ints  # [N]
    orders: Ints  # [N]
    here: Floats  # [V + 1]: the point on the branch, s last
    there: Floats  # [V + 1]: the point being tried
    tangent: Floats  # [V + 1]
    turned: Floats  # [V + 1]: the tangent at the point being tried
    weights: Floats  # [V + 1]
    row: Floats  # [V + 1]: the border of the matrix
    guessed_probabilities: Floats  # [A]: at the predicted point
    guessed_beliefs: Floats  # [N]: at the predicted point
    stop: Ints  # [1]: shared by all threads; not 0 means give up


def allocate_work(plan: Plan, num_players: int, stop: Ints) -> Work:
    """Scratch arrays for kernels on ``plan``; ``stop`` int32[1] is kept, not copied."""
    nodes, actions, size = len(plan.parents), int(plan.action_starts[-1]), plan.num_variables + 1
    return Work(
        logs=np.zeros(actions),
        probabilities=np.zeros(actions),
        steps=np.zeros(nodes),
        log_reach=np.zeros(nodes),
        beliefs=np.zeros(nodes),
        values=np.zeros((nodes, num_players)),
        q=np.zeros(actions),
        slopes=np.zeros((actions, size - 1)),
        matrix=np.zeros((size, size)),
        pivots=np.zeros(size, dtype=np.int32),
        scales=np.zeros(size),
        vector=np.zeros(size),
        active=np.zeros(nodes, dtype=np.int32),
        orders=np.zeros(nodes, dtype=np.int32),
        here=np.zeros(size),
        there=np.zeros(size),
        tangent=np.zeros(size),
        turned=np.zeros(size),
        weights=np.zeros(size),
        row=np.zeros(size),
        guessed_probabilities=np.zeros(actions),
        guessed_beliefs=np.zeros(nodes),
        stop=stop,
    )


@kernel
def assess(plan: Plan, payoffs: Floats, chance: Floats, z: Floats, work: Work) -> None:
    """Fill ``work`` with what the log odds ``z[V]`` imply: probabilities, beliefs, values, action values."""
    log_odds_to_probabilities(plan, z, work.logs, work.probabilities)
    walk_down(plan, chance, work.logs, work.probabilities, work.steps, work.log_reach)
    update_beliefs(plan, work.active, work.log_reach, work.beliefs)
    walk_up(plan, payoffs, work.steps, work.values)
    action_values(plan, work.beliefs, work.values, work.q)


@kernel
def linearise(plan: Plan, payoffs: Floats, chance: Floats, rates: Floats, x: Floats, work: Work) -> None:
    """Write the Jacobian at ``x``, bordered by ``work.row``, to ``work.matrix``; minus the residual to ``vector``."""
    size = plan.num_variables + 1
    assess(plan, payoffs, chance, x, work)
    differentiate(plan, work.probabilities, work.steps, work.beliefs, work.values, work.q, work.slopes)
    s = x[size - 1]
    for infoset in range(len(plan.num_actions)):
        start, variable = plan.action_starts[infoset], plan.variable_starts[infoset] - 1
        rate = rates[plan.infoset_players[infoset]]
        for a in range(1, plan.num_actions[infoset]):
            i = variable + a
            for j in range(size - 1):
                work.matrix[i, j] = s * rate * (work.slopes[start, j] - work.slopes[start + a, j])
            work.matrix[i, i] += 1.0
            difference = rate * (work.q[start + a] - work.q[start])
            work.matrix[i, size - 1] = -difference
            work.vector[i] = s * difference - x[i]
    for j in range(size):
        work.matrix[size - 1, j] = work.row[j]
    work.vector[size - 1] = 0.0


@kernel
def correct(
    plan: Plan, payoffs: Floats, chance: Floats, rates: Floats, tolerance: float, limit: int, work: Work
) -> tuple[int, float]:
    """Newton's method from ``work.there`` on the hyperplane with normal ``work.row``; ``work.there`` is overwritten.

    Corrections are measured in log odds, not relative to them: beliefs rest on differences of large log odds.
    Returns the sign of the bordered determinant, 0 on failure, and the worst ratio of successive corrections.
    ``work.matrix`` is left factored near the solution.
    """
    size = plan.num_variables + 1
    previous = np.inf
    contraction = 0.0
    for iteration in range(limit):
        linearise(plan, payoffs, chance, rates, work.there, work)
        if iteration == 0:
            copy(work.probabilities, work.guessed_probabilities)
            copy(work.beliefs, work.guessed_beliefs)
        sign = factor(plan, work.matrix, work.pivots, work.scales)
        if sign == 0:
            return 0, contraction
        solve_factored(plan, work.matrix, work.pivots, work.vector)
        length = abs(work.vector[size - 1]) / (1.0 + abs(work.there[size - 1]))
        for j in range(size - 1):
            length = max(length, abs(work.vector[j]))
        if not all_finite(work.vector):
            return 0, contraction
        for j in range(size):
            work.there[j] += work.vector[j]
        noise = ROUNDING * work.there[size - 1]
        if length <= max(tolerance, noise if length >= CONTRACTION_LIMIT * previous else 0.0):
            return sign, contraction
        if iteration > 0:
            contraction = max(contraction, length / previous)
            if contraction > CONTRACTION_LIMIT:
                return 0, contraction
        previous = length
    return 0, contraction


@kernel
def turn(plan: Plan, work: Work) -> float:
    """Write the tangent at ``work.there`` to ``work.turned``. Returns its cosine with the old one."""
    size = plan.num_variables + 1
    fill(work.turned, 0.0)
    work.turned[size - 1] = 1.0
    solve_factored(plan, work.matrix, work.pivots, work.turned)
    dot, here, there = 0.0, 0.0, 0.0
    for j in range(size):
        weight = work.weights[j] * work.weights[j]
        dot += weight * work.turned[j] * work.tangent[j]
        here += weight * work.tangent[j] * work.tangent[j]
        there += weight * work.turned[j] * work.turned[j]
    return float(dot / np.sqrt(here * there))


@kernel
def normalise(size: int, x: Floats, direction: Floats, weights: Floats) -> None:
    """Write ``weights = 1 / (1 + |x|)`` and scale ``direction`` so that its largest weighted entry is 1."""
    largest = 0.0
    for j in range(size):
        weights[j] = 1.0 / (1.0 + abs(x[j]))
        largest = max(largest, abs(direction[j]) * weights[j])
    for j in range(size):
        direction[j] /= largest


@kernel
def predict(plan: Plan, step: float, target: float, work: Work) -> tuple[bool, float]:
    """Write the predicted point to ``work.there`` and the hyperplane's normal to ``work.row``.

    Returns whether the step would pass ``target``, in which case the prediction lies on s = target and stays there, and
    the length of the step taken.
    """
    last = plan.num_variables
    arrives = bool(work.here[last] + step * work.tangent[last] >= target)
    if arrives:
        step = (target - work.here[last]) / work.tangent[last]
    for j in range(last + 1):
        work.there[j] = work.here[j] + step * work.tangent[j]
        work.row[j] = 0.0 if arrives else work.weights[j] * work.weights[j] * work.tangent[j]
    if arrives:
        work.row[last] = 1.0
        work.there[last] = target
    return arrives, step


@kernel
def _surprise(size: int, work: Work, step: float) -> float:
    """How far the corrector moved the prediction: in weighted log odds, probabilities or beliefs, whichever is most.

    Beliefs rest on differences of large log odds, so a jump to another branch may be small in weighted log odds; it
    is not in probabilities and beliefs.
    """
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
def start(plan: Plan, payoffs: Floats, chance: Floats, rates: Floats, work: Work) -> int:
    """Put ``work`` at the start of the branch. Returns the sign that the bordered determinant keeps along it."""
    last = plan.num_variables
    fill(work.here, 0.0)
    fill(work.tangent, 0.0)
    work.tangent[last] = 1.0
    copy(work.tangent, work.row)
    fill(work.weights, 1.0)
    linearise(plan, payoffs, chance, rates, work.here, work)
    orientation = factor(plan, work.matrix, work.pivots, work.scales)
    turn(plan, work)
    _move(last + 1, work.here, work)
    return orientation


@kernel
def _move(size: int, point: Floats, work: Work) -> None:
    """Accept ``point`` and the tangent in ``work.turned``."""
    copy(point, work.here)
    copy(work.turned, work.tangent)
    normalise(size, work.here, work.tangent, work.weights)


@kernel
def follow(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    rates: Floats,
    target: float,
    orientation: int,
    max_steps: int,
    work: Work,
) -> tuple[int, int]:
    """Follow the branch from ``work.here`` until s = ``target``; the last point on it stays in ``work.here``.

    Payoffs lie in [0, 1]. Returns ``REACHED``, ``STALLED`` or ``OUT_OF_STEPS`` and the number of steps tried.
    """
    size = plan.num_variables + 1
    step = FIRST_STEP
    for count in range(max_steps):
        if work.stop[0] != 0:
            return STALLED, count
        arrives, step = predict(plan, step, target, work)
        tolerance, limit = NEWTON_TOLERANCE, NEWTON_LIMIT
        if arrives:
            tolerance, limit = FINAL_TOLERANCE, FINAL_LIMIT
        sign, contraction = correct(plan, payoffs, chance, rates, tolerance, limit, work)
        moved = _surprise(size, work, step)
        fine = sign != 0 and moved <= CORRECTION_LIMIT
        cosine = turn(plan, work) if fine else 0.0
        if fine and arrives and cosine >= SMALLEST_COSINE:
            _move(size, work.there, work)
            return REACHED, count + 1
        if not fine or cosine < SMALLEST_COSINE or sign != orientation:
            step *= 0.5 if fine else 0.25
            if step < SMALLEST_STEP:
                return STALLED, count + 1
            continue
        _move(size, work.there, work)
        growth = min(np.sqrt(CORRECTION_AIM / (moved + 1e-12)), np.sqrt(CONTRACTION_AIM / (contraction + 1e-12)))
        step = min(LARGEST_STEP, step * min(GROWTH_LIMIT, max(0.5, growth)))
    return OUT_OF_STEPS, max_steps
