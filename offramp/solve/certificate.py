"""The certificate: what a profile is worth and its conditional regret at every information set, reached or not.

This is a second code path that shares nothing with the solver's kernels: it takes log probabilities and computes
beliefs, values and regrets anew and in another way (:mod:`offramp.solve.sums`). By the one-shot-deviation principle
(perfect recall, consistent beliefs), zero regret at every information set makes the assessment sequentially rational
(Kreps & Wilson 1982; Hendon, Jacobsen & Sloth 1996).

A step of probability zero, an absent chance branch or an action whose log probability is minus infinity, counts as an
infinitesimal of its own order: beliefs at a set are spread over the nodes with fewest such steps above them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from offramp.arrays import Floats, Ints
from offramp.game.batch import Batch
from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Game
from offramp.solve.judge import judge_draws
from offramp.solve.sums import sums_of

CHUNK = 256
"""Draws that one thread takes at a time."""


class Certified(NamedTuple):
    """What :func:`certify` finds.

    Attributes
    ----------
    values : float64[B, P]
        Expected payoff of each player, in the payoffs' own units.
    regrets : float64[B, I]
        Conditional regret of each information set, in units of its player's payoff range in the draw.
    residuals : float64[B]
        The largest regret, or at given precisions the largest violation of the logit equations in log odds.
    """

    values: Floats
    regrets: Floats
    residuals: Floats


def certify(game: Game, batch: Batch, logs: Floats, *, precisions: Floats | None = None, workers: int = 1) -> Certified:
    """Values, conditional regrets and residuals of a profile in each draw; a draw has the same bits in any batch.

    Parameters
    ----------
    game : Game
    batch : Batch
        B draws.
    logs : float64[B, A]
        The log probability of each action.
    precisions : float64[B, P], optional
        Where given, residuals are those of the logit equations at these precisions, per unit of each player's payoff
        range in the draw.
    workers : int
        Threads. The result does not depend on it.
    """
    num_draws = batch.num_draws
    certified = Certified(
        np.empty((num_draws, game.num_players)), np.empty((num_draws, game.num_infosets)), np.empty(num_draws)
    )
    sums = sums_of(game, batch)
    wanted = np.empty((0, game.num_players)) if precisions is None else precisions

    def judge(first: int) -> None:
        part = slice(first, first + CHUNK)
        numbers = (batch.payoff_cells[part], batch.chance_cells[part], logs[part], wanted[part])
        contiguous = (np.ascontiguousarray(array, dtype=np.float64) for array in numbers)
        judge_draws(sums, *contiguous, *(array[part] for array in certified))

    chunks = range(0, num_draws, CHUNK)
    if workers == 1 or len(chunks) == 1:
        for first in chunks:
            judge(first)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(judge, chunks))
    return certified


def logit_residuals(game: Game, batch: Batch, logs: Floats, precisions: Floats, workers: int = 1) -> Floats:
    """float64[B]: the largest violation of the logit equations at ``precisions[B, P]``; see :func:`certify`."""
    return certify(game, batch, logs, precisions=precisions, workers=workers).residuals


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
    """Beliefs, values and conditional regrets of the profiles ``logs[B, A]`` (log probabilities), node by node.

    In NumPy over the whole batch, which takes an array [B, N, P]; :func:`certify` is for many draws.

    Parameters
    ----------
    game : Game
    payoffs : float64[B, L, P]
    chance : float64[B, E]
    logs : float64[B, A]
    """
    strategies = np.exp(logs)
    reach, beliefs = reach_and_beliefs(game, chance, logs)
    nodes = _node_values(game, payoffs, chance, strategies)
    action_values = _action_values(game, beliefs, nodes)
    regrets = _regrets(game, strategies, action_values, payoff_ranges(payoffs)[1])
    return Assessment(strategies, reach, beliefs, np.ascontiguousarray(nodes[0]), action_values, regrets)


def reach_and_beliefs(game: Game, chance: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """The probability that each node is reached, and given that its information set is, both ``[B, N]``."""
    log_reach, orders = _log_reach(game, chance, logs)
    reach = np.where(orders == 0, np.exp(log_reach), 0.0)
    return reach, _beliefs(game, log_reach, orders)


def _log_reach(game: Game, chance: Floats, logs: Floats) -> tuple[Floats, Ints]:
    """Log reach ``[B, N]`` without steps of probability zero, and how many of those lie above each node."""
    log_reach = np.zeros((len(logs), game.num_nodes))
    orders = np.zeros((len(logs), game.num_nodes), dtype=np.int32)
    with np.errstate(divide="ignore"):
        log_chance = np.log(chance)
    for node in range(1, game.num_nodes):
        parent, branch = game.parents[node], game.chance_index[node]
        column = game.action_starts[game.node_infosets[parent]] + game.arrivals[node]
        step = log_chance[:, branch] if branch >= 0 else logs[:, column]
        impossible = np.isneginf(step)
        log_reach[:, node] = log_reach[:, parent] + np.where(impossible, 0.0, step)
        orders[:, node] = orders[:, parent] + impossible
    return log_reach, orders


def _beliefs(game: Game, log_reach: Floats, orders: Ints) -> Floats:
    beliefs = np.zeros_like(log_reach)
    for nodes in game.members:
        order = orders[:, nodes]
        logs = np.where(order == order.min(axis=1, keepdims=True), log_reach[:, nodes], -np.inf)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        totals = np.add.accumulate(weights, axis=1)[:, -1:]  # in order: sum's order depends on the number of draws
        beliefs[:, nodes] = weights / totals
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
