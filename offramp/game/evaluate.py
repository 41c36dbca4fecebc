"""Payoffs and chance probabilities of every draw.

The tree asks for the same number at many leaves. Each distinct evaluation, an expression with the values that its path
fixes, is therefore planned once when the scenario is compiled and worked once per batch of draws; leaves and chance
branches then pick their column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from offramp.errors import EvaluationError, ExpressionError, ScenarioError
from offramp.game.game import Floats, Ints
from offramp.game.knowledge import listed
from offramp.game.references import Bound, Position, References, Settled
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Outcome
from offramp.scenario.problems import problem_at

PROBABILITY_TOLERANCE = 1e-9
"""How far a probability may leave [0, 1], and the probabilities of a chance move may miss 1, before it is an error."""

MAX_PIECES = 10_000
"""Most combinations of undrawn private values that one payoff averages over."""


class DrawnValues(Protocol):
    """Drawn assumptions: ``values`` is float64[B, K], columns as in ``names``; ``first`` is the first draw's number."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def values(self) -> Floats: ...

    @property
    def first(self) -> int: ...


class Evaluator:
    """Works bound expressions in every draw of one batch; formulas are worked once per set of fixed values."""

    def __init__(self, references: References, draws: DrawnValues) -> None:
        self.references = references
        self.num_draws = draws.values.shape[0]
        self.first_draw = draws.first
        columns = np.ascontiguousarray(draws.values.T)
        self._drawn: dict[str, Floats] = dict(zip(draws.names, columns, strict=True))
        self._formulas: dict[Bound, Floats] = {}

    def value(self, bound: Bound, where: str) -> Floats:
        """float64 of shape [B], or [1] where no draw can change it.

        Raises
        ------
        EvaluationError
            If it has no finite value in some draw.
        """
        expression, fixed = bound.expression, self.references.fixed_values(bound)
        try:
            values = self._values(expression, fixed)
        except EvaluationError as error:
            # A formula fails in some draw; the expression may not use it there.
            expression = self._inlined(expression, error)
            values = self._values(expression, fixed)
        num_draws = self.num_draws if self.references.needs(bound.expression).is_drawn else 1
        return expression.evaluate(values, num_draws, where, first_draw=self.first_draw)

    def names_at(self, bound: Bound, draw: int) -> dict[str, float]:
        """The names in ``bound`` with their values in one draw of the batch."""
        values = self._values(bound.expression, self.references.fixed_values(bound))
        return {name: float(np.broadcast_to(value, self.num_draws)[draw]) for name, value in sorted(values.items())}

    def _values(self, expression: Expression, fixed: dict[str, float]) -> dict[str, float | Floats]:
        return {name: value for name in expression.names for value in self._named(name, fixed)}

    def _named(self, name: str, fixed: dict[str, float]) -> Iterator[float | Floats]:
        """The value of a name, or nothing if the draws lack it (which the expression then reports)."""
        if name in self.references.scenario.formulas:
            yield self._formula(name, fixed)
        elif name in fixed:
            yield fixed[name]
        elif name in self._drawn:
            yield self._drawn[name]

    def _formula(self, name: str, fixed: dict[str, float]) -> Floats:
        bound = self.references.formula(name, fixed)
        if bound not in self._formulas:
            value = self.value(bound, f"formulas.{name}")
            self._formulas[bound] = value if self.references.needs(bound.expression).is_drawn else value[0]
        return self._formulas[bound]

    def _inlined(self, expression: Expression, error: EvaluationError) -> Expression:
        """``expression`` with its formulas written out; gives ``error`` back where that grows too long."""
        formulas: Mapping[str, Expression] = self.references.scenario.formulas
        try:
            while not expression.names.isdisjoint(formulas):
                expression = expression.inline(formulas)
        except ExpressionError:
            raise error from None
        return expression


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

    def payoffs(self, evaluator: Evaluator) -> Floats:
        """float64[B, L, P]: what each leaf is worth to each party in each draw, in the party's own points."""
        columns = np.empty((evaluator.num_draws, len(self.cells)))
        for column, (pieces, place) in enumerate(zip(self.cells, self.places, strict=True)):
            total = pieces[0].weight * evaluator.value(pieces[0].bound, place)
            for piece in pieces[1:]:
                total = total + piece.weight * evaluator.value(piece.bound, place)
            columns[:, column] = total
        return np.take(columns, self.index, axis=1)


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


class Branch(NamedTuple):
    """A branch of a chance node: its probability, which is None for the one that takes what is left."""

    probability: Bound | None
    place: str


