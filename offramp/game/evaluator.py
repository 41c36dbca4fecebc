"""The values of a scenario's expressions on a path of the tree, in every draw of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from offramp.arrays import Floats
from offramp.errors import EvaluationError, ExpressionError
from offramp.game.after import Chain, Row, Stated, check_limits, is_after, worth
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


class _Failed(NamedTuple):
    """Why a formula has no value in some draw, and its expression to write out instead, None if that is too long."""

    error: EvaluationError
    written: Expression | None


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
        self._formulas: dict[Bound, Floats | _Failed] = {}

    def value(self, bound: Bound, where: str) -> Floats:
        """float64 of shape [B], or [1] where no draw can change it.

        Raises
        ------
        EvaluationError
            If it has no finite value in some draw.
        """
        if bound in self.known:
            return self.known[bound]
        self._try_formulas(bound)
        return self._evaluated(self._written(bound), bound, where)

    def names_at(self, bound: Bound, draw: int) -> dict[str, float]:
        """The names in ``bound`` with their values in one draw of the batch."""
        self._try_formulas(bound)
        values = self._values(self._written(bound), self.references.fixed_values(bound))
        return {name: float(np.broadcast_to(value, self.num_draws)[draw]) for name, value in sorted(values.items())}

    def _try_formulas(self, bound: Bound) -> None:
        """Work the formulas that ``bound`` rests on."""
        for formula in self.references.formulas_below(bound, self._formulas):
            self._formulas[formula] = self._tried(formula)

    def _tried(self, formula: Bound) -> Floats | _Failed:
        """The value of a formula, or why it has none in some draw."""
        where = f"formulas.{self.references.formula_names[formula.expression]}"
        written = None
        try:
            written = self._written(formula)
            value = self._evaluated(written, formula, where)
        except EvaluationError as error:
            return _Failed(error, written)
        return value if self.references.needs(formula.expression).is_drawn else value[0]

    def _written(self, bound: Bound) -> Expression:
        """The expression with its failed formulas written out: it may not use them where they fail."""
        tried = {name: self._formulas[formula] for name, formula in self.references.formulas_of(bound)}
        failed = {name: each for name, each in tried.items() if isinstance(each, _Failed)}
        written = {name: each.written for name, each in failed.items() if each.written is not None}
        try:
            if len(written) == len(failed):
                return bound.expression.inline(written)
        except ExpressionError:
            pass
        raise next(each.error for each in failed.values() if len(written) == len(failed) or each.written is None)

    def _evaluated(self, written: Expression, bound: Bound, where: str) -> Floats:
        num_draws = self.num_draws if self.references.needs(bound.expression).is_drawn else 1
        values = self._values(written, self.references.fixed_values(bound))
        return written.evaluate(values, num_draws, where, first_draw=self.first_draw)

    def _values(self, expression: Expression, fixed: dict[str, float]) -> dict[str, float | Floats]:
        return {name: value for name in expression.names for value in self._named(name, fixed)}

    def _named(self, name: str, fixed: dict[str, float]) -> Iterator[float | Floats]:
        """The value of a name, or nothing if the draws lack it (which the expression then reports)."""
        if name in self.references.scenario.formulas:
            value = self._formulas[self.references.formula(name, fixed)]
            assert not isinstance(value, _Failed), "failed formulas are written out"
            yield value
        elif name in fixed:
            yield fixed[name]
        elif is_after(name):
            yield self._after(self.references.chain(name), fixed)
        elif name in self.drawn:
            yield self.drawn[name]

    def _after(self, chain: Chain, fixed: dict[str, float]) -> Floats:
        """The value of the aftermath: float64 of shape [B], or [1] where no draw can change it."""

        def values(stated: Stated) -> Floats:
            return self.value(self.references.bound(stated.expression, fixed), stated.place)

        def names(stated: Stated, draw: int) -> dict[str, float]:
            return self.names_at(self.references.bound(stated.expression, fixed), draw)

        check_limits(chain, values, names, self.first_draw)
        total = worth(chain, lambda stated: Row(values(stated)), Row(np.ones(1)))
        return np.zeros(1) if total is None else total.values
