"""One round as a game of its own, in which going on is worth what the next round is worth.

Where each round begins afresh, what comes after depends on nothing but the number of rounds left. Then a round is a
game whose leaf "another round" pays each party its flow and its discount times the value of the next one (Shapley 1953,
"Stochastic games"). One such game stands for all rounds, however many there are and however many offers each allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from offramp.errors import RunError
from offramp.game.rewrite import rewritten
from offramp.scenario.distributions import Distribution
from offramp.scenario.expressions import Expression
from offramp.scenario.frozen import FrozenMap
from offramp.scenario.model import Answer, Assumption, Choice, Outcome, Scenario
from offramp.scenario.references import uses
from offramp.scenario.rounds import ROUND, Rounds, Written


@dataclass(frozen=True)
class Stage:
    """A round as a scenario.

    Attributes
    ----------
    scenario : Scenario
        Without rounds; what was once written out is marked as such, so that it is not checked again.
        Its last outcome stands for another round.
    otherwise : int
        The position of the outcome in place of the round after the last.
    nexts : mapping of str to str
        For each party the assumption that holds the value of the next round.
    number : str
        The assumption that holds the number of the round.
    counts_rounds : bool
        Whether anything in it depends on the number of the round.
    """

    scenario: Scenario
    otherwise: int
    nexts: Mapping[str, str]
    number: str
    counts_rounds: bool


def stage_of(scenario: Scenario, number: int, *, last: bool = False) -> Stage:
    """The round of that ``number``; the ``last`` one goes on to what stands in place of the round after it.

    Raises
    ------
    RunError
        If its rounds cannot begin afresh.
    """
    rounds = _checked(scenario)
    taken = {each.name for each in scenario.assumptions} | set(scenario.formulas)
    taken |= {each.name for section in (scenario.moves, scenario.outcomes, scenario.terms) for each in section}
    names = _free(["the_round", "another_round", *(f"next_{party.name}" for party in scenario.parties)], taken)
    counter, again, nexts = names[0], names[1], dict(zip((p.name for p in scenario.parties), names[2:], strict=True))
    with_number = _Numbered(scenario, counter)
    end = next(each for each in scenario.outcomes if each.name == rounds.otherwise)
    worth = {
        party: with_number(end.payoffs[party], f"{counter} + 1") if last else Expression.parse(name)
        for party, name in nexts.items()
    }
    going_on = Outcome(
        again, FrozenMap({party: _going_on(rounds, party, worth[party], with_number) for party in nexts})
    )
    fixed = [Assumption(name, Distribution.parse(0)) for name in (counter, *nexts.values())]
    staged = replace(
        scenario,
        assumptions=(*scenario.assumptions, *fixed),
        formulas=FrozenMap({name: with_number(each) for name, each in scenario.formulas.items()}),
        moves=tuple(
            replace(move, choices=tuple(_choice(each, number, again, with_number) for each in move.choices))
            for move in scenario.moves
        ),
        outcomes=(*(_outcome(each, with_number) for each in scenario.outcomes), going_on),
        answers=tuple(_answer(each, rounds.otherwise, again) if last else each for each in scenario.answers),
        rounds=None,
        aftermath=None,
        observed=(),
        written=Written(FrozenMap(), frozenset()),
    )
    otherwise = [each.name for each in scenario.outcomes].index(rounds.otherwise)
    return Stage(staged, otherwise, nexts, counter, with_number.used)


def _checked(scenario: Scenario) -> Rounds:
    """The scenario's rounds, if they can begin afresh.

    Raises
    ------
    RunError
        If they cannot.
    """
    rounds = scenario.rounds
    if rounds is None:
        raise RunError("the scenario has no rounds, so there is no horizon to vary; add rounds:")
    if rounds.start != scenario.moves[0].name:
        raise RunError(
            f"the rounds begin with {rounds.start!r}, after other moves; what the horizon does can be shown only where "
            f"the scenario begins with its first round: put {rounds.start} first"
        )
    private = [each.name for each in scenario.assumptions if each.private_to]
    if private:
        raise RunError(
            f"{', '.join(private)} is private and stays the same from round to round, so that no round begins afresh; "
            "run the scenario with its rounds written out instead: offramp run"
        )
    if rounds.otherwise not in {outcome.name for outcome in scenario.outcomes}:
        raise RunError(f"the rounds end with the move {rounds.otherwise!r}; let otherwise: name an outcome")
    if scenario.aftermath is not None:
        raise RunError("the scenario has an aftermath, which the horizon cannot be shown with; use offramp run")
    return rounds


def _free(names: list[str], taken: set[str]) -> list[str]:
    """Names that nothing has yet."""
    found = []
    for name in names:
        while name in taken:
            name += "_"  # noqa: PLW2901 - until it is free
        taken.add(name)
        found.append(name)
    return found


class _Numbered:
    """Puts the assumption that holds the round's number in place of ``round``."""

    def __init__(self, scenario: Scenario, number: str) -> None:
        assert scenario.rounds is not None, "checked"
        self.scenario, self.rounds, self.number = scenario, scenario.rounds, number
        self.used = any(ROUND in use.expression.names for use in uses(scenario) if use.path[0] != "answers")

    def __call__(self, expression: Expression, number: str | None = None) -> Expression:
        return rewritten(self.scenario, expression, ROUND, number or self.number)


def _going_on(rounds: Rounds, party: str, worth: Expression, with_number: _Numbered) -> Expression:
    """The flow of the round that ends, and the next round's worth at a discount."""
    discount = rounds.discount_of(party) or Expression.parse(1)
    flow = with_number(rounds.flows[party]) if party in rounds.flows else Expression.parse(0)
    return Expression.parse("flow + d * worth").inline({"flow": flow, "d": discount, "worth": worth})


def _choice(choice: Choice, number: int, again: str, with_number: _Numbered) -> Choice:
    """A choice as it stands in the round of that number."""
    rounds = with_number.rounds
    if choice.when is None and choice.probability is None and choice.next != rounds.start:
        return choice
    probability = None if choice.probability is None else with_number(choice.probability)
    when = choice.when
    if when is not None:
        when = with_number(when, str(number))
        if not when.names:  # the same in all rounds where it holds, so that these are one game
            when = Expression.parse(int(bool(when.evaluate({})[0])))
    return replace(
        choice, next=again if choice.next == rounds.start else choice.next, probability=probability, when=when
    )


def _answer(answer: Answer, otherwise: str, again: str) -> Answer:
    """An answer that takes the end after the last round for the outcome that it is."""
    ended = {f"outcome.{otherwise}": Expression.parse(f"outcome.{otherwise} or outcome.{again}")}
    given = None if answer.given is None else answer.given.inline(ended)
    return replace(answer, when=answer.when.inline(ended), given=given)


def _outcome(outcome: Outcome, with_number: _Numbered) -> Outcome:
    return replace(
        outcome,
        payoffs=FrozenMap({party: with_number(each) for party, each in outcome.payoffs.items()}),
        starts=FrozenMap(),
    )
