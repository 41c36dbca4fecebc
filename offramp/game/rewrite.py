"""Expressions rewritten once, before the tree is walked: names with a meaning of their own, and discounts by round."""

from __future__ import annotations

from offramp.scenario.expressions import Expression
from offramp.scenario.model import Scenario


def rewritten(scenario: Scenario, expression: Expression, name: str, text: str) -> Expression:
    """An expression with ``text`` in place of ``name``, in the formulas that it uses too."""
    resting = {formula for formula in scenario.formulas if name in _names_below(scenario, formula)}
    while not expression.names.isdisjoint(resting):
        expression = expression.inline({formula: scenario.formulas[formula] for formula in resting})
    return expression.inline({name: Expression.parse(text)})


def _names_below(scenario: Scenario, formula: str) -> set[str]:
    """The names that a formula rests on."""
    found: set[str] = set()
    waiting = [formula]
    while waiting:
        for name in scenario.formulas[waiting.pop()].names - found:
            found.add(name)
            if name in scenario.formulas:
                waiting.append(name)
    return found


def discounted(scenario: Scenario, expression: Expression, party: str, number: str) -> Expression:
    """An expression times the party's discount, once for every round before the one of that ``number``."""
    discount = scenario.rounds.discount_of(party) if scenario.rounds else None
    if discount is None:
        return expression
    times = Expression.parse("d ** (n - 1) * worth")
    return times.inline({"d": discount, "n": Expression.parse(number), "worth": expression})
