"""The chance probabilities of the tree in every draw; as with payoffs, each distinct lottery is worked once a batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from offramp.arrays import Floats, Ints, Positions
from offramp.errors import EvaluationError
from offramp.game.bindings import Bound, References
from offramp.game.evaluator import Evaluator
from offramp.game.translate import Translator
from offramp.scenario.program import Program

PROBABILITY_TOLERANCE = 1e-9
"""How far a probability may leave [0, 1], and the probabilities of a chance move may miss 1, before it is an error."""


class Branch(NamedTuple):
    """A branch of a chance node: its probability, which is None for the one that takes what is left."""

    probability: Bound | None
    place: str


@dataclass(frozen=True)
class Lottery:
    """The branches of a chance move where it stands on some path."""

    branches: tuple[Branch, ...]

    @property
    def stated(self) -> list[Bound]:
        """The probabilities that are given."""
        return [branch.probability for branch in self.branches if branch.probability is not None]

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
        names = {name: value for bound in self.stated for name, value in evaluator.names_at(bound, draw).items()}
        text = " + ".join(bound.expression.text for bound in self.stated)
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

    Attributes
    ----------
    references : References
    lotteries : tuple of Lottery
    weights : float64[weights]
    branch_index : int32[E]
        For each chance branch its place among the lotteries' branches, laid end to end, and then ``weights``.
    """

    references: References
    lotteries: tuple[Lottery, ...]
    weights: Floats
    branch_index: Ints

    @cached_property
    def _program(self) -> tuple[Program, dict[Bound, int]]:
        """The program that works the stated probabilities, and the column in which each comes out."""
        translator = Translator(self.references)
        bounds = [bound for lottery in self.lotteries for bound in lottery.stated]
        program, columns = translator.builder.finish([translator.value(bound) for bound in bounds])
        return program, dict(zip(bounds, columns.tolist(), strict=True))

    @cached_property
    def _distinct(self) -> tuple[tuple[Lottery, ...], Floats, Ints]:
        """The lotteries that differ, the fixed weights that differ, and where each place of ``branch_index`` went."""
        _, columns = self._program
        starts: dict[tuple[int, ...], int] = {}
        kept: list[Lottery] = []
        width = 0
        moved: list[int] = []
        for lottery in self.lotteries:
            key = tuple(-1 if bound is None else columns[bound] for bound, _ in lottery.branches)
            if key not in starts:
                starts[key] = width
                kept.append(lottery)
                width += len(key)
            moved.extend(starts[key] + branch for branch in range(len(key)))
        weights, inverse = np.unique(self.weights, return_inverse=True)
        return tuple(kept), weights, np.array([*moved, *(width + inverse)], dtype=np.int32)

    @cached_property
    def index(self) -> Ints:
        """int32[E]: the column of :meth:`values` of each chance branch; equal lotteries share theirs."""
        _, _, moved = self._distinct
        return np.take(moved, self.branch_index)

    def values(self, evaluator: Evaluator) -> Floats:
        """float64[B, D]: the distinct probabilities of each draw.

        Raises
        ------
        EvaluationError
            In the first draw where a probability leaves [0, 1] or those of a move do not sum to 1.
        """
        program, columns = self._program
        results, doubtful = program.run(evaluator.drawn, evaluator.num_draws)
        rows = np.ascontiguousarray(results.T)
        evaluator.known.update((bound, rows[column]) for bound, column in columns.items() if column not in doubtful)
        lotteries, weights, _ = self._distinct
        fixed = np.broadcast_to(weights, (evaluator.num_draws, len(weights)))
        return np.hstack([*(lottery.probabilities(evaluator) for lottery in lotteries), fixed])


class ChancePlanner:
    """Collects the chance nodes in node order, each distinct lottery once."""

    def __init__(self, references: References) -> None:
        self.references = references
        self._lotteries: dict[Lottery, int] = {}
        self._width = 0
        self._columns: list[Positions] = []
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

    def _append(self, columns: Positions, *, is_private: bool) -> None:
        self._columns.append(columns)
        self._is_private.append(is_private)

    def plan(self) -> ChancePlan:
        weights = np.concatenate([np.empty(0), *(each.weights for each in self.references.private)])
        shifted = [
            columns + self._width if is_private else columns
            for columns, is_private in zip(self._columns, self._is_private, strict=True)
        ]
        index = np.concatenate([np.empty(0, dtype=np.intp), *shifted]).astype(np.int32)
        return ChancePlan(self.references, tuple(self._lotteries), weights, index)
