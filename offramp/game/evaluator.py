"""The values of a scenario's expressions on a path of the tree, in every draw of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from offramp.arrays import Floats
from offramp.errors import EvaluationError, ExpressionError
from offramp.game.bindings import Bound, References
from offramp.scenario.expressions import Expression


class DrawnValues(Protocol):
    """Drawn assumptions: ``values`` is float64[B, K], columns as in ``names``; ``first`` is the first draw's number."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def values(self) -> Floats: ...

    @property
    def first(self) -> int: ...


class Evaluator:
    """Works bound expressions in every draw of one batch, step by step, so that an error names its draw and step.

    Formulas are worked once per set of fixed values. A program (:mod:`offramp.scenario.program`) does the same faster
    where all goes well.

    Attributes
    ----------
    num_draws, first_draw : int
    drawn : dict of str to float64[B]
        The drawn assumptions.
    known : dict of Bound to float64[B]
        Values that need no more work.
    """

    def __init__(self, references: References, draws: DrawnValues) -> None:
        self.references = references
        self.num_draws = draws.values.shape[0]
        self.first_draw = draws.first
        columns = np.ascontiguousarray(draws.values.T)
        self.drawn: dict[str, Floats] = dict(zip(draws.names, columns, strict=True))
        self.known: dict[Bound, Floats] = {}
        self._formulas: dict[Bound, Floats] = {}

    def value(self, bound: Bound, where: str) -> Floats:
        """float64 of shape [B], or [1] where no draw can change it.

        Raises
        ------
        EvaluationError
            If it has no finite value in some draw.
        """
        if bound in self.known:
            return self.known[bound]
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
        elif name in self.drawn:
            yield self.drawn[name]

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
