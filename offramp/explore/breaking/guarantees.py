"""What each guarantee buys: the offer on the table with one term changed, solved over the same draws.

Every difference is paired, draw by draw. Draws count as they do for the offer on the table, so that the change in the
headline is the changed probability less the headline itself. Where the changed offer would not be made although the
one on the table is, the answer is that of play in which it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from offramp.errors import ScenarioError
from offramp.explore.batches import Progress
from offramp.explore.breaking.counting import estimated, headline_weights, share
from offramp.explore.breaking.links import link_weights
from offramp.explore.breaking.measure import Measured, measure
from offramp.explore.breaking.path import HoldingPath
from offramp.explore.breaking.result import Guarantee
from offramp.explore.summary import Estimate
from offramp.explore.variants import Variant, with_offer
from offramp.scenario.draws import Draws
from offramp.scenario.model import Scenario

HALF = 0.5
"""An answer at or above this counts as yes where it is said to turn."""


class Change(NamedTuple):
    """One term at another option."""

    term: str
    option: str
    instead: str
    direction: Literal["less", "more"]


def changes(scenario: Scenario) -> tuple[list[Change], list[str]]:
    """The changes of one term to be tried, and why terms are left out."""
    by_moves = {move.sets: move.name for move in scenario.moves if move.sets}
    found: list[Change] = []
    notes: list[str] = []
    for term in scenario.terms:
        options = [option.name for option in term.options]
        if term.name in by_moves:
            notes.append(f"{term.name} is left out of the guarantees: it is set on the way, at {by_moves[term.name]}")
        elif len(options) == 1:
            notes.append(f"{term.name} is left out of the guarantees: {options[0]} is its only option")
        else:
            found += _changes(term.name, options, scenario.offer[term.name])
    return found, notes


def _changes(term: str, options: list[str], option: str) -> Iterator[Change]:
    place = options.index(option)
    if place > 0:
        yield Change(term, option, options[0], "less")
    if place + 1 < len(options):
        yield Change(term, option, options[place + 1], "more")


@dataclass(frozen=True, eq=False)
class Table:
    """The offer on the table as it was measured, to which changed offers are compared."""

    path: HoldingPath
    measured: Measured
    draws: Draws

    def compare(self, change: Change, progress: Progress | None = None) -> Guarantee | str:
        """What a change does, or a note on why that cannot be said."""
        changed = with_offer(self.path.scenario, {change.term: change.instead})
        try:
            variant = Variant(changed)
            path = HoldingPath.of(changed, variant.paths)
        except ScenarioError as error:
            found = next(iter(error.problems)).found
            return f"{change.term} at {change.instead} is left out of the guarantees: {found}"
        return self._compared(change, path, measure(path, variant.compiled, self.draws, progress=progress))

    def _compared(self, change: Change, path: HoldingPath, other: Measured) -> Guarantee | str:
        weights, _ = headline_weights(self.measured)
        before, after = self.measured.answer, other.answer
        difference = estimated(after - before, weights)
        if difference is None:
            return f"{change.term} at {change.instead} is left out of the guarantees: the question is then never asked"
        counted = np.where(np.isfinite(after - before), weights, 0.0)
        return Guarantee(
            *change,
            answer=share(after, counted),
            change=difference,
            lost=share((before >= HALF) & (after < HALF), counted),
            gained=share((before < HALF) & (after >= HALF), counted),
            condition=self._condition(other),
            payoffs={
                party.name: _certain(other.payoffs[index] - self.measured.payoffs[index])
                for index, party in enumerate(path.scenario.parties)
            },
            margins=dict(self._margins(path, other)),
            unconverged=int(other.doubtful.sum()),
        )

    def _condition(self, other: Measured) -> Estimate | None:
        if self.path.scenario.answers[0].given is None:
            return None
        return _certain(other.asked - self.measured.asked)

    def _margins(self, path: HoldingPath, other: Measured) -> Iterator[tuple[str, Estimate]]:
        rows = {link.move: row for row, link in enumerate(path.links)}
        for row, place in enumerate(self.path.links):
            if place.move in rows:
                difference = other.stands.mean[rows[place.move]] - self.measured.stands.mean[row]
                estimate = estimated(difference, link_weights(place, self.measured, row))
                if estimate is not None:
                    yield self.path.paths.moves[place.move], estimate


def _certain(row: np.ndarray) -> Estimate:
    estimate = estimated(row, np.ones_like(row))
    assert estimate is not None
    return estimate
