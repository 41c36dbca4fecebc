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
from offramp.solve.jit import inlined, lean
from offramp.solve.lanes import at, get, put
from offramp.solve.leap import predict_limit
from offramp.solve.system import System, allocate_system, factor, solve_factored
from offramp.solve.tape import Tape
from offramp.solve.values import State, allocate_state, differentiate, evaluate

REACHED = 0
STALLED = 1
OUT_OF_STEPS = 2

FIRST_STEP = 0.3
LARGEST_STEP = 6.0
SMALLEST_STEP = 1e-9
NEWTON_TOLERANCE = 1e-4
"""A correction of at most this, in log odds, is the last one on the way."""

FINAL_TOLERANCE = 1e-12
ROUNDING = 1e-7
"""Rounding noise in the log odds per unit of s: corrections below it are none."""

CHORD_FROM = 0.1
"""The first correction, in log odds, from which on the second can do with the same Jacobian."""

CHORD_LIMIT = 0.2
"""The ratio of successive corrections above which the Jacobian is worked anew."""

NEWTON_LIMIT = 6
FINAL_LIMIT = 12
CORRECTION_LIMIT = 0.25
CORRECTION_AIM = 0.1
CONTRACTION_LIMIT = 0.5
CONTRACTION_AIM = 0.1
SMALLEST_COSINE = 0.8
GROWTH_LIMIT = 3.0

LEAP_FROM = 8.0
"""The least s at which the rest of the way is tried in one step."""

LEAP_LIMIT = 0.1
"""How far probabilities and beliefs may move in the last step's correction."""

LEAP_WAIT = 1.6
"""After a refused try, s must grow by this before the next."""

EVALUATIONS, FACTORS, STEPS, REFUSED, JUMPS, LEAPS = 0, 1, 2, 3, 4, 5
"""Places in the counts of a draw."""

NUM_COUNTS = 6

ANY_SIGN = 0
"""In place of the sign that the determinant keeps: follow on over forks."""


class Work(NamedTuple):
    """Scratch of one thread; overwritten by every draw."""

    state: State
    system: System
    vector: Floats  # [V + 1]
    here: Floats  # [V + 1]: the point on the branch, s last
    there: Floats  # [V + 1]: the point being tried
    tangent: Floats  # [V + 1]
    turned: Floats  # [V + 1]: the tangent at the point being tried
    guess: Floats  # [V + 1]: the predicted point
    weights: Floats  # [V + 1]
    guessed_probabilities: Floats  # [A]: at the predicted point
    guessed_beliefs: Floats  # at the predicted point
    leaves: Floats  # [Z]: of a nudged game
    counts: Ints  # [NUM_COUNTS]: of the draw
    stop: Ints  # [1]: shared by all threads; not 0 means give up


def allocate_work(tape: Tape, stop: Ints) -> Work:
    """Scratch arrays for kernels on ``tape``; ``stop`` int32[1] is kept, not copied."""
    size = tape.num_variables + 1
    state = allocate_state(tape)
    return Work(
        state=state,
        system=allocate_system(tape, capacity_for(tape)),
        vector=np.zeros(size),
        here=np.zeros(size),
        there=np.zeros(size),
        tangent=np.zeros(size),
        turned=np.zeros(size),
        guess=np.zeros(size),
        weights=np.zeros(size),
        guessed_probabilities=np.zeros(len(state.q)),
        guessed_beliefs=np.zeros(len(state.beliefs)),
        leaves=np.zeros(len(tape.leaf_cells)),
        counts=np.zeros(NUM_COUNTS, dtype=np.int32),
        stop=stop,
    )


SPARE = 200
"""Room for eliminated unknowns that are mixed in the limit and have to be kept there."""


def capacity_for(tape: Tape) -> int:
    """How many unknowns the dense part of a linear system holds."""
    return tape.num_variables - tape.num_eliminated + min(tape.num_eliminated, SPARE)


@lean
def linearise(tape: Tape, rates: Floats, x: Floats, state: State, system: System, vector: Floats) -> None:
    """Write the Jacobian at ``x`` to ``system``, border left out, and minus the residual to ``vector``.

    For one draw or for draws side by side; ``state`` holds them.
    """
    size = tape.num_variables
    evaluate(tape, x, state)
    s = get(x, size)
    for player in range(len(system.speeds)):
        put(system.speeds, player, s * get(rates, player))
    differentiate(tape, system.speeds, state, system.rows)
    for infoset in range(len(tape.num_actions)):
        start, variable = at(tape.action_starts, infoset), at(tape.variable_starts, infoset)
        rate = get(rates, at(tape.infoset_players, infoset))
        for a in range(1, at(tape.num_actions, infoset)):
            i = variable + a - 1
            difference = rate * (get(state.q, start + a) - get(state.q, start))
            put(system.ends, i, -difference)
            put(vector, i, s * difference - get(x, i))
    put(vector, size, 0.0)


