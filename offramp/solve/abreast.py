"""Kernels: follow the branches of many draws side by side.

The method is that of :mod:`offramp.solve.path`, its limits included. Every call of :func:`advance` takes one Newton
step in every lane; a lane whose correction is over then accepts its point or refuses it, and sets out from there,
whatever the others are doing. The Jacobian is always worked anew, since in every step some lane needs it, and a
correction is the last one once the next, as the last two foretell it, would be within the tolerance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.jit import inlined, lean
from offramp.solve.lanes import (
    WIDTH,
    Number,
    Truth,
    anywhere,
    at,
    get,
    magnitude,
    maximum,
    negate,
    put,
    root,
    rows,
    spread,
    where,
)
from offramp.solve.leap import predict_limit
from offramp.solve.path import (
    CONTRACTION_AIM,
    CONTRACTION_LIMIT,
    CORRECTION_AIM,
    CORRECTION_LIMIT,
    EVALUATIONS,
    FACTORS,
    FINAL_LIMIT,
    FINAL_TOLERANCE,
    FIRST_STEP,
    GROWTH_LIMIT,
    JUMPS,
    LARGEST_STEP,
    LEAP_FROM,
    LEAP_LIMIT,
    LEAP_WAIT,
    LEAPS,
    NEWTON_LIMIT,
    NEWTON_TOLERANCE,
    NUM_COUNTS,
    REFUSED,
    ROUNDING,
    SMALLEST_COSINE,
    SMALLEST_STEP,
    STEPS,
    Work,
    linearise,
)
from offramp.solve.regret import largest_regret
from offramp.solve.system import System, allocate_system, solve_side_by_side
from offramp.solve.tape import Tape
from offramp.solve.values import State, allocate_state, load_lane

IDLE, START, STEP, ARRIVAL, LEAP = 0, 1, 2, 3, 4
"""What a lane is doing: nothing, finding the first tangent, stepping, stepping on to the target, leaping to it."""

RUNNING, ARRIVED, LOST = 0, 1, 2
"""How it stands with a lane's draw."""

(KIND, END, TARGET, SIGN, LENGTH, ITERATION, PREVIOUS, CONTRACTION, NEXT_LEAP, REGRET) = range(10)
"""Registers, with a number for each lane. ``LENGTH`` is that of the next step, ``PREVIOUS`` the last correction's,
``REGRET`` the largest one at the point where the branch arrived."""

FIRST_COUNT = 10
"""The register of the first of a lane's counts, in the order of :mod:`offramp.solve.path`."""

NUM_REGISTERS = FIRST_COUNT + NUM_COUNTS


class Lanes(NamedTuple):
    """Scratch of one thread for draws side by side; every row has a number for each."""

    state: State
    system: System
    rates: Floats  # P
    vector: Floats  # V + 1
    here: Floats  # V + 1: the point on the branch, s last
    there: Floats  # V + 1: the point being tried
    tangent: Floats  # V + 1
    turned: Floats  # V + 1: the tangent at the point being tried
    guess: Floats  # V + 1: the predicted point
    weights: Floats  # V + 1
    guessed_probabilities: Floats  # A: at the predicted point
    guessed_beliefs: Floats  # members of families
    registers: Floats  # NUM_REGISTERS
    draws: Ints  # [WIDTH]: whose draw a lane follows


def allocate_lanes(tape: Tape, num_players: int) -> Lanes:
    """Scratch arrays for kernels on ``tape``."""
    size = tape.num_variables + 1
    state = allocate_state(tape, side_by_side=True)
    return Lanes(
        state=state,
        system=allocate_system(tape, tape.num_variables - tape.num_eliminated, side_by_side=True),
        rates=rows(num_players, True),
        vector=rows(size, True),
        here=rows(size, True),
        there=rows(size, True),
        tangent=rows(size, True),
        turned=rows(size, True),
        guess=rows(size, True),
        weights=rows(size, True),
        guessed_probabilities=rows(len(state.q), True),
        guessed_beliefs=rows(len(state.beliefs), True),
        registers=rows(NUM_REGISTERS, True),
        draws=np.zeros(WIDTH, dtype=np.int32),
    )


