"""The payoffs of every leaf in every draw.

The tree asks for the same number at many leaves. Each distinct evaluation, an expression with the values that its path
fixes, is therefore planned once when the scenario is compiled and worked once per batch of draws; leaves then pick
their column. Numbers that turn out the same, such as payoffs of 0, share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from offramp.arrays import Floats, Ints
from offramp.errors import ScenarioError
from offramp.game.bindings import Bound, Position, References, Settled
from offramp.game.evaluator import Evaluator
from offramp.game.knowledge import listed
from offramp.game.translate import Translator
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Outcome
from offramp.scenario.problems import problem_at
from offramp.scenario.program import Program

MAX_PIECES = 10_000
"""Most combinations of undrawn private values that one payoff averages over."""


class Piece(NamedTuple):
    """A share of a payoff: an evaluation and its weight."""

    bound: Bound
    weight: float


@dataclass(frozen=True, eq=False)
class PayoffPlan:
    """Which evaluations make the payoffs.

    Attributes
    ----------
    references : References
    cells : tuple of tuples of Piece
        Each cell is the sum of its pieces.
    places : tuple of str
        For each cell where in the scenario its expression stands.
    cell_index : int32[L, P]
        The cell of each leaf and party.
    translator : Translator
        Knows what plans of other offers have in common with this one.
    """

    references: References
    cells: tuple[tuple[Piece, ...], ...]
    places: tuple[str, ...]
    cell_index: Ints
    translator: Translator

    @cached_property
    def _program(self) -> tuple[Program, Ints]:
        """The program that works the cells, and for each cell the column of its result."""
        terms = ([(each.weight, each.bound) for each in pieces] for pieces in self.cells)
        values = [self.translator.weighted_sum(each) for each in terms]
        return self.translator.builder.finish(values)

    @cached_property
    def index(self) -> Ints:
        """int32[L, P]: the column of :meth:`values` that each leaf gives each party; equal cells share one."""
        _, columns = self._program
        return np.take(columns, self.cell_index)

    def values(self, evaluator: Evaluator) -> Floats:
        """float64[B, C]: the distinct payoffs of each draw, in the parties' own points.

        Raises
        ------
        EvaluationError
            For the first cell that has no finite value in some draw.
        """
        program, columns = self._program
        results, doubtful = program.run(evaluator.drawn, evaluator.num_draws)
        for cell in np.flatnonzero(np.isin(columns, doubtful)):
            results[:, columns[cell]] = self._checked(evaluator, int(cell))
        return results

    def _checked(self, evaluator: Evaluator, cell: int) -> Floats:
        """The cell worked step by step; 0 is added so that a zero is positive, as in the program."""
        total: Floats = np.zeros(1)
        for position, (bound, weight) in enumerate(self.cells[cell]):
            value = weight * evaluator.value(bound, self.places[cell])
            total = total + value if position else value
        return total + 0.0


class PayoffPlanner:
    """Collects the payoffs of the leaves, each distinct evaluation once."""

    def __init__(self, references: References, parties: tuple[str, ...]) -> None:
        self.references = references
        self.parties = parties
        self._cells: dict[tuple[Settled, ...], int] = {}
        self._sums: list[tuple[Piece, ...]] = []
        self._places: list[str] = []
        self._rows: list[list[int]] = []

    def add(self, outcome: Outcome, position: Position) -> None:
        """Plan the payoffs of one more leaf."""
        self._rows.append([self._cell(outcome, party, position) for party in self.parties])

    def _cell(self, outcome: Outcome, party: str, position: Position) -> int:
        shares = self._shares(outcome, party, position)
        key = tuple(self.references.settled(expression, place) for expression, place in shares)
        cell = self._cells.setdefault(key, len(self._cells))
        if cell == len(self._sums):
            path = ("outcomes", outcome.name, "payoffs", party)
            self._sums.append(tuple(piece for each in shares for piece in self._pieces(*each, path)))
            self._places.append(".".join(path))
        return cell

    def _shares(self, outcome: Outcome, party: str, position: Position) -> list[tuple[Expression, Position]]:
        """What a payoff is the sum of, each with where it is worked out: the outcome's, and those of rounds before."""
        shares = [(self.references.payoff(outcome, party), position)]
        flow = self.references.flow(party)
        if flow is not None:
            shares += [(flow, end._replace(atoms=position.atoms)) for end in position.ends]
        return shares

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
        translator = Translator(self.references)
        return PayoffPlan(self.references, tuple(self._sums), tuple(self._places), index, translator)
