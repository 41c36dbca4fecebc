"""Kernel: the regret that searches see while they work; the certificate computes its own."""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.jit import lean
from offramp.solve.lanes import Number, at, get, maximum, spread, where


@lean
def largest_regret(action_starts: Ints, probabilities: Floats, q: Floats, beliefs: Floats) -> Number:
    """Largest conditional regret, from ``action_starts[I + 1]`` and A rows of ``q``; infinite if any is not finite.

    For one draw or for draws side by side; ``probabilities`` begin with those of the A actions.
    """
    total = spread(q, 0.0)
    for a in range(len(q)):
        total = total + 0.0 * get(q, a)
    for member in range(len(beliefs)):
        total = total + 0.0 * get(beliefs, member)
    largest = spread(q, 0.0)
    for infoset in range(len(action_starts) - 1):
        best, mean = spread(q, -np.inf), spread(q, 0.0)
        for a in range(at(action_starts, infoset), at(action_starts, infoset + 1)):
            best = maximum(best, get(q, a))
            mean = mean + get(probabilities, a) * get(q, a)
        largest = maximum(largest, best - mean)
    return where(total == 0.0, largest, np.inf)