@lean
def leave_residual(tape: Tape, rates: Floats, x: Floats, work: Work) -> None:
    """Write minus the residual at ``x`` to ``work.vector`` and leave the Jacobian as it is."""
    size = tape.num_variables
    state = work.state
    evaluate(tape, x, state)
    for infoset in range(len(tape.num_actions)):
        start, variable = tape.action_starts[infoset], tape.variable_starts[infoset]
        speed = x[size] * rates[tape.infoset_players[infoset]]
        for a in range(1, tape.num_actions[infoset]):
            i = variable + a - 1
            work.vector[i] = speed * (state.q[start + a] - state.q[start]) - x[i]
    work.vector[size] = 0.0


@lean
def correct(tape: Tape, rates: Floats, tolerance: float, limit: int, work: Work) -> tuple[int, float]:
    """Newton's method from ``work.there`` on the hyperplane with normal ``border``; ``work.there`` is overwritten.

    The Jacobian is kept while corrections shrink fast without a new one (chord method). Corrections are measured in log
    odds, not relative to them: beliefs rest on differences of large log odds. Returns the sign of the bordered
    determinant, 0 on failure, and the worst ratio of successive corrections. ``work.system`` is left factored near the
    solution.
    """
    size = tape.num_variables
    state = work.state
    previous = np.inf
    contraction = 0.0
    ratio = 1.0
    sign = 0
    for iteration in range(limit):
        fresh = ratio > CHORD_LIMIT or (iteration == 1 and tolerance <= FINAL_TOLERANCE)
        work.counts[EVALUATIONS] += 1
        if fresh:
            linearise(tape, rates, work.there, state, work.system, work.vector)
            sign = factor(tape, work.system)
            work.counts[FACTORS] += 1
            if sign == 0:
                return 0, contraction
        else:
            leave_residual(tape, rates, work.there, work)
        if iteration == 0:
            copy(state.probabilities, work.guessed_probabilities)
            copy(state.beliefs, work.guessed_beliefs)
        solve_factored(tape, work.system, work.vector)
        length = abs(work.vector[size]) / (1.0 + abs(work.there[size]))
        for j in range(size):
            length = max(length, abs(work.vector[j]))
        if not all_finite(work.vector):
            return 0, contraction
        for j in range(size + 1):
            work.there[j] += work.vector[j]
        ratio = length / previous if iteration > 0 else (0.0 if length <= CHORD_FROM else 1.0)
        noise = ROUNDING * work.there[size]
        if length <= tolerance or (fresh and length <= noise and length >= CONTRACTION_LIMIT * previous):
            return sign, contraction
        if iteration > 0 and (fresh or tolerance > FINAL_TOLERANCE):
            contraction = max(contraction, ratio)
            if contraction > CONTRACTION_LIMIT:
                return 0, contraction
        previous = length
    return 0, contraction


@lean
def turn(tape: Tape, work: Work) -> float:
    """Write the tangent at ``work.there`` to ``work.turned``. Returns its cosine with the old one."""
    size = tape.num_variables
    fill(work.turned, 0.0)
    work.turned[size] = 1.0
    solve_factored(tape, work.system, work.turned)
    dot, here, there = 0.0, 0.0, 0.0
    for j in range(size + 1):
        weight = work.weights[j] * work.weights[j]
        dot += weight * work.turned[j] * work.tangent[j]
        here += weight * work.tangent[j] * work.tangent[j]
        there += weight * work.turned[j] * work.turned[j]
    return float(dot / np.sqrt(here * there))


@inlined
def predict(tape: Tape, step: float, target: float, work: Work) -> tuple[bool, float]:
    """Write the predicted point to ``work.there`` and the hyperplane's normal to ``border``.

    Returns whether the step would pass ``target``, in which case the prediction lies on s = target and stays there, and
    the length of the step taken.
    """
    last = tape.num_variables
    border = work.system.border
    arrives = bool(work.here[last] + step * work.tangent[last] >= target)
    if arrives:
        step = (target - work.here[last]) / work.tangent[last]
    for j in range(last + 1):
        work.there[j] = work.here[j] + step * work.tangent[j]
        border[j] = 0.0 if arrives else work.weights[j] * work.weights[j] * work.tangent[j]
    if arrives:
        hold(target, work)
    copy(work.there, work.guess)
    return arrives, step


@inlined
def hold(s: float, work: Work) -> None:
    """Keep ``work.there`` at ``s`` and let Newton's method leave it there."""
    last = len(work.there) - 1
    fill(work.system.border, 0.0)
    work.system.border[last] = 1.0
    work.there[last] = s


