"""Kernels: equilibria of small games with any number of movers, support by support.

The supports of the sets that play reaches are tried from the top down. A choice is cut where an action in a support is
worse than another at every node that may be reached, whatever the rest do within their supports (conditional
dominance, by bounds on the values of nodes). For what is left, log odds are sought that make the actions of all
supports equally good and no other action better, at every information set; off the path supports are tried one after
the other and the relative weights of trembles, which give the beliefs there, are unknowns like the rest. The equations
are multilinear; Levenberg and Marquardt's method solves them from several starts, and can miss solutions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.arrays import all_finite, copy
from offramp.solve.dense import factor_dense, solve_dense
from offramp.solve.equilibria.agents import Work, assess
from offramp.solve.equilibria.assess import differentiate
from offramp.solve.equilibria.dominance import (
    Bounds,
    allocate_bounds,
    bound_values,
    is_dominated,
    is_settled,
    mark_possible,
    next_mask,
    remove_dominated,
)
from offramp.solve.equilibria.finish import regret_of
from offramp.solve.equilibria.probe import find_play, write_play
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan

TREMBLE = 1000.0
"""Log odds of an action of the support against one outside it."""

ITERATIONS = 40
SOLVED = 1e-11
"""Largest residual of a solution, in units of the payoff range."""

SMALLEST_SHARE = 1e-7
"""An action of the support with less probability than this belongs to a smaller support."""

LARGEST_MOVE = 3.0
FIRST_DAMPING, SMALLEST_DAMPING, LARGEST_DAMPING = 1e-3, 1e-14, 1e4
SAME_PLAY = 1e-6


class Limits(NamedTuple):
    """Where a search is not begun (combinations of supports) or broken off (starts tried)."""

    supports: float
    tries: int


class Supports(NamedTuple):
    """Scratch. ``decided`` is 1 where play within the supports comes."""

    bounds: Bounds
    decided: Ints  # [I]
    order: Ints  # [I]: sets from the top down
    residual: Floats  # [V]
    jacobian: Floats  # [V, V]
    trial: Floats  # [V + 1]
    reach: Floats  # [N]
    play: Floats  # [A]


@kernel
def _may_be_rational(plan: Plan, payoffs: Floats, chance: Floats, supports: Supports, known: int) -> bool:
    """Whether no action within the masks of the first ``known`` sets in order is conditionally dominated."""
    mark_possible(plan, chance, supports.bounds)
    bound_values(plan, payoffs, chance, supports.bounds)
    for position in range(known):
        infoset = supports.order[position]
        for a in range(plan.num_actions[infoset]):
            if (supports.bounds.masks[infoset] >> a) & 1 == 0:
                continue
            if supports.decided[infoset] == 1 and is_dominated(plan, supports.bounds, infoset, a, False):
                return False
    return True


@kernel
def _write_equations(plan: Plan, supports: Supports, z: Floats, work: Work, payoffs: Floats, chance: Floats) -> float:
    """Fill ``residual`` and ``jacobian`` at ``z``. Returns the sum of squares."""
    assess(plan, payoffs, chance, z, work)
    differentiate(plan, work.probabilities, work.steps, work.beliefs, work.values, work.q, work.slopes)
    size = plan.num_variables
    total = 0.0
    for infoset in range(len(plan.num_actions)):
        start, count = plan.action_starts[infoset], plan.num_actions[infoset]
        reference = 0
        while (supports.bounds.masks[infoset] >> reference) & 1 == 0:
            reference += 1
        row = plan.variable_starts[infoset]
        for a in range(count):
            if a == reference:
                continue
            gap = work.q[start + a] - work.q[start + reference]
            counts = (supports.bounds.masks[infoset] >> a) & 1 == 1 or gap > 0.0
            supports.residual[row] = gap if counts else 0.0
            for j in range(size):
                slope = work.slopes[start + a, j] - work.slopes[start + reference, j]
                supports.jacobian[row, j] = slope if counts else 0.0
            total += supports.residual[row] * supports.residual[row]
            row += 1
    return total


@kernel
def _step(size: int, damping: float, supports: Supports, work: Work) -> bool:
    """Write the damped step to ``work.vector``. Returns whether it is finite."""
    for i in range(size):
        for j in range(i, size):
            total = 0.0
            for k in range(size):
                total += supports.jacobian[k, i] * supports.jacobian[k, j]
            work.matrix[i, j] = work.matrix[j, i] = total
        work.matrix[i, i] += damping
        total = 0.0
        for k in range(size):
            total -= supports.jacobian[k, i] * supports.residual[k]
        work.vector[i] = total
    if factor_dense(work.matrix, 0, size, work.pivots, work.scales) == 0:
        return False
    solve_dense(work.matrix, 0, size, work.pivots, work.vector)
    largest = 0.0
    for i in range(size):
        largest = max(largest, abs(work.vector[i]))
    for i in range(size):
        work.vector[i] *= min(1.0, LARGEST_MOVE / (largest + 1e-300))
    return bool(np.isfinite(largest))


@kernel
def solve_supports(plan: Plan, payoffs: Floats, chance: Floats, supports: Supports, work: Work) -> bool:
    """Levenberg and Marquardt's method from ``work.here``, in place.

    Returns whether it found an equilibrium with exactly these supports; ``work`` then holds its assessment.
    """
    size = plan.num_variables
    damping = FIRST_DAMPING
    total = _write_equations(plan, supports, work.here, work, payoffs, chance)
    for _ in range(ITERATIONS):
        if not total > SOLVED * SOLVED or not _step(size, damping, supports, work):
            break
        for j in range(size):
            supports.trial[j] = work.here[j] + work.vector[j]
        after = _write_equations(plan, supports, supports.trial, work, payoffs, chance)
        if after < total:
            copy(supports.trial, work.here)
            total = after
            damping = max(SMALLEST_DAMPING, damping * 0.1)
        else:
            damping *= 10.0
            if damping > LARGEST_DAMPING:
                break
            total = _write_equations(plan, supports, work.here, work, payoffs, chance)
    if not total <= SOLVED * SOLVED:
        return False
    assess(plan, payoffs, chance, work.here, work)
    for infoset in range(len(plan.num_actions)):
        for a in range(plan.num_actions[infoset]):
            inside = (supports.bounds.masks[infoset] >> a) & 1 == 1
            if inside and work.probabilities[plan.action_starts[infoset] + a] < SMALLEST_SHARE:
                return False
    return all_finite(work.q) and regret_of(plan, work) <= 10.0 * SOLVED


@kernel
def _set_out(plan: Plan, supports: Supports, noise: Floats, work: Work) -> None:
    """Write to ``work.here`` log odds with the supports' orders and ``noise[A]`` on top."""
    for infoset in range(len(plan.num_actions)):
        start, variable = plan.action_starts[infoset], plan.variable_starts[infoset] - 1
        mask = supports.bounds.masks[infoset]
        base = noise[start] - (0.0 if mask & 1 else TREMBLE)
        for a in range(1, plan.num_actions[infoset]):
            work.here[variable + a] = noise[start + a] - (0.0 if (mask >> a) & 1 else TREMBLE) - base


