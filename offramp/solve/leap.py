"""Kernels: where the branch leads if it goes on as it is going.

Far out every action is either *kept*, with a probability that tends to its limit like 1/s, or *given up*, with a log
probability that falls in proportion to s. Where the direction of the branch tells for each action which it is, the
point at a far s follows from the point and the direction here.
"""

from __future__ import annotations

from offramp.game.game import Floats
from offramp.solve.jit import lean
from offramp.solve.tape import Tape
from offramp.solve.values import State

KEPT_DRIFT = 0.2
"""Largest change of a kept action's log probability per unit of log s."""

GIVEN_UP_LOG = -2.0
"""Largest log probability of an action that is given up."""

STRAIGHT = 0.4
"""How far its change per unit of log s may differ from the log probability itself, relative to it."""


@lean
def predict_limit(tape: Tape, target: float, here: Floats, tangent: Floats, there: Floats, state: State) -> bool:
    """Write to ``there[V + 1]`` the log odds at s = ``target`` that ``here[V + 1]`` and its tangent point to.

    ``state`` holds the evaluation of ``here``. Returns False, and leaves ``there`` half written, where an action is
    neither clearly kept nor clearly given up.
    """
    last = tape.num_variables
    s = here[last]
    scale = s / tangent[last]
    for infoset in range(len(tape.num_actions)):
        start, variable = tape.action_starts[infoset], tape.variable_starts[infoset] - 1
        mean = 0.0
        for a in range(1, tape.num_actions[infoset]):
            mean += state.probabilities[start + a] * scale * tangent[variable + a]
        base = 0.0
        for a in range(tape.num_actions[infoset]):
            log = state.logs[start + a]
            change = (scale * tangent[variable + a] if a > 0 else 0.0) - mean
            if abs(change) <= KEPT_DRIFT and (log > GIVEN_UP_LOG or abs(change) < 0.01 * abs(log)):
                far = log + change * (1.0 - s / target)
            elif log <= GIVEN_UP_LOG and abs(change - log) <= STRAIGHT * abs(log):
                far = log + change * (target / s - 1.0)
            else:
                return False
            if a == 0:
                base = far
            else:
                there[variable + a] = far - base
    there[last] = target
    return True
