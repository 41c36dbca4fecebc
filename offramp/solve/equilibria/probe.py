"""Look for other equilibria of every draw from many starts.

The starts are the same for all draws: they come from the seed alone, and what is found in a draw from them and the
draw's own numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import copy
from offramp.solve.equilibria.agents import Work, assess
from offramp.solve.equilibria.assess import mark_active
from offramp.solve.equilibria.dominance import Bounds, is_settled, remove_dominated
from offramp.solve.equilibria.finish import finish
from offramp.solve.equilibria.homotopy import Bend, follow, search
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan

TARGET_PRECISION = 1e6
"""Where a curve is left for the polish."""

MAX_STEPS = 600
"""Steps along one curve, refused ones included, before a start is given up."""

GOOD_REGRET = 1e-6
"""Largest conditional regret, in units of the payoff range, with which a result is kept."""

SAME_PLAY = 1e-5
"""Two equilibria are the same where no action's probability of being played differs by more than this."""

FADE = 8.0
"""The bias of a bent curve falls by e for every so many units of s."""

LARGEST_BIAS = 8.0
"""Biases are uniform up to this many log odds either way."""

SMALLEST_RATE = 0.01
"""Rates that differ between information sets lie between this and 1, evenly in logarithms."""

LOWEST_SEARCH, HIGHEST_SEARCH = 10.0, 1000.0
"""Between these values of s, evenly in logarithms, lie the starts of Newton's method."""


class Starts(NamedTuple):
    """S starts. Where ``at`` is 0 a bent curve is followed from s = 0, elsewhere Newton's method starts at s = ``at``.

    ``points`` is the bias in the one case and the first log odds in the other.
    """

    at: Floats  # [S]
    points: Floats  # [S, V]
    rates: Floats  # [S, I]


def draw_starts(num_starts: int, num_variables: int, num_infosets: int, seed: int) -> Starts:
    """Random starts: every fourth follows a bent curve, the others search; half of either with rates that differ.

    The shares are those that found most equilibria of random games of which all were known.
    """
    rng = np.random.default_rng(seed)
    at = np.exp(rng.uniform(np.log(LOWEST_SEARCH), np.log(HIGHEST_SEARCH), num_starts))
    points = rng.uniform(-LARGEST_BIAS, LARGEST_BIAS, (num_starts, num_variables))
    rates = np.exp(rng.uniform(np.log(SMALLEST_RATE), 0.0, (num_starts, num_infosets)))
    numbers = np.arange(num_starts)
    bent = numbers % 4 == 0
    at[bent] = 0.0
    points *= np.where(bent, 1.0, rng.uniform(0.0, 1.0, num_starts) ** 2)[:, None]
    rates[numbers % 8 < 4] = 1.0
    return Starts(at, points, rates)


@kernel
def write_play(plan: Plan, chance: Floats, probabilities: Floats, reach: Floats, play: Floats) -> None:
    """Write ``play[A]``, the probability with which each action is played. ``reach[N]`` is scratch."""
    for a in range(len(play)):
        play[a] = 0.0
    reach[0] = 1.0
    for node in range(len(plan.parents)):
        if node > 0:
            parent = plan.parents[node]
            branch = plan.chance_index[node]
            if branch >= 0:
                reach[node] = reach[parent] * chance[branch]
            else:
                action = plan.action_starts[plan.infosets[parent]] + plan.arrivals[node]
                reach[node] = reach[parent] * probabilities[action]
        infoset = plan.infosets[node]
        if infoset >= 0:
            for a in range(plan.action_starts[infoset], plan.action_starts[infoset + 1]):
                play[a] += reach[node] * probabilities[a]


@kernel
def find_play(play: Floats, known: Floats, count: int, tolerance: float) -> int:
    """The first of the ``count`` rows of ``known[:, A]`` within ``tolerance`` of ``play[A]``, or -1."""
    for k in range(count):
        largest = 0.0
        for a in range(len(play)):
            largest = max(largest, abs(play[a] - known[k, a]))
        if largest <= tolerance:
            return k
    return -1


@kernel
def probe_draws(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    principal: Floats,
    starts: Starts,
    work: Work,
    bounds: Bounds,
    logs: Floats,
    counts: Ints,
    settled: Ints,
) -> None:
    """Look for equilibria of the draws of ``payoffs[B, L, P]`` (scaled to [0, 1]) and ``chance[B, E]``.

    ``principal[B, A]`` holds the probabilities of the equilibrium that is known. Writes ``logs[B, S, A]``, of which
    the first ``counts[B]`` are equilibria that differ from it and from each other in play on the path. No starts are
    tried where conditional dominance leaves one way to play on the path, and ``settled[B]`` is 1.
    """
    num_starts = len(starts.at)
    allowed = np.empty(len(plan.num_actions), dtype=np.int32)
    play, reach = np.empty(len(work.logs)), np.empty(len(plan.parents))
    known = np.empty((num_starts + 1, len(work.logs)))
    for draw in range(len(payoffs)):
        game, shares = payoffs[draw], chance[draw]
        mark_active(plan, shares, work.active, work.orders)
        write_play(plan, shares, principal[draw], reach, known[0])
        counts[draw] = 0
        remove_dominated(plan, game, shares, bounds, allowed)
        settled[draw] = 1 if is_settled(plan, shares, bounds) else 0
        if settled[draw] == 1:
            continue
        for k in range(num_starts):
            if not _try_start(plan, game, shares, starts.at[k], starts.points[k], starts.rates[k], work):
                continue
            write_play(plan, shares, work.probabilities, reach, play)
            if find_play(play, known, counts[draw] + 1, SAME_PLAY) < 0:
                copy(work.logs, logs[draw, counts[draw]])
                counts[draw] += 1
                copy(play, known[counts[draw]])


@kernel
def _try_start(
    plan: Plan, payoffs: Floats, chance: Floats, at: float, point: Floats, rates: Floats, work: Work
) -> bool:
    """Leave in ``work`` the assessment that one start leads to. Returns whether it is an equilibrium."""
    last = plan.num_variables
    for j in range(last):
        work.here[j] = point[j]
    work.here[last] = at
    fade = FADE
    if at > 0.0:
        bend = Bend(rates, np.zeros(last), fade)
        if not search(plan, payoffs, chance, bend, work):
            return False
    else:
        bend = Bend(rates, point, fade)
    if not follow(plan, payoffs, chance, bend, TARGET_PRECISION, MAX_STEPS, work):
        return False
    if not finish(plan, payoffs, chance, rates, work) <= GOOD_REGRET:
        return False
    assess(plan, payoffs, chance, work.there, work)
    return True
