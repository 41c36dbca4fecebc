"""The payoffs of every leaf in every draw.

The tree asks for the same number at many leaves. Each distinct evaluation, an expression with the values that its path
fixes, is therefore planned once when the scenario is compiled and worked once per batch of draws; leaves then pick
their column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from offramp.errors import ScenarioError
from offramp.game.evaluate import Evaluator
from offramp.game.game import Floats, Ints
from offramp.game.knowledge import listed
from offramp.game.references import Bound, Position, References, Settled
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Outcome
from offramp.scenario.problems import problem_at

MAX_PIECES = 10_000
"""Most combinations of undrawn private values that one payoff averages over."""


class Piece(NamedTuple):
    """A share of a payoff: an evaluation and its weight."""

    bound: Bound
    weight: float


@dataclass(frozen=True, eq=False)
class PayoffPlan:
    """Which evaluations make the payoffs: ``index`` is int32[L, P], into ``cells``; each cell sums its pieces."""

    cells: tuple[tuple[Piece, ...], ...]
    places: tuple[str, ...]
    index: Ints

    def values(self, evaluator: Evaluator) -> Floats:
        """float64[B, C]: what each cell is worth in each draw, in its party's own points."""
        columns = np.empty((evaluator.num_draws, len(self.cells)))
        for column, (pieces, place) in enumerate(zip(self.cells, self.places, strict=True)):
            total = pieces[0].weight * evaluator.value(pieces[0].bound, place)
            for piece in pieces[1:]:
                total = total + piece.weight * evaluator.value(piece.bound, place)
            columns[:, column] = total
        return columns


class PayoffPlanner:
    """Collects the payoffs of the leaves, each distinct evaluation once."""

    def __init__(self, references: References, parties: tuple[str, ...]) -> None:
        self.references = references
        self.parties = parties
        self._cells: dict[Settled, int] = {}
        self._sums: list[tuple[Piece, ...]] = []
        self._places: list[str] = []
        self._rows: list[list[int]] = []

    def add(self, outcome: Outcome, position: Position) -> None:
        """Plan the payoffs of one more leaf."""
        self._rows.append([self._cell(outcome, party, position) for party in self.parties])

    def _cell(self, outcome: Outcome, party: str, position: Position) -> int:
        expression = outcome.payoffs[party]
        cell = self._cells.setdefault(self.references.settled(expression, position), len(self._cells))
        if cell == len(self._sums):
            place = ("outcomes", outcome.name, "payoffs", party)
            self._sums.append(tuple(self._pieces(expression, position, place)))
            self._places.append(".".join(place))
        return cell

    def _pieces(self, expression: Expression, position: Position, place: tuple[str, ...]) -> Iterator[Piece]:
        """One piece; or one per atom where the payoff uses private assumptions that this path did not draw."""
        undrawn = [index for index in self.references.needs(expression).private if position.atoms[index] < 0]
        self._check_pieces(undrawn, place)
        for atoms in product(*(range(len(self.references.private[index].values)) for index in undrawn)):
            drawn = list(position.atoms)
            weight = 1.0
            for index, atom in zip(undrawn, atoms, strict=True):
                drawn[index] = atom
                weight *= float(self.references.private[index].weights[atom])
            yield Piece(self.references.bind(expression, position._replace(atoms=tuple(drawn))), weight)

    def _check_pieces(self, undrawn: list[int], place: tuple[str, ...]) -> None:
        private = [self.references.private[index] for index in undrawn]
        count = prod(len(each.values) for each in private)
        if count > MAX_PIECES:
            names = listed([f"{each.name} ({len(each.values)} values)" for each in private])
            found = f"averages over {count:,} combinations of private values that this path does not draw: {names}"
            remedy = "lower their grid:, or let their owners move on every path to this outcome"
            problem = problem_at(self.references.scenario, place, found, f"at most {MAX_PIECES:,} combinations", remedy)
            raise ScenarioError([problem])

    def plan(self) -> PayoffPlan:
        index = np.array(self._rows, dtype=np.int32).reshape(len(self._rows), len(self.parties))
        return PayoffPlan(tuple(self._sums), tuple(self._places), index)