@lean
def occupy(tape: Tape, state: State, rates: Floats, target: float, leaps: bool, lane: int, lanes: Lanes) -> None:
    """Set a lane to the start of the branch of the draw in ``state``, to be followed to s = ``target``."""
    load_lane(tape, state, lane, lanes.state)
    for player in range(len(rates)):
        lanes.rates[player, lane] = rates[player]
    last = tape.num_variables
    for j in range(last + 1):
        lanes.here[j, lane] = lanes.there[j, lane] = lanes.guess[j, lane] = 0.0
        lanes.tangent[j, lane] = lanes.system.border[j, lane] = 1.0 if j == last else 0.0
    for register in range(NUM_REGISTERS):
        lanes.registers[register, lane] = 0.0
    lanes.registers[KIND, lane] = START
    lanes.registers[TARGET, lane] = target
    lanes.registers[LENGTH, lane] = FIRST_STEP
    lanes.registers[PREVIOUS, lane] = np.inf
    lanes.registers[NEXT_LEAP, lane] = LEAP_FROM if leaps else np.inf


@lean
def advance(tape: Tape, max_steps: int, lanes: Lanes) -> None:
    """Take one Newton step in all lanes and begin anew where a correction is over.

    A lane that is through is left ``IDLE``, with ``END`` saying how it went.
    """
    registers = lanes.registers
    linearise(tape, lanes.rates, lanes.there, lanes.state, lanes.system, lanes.vector)
    iteration = get(registers, ITERATION)
    first = iteration == 0.0
    if anywhere(first):
        _keep_guess(tape, first, lanes)
    sign = solve_side_by_side(tape, lanes.system, lanes.vector, lanes.turned)
    length, finite = _correct(lanes)
    kind = get(registers, KIND)
    busy, final = kind > IDLE, kind >= ARRIVAL
    previous = get(registers, PREVIOUS)
    noise = ROUNDING * get(lanes.there, tape.num_variables)
    ratio = where(first, 1.0, length / previous)
    next_length = length * ratio * where(final, 1.0, ratio)  # if it shrinks by that ratio again; on the way its square
    done = next_length <= where(final, FINAL_TOLERANCE, NEWTON_TOLERANCE)
    done = done | ((length <= noise) & (length >= CONTRACTION_LIMIT * previous))
    contraction = maximum(get(registers, CONTRACTION), where(done, 0.0, length / previous))
    failed = negate(done) & (contraction > CONTRACTION_LIMIT)
    failed = failed | (negate(done) & (iteration + 1.0 >= where(final, FINAL_LIMIT, NEWTON_LIMIT)))
    failed = failed | (sign == 0.0) | negate(finite)
    put(registers, ITERATION, iteration + 1.0)
    put(registers, PREVIOUS, length)
    put(registers, CONTRACTION, contraction)
    _count(registers, EVALUATIONS, busy)
    _count(registers, FACTORS, busy)
    ended = busy & (done | failed)
    if anywhere(ended):
        _end_correction(tape, max_steps, ended, ended & negate(failed), sign, lanes)


@inlined
def _count(registers: Floats, count: int, where_true: Truth) -> None:
    register = FIRST_COUNT + count
    put(registers, register, get(registers, register) + where(where_true, 1.0, 0.0))


@inlined
def _keep_guess(tape: Tape, first: Truth, lanes: Lanes) -> None:
    """Note the probabilities and beliefs at the predicted point."""
    state = lanes.state
    for infoset in range(len(tape.num_actions)):
        for a in range(_first_watched(tape, infoset), at(tape.action_starts, infoset + 1)):
            old, new = get(lanes.guessed_probabilities, a), get(state.probabilities, a)
            put(lanes.guessed_probabilities, a, where(first, new, old))
    for member in range(len(lanes.guessed_beliefs)):
        put(lanes.guessed_beliefs, member, where(first, get(state.beliefs, member), get(lanes.guessed_beliefs, member)))


@inlined
def _first_watched(tape: Tape, infoset: int) -> int:
    """The first action whose probability is watched: of two, one moves as far as the other."""
    return at(tape.action_starts, infoset) + (1 if at(tape.num_actions, infoset) == 2 else 0)