@inlined
def _drift(work: Work) -> float:
    """How far probabilities and beliefs moved from the predicted point."""
    state = work.state
    largest = 0.0
    for a in range(len(work.guessed_probabilities)):
        largest = max(largest, abs(state.probabilities[a] - work.guessed_probabilities[a]))
    for member in range(len(work.guessed_beliefs)):
        largest = max(largest, abs(state.beliefs[member] - work.guessed_beliefs[member]))
    return largest


@inlined
def _surprise(work: Work) -> float:
    """How far the corrector moved the prediction: in weighted log odds, probabilities or beliefs, whichever is most.

    Beliefs rest on differences of large log odds, so a jump to another branch may be small in weighted log odds; it
    is not in probabilities and beliefs.
    """
    largest = _drift(work)
    for j in range(len(work.there)):
        moved = abs(work.there[j] - work.guess[j])
        largest = max(largest, moved * work.weights[j])
    return largest


@lean
def start(tape: Tape, rates: Floats, work: Work) -> int:
    """Put ``work`` at the start of the branch. Returns the sign that the bordered determinant keeps along it."""
    last = tape.num_variables
    fill(work.here, 0.0)
    fill(work.there, 0.0)
    fill(work.tangent, 0.0)
    work.tangent[last] = 1.0
    hold(0.0, work)
    fill(work.weights, 1.0)
    fill(work.system.diagonal, 1.0)
    linearise(tape, rates, work.here, work.state, work.system, work.vector)
    orientation = factor(tape, work.system)
    work.counts[EVALUATIONS] += 1
    work.counts[FACTORS] += 1
    turn(tape, work)
    _move(work)
    return orientation


@inlined
def _move(work: Work) -> None:
    """Accept the point ``work.there`` and the tangent in ``work.turned``, scaled to a largest weighted entry of 1."""
    copy(work.there, work.here)
    copy(work.turned, work.tangent)
    largest = 0.0
    for j in range(len(work.here)):
        work.weights[j] = 1.0 / (1.0 + abs(work.here[j]))
        largest = max(largest, abs(work.tangent[j]) * work.weights[j])
    for j in range(len(work.here)):
        work.tangent[j] /= largest


@lean
def follow(tape: Tape, rates: Floats, target: float, orientation: int, max_steps: int, leaps: bool, work: Work) -> int:
    """Follow the branch from ``work.here`` until s = ``target``; the last point on it stays in ``work.here``.

    ``work.state`` holds the draw. With ``leaps`` the rest of the way is tried in one step where it looks straight.
    Returns ``REACHED``, ``STALLED`` or ``OUT_OF_STEPS``.
    """
    step = FIRST_STEP
    next_leap = LEAP_FROM if leaps else np.inf
    last = tape.num_variables
    for _ in range(max_steps):
        if work.stop[0] != 0:
            return STALLED
        if work.here[last] >= next_leap and work.tangent[last] > 0.0:
            if _leap(tape, rates, target, orientation, work):
                return REACHED
            next_leap = LEAP_WAIT * work.here[last]
        work.counts[STEPS] += 1
        arrives, step = predict(tape, step, target, work)
        tolerance, limit = NEWTON_TOLERANCE, NEWTON_LIMIT
        if arrives:
            tolerance, limit = FINAL_TOLERANCE, FINAL_LIMIT
        sign, contraction = correct(tape, rates, tolerance, limit, work)
        moved = _surprise(work)
        fine = sign != 0 and moved <= CORRECTION_LIMIT
        cosine = turn(tape, work) if fine else 0.0
        kept = orientation in (sign, ANY_SIGN)
        if fine and arrives and cosine >= SMALLEST_COSINE and kept:
            _move(work)
            return REACHED
        if not fine or cosine < SMALLEST_COSINE or not kept:
            work.counts[REFUSED] += 1
            work.counts[JUMPS] += 1 if fine and not kept else 0
            step *= 0.5 if fine else 0.25
            if step < SMALLEST_STEP:
                return STALLED
            continue
        _move(work)
        growth = min(np.sqrt(CORRECTION_AIM / (moved + 1e-12)), np.sqrt(CONTRACTION_AIM / (contraction + 1e-12)))
        step = min(LARGEST_STEP, step * min(GROWTH_LIMIT, max(0.5, growth)))
    return OUT_OF_STEPS


@lean
def _leap(tape: Tape, rates: Floats, target: float, orientation: int, work: Work) -> bool:
    """Try to go from ``work.here`` to ``target`` in one step; False leaves ``work.here`` as it was."""
    evaluate(tape, work.here, work.state)
    work.counts[EVALUATIONS] += 1
    if not predict_limit(tape, True, target, work.here, work.tangent, work.there, work.state):
        return False
    work.counts[LEAPS] += 1
    hold(target, work)
    sign, _ = correct(tape, rates, FINAL_TOLERANCE, FINAL_LIMIT, work)
    if sign != orientation or _drift(work) > LEAP_LIMIT:
        return False
    turn(tape, work)
    _move(work)
    return True