@dataclass(frozen=True)
class Lottery:
    """The branches of a chance move where it stands on some path."""

    branches: tuple[Branch, ...]

    def probabilities(self, evaluator: Evaluator) -> Floats:
        """float64[B, branches]: non-negative and summing to 1.

        Raises
        ------
        EvaluationError
            In the first draw where a probability leaves [0, 1] or they do not sum to 1.
        """
        result = np.zeros((evaluator.num_draws, len(self.branches)))
        total = np.zeros(evaluator.num_draws)
        for column, (bound, place) in enumerate(self.branches):
            if bound is not None:
                result[:, column] = evaluator.value(bound, place)
                self._check_range(evaluator, bound, place, result[:, column])
                total = total + result[:, column]
        self._check_sum(evaluator, total)
        for column, (bound, _) in enumerate(self.branches):
            if bound is None:
                result[:, column] = 1.0 - total
        return _normalised(result)

    def _check_range(self, evaluator: Evaluator, bound: Bound, place: str, values: Floats) -> None:
        wrong = (values < -PROBABILITY_TOLERANCE) | (values > 1 + PROBABILITY_TOLERANCE)
        if wrong.any():
            draw = int(np.argmax(wrong))
            trouble = f"the probability {values[draw]:.6g} is not between 0 and 1"
            names = evaluator.names_at(bound, draw)
            remedy = "keep it within 0 to 1 in every draw, e.g. with clip(…)"
            raise EvaluationError(
                bound.expression.text,
                trouble,
                evaluator.first_draw + draw,
                names,
                place,
                allowed="0 to 1",
                remedy=remedy,
            )

    def _check_sum(self, evaluator: Evaluator, total: Floats) -> None:
        remainder = any(bound is None for bound, _ in self.branches)
        wrong = total > 1 + PROBABILITY_TOLERANCE if remainder else np.abs(total - 1) > PROBABILITY_TOLERANCE
        if not wrong.any():
            return
        draw = int(np.argmax(wrong))
        stated = [bound for bound, _ in self.branches if bound is not None]
        names = {name: value for bound in stated for name, value in evaluator.names_at(bound, draw).items()}
        text = " + ".join(bound.expression.text for bound in stated)
        limit = "more than 1" if remainder else "not to 1"
        trouble = f"the probabilities sum to {total[draw]:.9g}, {limit},"
        place = self.branches[0].place.rsplit(".", 2)[0]
        raise EvaluationError(
            text,
            trouble,
            evaluator.first_draw + draw,
            names,
            place,
            allowed="probabilities that sum to 1 in every draw",
            remedy="make them smaller" if remainder else "leave one probability out; that choice takes what is left",
        )


def _normalised(probabilities: Floats) -> Floats:
    """The rows cut at 0 and scaled to sum to 1, adding the columns one by one so that batches change no bit."""
    cut = np.maximum(probabilities, 0.0)
    total = np.zeros(len(cut))
    for column in range(cut.shape[1]):
        total = total + cut[:, column]
    result: Floats = cut / total[:, np.newaxis]
    return result


@dataclass(frozen=True, eq=False)
class ChancePlan:
    """The lotteries of the tree: those of moves, and the fixed weights of private draws after them.

    ``index`` is int32[E]: for each chance branch its column among the lotteries' branches, laid end to end, and then
    ``weights``.
    """

    lotteries: tuple[Lottery, ...]
    weights: Floats
    index: Ints

    def chance(self, evaluator: Evaluator) -> Floats:
        """float64[B, E]: the probability of each chance branch in each draw."""
        fixed = np.broadcast_to(self.weights, (evaluator.num_draws, len(self.weights)))
        columns = np.hstack([*(lottery.probabilities(evaluator) for lottery in self.lotteries), fixed])
        return np.take(columns, self.index, axis=1)


class ChancePlanner:
    """Collects the chance nodes in node order, each distinct lottery once."""

    def __init__(self, references: References) -> None:
        self.references = references
        self._lotteries: dict[Lottery, int] = {}
        self._width = 0
        self._columns: list[npt.NDArray[np.intp]] = []
        self._is_private: list[bool] = []

    def add(self, lottery: Lottery) -> None:
        """Plan one more chance node that stands for a chance move."""
        if lottery not in self._lotteries:
            self._lotteries[lottery] = self._width
            self._width += len(lottery.branches)
        self._append(self._lotteries[lottery] + np.arange(len(lottery.branches)), is_private=False)

    def add_private(self, index: int) -> None:
        """Plan one more chance node that draws a private assumption."""
        sizes = [len(each.values) for each in self.references.private]
        self._append(sum(sizes[:index]) + np.arange(sizes[index]), is_private=True)

    def _append(self, columns: npt.NDArray[np.intp], *, is_private: bool) -> None:
        self._columns.append(columns)
        self._is_private.append(is_private)

    def plan(self) -> ChancePlan:
        weights = np.concatenate([np.empty(0), *(each.weights for each in self.references.private)])
        shifted = [
            columns + self._width if is_private else columns
            for columns, is_private in zip(self._columns, self._is_private, strict=True)
        ]
        index = np.concatenate([np.empty(0, dtype=np.intp), *shifted]).astype(np.int32)
        return ChancePlan(tuple(self._lotteries), weights, index)
