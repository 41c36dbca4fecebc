"""Kernel: what each party expects of a play, leaf by leaf."""

from __future__ import annotations

import numpy as np

from offramp.arrays import Floats, Ints
from offramp.explore.tally import VANISHING
from offramp.solve.jit import kernel


@kernel
def expect(
    parents: Ints,
    factors: Ints,
    leaves: Ints,
    payoff_index: Ints,
    chance: Floats,
    logs: Floats,
    cells: Floats,
    payoffs: Floats,
) -> None:
    """Write ``payoffs[P, B]``; a step's probability is number ``factors[node]`` of a draw's chances and actions."""
    num_chances, num_nodes = chance.shape[1], len(parents)
    numbers, reach = np.empty(num_chances + logs.shape[1]), np.empty(num_nodes)
    for draw in range(len(logs)):
        numbers[:num_chances] = chance[draw]
        for action in range(logs.shape[1]):
            log = logs[draw, action]
            numbers[num_chances + action] = 0.0 if log < VANISHING else np.exp(log)
        reach[0] = 1.0
        for node in range(1, num_nodes):
            reach[node] = reach[parents[node]] * numbers[factors[node]]
        payoffs[:, draw] = 0.0
        for leaf in range(len(leaves)):
            probability = reach[leaves[leaf]]
            if probability > 0.0:
                for player in range(len(payoffs)):
                    payoffs[player, draw] += probability * cells[draw, payoff_index[leaf, player]]
