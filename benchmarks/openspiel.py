"""OpenSpiel's methods (pyspiel), on the extensive form; reading it is not timed.

Its sequence-form linear program calls a solver under the GPL that is not installed here, so the compiled
counterfactual regret minimisation stands for OpenSpiel.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.classes import ZERO_SUM
from benchmarks.peer import Peer
from offramp.game.efg import write_efg
from offramp.game.game import Floats, Game

EXPLOITABILITY = 1e-4
"""Sum of both players' regrets at which it stops, as ``pyspiel.nash_conv`` has it."""

AT_ONCE, MOST_ROUNDS = 50, 2000
"""Iterations between two looks at the exploitability, which are timed too, and how many looks there are."""


class OpenSpiel:
    """A game of OpenSpiel's, solved with CFR+."""

    def __init__(self, game: Game, payoffs: Floats, chance: Floats) -> None:
        self.game = game
        self.set_numbers(payoffs, chance)

    def set_numbers(self, payoffs: Floats, chance: Floats) -> None:
        import pyspiel

        self.tree = pyspiel.load_efg_game(write_efg(self.game, payoffs, chance))

    def solve(self) -> Any:
        import pyspiel

        solver = pyspiel.CFRPlusSolver(self.tree)
        for _ in range(MOST_ROUNDS):
            for _ in range(AT_ONCE):
                solver.evaluate_and_update_policy()
            policy = solver.average_policy()
            if pyspiel.nash_conv(self.tree, policy) <= EXPLOITABILITY:
                return solver, policy  # the policy reads the solver's tables, so both are kept
        return None

    def behaviours(self, found: Any) -> list[Floats]:
        if found is None:
            return []
        return [np.concatenate([self._at(found[1], int(nodes[0])) for nodes in self.game.members])]

    def _at(self, policy: Any, node: int) -> list[float]:
        """The probabilities at a node; OpenSpiel numbers the actions in the order in which they appear."""
        state = self.tree.new_initial_state()
        for _, action in self.game.path(node):
            state.apply_action(state.legal_actions()[action])
        likely = policy.action_probabilities(state)
        return [likely[action] for action in state.legal_actions()]


PEERS = [
    Peer(
        name="openspiel_cfr_plus",
        function=f"pyspiel.CFRPlusSolver(game), until pyspiel.nash_conv is at most {EXPLOITABILITY:g}",
        module="pyspiel",
        computes=f"optimal play in a zero-sum game up to an exploitability of {EXPLOITABILITY:g}",
        start=OpenSpiel,
        games={ZERO_SUM: 60},
        others="finds equilibria of zero-sum games of two players only",
        cap=15.0,
    ),
]
