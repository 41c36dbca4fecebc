"""Kernels: beliefs, values, regrets and logit residuals of profiles, from the sums of :mod:`offramp.solve.sums`.

The sums of products of ``LANES`` draws are formed side by side, which lets the compiler use the machine's vectors;
every draw goes through the same operations in the same order, so its bits do not depend on its neighbours.
"""

from __future__ import annotations

import numpy as np

from offramp.arrays import Floats, Ints
from offramp.solve.jit import kernel
from offramp.solve.sums import Sums

LANES = 8
"""Draws side by side."""

VANISHING = -746.0
"""The exponential of anything less is exactly zero; that of anything so small takes libraries long to find out."""


@kernel
def judge_draws(
    sums: Sums,
    payoffs: Floats,
    chance: Floats,
    logs: Floats,
    precisions: Floats,
    values: Floats,
    regrets: Floats,
    residuals: Floats,
) -> None:
    """Write ``values[B, P]``, ``regrets[B, I]`` and ``residuals[B]`` of the profiles ``logs[B, A]``.

    Payoffs are ``payoffs[B, C]``, chance ``chance[B, D]``. Residuals are those of the logit equations at
    ``precisions[B, P]``, or where that is ``[0, P]`` the largest regrets.
    """
    num_draws, num_payoffs = payoffs.shape
    num_steps = chance.shape[1] + logs.shape[1]
    numbers = np.empty((num_steps + len(sums.group_logs), LANES))
    worth = np.empty((num_payoffs + len(sums.starts) - 1, LANES))
    terms, zeros = np.empty(num_steps), np.empty(num_steps, dtype=np.int32)
    weights, orders = np.empty(len(sums.terms) + 1), np.empty(len(sums.terms) + 1, dtype=np.int32)
    ranges = np.empty(len(sums.roots))
    for first in range(0, num_draws, LANES):
        for lane in range(LANES):
            draw = min(first + lane, num_draws - 1)
            for c in range(num_payoffs):
                worth[c, lane] = payoffs[draw, c]
            _read_steps(chance, logs, draw, numbers, lane, terms, zeros)
            _weigh_histories(sums, terms, zeros, weights, orders)
            _spread_beliefs(sums, weights, orders, num_steps, numbers, lane)
        _add_up(sums, numbers, num_payoffs, worth)
        for draw in range(first, min(first + LANES, num_draws)):
            lane = draw - first
            for p in range(len(sums.roots)):
                values[draw, p] = worth[sums.roots[p], lane]
                ranges[p] = _payoff_range(sums, p, worth, lane)
            _find_regrets(sums, ranges, numbers, chance.shape[1], worth, lane, regrets, draw)
            if len(precisions) == 0:
                residuals[draw] = _largest(regrets, draw)
            else:
                residuals[draw] = _logit_residual(sums, ranges, logs, precisions, draw, worth, lane)


@kernel
def _read_steps(
    chance: Floats, logs: Floats, draw: int, numbers: Floats, lane: int, terms: Floats, zeros: Ints
) -> None:
    """Write the probabilities of steps, chance first, their logarithms (0 for a step of probability zero) and zeros."""
    num_chances = chance.shape[1]
    for d in range(num_chances):
        probability = chance[draw, d]
        zeros[d] = 1 if probability == 0.0 else 0
        terms[d] = 0.0 if probability == 0.0 else np.log(probability)
        numbers[d, lane] = probability
    for a in range(logs.shape[1]):
        log = logs[draw, a]
        zeros[num_chances + a] = 1 if log == -np.inf else 0
        terms[num_chances + a] = 0.0 if log == -np.inf else log
        numbers[num_chances + a, lane] = 0.0 if log < VANISHING else np.exp(log)


@kernel
def _weigh_histories(sums: Sums, terms: Floats, zeros: Ints, weights: Floats, orders: Ints) -> None:
    """Write ``weights[W + 1]``, the sums of logarithms, and ``orders[W + 1]``, how many steps of zero each passes."""
    weights[0], orders[0] = 0.0, 0
    for k in range(len(sums.terms)):
        before, term = sums.befores[k], sums.terms[k]
        weights[k + 1] = weights[before] + terms[term]
        orders[k + 1] = orders[before] + zeros[term]


