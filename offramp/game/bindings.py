"""What the names in an expression stand for on a path of the tree.

A name is drawn (a public assumption: one value per draw), private (an atom that the path fixes), fixed by the path (a
term, ``term.option``, ``move.choice``, ``outcome.name``) or a formula, which rests on such names in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from functools import cached_property, partial
from typing import NamedTuple

from offramp.arrays import Floats
from offramp.game.after import Chain, after_names, chain_from, is_after, rewritten
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Assumption, Outcome, Scenario, Term

Fact = tuple[int, int]
"""A move's position in the scenario and the position of the choice made there."""


class Position(NamedTuple):
    """Where a path through the scenario stands.

    Attributes
    ----------
    history : tuple of Fact
        The choices made so far, in order.
    terms : tuple of int
        The option at which each term stands: the offer's, or that of the last move that set it.
    atoms : tuple of int
        The atom drawn for each private assumption, -1 where it is not drawn yet.
    knowledge : tuple of tuples of Fact
        What each party has learnt, in the order learnt.
    outcome : int
        The outcome that the path ends in, -1 before its end.
    """

    history: tuple[Fact, ...]
    terms: tuple[int, ...]
    atoms: tuple[int, ...]
    knowledge: tuple[tuple[Fact, ...], ...]
    outcome: int = -1


class Private(NamedTuple):
    """A private assumption on its grid: ``values`` and ``weights`` are float64 of one length, the weights sum to 1."""

    name: str
    owner: str
    values: Floats
    weights: Floats


class Needs(NamedTuple):
    """What an expression rests on, through its formulas too.

    Whether on drawn names; the names that the path fixes, sorted; the private assumptions by position; and ``fixed``,
    the names of both in this order.
    """

    is_drawn: bool
    path: tuple[str, ...]
    private: tuple[int, ...]
    fixed: tuple[str, ...]


class Settled(NamedTuple):
    """An expression with the values of its ``Needs.path`` and the atoms of its ``Needs.private``, -1 if not drawn."""

    expression: Expression
    path: tuple[float, ...]
    atoms: tuple[int, ...]


class Bound(NamedTuple):
    """An expression on a path: ``fixed`` holds a value for each of its ``Needs.fixed``."""

    expression: Expression
    fixed: tuple[float, ...]


