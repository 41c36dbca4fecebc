"""The game of a compiled scenario with another offer or other shared numbers, without walking its tree anew.

Terms that no move sets stand at one option on every path. If moreover no choice, answer or condition asks for a term,
then another offer leaves the tree as it is, and which payoffs and lotteries are the same ones: only the numbers that
terms have in their expressions change.
"""

from __future__ import annotations

from dataclasses import replace

from offramp.game.bindings import Bound, Position, References
from offramp.game.chance import Branch, Lottery
from offramp.game.compile import Compiled, compile_scenario
from offramp.game.payoffs import Piece
from offramp.scenario.model import Scenario
from offramp.scenario.rounds import written_out


def compile_offer(compiled: Compiled, scenario: Scenario) -> Compiled:
    """What ``compile_scenario(scenario)`` gives, where ``scenario`` is the compiled one but for a valid other offer.

    The values of assumptions that are not private may differ too: they come with the draws.
    """
    if scenario.offer == compiled.scenario.offer:
        return replace(compiled, scenario=written_out(scenario))
    if not _keeps_tree(compiled):
        return compile_scenario(scenario)
    rebind = _Rebinding(compiled.references, scenario)
    payoffs, chance = compiled.payoff_plan, compiled.chance_plan
    cells = tuple(tuple(Piece(rebind(bound), weight) for bound, weight in pieces) for pieces in payoffs.cells)
    lotteries = tuple(
        Lottery(tuple(Branch(bound and rebind(bound), place) for bound, place in lottery.branches))
        for lottery in chance.lotteries
    )
    return replace(
        compiled,
        scenario=written_out(scenario),
        payoff_plan=replace(payoffs, cells=cells),
        chance_plan=replace(chance, lotteries=lotteries),
    )


def _keeps_tree(compiled: Compiled) -> bool:
    """Whether the tree, and what is asked about it, is the same whatever the offer."""
    scenario, references = compiled.scenario, compiled.references
    if any(move.sets for move in scenario.moves):
        return False
    asked = [condition for answer in scenario.answers for condition in (answer.when, answer.given)]
    asked += [choice.when for move in scenario.moves for choice in move.choices]
    terms = references.term_names
    return not any(terms.intersection(references.needs(each).path) for each in asked if each is not None)


class _Rebinding:
    """Gives bound expressions the numbers that terms have in another offer."""

    def __init__(self, references: References, scenario: Scenario) -> None:
        self._references = references
        options = {term.name: [option.name for option in term.options] for term in scenario.terms}
        terms = tuple(options[term.name].index(scenario.offer[term.name]) for term in scenario.terms)
        self._values = references.term_values(Position((), terms, (), ()))

    def __call__(self, bound: Bound) -> Bound:
        names = self._references.needs(bound.expression).fixed
        if self._values.keys().isdisjoint(names):
            return bound
        pairs = zip(names, bound.fixed, strict=True)
        return Bound(bound.expression, tuple(self._values.get(name, value) for name, value in pairs))
