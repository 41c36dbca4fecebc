"""Scratch and evaluation of one draw with dense derivatives, as searches for other equilibria use them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from offramp.game.game import Floats, Ints
from offramp.solve.equilibria.assess import (
    action_values,
    log_odds_to_probabilities,
    update_beliefs,
    walk_down,
    walk_up,
)
from offramp.solve.jit import kernel
from offramp.solve.plan import Plan


class Work(NamedTuple):
    """Scratch of one thread; overwritten by every draw."""

    logs: Floats  # [A]
    probabilities: Floats  # [A]
    steps: Floats  # [N]
    log_reach: Floats  # [N]
    beliefs: Floats  # [N]
    values: Floats  # [N, P]
    q: Floats  # [A]
    slopes: Floats  # [A, V]
    matrix: Floats  # [V + 1, V + 1]
    pivots: Ints  # [V + 1]
    scales: Floats  # [V + 1]
    vector: Floats  # [V + 1]
    active: Ints  # [N]
    orders: Ints  # [N]
    here: Floats  # [V + 1]: the point on the branch, s last
    there: Floats  # [V + 1]: the point being tried
    tangent: Floats  # [V + 1]
    turned: Floats  # [V + 1]: the tangent at the point being tried
    weights: Floats  # [V + 1]
    row: Floats  # [V + 1]: the border of the matrix
    guessed_probabilities: Floats  # [A]: at the predicted point
    guessed_beliefs: Floats  # [N]: at the predicted point
    stop: Ints  # [1]: shared by all threads; not 0 means give up


def allocate_work(plan: Plan, num_players: int, stop: Ints) -> Work:
    """Scratch arrays for kernels on ``plan``; ``stop`` int32[1] is kept, not copied."""
    nodes, actions, size = len(plan.parents), int(plan.action_starts[-1]), plan.num_variables + 1
    return Work(
        logs=np.zeros(actions),
        probabilities=np.zeros(actions),
        steps=np.zeros(nodes),
        log_reach=np.zeros(nodes),
        beliefs=np.zeros(nodes),
        values=np.zeros((nodes, num_players)),
        q=np.zeros(actions),
        slopes=np.zeros((actions, size - 1)),
        matrix=np.zeros((size, size)),
        pivots=np.zeros(size, dtype=np.int32),
        scales=np.zeros(size),
        vector=np.zeros(size),
        active=np.zeros(nodes, dtype=np.int32),
        orders=np.zeros(nodes, dtype=np.int32),
        here=np.zeros(size),
        there=np.zeros(size),
        tangent=np.zeros(size),
        turned=np.zeros(size),
        weights=np.zeros(size),
        row=np.zeros(size),
        guessed_probabilities=np.zeros(actions),
        guessed_beliefs=np.zeros(nodes),
        stop=stop,
    )


@kernel
def assess(plan: Plan, payoffs: Floats, chance: Floats, z: Floats, work: Work) -> None:
    """Fill ``work`` with what the log odds ``z[V]`` imply: probabilities, beliefs, values, action values."""
    log_odds_to_probabilities(plan, z, work.logs, work.probabilities)
    walk_down(plan, chance, work.logs, work.probabilities, work.steps, work.log_reach)
    update_beliefs(plan, work.active, work.log_reach, work.beliefs)
    walk_up(plan, payoffs, work.steps, work.values)
    action_values(plan, work.beliefs, work.values, work.q)