@kernel
def count_supports(allowed: Ints) -> float:
    """How many combinations of supports there are within the masks ``allowed[I]``."""
    combinations = 1.0
    for infoset in range(len(allowed)):
        mask, count = allowed[infoset], 1.0
        while mask != 0:
            mask &= mask - 1
            count *= 2.0
        combinations *= count - 1.0
    return combinations


@kernel
def list_equilibria(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    noise: Floats,
    limits: Limits,
    supports: Supports,
    work: Work,
    logs: Floats,
    plays: Floats,
) -> tuple[int, int, bool]:
    """Write the equilibria found to ``logs[K, A]`` and how they play to ``plays[K, A]``; ``noise[S, A]`` are starts.

    Where dominance alone settles how all play on the path nothing is written. Returns how many, how many supports stay
    unresolved, and whether the list is proven complete.
    """
    num_sets = len(plan.num_actions)
    allowed = np.zeros(num_sets, dtype=np.int32)
    remove_dominated(plan, payoffs, chance, supports.bounds, allowed)
    for k in range(num_sets):
        supports.bounds.masks[k] = allowed[k]
        supports.decided[k] = 0
    if is_settled(plan, chance, supports.bounds):
        return 0, 0, True
    if count_supports(allowed) > limits.supports:
        return 0, 1, False
    begun = np.zeros(num_sets + 1, dtype=np.int32)
    count, unresolved, complete, depth, tries = 0, 0, True, 0, 0
    while depth >= 0:
        if depth == num_sets:
            before = count
            count, proven, spent = _try_free(
                plan, payoffs, chance, noise, limits.tries - tries, supports, allowed, work, logs, plays, count
            )
            tries += spent
            complete = complete and proven
            unresolved += 1 if not proven and count == before else 0
            if tries >= limits.tries or count == len(logs):
                return count, unresolved + 1, False
            depth -= 1
            continue
        infoset = supports.order[depth]
        if begun[depth] == 0:
            begun[depth] = 1
            supports.bounds.masks[infoset] = allowed[infoset]
            mark_possible(plan, chance, supports.bounds)
            supports.decided[infoset] = 1 if _reached(plan, supports, infoset) else 0
            if supports.decided[infoset] == 1:
                supports.bounds.masks[infoset] = next_mask(0, allowed[infoset])
        elif supports.decided[infoset] == 0 or supports.bounds.masks[infoset] == allowed[infoset]:
            begun[depth] = 0
            supports.bounds.masks[infoset] = allowed[infoset]
            supports.decided[infoset] = 0
            depth -= 1
            continue
        else:
            supports.bounds.masks[infoset] = next_mask(supports.bounds.masks[infoset], allowed[infoset])
        if _may_be_rational(plan, payoffs, chance, supports, depth + 1):
            depth += 1
    return count, unresolved, complete