class References:
    """Looks up the names of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.private = tuple(_on_grid(each) for each in scenario.assumptions if each.private_to)
        self._private_index = {each.name: index for index, each in enumerate(self.private)}
        self._drawn = {each.name for each in scenario.assumptions if not each.private_to}
        self._needs: dict[Expression, Needs] = {}
        self._after = after_names(scenario) if scenario.aftermath else {}
        self._chains: dict[str, Chain] = {}
        self._payoffs: dict[tuple[str, str], Expression] = {}

    @cached_property
    def _fixed(self) -> dict[str, Callable[[Position], float]]:
        return dict(_fixed_names(self.scenario))

    @cached_property
    def term_names(self) -> frozenset[str]:
        """The names that terms give to expressions: ``term`` and ``term.option``."""
        terms = self.scenario.terms
        return frozenset(name for term in terms for name in (term.name, *_option_names(term)))

    def term_values(self, position: Position) -> dict[str, float]:
        """What each of ``term_names`` is worth at ``position``."""
        return self.values_at(position, self.term_names)

    def values_at(self, position: Position, names: Iterable[str]) -> dict[str, float]:
        """What names that the path fixes are worth at ``position``, sorted by name."""
        return {name: self._fixed[name](position) for name in sorted(names)}

    @cached_property
    def formula_names(self) -> dict[Expression, str]:
        """The names of the formulas; of two that are written alike the first."""
        return {expression: name for name, expression in reversed(list(self.scenario.formulas.items()))}

    def needs(self, expression: Expression) -> Needs:
        """What ``expression`` rests on."""
        if expression not in self._needs:
            names = self._leaf_names(expression)
            path = tuple(sorted(name for name in names if name in self._fixed))
            private = tuple(sorted(self._private_index[name] for name in names if name in self._private_index))
            fixed = (*path, *(self.private[index].name for index in private))
            self._needs[expression] = Needs(not self._drawn.isdisjoint(names), path, private, fixed)
        return self._needs[expression]

    def _leaf_names(self, expression: Expression) -> set[str]:
        found: set[str] = set()
        waiting = list(expression.names)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name in self.scenario.formulas:
                waiting.extend(self.scenario.formulas[name].names)
            elif is_after(name):
                waiting.extend(self.chain(name).names)
        return found - self.scenario.formulas.keys()

    def chain(self, name: str) -> Chain:
        """What stands behind one of the names that :meth:`payoff` gives."""
        if name not in self._chains:
            ended, party = next(key for key, each in self._after.items() if each == name)
            outcome = next(each for each in self.scenario.outcomes if each.name == ended)
            self._chains[name] = chain_from(self.scenario, outcome, party)
        return self._chains[name]

    def payoff(self, outcome: Outcome, party: str) -> Expression:
        """A payoff, in which the value of the aftermath has a name of its own."""
        key = (outcome.name, party)
        if key not in self._payoffs:
            name = self._after.get(key)
            payoff = outcome.payoffs[party]
            self._payoffs[key] = rewritten(self.scenario, payoff, name) if name else payoff
        return self._payoffs[key]

    def settled(self, expression: Expression, position: Position) -> Settled:
        """What ``position`` settles of ``expression``; wherever that is the same, the expression is worth the same."""
        needs = self.needs(expression)
        path = tuple([self._fixed[name](position) for name in needs.path])
        return Settled(expression, path, tuple([position.atoms[index] for index in needs.private]))

    def bind(self, expression: Expression, position: Position) -> Bound:
        """``expression`` with all names but the drawn ones fixed; its private assumptions must be drawn."""
        _, path, atoms = self.settled(expression, position)
        pairs = zip(self.needs(expression).private, atoms, strict=True)
        return Bound(expression, (*path, *(float(self.private[index].values[atom]) for index, atom in pairs)))

    def fixed_values(self, bound: Bound) -> dict[str, float]:
        """The fixed names of ``bound`` and their values."""
        return dict(zip(self.needs(bound.expression).fixed, bound.fixed, strict=True))

    def formula(self, name: str, values: dict[str, float]) -> Bound:
        """The formula ``name``, bound to the values that an expression using it is bound to."""
        return self.bound(self.scenario.formulas[name], values)

    def bound(self, expression: Expression, values: dict[str, float]) -> Bound:
        """An expression that another one rests on, bound to the values that this one is bound to."""
        return Bound(expression, tuple(values[each] for each in self.needs(expression).fixed))

    def formulas_of(self, bound: Bound) -> list[tuple[str, Bound]]:
        """The formulas that ``bound`` names, with their names in order."""
        fixed = self.fixed_values(bound)
        names = sorted(bound.expression.names & self.scenario.formulas.keys())
        return [(name, self.formula(name, fixed)) for name in names]

    def formulas_below(self, bound: Bound, known: Container[Bound]) -> list[Bound]:
        """The formulas that ``bound`` rests on and that are not ``known``, each after those that it rests on itself."""
        ordered: dict[Bound, None] = {}
        waiting = [bound]
        while waiting:
            inner = (formula for _, formula in self.formulas_of(waiting[-1]))
            missing = [formula for formula in inner if formula not in known and formula not in ordered]
            if missing:
                waiting.extend(missing)
            else:
                ordered[waiting.pop()] = None
        del ordered[bound]
        return list(ordered)


def _on_grid(assumption: Assumption) -> Private:
    values, weights = assumption.value.atoms(assumption.grid)
    likely = weights > 0
    return Private(assumption.name, assumption.private_to, values[likely], weights[likely])


def _fixed_names(scenario: Scenario) -> Iterator[tuple[str, Callable[[Position], float]]]:
    for index, term in enumerate(scenario.terms):
        yield term.name, partial(_term_number, term, index)
        for place, name in enumerate(_option_names(term)):
            yield name, partial(_has_option, index, place)
    for index, move in enumerate(scenario.moves):
        for place, choice in enumerate(move.choices):
            yield f"{move.name}.{choice.name}", partial(_was_chosen, (index, place))
    for index, outcome in enumerate(scenario.outcomes):
        yield f"outcome.{outcome.name}", partial(_is_outcome, index)


def _option_names(term: Term) -> list[str]:
    return [f"{term.name}.{option.name}" for option in term.options]


def _term_number(term: Term, index: int, position: Position) -> float:
    return float(term.options[position.terms[index]].number)


def _has_option(term: int, option: int, position: Position) -> float:
    return float(position.terms[term] == option)


def _was_chosen(fact: Fact, position: Position) -> float:
    return float(fact in position.history)


def _is_outcome(index: int, position: Position) -> float:
    return float(position.outcome == index)
