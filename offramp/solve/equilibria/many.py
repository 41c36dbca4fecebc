"""Equilibria of small games in which three players or more move."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from offramp.errors import SolveError
from offramp.game.game import Floats, Game, Ints
from offramp.solve.equilibria.agents import allocate_work
from offramp.solve.equilibria.assess import mark_active
from offramp.solve.equilibria.newton import Limits, allocate_supports, list_equilibria
from offramp.solve.equilibria.result import ISOLATED, UNSURE
from offramp.solve.plan import build_plan

MAX_ACTIONS = 200
"""Most actions, over all information sets, of a game whose equilibria are listed."""

MAX_SUPPORTS = 100_000.0
"""Most combinations of supports, over all information sets, that conditional dominance may leave in a draw."""

MAX_TRIES = 20_000
"""Starts of Newton's method after which the search is broken off in a draw."""

STARTS = 6
"""Starts of Newton's method for each combination of supports."""

MAX_FOUND = 128
"""Equilibria that are kept of one draw."""

NOISE = 2.0
"""Starts lie within this many log odds of even odds."""

NOTE = (
    "supports were searched by Newton's method from several starts, which can miss equilibria; a draw counts as "
    "complete only where conditional dominance leaves nothing but choices for certain, each of which was settled, and "
    f"is not searched where it leaves more than {MAX_SUPPORTS:,.0f} combinations of supports: use method 'probe' there"
)


def check_size(game: Game) -> None:
    """Raise :class:`SolveError` if the game is too large to search its supports."""
    actions = int(game.action_starts[-1])
    if actions > MAX_ACTIONS:
        raise SolveError(
            f"the game has {actions} actions at {game.num_infosets} information sets; with three movers or more, "
            f"equilibria are listed up to {MAX_ACTIONS}: use method 'probe', a coarser grid or fewer options"
        )


class Lister:
    """Searches the equilibria of draws of one game. It may be shared between threads."""

    def __init__(self, game: Game, seed: int) -> None:
        self.plan = build_plan(game)
        self.depths = game.depths
        self.num_players = game.num_players
        self.num_actions = int(game.action_starts[-1])
        noise = np.random.default_rng(seed).uniform(-NOISE, NOISE, (STARTS, self.num_actions))
        noise[0] = 0.0
        self.noise = noise

    def list_draws(self, payoffs: Floats, chance: Floats) -> tuple[Ints, Floats, Ints, npt.NDArray[np.bool_], Ints]:
        """Equilibria of ``payoffs[B, L, P]`` (scaled to [0, 1]) and ``chance[B, E]``.

        Returns the draw [K], log probabilities [K, A] and kind [K] of each, and whether a draw's list is complete [B]
        and how many supports are unresolved [B].
        """
        work = allocate_work(self.plan, self.num_players, np.zeros(1, dtype=np.int32))
        supports = allocate_supports(self.plan, self.num_players, self.depths)
        limits = Limits(MAX_SUPPORTS, MAX_TRIES)
        complete = np.zeros(len(payoffs), dtype=np.bool_)
        unresolved = np.zeros(len(payoffs), dtype=np.int32)
        found, counts = [], np.zeros(len(payoffs), dtype=np.int32)
        for draw in range(len(payoffs)):
            mark_active(self.plan, chance[draw], work.active, work.orders)
            logs, plays = np.zeros((2, MAX_FOUND, self.num_actions))
            counts[draw], unresolved[draw], complete[draw] = list_equilibria(
                self.plan, payoffs[draw], chance[draw], self.noise, limits, supports, work, logs, plays
            )
            found.append(logs[: counts[draw]])
        draws = np.repeat(np.arange(len(payoffs)), counts).astype(np.int32)
        kinds = np.where(complete[draws], ISOLATED, UNSURE).astype(np.int32)
        return draws, np.concatenate(found), kinds, complete, unresolved