@inlined
def _correct(lanes: Lanes) -> tuple[Number, Truth]:
    """Apply the correction in ``vector``. Returns its length, in log odds, and whether it is finite."""
    last = len(lanes.there) - 1
    length = magnitude(get(lanes.vector, last)) / (1.0 + magnitude(get(lanes.there, last)))
    total = spread(lanes.vector, 0.0)
    for j in range(last + 1):
        change = get(lanes.vector, j)
        total = total + 0.0 * change
        if j < last:
            length = maximum(length, magnitude(change))
        put(lanes.there, j, get(lanes.there, j) + change)
    return length, total == 0.0


@lean
def _end_correction(tape: Tape, max_steps: int, ended: Truth, good: Truth, sign: Number, lanes: Lanes) -> None:
    """Accept or refuse the points of the lanes ``ended``, of which Newton's method found those of ``good``."""
    registers = lanes.registers
    kind = get(registers, KIND)
    starting, leaping = kind == START, kind == LEAP
    stepping = (kind == STEP) | (kind == ARRIVAL)
    drift, moved, cosine = _surprise(tape, lanes)
    smooth = good & (moved <= CORRECTION_LIMIT)
    kept = sign == get(registers, SIGN)
    turned_little = cosine >= SMALLEST_COSINE
    accepted = good & (starting | (leaping & kept & (drift <= LEAP_LIMIT)) | (stepping & smooth & kept & turned_little))
    refused = ended & negate(accepted)
    put(registers, SIGN, where(accepted & starting, sign, get(registers, SIGN)))
    _count(registers, REFUSED, refused & stepping)
    _count(registers, JUMPS, refused & stepping & smooth & negate(kept))
    length = get(registers, LENGTH)
    growth = _growth(moved, get(registers, CONTRACTION))
    longer = length * growth
    longer = where(longer > LARGEST_STEP, LARGEST_STEP, longer)
    length = where(accepted & stepping, longer, length)
    length = where(refused & stepping, length * where(smooth, 0.5, 0.25), length)
    put(registers, LENGTH, length)
    if anywhere(accepted):
        _move(accepted, lanes)
    arrived = accepted & (kind >= ARRIVAL)
    lost = refused & (starting | (length < SMALLEST_STEP))
    lost = lost | (ended & negate(arrived) & (get(registers, FIRST_COUNT + STEPS) >= max_steps))
    if anywhere(arrived):
        state = lanes.state
        regret = largest_regret(tape.action_starts, state.probabilities, state.q, state.beliefs)
        put(registers, REGRET, where(arrived, regret, get(registers, REGRET)))
    put(registers, END, where(arrived, ARRIVED, where(lost, LOST, get(registers, END))))
    put(registers, KIND, where(arrived | lost, IDLE, kind))
    going = ended & negate(arrived | lost)
    if anywhere(going):
        _set_out(tape, going, going & accepted, lanes)


@inlined
def _surprise(tape: Tape, lanes: Lanes) -> tuple[Number, Number, Number]:
    """How far probabilities and beliefs moved from the predicted point; the same or, if more, weighted log odds.

    And the cosine between the old tangent and the new one, both weighted.
    """
    state = lanes.state
    drift = spread(lanes.there, 0.0)
    for infoset in range(len(tape.num_actions)):
        for a in range(_first_watched(tape, infoset), at(tape.action_starts, infoset + 1)):
            drift = maximum(drift, magnitude(get(state.probabilities, a) - get(lanes.guessed_probabilities, a)))
    for member in range(len(lanes.guessed_beliefs)):
        drift = maximum(drift, magnitude(get(state.beliefs, member) - get(lanes.guessed_beliefs, member)))
    moved = drift
    dot, before, after = spread(lanes.there, 0.0), spread(lanes.there, 0.0), spread(lanes.there, 0.0)
    for j in range(len(lanes.there)):
        weight = get(lanes.weights, j)
        moved = maximum(moved, magnitude(get(lanes.there, j) - get(lanes.guess, j)) * weight)
        old, new = weight * get(lanes.tangent, j), weight * get(lanes.turned, j)
        dot, before, after = dot + old * new, before + old * old, after + new * new
    return drift, moved, dot / root(before * after)