@kernel
def _reached(plan: Plan, supports: Supports, infoset: int) -> bool:
    for m in range(plan.member_starts[infoset], plan.member_starts[infoset + 1]):
        if supports.bounds.possible[plan.members[m]] == 1:
            return True
    return False


@kernel
def _try_free(
    plan: Plan,
    payoffs: Floats,
    chance: Floats,
    noise: Floats,
    max_tries: int,
    supports: Supports,
    allowed: Ints,
    work: Work,
    logs: Floats,
    plays: Floats,
    count: int,
) -> tuple[int, bool, int]:
    """Try supports at the sets that are not reached, and starts for each, given those that are.

    Returns the new count, whether all equilibria with these supports are known for certain, and the tries spent.
    """
    num_sets = len(plan.num_actions)
    pure, free = True, 0
    for k in range(num_sets):
        if supports.decided[k] == 1:
            pure = pure and supports.bounds.masks[k] & (supports.bounds.masks[k] - 1) == 0
        else:
            supports.bounds.masks[k] = next_mask(0, allowed[k])
            free += 1
    tries, found, more = 0, False, True
    while more and tries < max_tries and count < len(logs):
        for k in range(1 if pure and free == 0 else len(noise)):
            tries += 1
            _set_out(plan, supports, noise[k], work)
            if not solve_supports(plan, payoffs, chance, supports, work):
                continue
            found = True
            write_play(plan, chance, work.probabilities, supports.reach, supports.play)
            if find_play(supports.play, plays, count, SAME_PLAY) < 0 and count < len(logs):
                copy(supports.play, plays[count])
                copy(work.logs, logs[count])
                count += 1
            if pure:
                break
        more = not (pure and found) and _next_free(supports, allowed)
    for k in range(num_sets):
        if supports.decided[k] == 0:
            supports.bounds.masks[k] = allowed[k]
    return count, pure and (found or free == 0), tries


@kernel
def _next_free(supports: Supports, allowed: Ints) -> bool:
    """Move to the next combination of masks at sets that are not reached. Returns whether there is one."""
    for k in range(len(allowed)):
        if supports.decided[k] == 1:
            continue
        supports.bounds.masks[k] = next_mask(supports.bounds.masks[k], allowed[k])
        if supports.bounds.masks[k] != 0:
            return True
        supports.bounds.masks[k] = next_mask(0, allowed[k])
    return False


def allocate_supports(plan: Plan, num_players: int, depths: Ints) -> Supports:
    """Scratch for one draw at a time; ``depths`` int32[N] orders the sets from the top down."""
    nodes, sets, size = len(plan.parents), len(plan.num_actions), plan.num_variables
    shallowest = [depths[plan.members[plan.member_starts[k] : plan.member_starts[k + 1]]].min() for k in range(sets)]
    return Supports(
        bounds=allocate_bounds(nodes, sets, num_players),
        decided=np.zeros(sets, dtype=np.int32),
        order=np.argsort(np.array(shallowest), kind="stable").astype(np.int32),
        residual=np.zeros(size),
        jacobian=np.zeros((size, size)),
        trial=np.zeros(size + 1),
        reach=np.zeros(nodes),
        play=np.zeros(int(plan.action_starts[-1])),
    )