@kernel
def _spread_beliefs(sums: Sums, weights: Floats, orders: Ints, num_steps: int, numbers: Floats, lane: int) -> None:
    """Write the beliefs, the numbers from ``num_steps`` on, of one lane."""
    for group in range(len(sums.group_starts) - 1):
        start, stop = sums.group_starts[group], sums.group_starts[group + 1]
        fewest, largest, total = orders[sums.group_logs[start]], -np.inf, 0.0
        for m in range(start, stop):
            log = sums.group_logs[m]
            if orders[log] < fewest:
                fewest, largest = orders[log], weights[log]
            elif orders[log] == fewest:
                largest = max(largest, weights[log])
        for m in range(start, stop):
            log = sums.group_logs[m]
            relative = weights[log] - largest
            belief = 0.0 if orders[log] > fewest or relative < VANISHING else np.exp(relative)
            numbers[num_steps + m, lane] = belief
            total += belief
        for m in range(start, stop):
            numbers[num_steps + m, lane] /= total


@kernel
def _add_up(sums: Sums, numbers: Floats, num_payoffs: int, worth: Floats) -> None:
    """Write the sums of products, the values from ``num_payoffs`` on, in all lanes."""
    for s in range(len(sums.starts) - 1):
        row = num_payoffs + s
        for lane in range(LANES):
            worth[row, lane] = 0.0
        for k in range(sums.starts[s], sums.starts[s + 1]):
            factor, argument = sums.factors[k], sums.arguments[k]
            for lane in range(LANES):
                worth[row, lane] += numbers[factor, lane] * worth[argument, lane]


@kernel
def _payoff_range(sums: Sums, player: int, worth: Floats, lane: int) -> float:
    """A player's highest payoff less its lowest; 1 where they are the same."""
    low, high = np.inf, -np.inf
    for k in range(sums.cell_starts[player], sums.cell_starts[player + 1]):
        payoff = worth[sums.cells[k], lane]
        low, high = min(low, payoff), max(high, payoff)
    return high - low if high > low else 1.0


@kernel
def _find_regrets(
    sums: Sums, ranges: Floats, numbers: Floats, num_chances: int, worth: Floats, lane: int, regrets: Floats, draw: int
) -> None:
    """Write row ``draw`` of ``regrets[B, I]`` from one lane: the mean gain of the best action over those played."""
    for infoset in range(len(sums.infoset_players)):
        start, stop = sums.action_starts[infoset], sums.action_starts[infoset + 1]
        best, regret = -np.inf, 0.0
        for a in range(start, stop):
            best = max(best, worth[sums.actions[a], lane])
        for a in range(start, stop):
            regret += numbers[num_chances + a, lane] * (best - worth[sums.actions[a], lane])
        regrets[draw, infoset] = regret / ranges[sums.infoset_players[infoset]]


@kernel
def _largest(regrets: Floats, draw: int) -> float:
    """The largest regret of a draw, NaN if one is; 0 without information sets."""
    largest = 0.0
    for infoset in range(regrets.shape[1]):
        regret = regrets[draw, infoset]
        if np.isnan(regret):
            return np.nan
        largest = max(largest, regret)
    return largest


@kernel
def _logit_residual(
    sums: Sums, ranges: Floats, logs: Floats, precisions: Floats, draw: int, worth: Floats, lane: int
) -> float:
    """The largest violation, NaN if one is, of ``log pi[a] - log pi[0] = precision (Q[a] - Q[0]) / range``."""
    largest = 0.0
    for infoset in range(len(sums.infoset_players)):
        player, start = sums.infoset_players[infoset], sums.action_starts[infoset]
        scale = precisions[draw, player] / ranges[player]
        for a in range(start + 1, sums.action_starts[infoset + 1]):
            gain = worth[sums.actions[a], lane] - worth[sums.actions[start], lane]
            gap = abs(logs[draw, a] - logs[draw, start] - scale * gain)
            if np.isnan(gap):
                return np.nan
            largest = max(largest, gap)
    return largest