@inlined
def _growth(moved: Number, contraction: Number) -> Number:
    """By what factor the step may grow after a correction that moved and contracted so much."""
    growth, other = root(CORRECTION_AIM / (moved + 1e-12)), root(CONTRACTION_AIM / (contraction + 1e-12))
    growth = where(other < growth, other, growth)
    growth = where(growth < 0.5, 0.5, growth)
    return where(growth > GROWTH_LIMIT, GROWTH_LIMIT, growth)


@inlined
def _move(accepted: Truth, lanes: Lanes) -> None:
    """Accept ``there`` and the new tangents, scaled to a largest weighted entry of 1."""
    largest = spread(lanes.there, 0.0)
    for j in range(len(lanes.here)):
        here = where(accepted, get(lanes.there, j), get(lanes.here, j))
        weight = 1.0 / (1.0 + magnitude(here))
        put(lanes.here, j, here)
        put(lanes.weights, j, weight)
        largest = maximum(largest, magnitude(get(lanes.turned, j)) * weight)
    scale = 1.0 / largest
    for j in range(len(lanes.here)):
        put(lanes.tangent, j, where(accepted, get(lanes.turned, j) * scale, get(lanes.tangent, j)))


@inlined
def _set_out(tape: Tape, going: Truth, fresh: Truth, lanes: Lanes) -> None:
    """Predict the next points of the lanes ``going``, those of ``fresh`` from a new point on the branch."""
    registers, last = lanes.registers, tape.num_variables
    s, target = get(lanes.here, last), get(registers, TARGET)
    leaping = fresh & (s >= get(registers, NEXT_LEAP)) & (get(lanes.tangent, last) > 0.0)
    if anywhere(leaping):
        put(registers, NEXT_LEAP, where(leaping, LEAP_WAIT * s, get(registers, NEXT_LEAP)))
        leaping = predict_limit(tape, leaping, target, lanes.here, lanes.tangent, lanes.guess, lanes.state)
    stepping = going & negate(leaping)
    length = get(registers, LENGTH)
    arriving = stepping & (s + length * get(lanes.tangent, last) >= target)
    length = where(arriving, (target - s) / get(lanes.tangent, last), length)
    put(registers, LENGTH, length)
    for j in range(last + 1):
        tangent, weight = get(lanes.tangent, j), get(lanes.weights, j)
        guess = where(stepping, get(lanes.here, j) + length * tangent, get(lanes.guess, j))
        put(lanes.guess, j, guess)
        put(lanes.there, j, where(going, guess, get(lanes.there, j)))
        normal = where(arriving | leaping, 0.0, weight * weight * tangent)
        put(lanes.system.border, j, where(going, normal, get(lanes.system.border, j)))
    held = arriving | leaping
    put(lanes.there, last, where(held, target, get(lanes.there, last)))
    put(lanes.guess, last, where(held, target, get(lanes.guess, last)))
    put(lanes.system.border, last, where(held, 1.0, get(lanes.system.border, last)))
    kind = where(leaping, LEAP, where(arriving, ARRIVAL, where(stepping, STEP, get(registers, KIND))))
    put(registers, KIND, kind)
    put(registers, ITERATION, where(going, 0.0, get(registers, ITERATION)))
    put(registers, PREVIOUS, where(going, np.inf, get(registers, PREVIOUS)))
    put(registers, CONTRACTION, where(going, 0.0, get(registers, CONTRACTION)))
    _count(registers, STEPS, stepping)
    _count(registers, LEAPS, leaping)


@lean
def leave(tape: Tape, lane: int, lanes: Lanes, work: Work) -> None:
    """Write the point that a lane has come to, its direction and its counts to ``work``, and free the lane."""
    for j in range(tape.num_variables + 1):
        work.here[j] = lanes.here[j, lane]
        work.tangent[j] = lanes.tangent[j, lane]
        work.weights[j] = lanes.weights[j, lane]
    for count in range(NUM_COUNTS):
        work.counts[count] = int(lanes.registers[FIRST_COUNT + count, lane])
    lanes.registers[END, lane] = RUNNING
    lanes.registers[KIND, lane] = IDLE
