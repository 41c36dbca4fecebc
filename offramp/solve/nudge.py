"""Kernels: past the forks of games with exact symmetries or ties.

In such games the branch may run into a point where branches cross and its direction is not defined. The usual remedy
(Allgower & Georg 1990; Turocy 2010) is to nudge the equations: payoffs are moved by a tiny fixed pattern, the branch of
the nudged game, which does not fork, is followed, and what it leads to is solved for the payoffs as given. Which arm of
the fork that is depends on the pattern; such draws are marked ``FORKED``.
"""

from __future__ import annotations

from offramp.game.game import Floats
from offramp.solve.arrays import copy
from offramp.solve.jit import lean
from offramp.solve.path import FINAL_LIMIT, FINAL_TOLERANCE, REACHED, Work, correct, follow, hold, start
from offramp.solve.tape import Tape

FORKED = 3
"""How a trace ended: like ``REACHED``, ``STALLED`` and ``OUT_OF_STEPS``; the nudged branch was followed to its end."""

SMALLEST_NUDGE = 1e-6
"""Largest change of a payoff, in units of the payoff range, at the first try."""

NUDGES = 2
"""How many tries; each nudges a thousand times as much as the one before."""

GOLDEN = 0.6180339887498949
"""Multiples of the golden section, cut to the unit interval, make a pattern without symmetries (Weyl's sequence)."""


@lean
def nudge(leaves: Floats, size: float, nudged: Floats) -> None:
    """Write ``leaves[Z]`` moved by at most ``size`` to ``nudged``; the pattern depends on place alone."""
    for leaf in range(len(leaves)):
        turn = GOLDEN * (leaf + 1)
        nudged[leaf] = leaves[leaf] + size * (2.0 * (turn - int(turn)) - 1.0)


@lean
def follow_nudged(tape: Tape, leaves: Floats, rates: Floats, target: float, max_steps: int, work: Work) -> bool:
    """Follow a nudged branch from its start to ``target``, then solve for ``leaves`` there if Newton's method can.

    The point reached stays in ``work.here`` and ``leaves`` in ``work.state``. Returns whether the end was reached and
    the logit equations hold there for ``leaves`` as given.
    """
    size = SMALLEST_NUDGE
    for _ in range(NUDGES):
        nudge(leaves, size, work.state.values[: len(leaves)])
        orientation = start(tape, rates, work)
        end = follow(tape, rates, target, orientation, max_steps, False, work)
        copy(leaves, work.state.values[: len(leaves)])
        if end == REACHED:
            copy(work.here, work.there)
            hold(target, work)
            sign, _ = correct(tape, rates, FINAL_TOLERANCE, FINAL_LIMIT, work)
            if sign != 0:
                copy(work.there, work.here)
                return True
        size *= 1000.0
    return False
