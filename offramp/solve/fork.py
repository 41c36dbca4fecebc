"""Kernels: past the forks of games with exact symmetries or ties.

In such games the branch may run into a point where branches cross and its direction is not defined. The usual remedy
(Allgower & Georg 1990; Turocy 2010) is to nudge the equations: payoffs are moved by a tiny fixed pattern, the branch of
the nudged game, which does not fork, is followed, and what it leads to is solved for the payoffs as given. Which arm of
the fork that is depends on the pattern; such draws are marked ``FORKED``.
"""

from __future__ import annotations

from offramp.game.game import Floats
from offramp.solve.arrays import copy, fill
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan
from offramp.solve.trace import FINAL_LIMIT, FINAL_TOLERANCE, REACHED, Work, correct, follow, start

FORKED = 3
"""How a trace ended: like ``REACHED``, ``STALLED`` and ``OUT_OF_STEPS``; the nudged branch was followed to its end."""

SMALLEST_NUDGE = 1e-6
"""Largest change of a payoff, in units of the payoff range, at the first try."""

NUDGES = 2
"""How many tries; each nudges a thousand times as much as the one before."""

GOLDEN = 0.6180339887498949
"""Multiples of the golden section, cut to the unit interval, make a pattern without symmetries (Weyl's sequence)."""


@kernel
def nudge(payoffs: Floats, size: float, nudged: Floats) -> None:
    """Write ``payoffs[L, P]`` moved by at most ``size`` to ``nudged[L, P]``; the pattern depends on place alone."""
    num_players = payoffs.shape[1]
    for leaf in range(payoffs.shape[0]):
        for p in range(num_players):
            turn = GOLDEN * (leaf * num_players + p + 1)
            nudged[leaf, p] = payoffs[leaf, p] + size * (2.0 * (turn - int(turn)) - 1.0)


@kernel
def follow_nudged(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    rates: Floats,
    target: float,
    max_steps: int,
    nudged: Floats,
    work: Work,
) -> tuple[bool, int]:
    """Follow a nudged branch from its start to ``target``, then solve for ``payoffs`` there if Newton's method can.

    ``nudged[L, P]`` is scratch; the point reached stays in ``work.here``. Returns whether the end was reached and the
    logit equations hold there for ``payoffs`` as given, and the steps tried.
    """
    last = plan.num_variables
    steps = 0
    size = SMALLEST_NUDGE
    for _ in range(NUDGES):
        nudge(payoffs, size, nudged)
        orientation = start(plan, nudged, chance, rates, work)
        end, count = follow(plan, nudged, chance, rates, target, orientation, max_steps, work)
        steps += count
        if end == REACHED:
            copy(work.here, work.there)
            fill(work.row, 0.0)
            work.row[last] = 1.0
            sign, _ = correct(plan, payoffs, chance, rates, FINAL_TOLERANCE, FINAL_LIMIT, work)
            if sign != 0:
                copy(work.there, work.here)
                return True, steps
        size *= 1000.0
    return False, steps
