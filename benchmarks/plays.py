"""What a profile of behaviour strategies leads to, and the strategic form: plain NumPy, apart from the solver.

Letters as in :mod:`offramp.game.game`; S stands for the reduced pure strategies of a player.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from offramp.game.game import Floats, Game, Ints
from offramp.game.strategies import reduced_strategies

MOST_STRATEGIES = 100_000


class Plays:
    """The paths of one game: whose actions, and which chance branches, lead to each leaf."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.own_actions: list[list[list[int]]] = [[[] for _ in game.leaves] for _ in game.players]
        self.branches: list[list[int]] = [[] for _ in game.leaves]
        for index, leaf in enumerate(game.leaves.tolist()):
            self._follow(index, leaf)

    def _follow(self, index: int, leaf: int) -> None:
        game = self.game
        for node, action in game.path(leaf):
            infoset = int(game.node_infosets[node])
            if infoset < 0:
                self.branches[index].append(int(game.chance_index[game.children_of(node)[action]]))
            else:
                self.own_actions[game.node_players[node]][index].append(int(game.action_starts[infoset]) + action)

    @cached_property
    def strategies(self) -> list[Ints]:
        """For each player int32[S, I]: its reduced pure strategies."""
        return [reduced_strategies(self.game, player, MOST_STRATEGIES) for player in range(self.game.num_players)]

    @cached_property
    def permitted(self) -> list[Floats]:
        """For each player float64[S, L]: 1 where a strategy leads towards a leaf as far as it lies with the player."""
        return [self._permitted(choices, own) for choices, own in zip(self.strategies, self.own_actions, strict=True)]

    def _permitted(self, choices: Ints, own: list[list[int]]) -> Floats:
        starts = self.game.action_starts
        taken = np.zeros((len(choices), int(starts[-1])), dtype=np.bool_)
        rows, infosets = np.nonzero(choices >= 0)
        taken[rows, starts[infosets] + choices[rows, infosets]] = True
        return np.stack([taken[:, actions].all(axis=1) for actions in own], axis=1).astype(np.float64)

    def chance_reach(self, chance: Floats) -> Floats:
        """float64[L]: the probability of all chance branches ``chance[E]`` on the way to each leaf."""
        return np.array([chance[columns].prod() for columns in self.branches])

    def shares(self, behaviour: Floats) -> Floats:
        """float64[P, L]: the probability of each player's own actions ``behaviour[A]`` on the way to each leaf."""
        return np.array([[behaviour[actions].prod() for actions in own] for own in self.own_actions])

    def outcome(self, behaviour: Floats, chance: Floats) -> Floats:
        """float64[L]: how likely each leaf is."""
        likely: Floats = self.chance_reach(chance) * self.shares(behaviour).prod(axis=0)
        return likely

    def regret(self, behaviour: Floats, payoffs: Floats, chance: Floats) -> float:
        """What the player who could gain most gains by its best strategy against the others', in payoff ranges."""
        shares, reach = self.shares(behaviour), self.chance_reach(chance)
        gains = []
        for player, permitted in enumerate(self.permitted):
            worth = reach * np.delete(shares, player, axis=0).prod(axis=0) * payoffs[:, player]
            gains.append(((permitted @ worth).max() - shares[player] @ worth) / np.ptp(payoffs[:, player]))
        return float(max(gains))

    def strategic_form(self, payoffs: Floats, chance: Floats) -> list[Floats]:
        """Each player's payoffs float64[S, S, ...]: its own strategies first, then the next players', in turn."""
        reach, count = self.chance_reach(chance), self.game.num_players
        return [
            _table([self.permitted[(player + k) % count] for k in range(count)], reach * payoffs[:, player])
            for player in range(count)
        ]

    def behaviour(self, mixtures: Sequence[npt.ArrayLike]) -> Floats:
        """float64[A]: the behaviour strategies that amount to mixtures over reduced strategies (Kuhn 1953).

        At information sets that a player's own mixture excludes, every action is as likely.
        """
        game = self.game
        behaviour = np.empty(int(game.action_starts[-1]))
        for infoset in range(game.num_infosets):
            player, count = int(game.infoset_players[infoset]), int(game.num_actions[infoset])
            mixture, choices = np.asarray(mixtures[player], dtype=np.float64), self.strategies[player][:, infoset]
            weights = np.array([mixture[choices == action].sum() for action in range(count)])
            start, total = int(game.action_starts[infoset]), float(weights.sum())
            behaviour[start : start + count] = weights / total if total > 0 else 1 / count
        return behaviour


def _table(permitted: Sequence[Floats], worth: Floats) -> Floats:
    """float64[S, S, ...]: the sum over leaves of ``worth[L]`` where all strategies permit the leaf."""
    table = permitted[0] * worth
    for index, other in enumerate(permitted[1:-1], start=1):
        table = table[..., None, :] * other.reshape((1,) * index + other.shape)
    flat: Floats = table.reshape(-1, table.shape[-1]) @ permitted[-1].T
    return flat.reshape(*table.shape[:-1], -1)
