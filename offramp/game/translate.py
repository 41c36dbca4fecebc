"""Bound expressions as pieces of one program."""

from __future__ import annotations

from functools import partial

from offramp.game.after import after_piece, is_after
from offramp.game.bindings import Bound, References
from offramp.scenario.program import ProgramBuilder, Value


class Translator:
    """Hands a scenario's bound expressions to a builder; formulas become part of the expressions that use them."""

    def __init__(self, references: References) -> None:
        self.builder = ProgramBuilder()
        self._references = references
        self._known: dict[Bound, Value] = {}

    def value(self, bound: Bound) -> Value:
        """The piece that is worth what ``bound`` is."""
        if bound not in self._known:
            for each in (*self._references.formulas_below(bound, self._known), bound):
                named = partial(self._named, fixed=self._references.fixed_values(each))
                self._known[each] = self.builder.tree(each.expression.tree, named)
        return self._known[bound]

    def weighted_sum(self, terms: list[tuple[float, Bound]]) -> Value:
        """The sum of the bound expressions times their weights, from the left; ``terms`` is not empty."""
        total: Value | None = None
        for weight, bound in terms:
            term = self.builder.apply("*", self.builder.number(weight), self.value(bound))
            total = term if total is None else self.builder.apply("+", total, term)
        assert total is not None
        return total

    def _named(self, name: str, fixed: dict[str, float]) -> Value:
        if name in self._references.scenario.formulas:
            return self._known[self._references.formula(name, fixed)]
        if name in fixed:
            return self.builder.number(fixed[name])
        if is_after(name):
            bound = partial(self._references.bound, values=fixed)
            return after_piece(self.builder, self._references.chain(name), lambda each: self.value(bound(each)))
        return self.builder.input(name)
