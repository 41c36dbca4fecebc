"""Kernel: the regret that searches see while they work; the certificate computes its own."""

from __future__ import annotations

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import all_finite
from offramp.solve.jit import lean


@lean
def largest_regret(action_starts: Ints, probabilities: Floats, q: Floats, beliefs: Floats) -> float:
    """Largest conditional regret, from ``action_starts[I + 1]`` and ``q[A]``; infinite if anything is not finite.

    ``probabilities`` begin with those of the A actions.
    """
    if not (all_finite(q) and all_finite(beliefs)):
        return np.inf
    largest = 0.0
    for infoset in range(len(action_starts) - 1):
        best, mean = -np.inf, 0.0
        for a in range(action_starts[infoset], action_starts[infoset + 1]):
            best = max(best, q[a])
            mean += probabilities[a] * q[a]
        largest = max(largest, best - mean)
    return largest
