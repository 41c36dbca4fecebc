"""The certificate: what a profile is worth and its conditional regret at every information set, reached or not.

This is a second code path, in NumPy over whole batches, that shares nothing with the kernels: it takes log
probabilities and computes beliefs, values and regrets anew. By the one-shot-deviation principle (perfect recall,
consistent beliefs), zero regret at every information set makes the assessment sequentially rational (Kreps & Wilson
1982; Hendon, Jacobsen & Sloth 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Floats, Game


@dataclass(frozen=True, eq=False)
class Assessment:
    """What a batch of behaviour-strategy profiles implies. Shapes as in :class:`offramp.solve.result.Solutions`."""

    strategies: Floats
    reach: Floats
    beliefs: Floats
    values: Floats
    action_values: Floats
    regrets: Floats


def payoff_ranges(payoffs: Floats) -> tuple[Floats, Floats]:
    """Lowest payoff and payoff range of each player in each draw, both ``[B, P]``; a range of zero is given as 1."""
    low = payoffs.min(axis=1)
    spread = payoffs.max(axis=1) - low
    return low, np.where(spread > 0, spread, 1.0)


def assess_profile(game: Game, payoffs: Floats, chance: Floats, logs: Floats) -> Assessment:
    """Beliefs, values and conditional regrets of the profiles ``logs[B, A]`` (log probabilities).

    Parameters
    ----------
    payoffs : float64[B, L, P]
    chance : float64[B, E]
    """
    strategies = np.exp(logs)
    log_reach, orders = _log_reach(game, chance, logs)
    reach = np.where(orders == 0, np.exp(log_reach), 0.0)
    beliefs = _beliefs(game, log_reach, orders)
    nodes = _node_values(game, payoffs, chance, strategies)
    action_values = _action_values(game, beliefs, nodes)
    regrets = _regrets(game, strategies, action_values, payoff_ranges(payoffs)[1])
    return Assessment(strategies, reach, beliefs, np.ascontiguousarray(nodes[0]), action_values, regrets)


def _log_reach(game: Game, chance: Floats, logs: Floats) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Log reach ``[B, N]`` without zero chance branches, and how many of those lie above each node."""
    log_reach = np.zeros((len(logs), game.num_nodes))
    orders = np.zeros((len(logs), game.num_nodes), dtype=np.int32)
    zero = chance == 0
    log_chance = np.log(np.where(zero, 1.0, chance))
    for node in range(1, game.num_nodes):
        parent, branch = game.parents[node], game.chance_index[node]
        if branch >= 0:
            step = log_chance[:, branch]
            orders[:, node] = orders[:, parent] + zero[:, branch]
        else:
            step = logs[:, game.action_starts[game.node_infosets[parent]] + game.arrivals[node]]
            orders[:, node] = orders[:, parent]
        log_reach[:, node] = log_reach[:, parent] + step
    return log_reach, orders


def _beliefs(game: Game, log_reach: Floats, orders: npt.NDArray[np.int32]) -> Floats:
    beliefs = np.zeros_like(log_reach)
    for nodes in game.members:
        order = orders[:, nodes]
        logs = np.where(order == order.min(axis=1, keepdims=True), log_reach[:, nodes], -np.inf)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        beliefs[:, nodes] = weights / weights.sum(axis=1, keepdims=True)
    return beliefs


def _node_values(game: Game, payoffs: Floats, chance: Floats, strategies: Floats) -> Floats:
    """Expected payoffs ``[N, B, P]`` of each node."""
    values = np.zeros((game.num_nodes, len(payoffs), game.num_players))
    for node in range(game.num_nodes - 1, -1, -1):
        if game.node_players[node] == TERMINAL_NODE:
            values[node] = payoffs[:, game.leaf_index[node]]
        if node == 0:
            break
        parent = game.parents[node]
        if game.node_players[parent] == CHANCE_NODE:
            step = chance[:, game.chance_index[node]]
        else:
            step = strategies[:, game.action_starts[game.node_infosets[parent]] + game.arrivals[node]]
        values[parent] += step[:, None] * values[node]
    return values


def _action_values(game: Game, beliefs: Floats, nodes: Floats) -> Floats:
    """Value ``[B, A]`` of each action to its player given that its information set is reached."""
    q = np.zeros((len(beliefs), int(game.action_starts[-1])))
    for infoset, members in enumerate(game.members):
        player, start = game.infoset_players[infoset], game.action_starts[infoset]
        for node in members:
            children = game.children_of(node)
            q[:, start : start + len(children)] += beliefs[:, node, None] * nodes[children, :, player].T
    return q


def _regrets(game: Game, strategies: Floats, q: Floats, ranges: Floats) -> Floats:
    regrets = np.zeros((len(q), game.num_infosets))
    for infoset in range(game.num_infosets):
        actions = slice(game.action_starts[infoset], game.action_starts[infoset + 1])
        gain = q[:, actions].max(axis=1, keepdims=True) - q[:, actions]
        regrets[:, infoset] = (strategies[:, actions] * gain).sum(axis=1) / ranges[:, game.infoset_players[infoset]]
    return regrets


def logit_residuals(game: Game, assessment: Assessment, logs: Floats, ranges: Floats, precisions: Floats) -> Floats:
    """Largest violation ``[B]`` of ``log pi[a] - log pi[0] = precision (Q[a] - Q[0]) / range`` over all actions."""
    worst = np.zeros(len(logs))
    for infoset in range(game.num_infosets):
        player, start, stop = game.infoset_players[infoset], *game.action_starts[infoset : infoset + 2]
        odds = logs[:, start:stop] - logs[:, [start]]
        gains = assessment.action_values[:, start:stop] - assessment.action_values[:, [start]]
        wanted = precisions[player] * gains / ranges[:, [player]]
        worst = np.maximum(worst, np.abs(odds - wanted).max(axis=1))
    return worst
