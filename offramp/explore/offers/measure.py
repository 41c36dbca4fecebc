"""What becomes of one offer in every draw.

The game with that offer on the table is solved once for each draw and read three times. As it is solved: is the offer
made; given that, is it accepted; given that, is it kept; and what is the game worth? With the offer made for certain:
would it hold? And with it made and accepted, or made and refused: which of the two does the chooser prefer?
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from offramp.arrays import Floats
from offramp.explore.batches import Progress, solve_in_batches
from offramp.explore.offers.roles import Roles, choice_row, passing
from offramp.explore.offers.rows import Measured, Rows
from offramp.explore.offers.rules import Offer, Space
from offramp.explore.paths import Paths
from offramp.explore.plays import expected_payoffs, with_choice, without_choice
from offramp.explore.table import tabulate_play
from offramp.explore.variants import Variant
from offramp.game.batch import Batch
from offramp.scenario.draws import Draws
from offramp.solve.result import Solutions, Status

AHEAD = 1
"""Offers that are solved while the last draws of others are still read."""


class Measurer:
    """Measures offers of one scenario over the same draws, each once."""

    def __init__(
        self, base: Variant, space: Space, roles: Roles, draws: Draws, progress: Progress | None = None
    ) -> None:
        self.space, self.roles, self.draws = space, roles, draws
        self.known: dict[Offer, Measured] = {}
        self.expected = 0
        self._base, self._progress = base, progress
        self._asked: tuple[Paths, Paths] | None = None
        self._chooser = [party.name for party in space.scenario.parties].index(roles.chooser)

    def __call__(self, offer: Offer) -> Measured:
        """What becomes of ``offer``.

        Raises
        ------
        ScenarioError, EvaluationError
            If its game cannot be made.
        """
        self.measure([offer])
        return self.known[offer]

    def measure(self, offers: Iterable[Offer]) -> None:
        """See what becomes of each of ``offers`` that is not yet known."""
        missing = [offer for offer in dict.fromkeys(offers) if offer not in self.known]
        begun: deque[tuple[Offer, list[Future[Rows]]]] = deque()
        with ThreadPoolExecutor() as threads:
            for offer in missing:
                begun.append((offer, self._begun(offer, threads)))
                if len(begun) > AHEAD:
                    self._finish(*begun.popleft())
            for each in begun:
                self._finish(*each)

    def _begun(self, offer: Offer, threads: ThreadPoolExecutor) -> list[Future[Rows]]:
        """The draws of an offer solved, and being read by other threads."""
        variant = self._base.offering(self.space.named(offer))
        asked = self._questions(variant)
        batches = solve_in_batches(variant.compiled, self.draws)
        return [threads.submit(self._read, variant.paths, asked, solutions) for _, solutions in batches]

    def _finish(self, offer: Offer, parts: list[Future[Rows]]) -> None:
        self.known[offer] = Rows.joined([part.result() for part in parts]).measured(self._chooser)
        if self._progress:
            done = len(self.known) * self.draws.num_draws
            self._progress(done, max(done, self.expected * self.draws.num_draws))

    def _read(self, paths: Paths, asked: Paths, solutions: Solutions) -> Rows:
        logs, batch = solutions.log_strategies, solutions.batch
        made, accepted = (choice_row(paths, name) for name in (self.roles.made, self.roles.accepted))
        play = logs if made is None else with_choice(paths, logs, made)
        table, forced = (tabulate_play(asked, batch, each) for each in (logs, play))
        payoffs = np.ascontiguousarray(solutions.values.T)
        return Rows(
            payoffs=payoffs,
            if_made=payoffs if made is None else expected_payoffs(paths, batch, play),
            made=table.answers[3],
            accepted=table.answers[1],
            taken=table.conditions[2],
            kept=table.answers[2],
            holds=table.answers[0],
            asked=table.conditions[0],
            would=forced.answers[0],
            could=forced.conditions[0],
            spite=self._spite(paths, batch, play, accepted),
            unconverged=(solutions.status > Status.FORKED).astype(np.float64),
        )

    def _spite(self, paths: Paths, batch: Batch, play: Floats, accepted: int | None) -> Floats:
        if accepted is None:
            return np.full(batch.num_draws, np.nan)
        ways = (without_choice(paths, play, accepted), with_choice(paths, play, accepted))
        refused, taken = (expected_payoffs(paths, batch, way)[self._chooser] for way in ways)
        return np.asarray(refused - taken)

    def _questions(self, variant: Variant) -> Paths:
        """The paths of a variant that ask: the headline; is it accepted, if made; kept, if accepted; is it made."""
        if self._asked is None or self._asked[0] is not variant.paths:
            self._asked = (variant.paths, _asking(variant.paths, self.roles))
        return self._asked[1]


def _asking(paths: Paths, roles: Roles) -> Paths:
    num_leaves = len(paths.game.leaves)
    every = np.ones(num_leaves, dtype=np.bool_)
    names = paths.answers
    headline, condition = (paths.leaf_answers[0], paths.leaf_conditions[0]) if names else (every, every)
    made, accepted = (passing(paths, choice_row(paths, name)) for name in (roles.made, roles.accepted))
    kept = paths.leaf_answers[names.index(roles.kept)] if roles.kept is not None else every
    return replace(
        paths,
        answers=("holds", "accepted", "kept", "made"),
        breaks=(),
        leaf_breaks=np.full(num_leaves, -1, dtype=np.int32),
        leaf_answers=np.stack([headline, accepted, kept, made]),
        leaf_conditions=np.stack([condition & made, made, made & accepted, every]),
    )
