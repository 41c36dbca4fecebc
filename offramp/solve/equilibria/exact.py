"""Every equilibrium of a game in which at most two players move, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from offramp.errors import SolveError
from offramp.game.game import Floats, Game, Ints
from offramp.solve.equilibria.dominance import allocate_bounds, remove_dominated
from offramp.solve.equilibria.refine import FOUND, OPEN_QUESTION, refine, write_logs
from offramp.solve.equilibria.sequences import Weights, build_sequences, weigh
from offramp.solve.equilibria.supports import allocate_tableau, list_play
from offramp.solve.plan import build_walk

MAX_ACTIONS = 100
"""Most actions, over all information sets, of a game of two movers that is listed."""

MAX_BRANCHES = 100_000
"""Choices of supports after which the search is broken off in a draw, which then counts as incomplete."""

MAX_REFINEMENTS = 4096
"""Supports off the path that are tried for one way to play on it."""

MAX_FOUND = 256
"""Ways to play on the path that are kept of one draw."""

NOTE = (
    "every way to play on the path was tried exactly, support by support; a draw counts as incomplete where payoffs "
    "tie, so that equilibria form continua of which the ends are listed, or where the search met a limit or could not "
    "settle whether beliefs off the path support what is played"
)


def check_size(game: Game) -> None:
    """Raise :class:`SolveError` if the game is too large to list its equilibria."""
    actions = int(game.action_starts[-1])
    if actions > MAX_ACTIONS:
        raise SolveError(
            f"the game has {actions} actions at {game.num_infosets} information sets; all equilibria are listed up to "
            f"{MAX_ACTIONS}: use method 'probe', a coarser grid or fewer options"
        )


class Lister:
    """Lists the equilibria of draws of one game. It may be shared between threads."""

    def __init__(self, game: Game) -> None:
        self.sequences = build_sequences(game)
        self.game = game
        self.walk = build_walk(game)
        self.num_actions = int(game.action_starts[-1])

    def list_draws(self, payoffs: Floats, chance: Floats) -> tuple[Ints, Floats, Ints, npt.NDArray[np.bool_], Ints]:
        """Equilibria of ``payoffs[B, L, P]`` (scaled to [0, 1]) and ``chance[B, E]``.

        Returns the draw [K], log probabilities [K, A] and kind [K] of each, and whether a draw's list is complete [B]
        and how many ways to play are unresolved [B].
        """
        depth = self.num_actions + 2
        sides = (allocate_tableau(self.sequences, 0, depth), allocate_tableau(self.sequences, 1, depth))
        bounds = allocate_bounds(self.game.num_nodes, self.game.num_infosets, self.game.num_players)
        allowed = np.zeros(self.game.num_infosets, dtype=np.int32)
        complete = np.zeros(len(payoffs), dtype=np.bool_)
        unresolved = np.zeros(len(payoffs), dtype=np.int32)
        draws, logs, kinds = [], [], []
        for draw in range(len(payoffs)):
            weights = Weights(
                np.empty(self.game.num_nodes), np.empty(self.game.num_nodes, dtype=np.int32), payoffs[draw]
            )
            weigh(self.sequences, chance[draw], weights)
            remove_dominated(self.walk, payoffs[draw], chance[draw], bounds, allowed)
            plans, plays = np.zeros((2, MAX_FOUND, self.num_actions))
            kind = np.zeros(MAX_FOUND, dtype=np.int32)
            count, complete[draw] = list_play(self.sequences, weights, sides, allowed, MAX_BRANCHES, plans, plays, kind)
            for k in range(count):
                outcome, profile = self._refine(weights, plans[k], allowed)
                unresolved[draw] += outcome == OPEN_QUESTION
                if outcome == FOUND:
                    draws.append(draw)
                    logs.append(profile)
                    kinds.append(kind[k])
        found = np.array(logs).reshape(-1, self.num_actions)
        return np.array(draws, dtype=np.int32), found, np.array(kinds, dtype=np.int32), complete, unresolved

    def _refine(self, weights: Weights, plans: Floats, allowed: Ints) -> tuple[int, Floats]:
        """Whether a sequential equilibrium plays ``plans``, and its log probabilities [A]."""
        solution, labels = np.zeros(self.num_actions), np.zeros(self.num_actions, dtype=np.int32)
        logs = np.zeros(self.num_actions)
        outcome = refine(self.sequences, weights, plans, allowed, MAX_REFINEMENTS, solution, labels)
        if outcome == FOUND:
            write_logs(self.sequences, solution, labels, logs)
        return int(outcome), logs
