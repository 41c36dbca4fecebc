"""A plain, readable twin of the solver: the same mathematics with dictionaries and recursion, and nothing from
``offramp.solve``.

Slow and short on purpose. It reads a ``Game``'s arrays and computes on histories.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from offramp.game.game import CHANCE_NODE, TERMINAL_NODE, Game

Vector = npt.NDArray[np.float64]


class Twin:
    """One draw of a game, with payoffs [L, P] and chance [E], and what a profile of log probabilities implies in it."""

    def __init__(self, game: Game, payoffs: Vector, chance: Vector) -> None:
        self.game = game
        self.payoffs = {int(leaf): payoffs[k] for k, leaf in enumerate(game.leaves)}
        self.chance = chance
        self.ranges = [float(np.ptp(payoffs[:, p])) or 1.0 for p in range(game.num_players)]

    def children(self, node: int) -> list[int]:
        return [int(n) for n in np.flatnonzero(self.game.parents == node)]

    def log_step(self, node: int, logs: dict[tuple[int, int], float]) -> float:
        """Log probability of ``node`` given its parent; -inf for a chance branch that never happens."""
        parent = int(self.game.parents[node])
        if self.game.node_players[parent] == CHANCE_NODE:
            share = self.chance[self.game.chance_index[node]]
            return math.log(share) if share > 0 else -math.inf
        return logs[int(self.game.node_infosets[parent]), int(self.game.arrivals[node])]

    def value(self, node: int, player: int, logs: dict[tuple[int, int], float]) -> float:
        if self.game.node_players[node] == TERMINAL_NODE:
            return float(self.payoffs[node][player])
        return sum(math.exp(self.log_step(c, logs)) * self.value(c, player, logs) for c in self.children(node))

    def log_reach(self, node: int, logs: dict[tuple[int, int], float]) -> tuple[int, float]:
        """Minus the number of steps of probability zero, each an infinitesimal, and the log of the others' product."""
        zeros, total = 0, 0.0
        while node > 0:
            step = self.log_step(node, logs)
            zeros, total = (zeros - 1, total) if step == -math.inf else (zeros, total + step)
            node = int(self.game.parents[node])
        return zeros, total

    def beliefs(self, infoset: int, logs: dict[tuple[int, int], float]) -> dict[int, float]:
        reach = {int(n): self.log_reach(int(n), logs) for n in np.flatnonzero(self.game.node_infosets == infoset)}
        fewest, top = max(reach.values())
        weights = {node: math.exp(log - top) if zeros == fewest else 0.0 for node, (zeros, log) in reach.items()}
        return {node: weight / sum(weights.values()) for node, weight in weights.items()}

    def action_values(self, infoset: int, logs: dict[tuple[int, int], float]) -> list[float]:
        player = int(self.game.infoset_players[infoset])
        values = [0.0] * len(self.game.action_labels[infoset])
        for node, belief in self.beliefs(infoset, logs).items():
            for action, child in enumerate(self.children(node)):
                values[action] += belief * self.value(child, player, logs)
        return values

    def regret(self, infoset: int, logs: dict[tuple[int, int], float]) -> float:
        """What the player loses at ``infoset``, given that it is reached, in units of its payoff range."""
        values = self.action_values(infoset, logs)
        mean = sum(math.exp(logs[infoset, a]) * value for a, value in enumerate(values))
        return (max(values) - mean) / self.ranges[int(self.game.infoset_players[infoset])]

    def spread(self, odds: Vector) -> dict[tuple[int, int], float]:
        """Log probabilities from log odds against each set's first action, laid end to end."""
        logs, position = {}, 0
        for infoset, labels in enumerate(self.game.action_labels):
            own = np.concatenate([[0.0], odds[position : position + len(labels) - 1]])
            position += len(labels) - 1
            for action, log in enumerate(own - np.logaddexp.reduce(own)):
                logs[infoset, action] = float(log)
        return logs

    def logit_residual(self, odds: Vector, precision: float) -> Vector:
        """How far the log odds are from ``precision`` times the gains over each set's first action."""
        logs = self.spread(odds)
        wanted: list[float] = []
        for infoset in range(self.game.num_infosets):
            values = self.action_values(infoset, logs)
            scale = precision / self.ranges[int(self.game.infoset_players[infoset])]
            wanted += [scale * (value - values[0]) for value in values[1:]]
        return np.asarray(odds - np.array(wanted))

    def trace(self, precision: float, arc: float = 0.05) -> dict[tuple[int, int], float]:
        """The principal branch at ``precision``, by small steps of equal length and derivatives by differences."""
        size = sum(len(labels) - 1 for labels in self.game.action_labels)
        point, tangent = np.zeros(size + 1), np.eye(size + 1)[-1]
        while point[-1] < precision:
            tangent = np.linalg.solve(np.vstack([self._jacobian(point), tangent]), np.eye(size + 1)[-1])
            tangent /= np.linalg.norm(tangent)
            before, point = point, self._newton(point + arc * tangent, tangent)
        share = (precision - before[-1]) / (point[-1] - before[-1])
        start = before + share * (point - before)
        start[-1] = precision
        return self.spread(self._newton(start, np.eye(size + 1)[-1])[:-1])

    def _jacobian(self, point: Vector) -> Vector:
        columns = []
        for k in range(len(point)):
            shift = np.zeros(len(point))
            shift[k] = 1e-6
            up, down = point + shift, point - shift
            columns.append((self.logit_residual(up[:-1], up[-1]) - self.logit_residual(down[:-1], down[-1])) / 2e-6)
        return np.asarray(columns).T

    def _newton(self, point: Vector, normal: Vector) -> Vector:
        for _ in range(20):
            residual = np.append(self.logit_residual(point[:-1], point[-1]), 0.0)
            point = point - np.linalg.solve(np.vstack([self._jacobian(point), normal]), residual)
            if np.abs(residual).max() < 1e-11:
                return point
        raise AssertionError("the twin's Newton iteration did not converge")


def backward_induction(game: Game, payoffs: Vector, chance: Vector) -> tuple[dict[int, int], Vector]:
    """Best action at every node of a game of perfect information without ties, and the root's payoffs."""
    twin = Twin(game, payoffs, chance)
    choice: dict[int, int] = {}

    def solve(node: int) -> Vector:
        if game.node_players[node] == TERMINAL_NODE:
            return np.asarray(twin.payoffs[node])
        below = [solve(child) for child in twin.children(node)]
        if game.node_players[node] == CHANCE_NODE:
            shares = [chance[game.chance_index[child]] for child in twin.children(node)]
            return np.asarray(np.sum([s * values for s, values in zip(shares, below, strict=True)], axis=0))
        choice[node] = int(np.argmax([values[game.node_players[node]] for values in below]))
        return below[choice[node]]

    return choice, solve(0)
