"""What the names in an expression stand for on a path of the tree.

A name is drawn (a public assumption: one value per draw), private (an atom that the path fixes), fixed by the path (a
term, ``term.option``, ``move.choice``, ``outcome.name``) or a formula, which rests on such names in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from functools import cached_property, partial
from typing import NamedTuple

from offramp.arrays import Floats
from offramp.game.after import Chain, after_names, chain_from, is_after
from offramp.game.rewrite import discounted, rewritten
from offramp.scenario.aftermath import AFTER
from offramp.scenario.expressions import Expression
from offramp.scenario.model import Assumption, Outcome, Scenario, Term
from offramp.scenario.rounds import ROUND

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
    ends : tuple of Position
        Where the path stood when it went on to another round; only where rounds are worth something.
    """

    history: tuple[Fact, ...]
    terms: tuple[int, ...]
    atoms: tuple[int, ...]
    knowledge: tuple[tuple[Fact, ...], ...]
    outcome: int = -1
    ends: tuple[Position, ...] = ()


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
        self._flows: dict[str, Expression] = {}

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
            names = self.leaf_names(expression)
            path = tuple(sorted(name for name in names if name in self._fixed))
            private = tuple(sorted(self._private_index[name] for name in names if name in self._private_index))
            fixed = (*path, *(self.private[index].name for index in private))
            self._needs[expression] = Needs(not self._drawn.isdisjoint(names), path, private, fixed)
        return self._needs[expression]

    def leaf_names(self, expression: Expression) -> set[str]:
        """The names that ``expression`` rests on in the end, through formulas and what comes after."""
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
        """A payoff as it counts at the start: discounted by rounds, the value of the aftermath under its own name."""
        key = (outcome.name, party)
        if key not in self._payoffs:
            payoff = outcome.payoffs[party]
            if key in self._after:
                payoff = rewritten(self.scenario, payoff, AFTER, self._after[key])
            self._payoffs[key] = discounted(self.scenario, payoff, party, ROUND)
        return self._payoffs[key]

    def flow(self, party: str) -> Expression | None:
        """What a round that ended by going on is worth to a party, as it counts at the start; None where nothing."""
        rounds = self.scenario.rounds
        if rounds is None or party not in rounds.flows:
            return None
        if party not in self._flows:
            ended = f"{ROUND} - 1"  # where the path then stands the next round has begun
            flow = rewritten(self.scenario, rounds.flows[party], ROUND, ended)
            self._flows[party] = discounted(self.scenario, flow, party, ended)
        return self._flows[party]

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
    written = scenario.written
    positions = {move.name: index for index, move in enumerate(scenario.moves)}
    for index, move in enumerate(scenario.moves):
        copies = tuple(positions[copy] for copy in written.copies.get(move.name, ())) if written else ()
        for place, choice in enumerate(move.choices):
            name = f"{move.name}.{choice.name}"
            yield name, partial(_was_last_chosen, copies, place) if copies else partial(_was_chosen, (index, place))
    if written is not None:
        places = {move.name: [choice.name for choice in move.choices] for move in scenario.moves}
        back = {(positions[move], places[move].index(choice)) for move, choice in written.back}
        yield ROUND, partial(_round, frozenset(back))
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


def _was_last_chosen(copies: tuple[int, ...], choice: int, position: Position) -> float:
    """Whether the choice was made the last time that its move came; at the end of the path, whether it ever was."""
    made = [fact[1] for fact in position.history if fact[0] in copies]
    return float(choice in made) if position.outcome >= 0 else float(made[-1:] == [choice])


def _round(back: frozenset[Fact], position: Position) -> float:
    return 1.0 + sum(fact in back for fact in position.history)


def _is_outcome(index: int, position: Position) -> float:
    return float(position.outcome == index)
