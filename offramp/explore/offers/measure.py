"""What becomes of one offer in every draw.

The game with that offer on the table is solved once for each draw and read three times. As it is solved: is the offer
made; given that, is it accepted; given that, is it kept; and what is the game worth? With the offer made for certain:
would it hold? And with it made and accepted, or made and refused: which of the two does the chooser prefer?
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from offramp.arrays import Floats
from offramp.explore.batches import Progress, solve_in_batches
from offramp.explore.offers.rules import Offer, Roles, Space
from offramp.explore.paths import Paths
from offramp.explore.plays import expected_payoffs, with_choice, without_choice
from offramp.explore.summary import RARELY
from offramp.explore.table import tabulate_play
from offramp.explore.variants import Variant
from offramp.game.batch import Batch
from offramp.scenario.draws import Draws
from offramp.solve.result import Solutions, Status

HALF = 0.5
"""An offer holds in a draw where the headline has at least this probability if the offer is made."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One offer in B draws, for P parties.

    Attributes
    ----------
    payoffs, if_made : float64[P, B]
        Expected payoffs in equilibrium, and if the offer is made.
    made : float64[B]
        Probability that the offer is made; 1 where nothing says so.
    accepted, taken : float64[B]
        That it is accepted, given that it is made, and that it is made and accepted.
    kept : float64[B]
        That it is kept, given that it is accepted.
    holds, asked : float64[B]
        The headline given its condition, and that the condition is met.
    would, could : float64[B]
        The same if the offer is made for certain.
    spite : float64[B]
        What the chooser has more if the offer, once made, is refused than if it is accepted; NaN where nothing says so.
    unconverged : int
        Draws whose solution is not to be believed.
    """

    payoffs: Floats
    if_made: Floats
    made: Floats
    accepted: Floats
    taken: Floats
    kept: Floats
    holds: Floats
    asked: Floats
    would: Floats
    could: Floats
    spite: Floats
    unconverged: int

    @cached_property
    def share(self) -> float:
        """The share of the draws in which the offer would hold if it were made; 0 where no draw can be asked."""
        weights = np.where(self.could > RARELY, self.could, 0.0)
        total, yes = float(weights.sum()), np.nan_to_num(self.would) >= HALF
        return float(weights[yes].sum()) / total if total > 0.0 else 0.0


_ROWS = tuple(each.name for each in fields(Measured) if each.name != "unconverged")


class Measurer:
    """Measures offers of one scenario over the same draws, each once."""

    def __init__(self, space: Space, roles: Roles, draws: Draws, progress: Progress | None = None) -> None:
        self.space, self.roles, self.draws = space, roles, draws
        self.known: dict[Offer, Measured] = {}
        self.expected = 0
        self._progress = progress
        self._base = Variant(space.scenario)
        self._asked: tuple[Paths, Paths] | None = None
        self._chooser = [party.name for party in space.scenario.parties].index(roles.chooser)

    def __call__(self, offer: Offer) -> Measured:
        """What becomes of ``offer``.

        Raises
        ------
        ScenarioError, EvaluationError
            If its game cannot be made.
        """
        if offer not in self.known:
            self.known[offer] = self._measured(self._base.offering(self.space.named(offer)))
            if self._progress:
                done = len(self.known) * self.draws.num_draws
                self._progress(done, max(done, self.expected * self.draws.num_draws))
        return self.known[offer]

    def _measured(self, variant: Variant) -> Measured:
        asked = self._questions(variant)
        with ThreadPoolExecutor() as threads:
            batches = solve_in_batches(variant.compiled, self.draws)
            waiting = [threads.submit(self._part, variant.paths, asked, solutions) for _, solutions in batches]
        parts = [each.result() for each in waiting]
        joined = {name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in _ROWS}
        return Measured(**joined, unconverged=sum(part.unconverged for part in parts))

    def _part(self, paths: Paths, asked: Paths, solutions: Solutions) -> Measured:
        logs, batch = solutions.log_strategies, solutions.batch
        made, accepted = _rows(paths, self.roles)
        play = logs if made is None else with_choice(paths, logs, made)
        table, forced = (tabulate_play(asked, batch, each) for each in (logs, play))
        payoffs = np.ascontiguousarray(solutions.values.T)
        return Measured(
            payoffs=payoffs,
            if_made=payoffs if made is None else expected_payoffs(paths, batch, play),
            made=table.conditions[1],
            accepted=table.answers[1],
            taken=table.conditions[2],
            kept=table.answers[2],
            holds=table.answers[0],
            asked=table.conditions[0],
            would=forced.answers[0],
            could=forced.conditions[0],
            spite=self._spite(paths, batch, play, accepted),
            unconverged=int(np.sum(solutions.status > Status.FORKED)),
        )

    def _spite(self, paths: Paths, batch: Batch, play: Floats, accepted: int | None) -> Floats:
        if accepted is None:
            return np.full(batch.num_draws, np.nan)
        ways = (without_choice(paths, play, accepted), with_choice(paths, play, accepted))
        refused, taken = (expected_payoffs(paths, batch, way)[self._chooser] for way in ways)
        return np.asarray(refused - taken)

    def _questions(self, variant: Variant) -> Paths:
        """The paths of a variant that ask: the headline; is it accepted, if made; is it kept, if accepted."""
        if self._asked is None or self._asked[0] is not variant.paths:
            self._asked = (variant.paths, _asking(variant.paths, self.roles))
        return self._asked[1]


def _asking(paths: Paths, roles: Roles) -> Paths:
    every = np.ones(len(paths.game.leaves), dtype=np.bool_)
    names = paths.answers
    headline, condition = (paths.leaf_answers[0], paths.leaf_conditions[0]) if names else (every, every)
    made, accepted = (every if row is None else paths.passing(row) for row in _rows(paths, roles))
    kept = paths.leaf_answers[names.index(roles.kept)] if roles.kept is not None else every
    answers, conditions = np.stack([headline, accepted, kept]), np.stack([condition, made, made & accepted])
    return paths.asking(("holds", "accepted", "kept"), answers, conditions)


def _rows(paths: Paths, roles: Roles) -> list[int | None]:
    """The rows of the choices by which an offer is made and accepted."""
    return [None if name is None else paths.choice_row(name) for name in (roles.made, roles.accepted)]
