"""Kernels: where the branch leads if it goes on as it is going.

Far out every action is either *kept*, with a probability that tends to its limit like 1/s, or *given up*, with a log
probability that falls in proportion to s. Where the direction of the branch tells for each action which it is, the
point at a far s follows from the point and the direction here.
"""

from __future__ import annotations

from offramp.game.game import Floats
from offramp.solve.jit import inlined
from offramp.solve.lanes import Number, Truth, anywhere, at, get, magnitude, put, spread, where
from offramp.solve.tape import Tape
from offramp.solve.values import State

KEPT_DRIFT = 0.2
"""Largest change of a kept action's log probability per unit of log s."""

GIVEN_UP_LOG = -2.0
"""Largest log probability of an action that is given up."""

STRAIGHT = 0.4
"""How far its change per unit of log s may differ from the log probability itself, relative to it."""


@inlined
def predict_limit(
    tape: Tape, wanted: Truth, target: Number, here: Floats, tangent: Floats, there: Floats, state: State
) -> Truth:
    """Write to ``there[V + 1]`` the log odds at s = ``target`` that ``here[V + 1]`` and its tangent point to.

    For one draw or for draws side by side, as far as ``wanted``; ``state`` holds the evaluation of ``here``. Returns
    where every action is either clearly kept or clearly given up, and leaves ``there`` half written elsewhere.
    """
    last = tape.num_variables
    s = get(here, last)
    scale = s / get(tangent, last)
    nearness, distance = 1.0 - s / target, target / s - 1.0
    clear = wanted
    for infoset in range(len(tape.num_actions)):
        if not anywhere(clear):
            return clear
        start, variable = at(tape.action_starts, infoset), at(tape.variable_starts, infoset) - 1
        mean = spread(here, 0.0)
        for a in range(1, at(tape.num_actions, infoset)):
            mean = mean + get(state.probabilities, start + a) * scale * get(tangent, variable + a)
        base = spread(here, 0.0)
        for a in range(at(tape.num_actions, infoset)):
            log = get(state.logs, start + a)
            change = -mean
            if a > 0:
                change = scale * get(tangent, variable + a) - mean
            size, depth = magnitude(change), magnitude(log)
            kept = (size <= KEPT_DRIFT) & ((log > GIVEN_UP_LOG) | (size < 0.01 * depth))
            given_up = (log <= GIVEN_UP_LOG) & (magnitude(change - log) <= STRAIGHT * depth)
            clear = clear & (kept | given_up)
            far = log + change * where(kept, nearness, distance)
            if a == 0:
                base = far
            else:
                put(there, variable + a, where(clear, far - base, get(there, variable + a)))
    put(there, last, where(clear, target, get(there, last)))
    return clear
